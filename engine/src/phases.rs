//! Brings instruments from phase to phase, and does what each step asks for.
//!
//! What an old phase leaves behind comes first: the auction that it was the call of, and the cancels of what was for it
//! only. Then the phase changes; then comes what the new one does.
//!
//! An auction is held on the way into continuous trading, from wherever, and from the closing auction to closed. A call that
//! ends otherwise is given up: nothing trades, and limit orders stay as they are, even if they cross, until the next one. So is
//! the call with which an instrument that has a calendar reopens after a halt, where its end comes in a later trading day than it
//! was to: the instrument is closed, and its calendar goes on from there. One without a calendar trades around the clock: its
//! auction is held late, without the orders of the day that is over.
//!
//! An order at the opening ends with the first step to a phase other than pre-open, opening auction and halt; an order
//! at the close when its auction is left, or the instrument is closed without one; a market order that no auction has filled
//! with the step to continuous trading or to closed. A halt holds until an operator releases it, whatever its calendar says.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::cancelling::Ending;
use crate::command::{HaltedOrders, Origin, Phase, PhaseRequest, Resumption};
use crate::event::{CancelCause, EventBody, PhaseChange};
use crate::machine::Engine;
use crate::order::{Lifetime, Order};
use crate::output::Output;
use crate::refusal::IgnoreReason;
use crate::slab::Place;
use crate::text::{Remark, Symbol};
use crate::time::{Timestamp, TradingDay};
use crate::trading::{Halt, Scheduled, Trading};

/// What is said of the call of an auction whose end has come too late.
const CALL_GIVEN_UP: &str = "the call ended in a trading day that is over";

/// A step of an instrument to a phase.
struct Step {
    instrument: u32,
    to: Phase,
    origin: Origin,
    reason: Option<Remark>,
    /// When the next one comes by itself.
    ends_at: Option<Timestamp>,
}

impl Engine {
    /// Brings an instrument to a phase that its calendar or an operator asks for.
    pub(crate) fn change_phase(
        &mut self,
        origin: Origin,
        request: &PhaseRequest,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        let PhaseRequest {
            symbol,
            phase: to,
            reason,
            due,
        } = *request;
        let by_calendar = match origin {
            // What follows a halt is its calendar's phase, which must not be a halt.
            Origin::Venue if to == Phase::Halted => return Err(IgnoreReason::NotPermitted),
            Origin::Venue => true,
            Origin::Operator { .. } => false,
            Origin::Settlement | Origin::Session { .. } => return Err(IgnoreReason::NotPermitted),
        };
        let instrument = self.listed(&symbol)?;
        let step = |to, reason| Step {
            instrument,
            to,
            origin,
            reason,
            ends_at: None,
        };
        let trading = self.trading_mut(instrument);
        if by_calendar {
            let asked = Some(Scheduled { phase: to, due });
            if trading.scheduled == asked {
                return Err(IgnoreReason::AlreadySo);
            }
            trading.scheduled = asked;
            if let Some(halt) = &mut trading.halt {
                halt.then = to;
            }
            if trading.halt.is_some() || trading.phase == to {
                out.push(EventBody::PhaseScheduled { symbol, phase: to });
                return Ok(());
            }
            if !trading.phase.may_be_followed_by(to) {
                // The venue was down when the instrument was to close.
                self.take_step(step(Phase::Closed, None), out);
            }
        } else {
            trading.check_operator(to)?;
        }
        self.take_step(step(to, reason), out);
        Ok(())
    }

    /// Ends a halt at the wish of an operator.
    pub(crate) fn release_halt(
        &mut self,
        origin: Origin,
        symbol: &Symbol,
        reason: Option<Remark>,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        if !matches!(origin, Origin::Operator { .. }) {
            return Err(IgnoreReason::NotPermitted);
        }
        let instrument = self.listed(symbol)?;
        let trading = self.trading_mut(instrument);
        let then = trading.halt.ok_or(IgnoreReason::HaltForbids)?.then;
        let (to, ends_at) = match (then, trading.policy().resumption) {
            (Phase::Continuous, Resumption::Auction { call }) => {
                (Phase::OpeningAuction, Some(out.time().after(call)))
            }
            (then, _) => (then, None),
        };
        let step = Step {
            instrument,
            to,
            origin,
            reason,
            ends_at,
        };
        self.take_step(step, out);
        Ok(())
    }

