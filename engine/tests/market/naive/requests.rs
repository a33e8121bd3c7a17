//! What members ask of orders that live, in the naive market.

use engine::{
    Asked, CancelCause, CancelRefusal, ClientOrderId, EventBody, FirmName, KnownOrder,
    MassCancelRefusal, MassCancelRequest, MassStatusRequest, NewOrder, OrderFilter, OrderId,
    OrderRefusal, OrderStatus, OrdersOf, Origin, Quantity, Question, ReplaceRefusal,
    ReplaceRequest, SessionName, Side, SlotName, StatusRefusal, StatusRequest, Symbol, TimeInForce,
    Timestamp,
};

use super::admission::check_terms;
use super::special::conditions_of;
use super::{Naive, Place, Told, firm_of, instrument_of, is_open, timing};

/// How a request names an order.
pub(super) struct Named {
    pub(super) client_order_id: ClientOrderId,
    pub(super) order_id: Option<OrderId>,
    pub(super) symbol: Symbol,
    pub(super) side: Side,
}

impl Naive {
    /// The order that a name of today names, and whether it is its last name.
    fn find(&self, firm: FirmName, name: ClientOrderId) -> Option<(usize, bool)> {
        (0..self.orders.len()).find_map(|at| {
            let order = &self.orders[at];
            let today = order.ended.is_none_or(|day| day == self.day);
            if !today || order.view.firm != firm {
                None
            } else if order.view.client_order_id == name {
                Some((at, true))
            } else {
                let earlier = order.earlier.contains(&(name, self.day));
                earlier.then_some((at, false))
            }
        })
    }

    fn is_named(&self, at: usize, named: &Named) -> bool {
        let order = &self.orders[at].view;
        order.symbol == named.symbol
            && order.side == named.side
            && named.order_id.is_none_or(|id| id == order.order_id)
    }

    /// The order that a request names, and why it may not be changed.
    pub(super) fn check_change(
        &self,
        firm: FirmName,
        name: ClientOrderId,
        named: &Named,
    ) -> (Option<usize>, Option<CancelRefusal>) {
        if self.used.contains(&(firm, name)) {
            return (None, Some(CancelRefusal::DuplicateClientOrderId));
        }
        match self.find(firm, named.client_order_id) {
            None => (None, Some(CancelRefusal::UnknownOrder)),
            Some((at, false)) => (Some(at), Some(CancelRefusal::OrderReplaced)),
            Some((at, true)) if !is_open(&self.orders[at].view) => {
                (Some(at), Some(CancelRefusal::TooLateToCancel))
            }
            Some((at, true)) if !self.is_named(at, named) => {
                (Some(at), Some(CancelRefusal::OrderMismatch))
            }
            Some((at, true)) => (Some(at), None),
        }
    }

    pub(super) fn known(&self, at: usize) -> KnownOrder {
        let order = &self.orders[at].view;
        KnownOrder {
            order_id: order.order_id,
            status: order.status,
        }
    }

    pub(super) fn replace(
        &mut self,
        origin: Origin,
        session: SessionName,
        request: &ReplaceRequest,
        told: &mut Told,
    ) {
        let (firm, new) = (firm_of(session), &request.order);
        let named = Named {
            client_order_id: request.original_client_order_id,
            order_id: request.order_id,
            symbol: new.symbol,
            side: new.side,
        };
        let (at, reason) = self.check_change(firm, new.client_order_id, &named);
        if reason != Some(CancelRefusal::DuplicateClientOrderId) {
            self.used.push((firm, new.client_order_id));
        }
        let holds = match reason {
            Some(reason) => Err(ReplaceRefusal::Order(reason)),
            None => self
                .blocked(session)
                .map_err(ReplaceRefusal::TradingBlocked)
                .and_then(|()| self.new_holds(at.unwrap(), new, told.cause.time))
                .and_then(|holds| {
                    let view = &self.orders[at.unwrap()].view;
                    let (session, now) = (view.session, told.cause.time);
                    let takes = self.post_only(new);
                    takes
                        .and_then(|()| self.within_limits(firm, session, new, at, now))
                        .map_err(ReplaceRefusal::Terms)
                        .map(|()| holds)
                }),
        };
        match holds {
            Ok(holds) => self.change(at.unwrap(), session, new, holds, told),
            Err(reason) => {
                let mut request = request.clone();
                request.order.instances.clear();
                told.tell(EventBody::ReplaceRejected {
                    origin,
                    firm: Some(firm),
                    request,
                    order: at.map(|at| self.known(at)),
                    reason,
                });
            }
        }
    }

