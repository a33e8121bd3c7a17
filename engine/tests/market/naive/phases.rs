//! Phases and auctions in the naive market: an auction tries every price, and for each looks through all orders.

use std::cmp::Reverse;

use engine::{
    AuctionResult, CancelCause, EventBody, HaltPolicy, HaltPolicyChange, HaltedOrders,
    IgnoreReason, Liquidity, NewOrder, OrderKind, OrderRefusal, OrderStatus, Origin, Phase,
    PhaseChange, PhaseRequest, Price, Quantity, Remark, Resumption, SelfMatchInstruction, Side,
    Symbol, TimeInForce, Timestamp,
};

use super::timing::day_of;
use super::{Naive, Place, Told, is_call, is_open};

/// In the order of their listing.
const SYMBOLS: [&str; 5] = ["TEST", "SMALL", "LARGE", "ELSEWHERE", "COARSE"];

/// No limit of a test is beyond this.
const PRICE_MAX: i64 = 30;

#[derive(Clone, Default)]
pub(super) struct Trading {
    pub(super) phase: Phase,
    /// The last step of the calendar, and when it was due.
    scheduled: Option<(Phase, Option<Timestamp>)>,
    /// What a halt interrupts, and what follows it.
    halt: Option<(Phase, Phase)>,
    pub(super) reopens_at: Option<Timestamp>,
    /// What a halt does, as configured and as an operator says instead.
    configured: HaltPolicy,
    operator: Option<HaltPolicy>,
}

impl Trading {
    fn policy(&self) -> HaltPolicy {
        self.operator.unwrap_or(self.configured)
    }
}

/// What may be wrong with an order for the phase, first things first.
pub(super) fn wrong(phase: Phase, new: &NewOrder) -> Vec<(bool, OrderRefusal)> {
    let asked = new.conditions.as_deref().copied().unwrap_or_default();
    let at_once = [TimeInForce::ImmediateOrCancel, TimeInForce::FillOrKill];
    let late = [Phase::Continuous, Phase::ClosingAuction].contains(&phase);
    let call = is_call(phase);
    vec![
        (phase == Phase::Closed, OrderRefusal::InstrumentClosed),
        (phase == Phase::Halted, OrderRefusal::InstrumentHalted),
        (
            late && new.time_in_force == TimeInForce::AtTheOpening,
            OrderRefusal::OpeningPassed(phase),
        ),
        (
            call && at_once.contains(&new.time_in_force),
            OrderRefusal::ImmediateInCall(phase),
        ),
        (
            call && asked.minimum_quantity.is_some(),
            OrderRefusal::MinimumQuantityInCall(phase),
        ),
        (call && asked.post_only, OrderRefusal::PostOnlyInCall(phase)),
    ]
}

pub(super) fn place_in_listing(symbol: &str) -> Option<usize> {
    SYMBOLS.iter().position(|known| *known == symbol)
}

impl Naive {
    pub(super) fn phase(&self, symbol: &str) -> Phase {
        place_in_listing(symbol).map_or(Phase::Continuous, |at| self.trading[at].phase)
    }

    /// Whether orders at the close are in the book.
    pub(super) fn is_closing(&self, symbol: &str) -> bool {
        let trading = &self.trading[place_in_listing(symbol).unwrap()];
        let phase = trading
            .halt
            .map_or(trading.phase, |(interrupts, _)| interrupts);
        phase == Phase::ClosingAuction
    }

