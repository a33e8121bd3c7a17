//! Submits orders and matches them as they come: best price first, then first come first, always at the price of
//! the resting order. Those that collect for an auction are matched in `auction`.

use alloc::vec::Vec;

use crate::command::{NewOrder, Origin, Phase};
use crate::event::{CancelCause, EventBody, Fill, Liquidity, OrderStatus};
use crate::ids::OrderId;
use crate::inventory::SlotPlace;
use crate::machine::Engine;
use crate::money::{Price, Quantity};
use crate::order::{Lifetime, Order};
use crate::output::Output;
use crate::refusal::OrderRefusal;
use crate::registry::Registry;
use crate::slab::Place;
use crate::time::Timestamp;

/// Why matching stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// Nothing is open any more.
    Filled,
    /// No resting order of the other side is left that the order may trade with.
    NoneLeft,
    /// It met an order of its own, and may not go on.
    OwnOrder,
    /// What is left of the other side is beyond the price band of an order without a limit price.
    BandReached,
}

impl Engine {
    pub(crate) fn submit(
        &mut self,
        origin: Origin,
        sender: Option<u32>,
        new: &NewOrder,
        out: &mut Output<'_>,
    ) {
        let id = OrderId::new(out.number());
        match self.check_order(id, out.time(), sender, new) {
            // Looked at here, for an order is large, and not moved once more than it must be.
            Ok(mut order) => match self.check_market(&order, out.time()) {
                Ok(()) => self.accept(&mut order, out),
                Err(reason) => self.reject(origin, sender, new, reason, out),
            },
            Err(reason) => self.reject(origin, sender, new, reason, out),
        }
    }

    /// What only the state of the market says about a new order.
    fn check_market(&self, order: &Order, now: Timestamp) -> Result<(), OrderRefusal> {
        self.check_post_only(order)?;
        self.check_limits(order, None, now)
    }

    fn reject(
        &mut self,
        origin: Origin,
        sender: Option<u32>,
        new: &NewOrder,
        reason: OrderRefusal,
        out: &mut Output<'_>,
    ) {
        let firm = sender.map(|session| self.registry.sessions[session].firm);
        if let Some(firm) = firm.filter(|_| reason > OrderRefusal::DuplicateClientOrderId) {
            // A refused order has used its client order id: one id names one order a day.
            self.orders.mark_used(firm, new.client_order_id);
        }
        let instrument = self.registry.instruments.find(&new.symbol);
        out.push(EventBody::OrderRejected {
            origin,
            firm: firm.map(|firm| self.registry.firms[firm].name),
            order: NewOrder {
                instances: Vec::new(),
                conditions: new.conditions.clone(),
                ..*new
            },
            order_id: OrderId::new(out.number()),
            execution: out.execution(),
            reason,
            test: instrument.is_some_and(|place| self.registry.instruments[place].is_test()),
        });
    }

    fn accept(&mut self, order: &mut Order, out: &mut Output<'_>) {
        self.inventory.hold(order.undelivered(), order.id);
        self.risk.note_taken(order, true, out.time());
        out.make(|execution| EventBody::OrderAccepted {
            order: self.registry.view(order, OrderStatus::New),
            execution,
        });
        self.bring(order, out);
    }

    /// Lets an order wait for its price, where it has one that is not reached, or for an auction, and brings any other to
    /// the market. Where it stays, it is taken out of `order`: until then it is not moved, for it is large.
    pub(crate) fn bring(&mut self, order: &mut Order, out: &mut Output<'_>) {
        let trades = self.trading(order.instrument).phase == Phase::Continuous;
        if !trades || order.lifetime == Lifetime::AtTheClose {
            self.collect(order.take());
        } else if !order.waits() {
            self.enter(order, out);
        } else if self.is_reached(order) {
            self.trigger(order, out);
        } else {
            self.wait(order.take());
        }
    }

    /// Brings an order to the market that is reported already: it trades, rests or ends.
    #[inline]
    pub(crate) fn enter(&mut self, order: &mut Order, out: &mut Output<'_>) {
        let farthest = self.farthest_price(order);
        if let Some(cause) = self.unfillable(order, farthest) {
            return self.cancel_rest(order, cause, out);
        }
        let stop = self.cross(order, farthest, out);
        match (stop, order.limit(), order.lifetime) {
            (Stop::Filled, _, _) => self.orders.finish(order, OrderStatus::Filled),
            (_, _, Lifetime::FillOrKill) => unreachable!("it was seen to fill whole"),
            (_, _, Lifetime::AtTheOpening | Lifetime::AtTheClose) => {
                unreachable!("what is for an auction does not come to the market")
            }
            (Stop::OwnOrder, _, _) => {
                self.cancel_rest(order, CancelCause::SelfTradePrevented, out);
            }
            (Stop::NoneLeft, None, _) => {
                self.cancel_rest(order, CancelCause::MarketUnfilled, out);
            }
            (Stop::BandReached, None, _) => {
                self.cancel_rest(order, CancelCause::PriceBandReached, out);
            }
            (Stop::NoneLeft | Stop::BandReached, Some(_), Lifetime::ImmediateOrCancel) => {
                self.cancel_rest(order, CancelCause::ImmediateOrCancel, out);
            }
            (
                Stop::NoneLeft | Stop::BandReached,
                Some(_),
                Lifetime::Day
                | Lifetime::GoodTillCancel
                | Lifetime::GoodTillDay
                | Lifetime::GoodTillTime,
            ) => {
                order.show();
                self.rest(order);
            }
        }
    }