    /// What an order holds on its new terms, or why it may not have them.
    fn new_holds(
        &self,
        at: usize,
        new: &NewOrder,
        now: Timestamp,
    ) -> Result<Vec<SlotName>, ReplaceRefusal> {
        let order = &self.orders[at];
        if order.view.account != new.account {
            return Err(ReplaceRefusal::AccountChanged);
        }
        let open = new
            .quantity
            .get()
            .saturating_sub(order.view.cumulative.get());
        check_terms(self.phase(new.symbol.as_str()), order.view.firm, new, now)
            .map_err(ReplaceRefusal::Terms)?;
        let (provider, _) = instrument_of(new.symbol.as_str()).unwrap();
        if new.side == Side::Buy || provider.is_none() {
            return Ok(Vec::new());
        }
        if !new.instances.is_empty() {
            return self.new_named_holds(at, new);
        }
        let open = usize::try_from(open).unwrap();
        let mut holds = order.holds.clone();
        holds.truncate(open);
        let free = self.holdings.iter().filter(|holding| {
            holding.free && holding.account == new.account && holding.symbol == new.symbol
        });
        holds.extend(free.map(|holding| holding.slot).take(open - holds.len()));
        if holds.len() == open {
            Ok(holds)
        } else {
            Err(ReplaceRefusal::Terms(OrderRefusal::NotEnoughFreeInstances))
        }
    }

    fn new_named_holds(&self, at: usize, new: &NewOrder) -> Result<Vec<SlotName>, ReplaceRefusal> {
        let order = &self.orders[at];
        if u64::try_from(new.instances.len()).unwrap() != new.quantity.get() {
            let reason = OrderRefusal::InstanceCountMismatch;
            return Err(ReplaceRefusal::Terms(reason));
        }
        let filled = usize::try_from(order.view.cumulative.get()).unwrap();
        let (done, open) = new.instances.split_at(filled.min(new.instances.len()));
        let wrong = self.holdings.iter().any(|holding| {
            let own = holding.account == new.account && holding.free;
            (own || order.holds.contains(&holding.slot)) && done.contains(&holding.instance)
        });
        if wrong {
            return Err(ReplaceRefusal::DeliveredNotNamed);
        }
        self.named(order.view.firm, new, open, Some(at))
            .map_err(ReplaceRefusal::Terms)
    }

    fn change(
        &mut self,
        at: usize,
        session: SessionName,
        new: &NewOrder,
        holds: Vec<SlotName>,
        told: &mut Told,
    ) {
        for slot in std::mem::replace(&mut self.orders[at].holds, holds.clone()) {
            self.holding(slot).free = true;
        }
        for slot in holds {
            self.holding(slot).free = false;
        }
        let (day, order) = (self.day, &mut self.orders[at]);
        let original = order.view.client_order_id;
        order.earlier.push((original, day));
        let at_once = [TimeInForce::ImmediateOrCancel, TimeInForce::FillOrKill];
        let asked = new.conditions.as_deref().copied().unwrap_or_default();
        let shows = conditions_of(&order.view).displayed_quantity;
        let stays = order.view.kind == new.kind
            && new.quantity <= order.view.quantity
            && shows.is_none_or(|before| asked.displayed_quantity.is_some_and(|now| now <= before))
            && (order.view.time_in_force == TimeInForce::AtTheClose)
                == (new.time_in_force == TimeInForce::AtTheClose)
            && !at_once.contains(&new.time_in_force);
        let stays_elected =
            order.place != Place::Waits && order.view.kind.stop() == new.kind.stop();
        let view = &mut order.view;
        view.client_order_id = new.client_order_id;
        (view.kind, view.quantity) = (new.kind, new.quantity.max(view.cumulative));
        (view.time_in_force, view.image) = (new.time_in_force, new.image);
        view.conditions.clone_from(&new.conditions);
        view.leaves = Quantity::new(view.quantity.get() - view.cumulative.get());
        let shows = asked.displayed_quantity.map_or(u64::MAX, Quantity::get);
        order.shown = order.shown.min(view.leaves.get()).min(shows);
        if view.leaves.is_zero() {
            view.status = OrderStatus::Filled;
            (order.ended, order.place) = (Some(day), Place::Nowhere);
        }
        let mut view = order.view.clone();
        self.lay_down_price(at);
        if !view.leaves.is_zero() {
            self.note_taken(view.firm, view.session, new, false, told.cause.time);
        }
        view.original_client_order_id = Some(original);
        told.tell(EventBody::OrderReplaced {
            order: view,
            execution: told.execution(),
            session,
        });
        if stays || self.orders[at].ended.is_some() {
            return;
        }
        self.orders[at].place = Place::Nowhere;
        if stays_elected && self.collects(at) {
            self.collect(at, false);
        } else if stays_elected {
            self.enter(at, told);
        } else {
            self.arrive(at, told);
        }
    }