    pub(super) fn change_phase(&mut self, request: &PhaseRequest, told: &mut Told) {
        let origin = told.cause.input.origin;
        let (symbol, to) = (request.symbol, request.phase);
        let by_calendar = origin == Origin::Venue;
        let permitted = matches!(origin, Origin::Operator { .. });
        let refused = if !permitted && (!by_calendar || to == Phase::Halted) {
            Some(IgnoreReason::NotPermitted)
        } else {
            match place_in_listing(symbol.as_str()) {
                None => Some(IgnoreReason::Unknown),
                Some(at) => self.refuses_phase(at, request, by_calendar),
            }
        };
        if let Some(reason) = refused {
            return told.tell(EventBody::Ignored { origin, reason });
        }
        let at = place_in_listing(symbol.as_str()).unwrap();
        if by_calendar {
            let trading = &mut self.trading[at];
            trading.scheduled = Some((to, request.due));
            if let Some((_, then)) = &mut trading.halt {
                *then = to;
            }
            if trading.halt.is_some() || trading.phase == to {
                return told.tell(EventBody::PhaseScheduled { symbol, phase: to });
            }
            let closing = trading.phase == Phase::ClosingAuction;
            if closing && to != Phase::Closed {
                self.step(at, Phase::Closed, None, None, told);
            }
        }
        self.step(at, to, request.reason, None, told);
    }

    fn refuses_phase(
        &self,
        at: usize,
        request: &PhaseRequest,
        by_calendar: bool,
    ) -> Option<IgnoreReason> {
        let (trading, to) = (&self.trading[at], request.phase);
        if by_calendar {
            let before = trading.scheduled == Some((to, request.due));
            return before.then_some(IgnoreReason::AlreadySo);
        }
        let closing = trading.phase == Phase::ClosingAuction;
        if trading.phase == to {
            Some(IgnoreReason::AlreadySo)
        } else if closing && to != Phase::Closed && to != Phase::Halted {
            Some(IgnoreReason::PhaseNotNext)
        } else if trading.phase == Phase::Halted
            && to == Phase::Continuous
            && trading.policy().resumption != Resumption::Straight
        {
            Some(IgnoreReason::HaltForbids)
        } else {
            None
        }
    }

    pub(super) fn release(&mut self, symbol: Symbol, reason: Option<Remark>, told: &mut Told) {
        let origin = told.cause.input.origin;
        let at = place_in_listing(symbol.as_str());
        let refused = match (origin, at) {
            (Origin::Operator { .. }, None) => Some(IgnoreReason::Unknown),
            (Origin::Operator { .. }, Some(at)) if self.trading[at].halt.is_none() => {
                Some(IgnoreReason::HaltForbids)
            }
            (Origin::Operator { .. }, _) => None,
            _ => Some(IgnoreReason::NotPermitted),
        };
        if let Some(reason) = refused {
            return told.tell(EventBody::Ignored { origin, reason });
        }
        let at = at.unwrap();
        let (_, then) = self.trading[at].halt.unwrap();
        match self.trading[at].policy().resumption {
            Resumption::Auction { call } if then == Phase::Continuous => {
                let ends = told.cause.time.after(call);
                self.step(at, Phase::OpeningAuction, reason, Some(ends), told);
            }
            _ => self.step(at, then, reason, None, told),
        }
    }

    /// `None` takes back what an operator has said.
    pub(super) fn lay_down_halt(
        &mut self,
        symbol: Symbol,
        policy: Option<HaltPolicy>,
        told: &mut Told,
    ) {
        let origin = told.cause.input.origin;
        let operator = matches!(origin, Origin::Operator { .. });
        let ignored = |reason| EventBody::Ignored { origin, reason };
        if !operator && (policy.is_none() || origin != Origin::Venue) {
            return told.tell(ignored(IgnoreReason::NotPermitted));
        }
        let Some(at) = place_in_listing(symbol.as_str()) else {
            return told.tell(ignored(IgnoreReason::Unknown));
        };
        let known = &mut self.trading[at];
        let before = (known.configured, known.operator);
        match policy {
            Some(policy) if !operator => known.configured = policy,
            policy => known.operator = policy,
        }
        let (configured, operator) = (known.configured, known.operator);
        if before == (configured, operator) {
            return told.tell(ignored(IgnoreReason::AlreadySo));
        }
        told.tell(EventBody::HaltPolicySet(Box::new(HaltPolicyChange {
            symbol,
            origin,
            configured,
            operator,
        })));
    }