    /// Ends the call with which the first instrument reopens, whose time has come.
    pub(crate) fn reopen(&mut self, out: &mut Output<'_>) {
        let &(due, instrument) = self.reopening.first().expect("a timer is due");
        // The market was down when its time came, or the command that fires it was stamped just after midnight.
        let is_over = TradingDay::of(due) < TradingDay::of(out.time());
        if is_over {
            // The command that ends their day may be still to come.
            self.expire_day_orders(instrument, out);
        }
        // The step that its calendar has come to is taken, though it was before.
        let scheduled = &mut self.trading_mut(instrument).scheduled;
        let (to, reason) = if scheduled.take_if(|_| is_over).is_some() {
            let reason = Remark::new(CALL_GIVEN_UP).expect("it fits a remark");
            (Phase::Closed, Some(reason))
        } else {
            (Phase::Continuous, None)
        };
        let step = Step {
            instrument,
            to,
            origin: Origin::Venue,
            reason,
            ends_at: None,
        };
        self.take_step(step, out);
        // Ahead of the command before which the timer fires.
        self.trigger_elected(out);
    }

    fn take_step(&mut self, step: Step, out: &mut Output<'_>) {
        let Step { instrument, to, .. } = step;
        let was_closing = self.trading(instrument).is_closing();
        if to != Phase::Halted {
            self.leave(instrument, to, out);
        }
        self.come_to(step, out);
        let cancels = self.trading(instrument).policy().orders == HaltedOrders::Cancelled;
        match to {
            Phase::Halted if cancels => self.cancel_halted(instrument, out),
            Phase::ClosingAuction if !was_closing => self.book_closing(instrument),
            Phase::Continuous => self.elect_reached(instrument),
            Phase::Closed
            | Phase::PreOpen
            | Phase::OpeningAuction
            | Phase::Halted
            | Phase::ClosingAuction => {}
        }
    }

    /// Does what the present phase leaves behind: its auction, and the end of what was for it.
    fn leave(&mut self, instrument: u32, to: Phase, out: &mut Output<'_>) {
        let trading = self.trading(instrument);
        let was_closing = trading.is_closing();
        let closes = trading.phase == Phase::ClosingAuction && to == Phase::Closed;
        if closes || to == Phase::Continuous {
            self.hold_auction(instrument, out);
        }
        let no_more = |order: &Order| match order.lifetime {
            Lifetime::AtTheOpening if !matches!(to, Phase::PreOpen | Phase::OpeningAuction) => {
                Some(CancelCause::OpeningOver)
            }
            Lifetime::AtTheClose
                if to == Phase::Closed || was_closing && to != Phase::ClosingAuction =>
            {
                Some(CancelCause::CloseOver)
            }
            Lifetime::AtTheClose if !order.is_booked() => None,
            Lifetime::Day
            | Lifetime::ImmediateOrCancel
            | Lifetime::FillOrKill
            | Lifetime::GoodTillCancel
            | Lifetime::GoodTillDay
            | Lifetime::GoodTillTime
            | Lifetime::AtTheOpening
            | Lifetime::AtTheClose => (order.limit().is_none() && !order.waits() && !to.collects())
                .then_some(CancelCause::MarketUnfilled),
        };
        for place in self.all_of(instrument) {
            let order = &self.orders.resting[place];
            if let Some(cause) = no_more(order) {
                self.end(place, Ending::Cancelled(cause), out);
            } else if order.is_booked() && order.limit() != self.levels[order.links.level].price() {
                // The auction has given it its limit.
                self.unbook(place);
                self.book_again(place);
            }
        }
    }

