//! Changes resting orders. An order that only becomes smaller, or lives longer or shorter, keeps its place in the
//! line; any other goes behind, as if it came now: it may trade then, and rests only if it may.

use alloc::vec::Vec;

use crate::admission::{check_count, check_terms};
use crate::cancelling::OrderNamed;
use crate::command::{NewOrder, Origin, ReplaceRequest, Side};
use crate::event::{EventBody, KnownOrder, OrderStatus, OrderView};
use crate::extras::Extras;
use crate::inventory::SlotPlace;
use crate::machine::Engine;
use crate::money::Quantity;
use crate::order::{Delivery, Lifetime, Limit, Order};
use crate::output::Output;
use crate::refusal::{CancelRefusal, OrderRefusal, ReplaceRefusal};
use crate::slab::Place;
use crate::text::InstanceName;
use crate::time::Timestamp;
use crate::view::HoldingState;

/// Why an order is not changed, with the order that was named.
type Refused = (ReplaceRefusal, Option<KnownOrder>);

/// An order that may be changed, by whom, and what it becomes.
struct Change {
    place: Place,
    session: u32,
    order: Order,
}

impl Engine {
    pub(crate) fn replace(
        &mut self,
        origin: Origin,
        sender: Option<u32>,
        request: &ReplaceRequest,
        out: &mut Output<'_>,
    ) {
        match self.check_replace(sender, request, out.time()) {
            Ok(change) => self.change(change, out),
            Err((reason, order)) => {
                let firm = sender.map(|session| self.registry.sessions[session].firm);
                let used = reason > ReplaceRefusal::Order(CancelRefusal::DuplicateClientOrderId);
                if let Some(firm) = firm.filter(|_| used) {
                    self.orders.mark_used(firm, request.order.client_order_id);
                }
                out.push(EventBody::ReplaceRejected {
                    origin,
                    firm: firm.map(|firm| self.registry.firms[firm].name),
                    request: ReplaceRequest {
                        order: NewOrder {
                            instances: Vec::new(),
                            conditions: request.order.conditions.clone(),
                            ..request.order
                        },
                        ..*request
                    },
                    order,
                    reason,
                });
            }
        }
    }