    pub(super) fn reopen(&mut self, at: usize, due: Timestamp, told: &mut Told) {
        let late = day_of(told.cause.time) > day_of(due);
        if late {
            self.expire_day_orders(SYMBOLS[at], told);
        }
        if late && self.trading[at].scheduled.is_some() {
            let reason = "the call ended in a trading day that is over".parse();
            self.trading[at].scheduled = None;
            self.step(at, Phase::Closed, Some(reason.unwrap()), None, told);
        } else {
            self.step(at, Phase::Continuous, None, None, told);
        }
        self.trigger_elected(told);
    }

    fn step(
        &mut self,
        at: usize,
        to: Phase,
        reason: Option<Remark>,
        ends: Option<Timestamp>,
        told: &mut Told,
    ) {
        let symbol = SYMBOLS[at];
        let was_closing = self.is_closing(symbol);
        let trading = self.trading[at].clone();
        let from = trading.phase;
        if to != Phase::Halted {
            if to == Phase::Continuous || from == Phase::ClosingAuction && to == Phase::Closed {
                self.auction(symbol, told);
            }
            self.end_leftovers(symbol, to, was_closing, told);
        }
        let then = trading.reopens_at.map_or(from, |_| Phase::Continuous);
        self.trading[at].phase = to;
        self.trading[at].reopens_at = ends;
        self.trading[at].halt = (to == Phase::Halted).then_some((from, then));
        // A timer fires in the name of the venue.
        let timer = trading.reopens_at.is_some_and(|due| due <= told.cause.time);
        let origin = if timer {
            Origin::Venue
        } else {
            told.cause.input.origin
        };
        told.tell(EventBody::PhaseChanged(Box::new(PhaseChange {
            symbol: symbol.parse().unwrap(),
            from,
            to,
            origin,
            reason,
            test: ["TEST", "COARSE"].contains(&symbol),
        })));
        match to {
            Phase::Halted if trading.policy().orders == HaltedOrders::Cancelled => {
                for order in self.all_open(symbol) {
                    let cause = Some(CancelCause::Halted);
                    self.end(order, OrderStatus::Cancelled, cause, told);
                }
            }
            Phase::ClosingAuction if !was_closing => {
                for order in 0..self.orders.len() {
                    let known = &self.orders[order];
                    if known.place == Place::ForClose && known.view.symbol.as_str() == symbol {
                        self.rest(order);
                    }
                }
            }
            Phase::Continuous => self.elect_reached(symbol.parse().unwrap()),
            _ => {}
        }
    }

    fn end_leftovers(&mut self, symbol: &str, to: Phase, was_closing: bool, told: &mut Told) {
        let before_opening = [Phase::PreOpen, Phase::OpeningAuction].contains(&to);
        let close_over = to == Phase::Closed || was_closing && to != Phase::ClosingAuction;
        for at in self.all_open(symbol) {
            let order = &self.orders[at];
            let unpriced = order.view.kind.limit().is_none();
            let booked = matches!(order.place, Place::Book(_));
            let cause = match order.view.time_in_force {
                TimeInForce::AtTheOpening if !before_opening => Some(CancelCause::OpeningOver),
                TimeInForce::AtTheClose if close_over => Some(CancelCause::CloseOver),
                _ if booked && unpriced && !is_call(to) => Some(CancelCause::MarketUnfilled),
                _ => None,
            };
            if cause.is_some() {
                self.end(at, OrderStatus::Cancelled, cause, told);
            } else if self.priced_now == Some(at) {
                self.rest(at);
            }
        }
        self.priced_now = None;
    }