    /// The orders that a session means, session by session in the order of admission.
    fn meant(&self, session: SessionName, which: &OrderFilter) -> Vec<usize> {
        let firm = firm_of(session);
        let mut meant: Vec<usize> = (0..self.orders.len())
            .filter(|&at| {
                let order = &self.orders[at].view;
                let whose = match which.of {
                    OrdersOf::Session => order.session == session,
                    OrdersOf::Firm => order.firm == firm,
                };
                is_open(order)
                    && whose
                    && which.symbol.is_none_or(|symbol| symbol == order.symbol)
                    && which.side.is_none_or(|side| side == order.side)
            })
            .collect();
        meant.sort_by_key(|&at| (timing::rank(self.orders[at].view.session), at));
        meant
    }

    pub(super) fn cancel_all(
        &mut self,
        origin: Origin,
        session: SessionName,
        request: &MassCancelRequest,
        told: &mut Told,
    ) {
        let (firm, client_order_id) = (firm_of(session), request.client_order_id);
        let symbol = request.which.symbol;
        let reason = if self.used.contains(&(firm, client_order_id)) {
            Some(MassCancelRefusal::DuplicateClientOrderId)
        } else {
            self.used.push((firm, client_order_id));
            let unknown = symbol.is_some_and(|symbol| instrument_of(symbol.as_str()).is_none());
            unknown.then_some(MassCancelRefusal::UnknownInstrument)
        };
        let request = request.clone();
        if let Some(reason) = reason {
            let firm = Some(firm);
            return told.tell(EventBody::MassCancelRejected {
                origin,
                firm,
                request,
                reason,
            });
        }
        let ending = self.meant(session, &request.which);
        told.tell(EventBody::OrdersCancelled {
            session,
            firm,
            request,
            orders: u64::try_from(ending.len()).unwrap(),
        });
        let cause = CancelCause::MassCancelled {
            session,
            client_order_id,
        };
        for at in ending {
            self.end(at, OrderStatus::Cancelled, Some(cause), told);
        }
    }

    pub(super) fn report(
        &self,
        origin: Origin,
        session: SessionName,
        request: &StatusRequest,
        told: &mut Told,
    ) {
        let named = Named {
            client_order_id: request.client_order_id,
            order_id: request.order_id,
            symbol: request.symbol,
            side: request.side,
        };
        let found = self.find(firm_of(session), request.client_order_id);
        match found.filter(|(at, _)| self.is_named(*at, &named)) {
            Some((at, _)) => told.tell(EventBody::OrderReported {
                session,
                order: self.orders[at].view.clone(),
                execution: told.execution(),
                answers: Question::Order {
                    request_id: request.request_id,
                },
            }),
            None => told.tell(EventBody::NothingReported {
                origin,
                firm: Some(firm_of(session)),
                asked: Asked::Order(request.clone()),
                execution: told.execution(),
                reason: StatusRefusal::UnknownOrder,
            }),
        }
    }

    pub(super) fn report_all(
        &self,
        origin: Origin,
        session: SessionName,
        request: &MassStatusRequest,
        told: &mut Told,
    ) {
        let meant = self.meant(session, &request.which);
        if meant.is_empty() {
            return told.tell(EventBody::NothingReported {
                origin,
                firm: Some(firm_of(session)),
                asked: Asked::Orders(request.clone()),
                execution: told.execution(),
                reason: StatusRefusal::NoOrders,
            });
        }
        for (number, at) in meant.iter().enumerate() {
            told.tell(EventBody::OrderReported {
                session,
                order: self.orders[*at].view.clone(),
                execution: told.execution(),
                answers: Question::Orders {
                    request_id: request.request_id,
                    total: u64::try_from(meant.len()).unwrap(),
                    last: number + 1 == meant.len(),
                },
            });
        }
    }
}