    fn come_to(&mut self, step: Step, out: &mut Output<'_>) {
        let Step { instrument, to, .. } = step;
        let trading = self.trading_mut(instrument);
        let from = core::mem::replace(&mut trading.phase, to);
        let reopened_at = core::mem::replace(&mut trading.reopens_at, step.ends_at);
        trading.halt = (to == Phase::Halted).then_some(Halt {
            interrupts: from,
            then: match reopened_at {
                Some(_) => Phase::Continuous,
                None => from,
            },
        });
        if let Some(time) = reopened_at {
            self.reopening.remove(&(time, instrument));
        }
        if let Some(time) = step.ends_at {
            self.reopening.insert((time, instrument));
        }
        let listing = &self.registry.instruments[instrument];
        out.push(EventBody::PhaseChanged(Box::new(PhaseChange {
            symbol: listing.terms.symbol,
            from,
            to,
            origin: step.origin,
            reason: step.reason,
            test: listing.is_test(),
        })));
    }

    /// Cancels all orders of an instrument that is halted.
    fn cancel_halted(&mut self, instrument: u32, out: &mut Output<'_>) {
        for place in self.all_of(instrument) {
            self.end(place, Ending::Cancelled(CancelCause::Halted), out);
        }
    }

    /// Brings the orders at the close to the book, in the order of acceptance, behind all that are there.
    fn book_closing(&mut self, instrument: u32) {
        let closing = core::mem::take(&mut self.book_mut(instrument).closing);
        for place in closing.into_values() {
            self.book_again(place);
        }
    }

    /// Elects the stops that the price of an auction has reached, or that have come while none were elected.
    fn elect_reached(&mut self, instrument: u32) {
        if let Some(price) = self.book(instrument).last_price {
            self.note_price(instrument, price);
        }
    }

    /// Lets an order collect that does not trade as it comes.
    pub(crate) fn collect(&mut self, mut order: Order) {
        if order.waits() {
            return self.wait(order);
        }
        self.lay_down_price(&mut order);
        order.show();
        self.put(order);
    }

    /// Puts an order that does not wait for a price where it belongs.
    pub(crate) fn put(&mut self, mut order: Order) {
        let instrument = order.instrument;
        if order.lifetime == Lifetime::AtTheClose && !self.trading(instrument).is_closing() {
            let id = order.id;
            let place = self.keep(&mut order);
            self.book_mut(instrument).closing.insert(id, place);
        } else {
            self.rest(&mut order);
        }
    }

    /// Every order of an instrument that lives, in the order in which the day expires them.
    pub(crate) fn all_of(&self, instrument: u32) -> Vec<Place> {
        let book = self.book(instrument);
        book.all(&self.orders.resting, &self.levels).collect()
    }

    pub(crate) fn listed(&self, symbol: &Symbol) -> Result<u32, IgnoreReason> {
        let instrument = self.registry.instruments.find(symbol);
        instrument.ok_or(IgnoreReason::Unknown)
    }

    pub(crate) fn trading(&self, instrument: u32) -> &Trading {
        &self.registry.instruments[instrument].trading
    }

    pub(crate) fn trading_mut(&mut self, instrument: u32) -> &mut Trading {
        &mut self.registry.instruments[instrument].trading
    }
}

impl Trading {
    /// Whether an operator may bring the instrument to a phase.
    fn check_operator(&self, to: Phase) -> Result<(), IgnoreReason> {
        if self.phase == to {
            return Err(IgnoreReason::AlreadySo);
        }
        if !self.phase.may_be_followed_by(to) {
            return Err(IgnoreReason::PhaseNotNext);
        }
        let straight = self.policy().resumption == Resumption::Straight;
        if self.halt.is_some() && to == Phase::Continuous && !straight {
            return Err(IgnoreReason::HaltForbids);
        }
        Ok(())
    }
}