    /// The orders in the book that come in an auction, in order of priority.
    fn side(&self, symbol: &str, side: Side) -> Vec<usize> {
        let mut line: Vec<(i64, u64, usize)> = Vec::new();
        for (at, order) in self.orders.iter().enumerate() {
            if let Place::Book(came) = order.place
                && order.view.symbol.as_str() == symbol
                && order.view.side == side
            {
                let limit = order.view.kind.limit().map(Price::micros);
                let sign = if side == Side::Buy { -1 } else { 1 };
                line.push((limit.map_or(i64::MIN, |limit| limit * sign), came, at));
            }
        }
        line.sort_unstable();
        line.into_iter().map(|(_, _, at)| at).collect()
    }

    fn accepts(&self, at: usize, price: i64) -> bool {
        let order = &self.orders[at].view;
        match (order.kind.limit().map(Price::micros), order.side) {
            (None, _) => true,
            (Some(limit), Side::Buy) => limit >= price,
            (Some(limit), Side::Sell) => limit <= price,
        }
    }

    /// What there is to buy and to sell at a price.
    fn open_at(&self, symbol: &str, price: i64) -> [i64; 2] {
        [Side::Buy, Side::Sell].map(|side| {
            let line = self.side(symbol, side).into_iter();
            let open = line.filter(|&at| self.accepts(at, price));
            let open = open.map(|at| i64::try_from(self.orders[at].view.leaves.get()).unwrap());
            open.sum()
        })
    }

    fn auction_price(&self, symbol: &str) -> Option<(i64, i64)> {
        let last = self.reference(symbol);
        let booked = [Side::Buy, Side::Sell]
            .map(|side| self.side(symbol, side))
            .concat();
        let limit = |at: usize| self.orders[at].view.kind.limit().map(Price::micros);
        let limits = booked.iter().copied().filter_map(limit);
        let mut prices: Vec<i64> = limits.chain(last).collect();
        // Market orders are kept from prices beyond their bands.
        let allowed = |price: i64| {
            let unpriced = booked.iter().filter(|&&at| limit(at).is_none());
            let mut bands = unpriced.filter_map(|&at| self.band_of(at));
            bands.all(|(lowest, highest)| (lowest..=highest).contains(&price))
        };
        prices.retain(|price| allowed(*price));
        prices.sort_unstable();
        prices.dedup();
        let volume = |price: i64| {
            let [buys, sells] = self.open_at(symbol, price);
            buys.min(sells)
        };
        let surplus = |price: i64| {
            let [buys, sells] = self.open_at(symbol, price);
            buys - sells
        };
        let most = prices.iter().map(|price| volume(*price)).max()?;
        assert!(
            prices.iter().any(|price| *price > PRICE_MAX)
                || last.is_none() && prices.is_empty()
                || (1..=PRICE_MAX).all(|price| !allowed(price) || volume(price) <= most),
            "at no price at all more would trade"
        );
        if most == 0 {
            return None;
        }
        prices.retain(|price| volume(*price) == most);
        let least = prices.iter().map(|price| surplus(*price).abs()).min()?;
        prices.retain(|price| surplus(*price).abs() == least);
        let price = if prices.iter().all(|price| surplus(*price) > 0) {
            prices.iter().max()
        } else if prices.iter().all(|price| surplus(*price) < 0) {
            prices.iter().min()
        } else {
            prices.iter().min_by_key(|price| match last {
                Some(last) => (**price - last).abs(),
                None => **price,
            })
        };
        Some((*price?, most))
    }

    fn auction(&mut self, symbol: &str, told: &mut Told) {
        while let Some((price, quantity)) = self.auction_price(symbol) {
            let pairs = self.pairs(symbol, price);
            let later = |&(buy, sell, _): &(usize, usize, i64)| (buy.max(sell), buy.min(sell));
            let own = pairs.iter().map(later).find_map(|(later, earlier)| {
                let instruction = self.instruction(later, earlier)?;
                Some((later, earlier, instruction))
            });
            if let Some((later, earlier, instruction)) = own {
                self.prevent_in_auction(later, earlier, instruction, told);
                continue;
            }
            assert_eq!(pairs.iter().map(|pair| pair.2).sum::<i64>(), quantity);
            told.tell(EventBody::AuctionHeld(AuctionResult {
                symbol: symbol.parse().unwrap(),
                price: Price::from_micros(price),
                quantity: Quantity::new(u64::try_from(quantity).unwrap()),
                test: ["TEST", "COARSE"].contains(&symbol),
            }));
            for (buy, sell, quantity) in pairs {
                let quantity = Quantity::new(u64::try_from(quantity).unwrap());
                self.trade_in_auction(buy, sell, Price::from_micros(price), quantity, told);
            }
            self.prices.push((symbol.parse().unwrap(), price));
            return;
        }
    }