    /// What is to be changed, or the first reason why not. The order of the steps is the order of
    /// [`ReplaceRefusal`]. Changes nothing.
    #[expect(
        clippy::result_large_err,
        reason = "a refusal says which limit; it is rare, and goes from here into an event"
    )]
    fn check_replace(
        &self,
        sender: Option<u32>,
        request: &ReplaceRequest,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        let new = &request.order;
        let named = OrderNamed {
            client_order_id: request.original_client_order_id,
            order_id: request.order_id,
            symbol: new.symbol,
            side: new.side,
        };
        let (place, session) = self
            .check_change(sender, &new.client_order_id, &named)
            .map_err(|(why, order)| (ReplaceRefusal::Order(why), order))?;
        let order = &self.orders.resting[place];
        let order = self
            .blocks
            .check(session, order.firm)
            .map_err(ReplaceRefusal::TradingBlocked)
            .and_then(|()| self.check_new_terms(order, new, now))
            .map_err(|why| (why, Some(order.known())))?;
        Ok(Change {
            place,
            session,
            order,
        })
    }

    /// What an order becomes on its new terms, or the first reason why it may not have them.
    fn check_new_terms(
        &self,
        order: &Order,
        new: &NewOrder,
        now: Timestamp,
    ) -> Result<Order, ReplaceRefusal> {
        if self.registry.accounts[order.account].name != new.account {
            return Err(ReplaceRefusal::AccountChanged);
        }
        let room = self.orders.check_room(order.firm);
        room.map_err(ReplaceRefusal::Terms)?;
        let listing = &self.registry.instruments[order.instrument];
        check_terms(new, listing, now).map_err(ReplaceRefusal::Terms)?;
        let delivery = match new.side {
            Side::Buy => self
                .check_buy(new, order.firm, listing)
                .map_err(ReplaceRefusal::Terms)?,
            Side::Sell => self.check_new_sell(order, new)?,
        };
        let changed = on_new_terms(order, new, delivery);
        self.check_post_only(&changed)
            .and_then(|()| self.check_limits(&changed, Some(order), now))
            .map_err(ReplaceRefusal::Terms)?;
        Ok(changed)
    }

    fn check_new_sell(&self, order: &Order, new: &NewOrder) -> Result<Delivery, ReplaceRefusal> {
        let quantity = new.quantity.max(order.cumulative);
        if new.image.is_some() {
            return Err(ReplaceRefusal::Terms(OrderRefusal::ImageNotAllowed));
        }
        let provider = self.registry.instruments[order.instrument].provider;
        let open = match provider {
            None if new.instances.is_empty() => Vec::new(),
            None => return Err(ReplaceRefusal::Terms(OrderRefusal::InstancesNotAllowed)),
            Some(_) if new.instances.is_empty() => self
                .resized(order, quantity)
                .map_err(ReplaceRefusal::Terms)?,
            Some(provider) => {
                check_count(new).map_err(ReplaceRefusal::Terms)?;
                self.still_named(order, &new.instances, provider)?
            }
        };
        let slots = order.delivered().iter().chain(&open).copied();
        Ok(Delivery::Slots(slots.collect()))
    }

    /// What a sell still delivers that names no instances: what it holds, without the last ones, or with more.
    fn resized(&self, order: &Order, quantity: Quantity) -> Result<Vec<SlotPlace>, OrderRefusal> {
        let open = quantity.checked_sub(order.cumulative);
        let open = open
            .expect("the quantity is not below what is filled")
            .get();
        let held = order.undelivered();
        let more = open.saturating_sub(u64::try_from(held.len()).unwrap_or(u64::MAX));
        let mut slots = held.to_vec();
        if more > 0 {
            let drawn = self.inventory.draw(order.account, order.instrument, more)?;
            slots.extend(drawn);
        }
        slots.truncate(usize::try_from(open).unwrap_or(usize::MAX));
        Ok(slots)
    }

    /// What a sell still delivers that names all its instances, those delivered already first.
    fn still_named(
        &self,
        order: &Order,
        instances: &[InstanceName],
        provider: u32,
    ) -> Result<Vec<SlotPlace>, ReplaceRefusal> {
        let delivered = usize::try_from(order.cumulative.get()).unwrap_or(usize::MAX);
        let (done, open) = instances.split_at(delivered.min(instances.len()));
        // The old names of what is settled are not kept: what may still be offered is surely not delivered.
        let may_be_offered = |name| {
            let place = self.inventory.find_instance(provider, name);
            place.is_some_and(|place| match self.inventory.slot(place).state {
                Some(HoldingState::Free) => self.inventory.slot(place).account == order.account,
                Some(HoldingState::HeldByOrder(holder)) => holder == order.id,
                _ => false,
            })
        };
        if done.iter().any(|&name| may_be_offered(name)) {
            return Err(ReplaceRefusal::DeliveredNotNamed);
        }
        let holder = Some(order.id);
        let (account, instrument) = (order.account, order.instrument);
        self.check_instances(open, provider, account, instrument, holder)
            .map_err(ReplaceRefusal::Terms)
    }

    fn change(&mut self, change: Change, out: &mut Output<'_>) {
        let Change {
            place,
            session,
            order: mut changed,
        } = change;
        let order = &self.orders.resting[place];
        let (original, before) = (order.client_order_id, order.undelivered().to_vec());
        let stays = keeps_its_place(order, &changed);
        if !stays {
            self.unbook(place);
        } else if order.is_booked() {
            changed.show_no_more_than(order);
            let hidden_now = order.displayed().checked_sub(changed.displayed());
            let hidden_now = hidden_now.expect("an order that keeps its place shows no more");
            self.levels[order.links.level].take(hidden_now);
        }
        self.lay_down_price(&mut changed);
        if !changed.leaves().is_zero() {
            self.risk.note_taken(&changed, false, out.time());
        }
        self.amend(place, changed);
        self.hold_instead(&before, place);

        let order = &self.orders.resting[place];
        let status = order.status();
        let view = OrderView {
            original_client_order_id: Some(original),
            ..self.registry.view(order, status)
        };
        out.push(EventBody::OrderReplaced {
            order: view,
            execution: out.execution(),
            session: self.registry.sessions[session].name,
        });
        if stays {
            return;
        }
        let mut order = self.take(place);
        if status == OrderStatus::Filled {
            self.orders.finish(&mut order, status);
        } else {
            self.bring(&mut order, out);
        }
    }

    /// Frees what an order holds no more, and holds what is new.
    fn hold_instead(&mut self, before: &[SlotPlace], place: Place) {
        let order = &self.orders.resting[place];
        let (id, after) = (order.id, order.undelivered());
        let (gone, come) = (without(before, after), without(after, before));
        self.inventory.release(&gone, id);
        self.inventory.hold(&come, id);
    }
}

/// Whether an order stays in the line where it is: it becomes no larger and shows no more, and its price stays.
fn keeps_its_place(order: &Order, changed: &Order) -> bool {
    // One that lays down nothing shows all that there can be.
    let displayed = |order: &Order| {
        let asked = order
            .conditions()
            .and_then(|asked| asked.displayed_quantity);
        asked.unwrap_or(Quantity::new(u64::MAX))
    };
    order.kind() == changed.kind()
        && order.cumulative < changed.quantity
        && changed.quantity <= order.quantity
        && displayed(changed) <= displayed(order)
        // An order at the close waits elsewhere.
        && (order.lifetime == Lifetime::AtTheClose) == (changed.lifetime == Lifetime::AtTheClose)
        && !matches!(
            changed.lifetime,
            Lifetime::ImmediateOrCancel | Lifetime::FillOrKill
        )
}

/// An order on new terms. A stop order that is elected already stays so, unless its stop price is another.
fn on_new_terms(order: &Order, new: &NewOrder, delivery: Delivery) -> Order {
    let mut changed = Order {
        client_order_id: new.client_order_id,
        limit: Limit::of(new.kind),
        // What is filled stays filled: with a smaller quantity there is just nothing open any more.
        quantity: new.quantity.max(order.cumulative),
        lifetime: Lifetime::of(new.time_in_force),
        extras: Extras::of(new),
        delivery,
        ..order.clone()
    };
    if order.stop() == changed.stop() && !order.waits() {
        changed.elect();
    }
    changed
}

/// Those of the one list that are not in the other.
fn without(slots: &[SlotPlace], others: &[SlotPlace]) -> Vec<SlotPlace> {
    let mut others = others.to_vec();
    others.sort_unstable();
    let is_other = |slot| others.binary_search(slot).is_ok();
    let kept = slots.iter().filter(|&slot| !is_other(slot));
    kept.copied().collect()
}