    /// Takes an order out of `order` and rests it.
    #[inline]
    pub(crate) fn rest(&mut self, order: &mut Order) {
        let place = self.keep(order);
        self.book_again(place);
    }

    pub(crate) fn book_again(&mut self, place: Place) {
        let instrument = self.orders.resting[place].instrument;
        let book = &mut self.books[usize::try_from(instrument).expect("a place fits a pointer")];
        book.rest(place, &mut self.orders.resting, &mut self.levels);
    }

    /// Ends an order that never rested.
    fn cancel_rest(&mut self, order: &mut Order, cause: CancelCause, out: &mut Output<'_>) {
        self.inventory.release(order.undelivered(), order.id);
        out.make(|execution| EventBody::OrderCancelled {
            order: self.registry.view(order, OrderStatus::Cancelled),
            execution,
            cause,
        });
        self.orders.finish(order, OrderStatus::Cancelled);
    }

    /// Trades an order with what rests on the other side, as far as it goes: to its limit, or to the farthest price for
    /// one without.
    fn cross(&mut self, taker: &mut Order, farthest: Option<Price>, out: &mut Output<'_>) -> Stop {
        loop {
            if taker.leaves().is_zero() {
                return Stop::Filled;
            }
            let book = self.book(taker.instrument);
            let Some(place) = book.first(taker.side.opposite(), &self.levels) else {
                return Stop::NoneLeft;
            };
            let maker = &self.orders.resting[place];
            let price = maker.limit().expect("only limit orders rest");
            if !taker.accepts(price) {
                return Stop::NoneLeft;
            }
            if farthest.is_some_and(|farthest| taker.side.is_beyond(price, farthest)) {
                return Stop::BandReached;
            }
            match self.self_match(taker, maker) {
                None => self.trade(taker, place, price, out),
                Some(instruction) => {
                    if !self.prevent_self_match(taker, place, instruction, out) {
                        return Stop::OwnOrder;
                    }
                }
            }
        }
    }

    /// Matches one pair of orders.
    fn trade(&mut self, taker: &mut Order, place: Place, price: Price, out: &mut Output<'_>) {
        let trade = out.next_trade();
        let maker = &mut self.orders.resting[place];
        let quantity = taker.leaves().min(maker.displayed());
        let slots = next_slots(taker, quantity);
        let slots = if slots.is_empty() {
            next_slots(maker, quantity)
        } else {
            slots
        };
        self.risk.shrank(&self.registry, maker, quantity);
        maker.fill(price, quantity);
        taker.fill(price, quantity);
        self.levels[maker.links.level].take(quantity);

        let maker = &self.orders.resting[place];
        let instances: Vec<_> = slots
            .iter()
            .map(|&slot| self.inventory.slot(slot).instance)
            .collect();
        let fill = |liquidity| Fill {
            trade,
            price,
            quantity,
            instances: instances.clone(),
            liquidity,
        };
        let made = out.execution();
        out.make(|execution| EventBody::OrderFilled {
            order: self.registry.view(maker, maker.status()),
            execution,
            fill: fill(Liquidity::Maker),
        });
        let took = out.execution();
        out.make(|execution| EventBody::OrderFilled {
            order: self.registry.view(taker, taker.status()),
            execution,
            fill: fill(Liquidity::Taker),
        });
        let parties = [
            (maker, made, Liquidity::Maker),
            (&*taker, took, Liquidity::Taker),
        ];
        let holders = [maker, &*taker].map(|order| (order.firm, order.account));
        let time = out.time();
        let executed = |registry: &Registry| registry.trade(trade, price, quantity, parties, time);
        if slots.is_empty() {
            out.make(|_| EventBody::TradeExecuted(executed(&self.registry)));
        } else {
            let executed = executed(&self.registry);
            self.execute(executed, &slots, holders, out);
        }
        self.note_price(taker.instrument, price);
        self.drop_or_refill(place);
    }

    /// An order that is filled leaves the book; one of which all that was shown is filled shows as much again, and goes
    /// behind the others at its price.
    fn drop_or_refill(&mut self, place: Place) {
        let maker = &self.orders.resting[place];
        if maker.leaves().is_zero() {
            self.unbook(place);
            self.forget(place, OrderStatus::Filled);
        } else if maker.displayed().is_zero() {
            self.unbook(place);
            self.orders.resting[place].show();
            self.book_again(place);
        }
    }
}

/// The next slots that a sell delivers; none for a buy or a test instrument.
pub(crate) fn next_slots(order: &Order, quantity: Quantity) -> Vec<SlotPlace> {
    let count = usize::try_from(quantity.get()).unwrap_or(usize::MAX);
    order.undelivered().iter().take(count).copied().collect()
}