    /// Who trades with whom at a price, and how much.
    fn pairs(&self, symbol: &str, price: i64) -> Vec<(usize, usize, i64)> {
        let mut lines = [Side::Buy, Side::Sell].map(|side| {
            let line = self.side(symbol, side).into_iter();
            let accepting = line.filter(|&at| self.accepts(at, price));
            // The next one to trade is at the end.
            let open = |at: usize| i64::try_from(self.orders[at].view.leaves.get()).unwrap();
            let mut line: Vec<(usize, i64)> = accepting.map(|at| (at, open(at))).collect();
            line.reverse();
            line
        });
        let mut pairs = Vec::new();
        while let [Some(buy), Some(sell)] = lines.each_mut().map(Vec::pop) {
            let traded = buy.1.min(sell.1);
            pairs.push((buy.0, sell.0, traded));
            for (line, (at, open)) in lines.iter_mut().zip([buy, sell]) {
                if open > traded {
                    line.push((at, open - traded));
                }
            }
        }
        pairs
    }

    fn prevent_in_auction(
        &mut self,
        later: usize,
        earlier: usize,
        instruction: SelfMatchInstruction,
        told: &mut Told,
    ) {
        if self.prevent(later, earlier, instruction, told) {
            let cause = Some(CancelCause::SelfTradePrevented);
            self.end(later, OrderStatus::Cancelled, cause, told);
        }
    }

    fn trade_in_auction(
        &mut self,
        buy: usize,
        sell: usize,
        price: Price,
        quantity: Quantity,
        told: &mut Told,
    ) {
        let unpriced = [buy, sell].map(|at| self.orders[at].view.kind == OrderKind::MarketToLimit);
        let liquidity = [Liquidity::Auction; 2];
        self.match_pair([buy, sell], liquidity, price, quantity, told);
        for (at, was_unpriced) in [buy, sell].into_iter().zip(unpriced) {
            let leaves = self.orders[at].view.leaves.get();
            self.orders[at].shown = self.orders[at].shown.min(leaves);
            // Where two of them meet, one is left at most.
            if was_unpriced && leaves > 0 {
                self.priced_now = Some(at);
            }
        }
    }

    /// All that lives in an instrument, in the order in which the day expires it.
    pub(super) fn all_open(&self, symbol: &str) -> Vec<usize> {
        let mut open: Vec<usize> = (0..self.orders.len())
            .filter(|&at| {
                let order = &self.orders[at].view;
                is_open(order) && order.symbol.as_str() == symbol
            })
            .collect();
        // The book before stops that wait, bids before offers.
        open.sort_by_key(|&at| {
            let order = &self.orders[at];
            let sells = order.view.side == Side::Sell;
            let sign = if sells { 1 } else { -1 };
            let by = |price: Option<Price>| price.map_or(i64::MIN, |price| price.micros() * sign);
            let limit = match self.priced_now {
                // It is among the market orders still.
                Some(priced) if priced == at => None,
                _ => order.view.kind.limit(),
            };
            match order.place {
                Place::Book(came) => (0, sells, Reverse(0), by(limit), came),
                Place::Waits => (1, sells, Reverse(by(order.view.kind.stop())), 0, 0),
                Place::ForClose => (2, false, Reverse(0), 0, 0),
                Place::Nowhere => panic!("what lives is somewhere"),
            }
        });
        open
    }
}
