//! Looks at all state for what must always hold.

use alloc::collections::BTreeMap;

use crate::book::Level;
use crate::command::{Phase, Side};
use crate::disconnect::Connection;
use crate::ids::OrderId;
use crate::inventory::SlotPlace;
use crate::machine::Engine;
use crate::order::{Delivery, Lifetime, Order};
use crate::view::HoldingState;

impl Engine {
    /// Looks at all state for a broken invariant. Takes time in proportion to all state: for tests.
    ///
    /// # Panics
    /// When one is broken, saying which.
    pub fn check_invariants(&self) {
        let (mut resting, mut expiring, mut followed) = (0_usize, 0_usize, 0_usize);
        let add = |count: &mut usize, more: bool| {
            let sum = count.checked_add(usize::from(more));
            *count = sum.expect("fewer orders than memory");
        };
        let mut holders = BTreeMap::new();
        for (instrument, _) in self.registry.instruments.iter() {
            self.check_book(instrument);
            let book = self.book(instrument);
            for place in book.all(&self.orders.resting, &self.levels) {
                self.orders.check(place);
                let order = &self.orders.resting[place];
                self.check_order_state(order, instrument, &mut holders);
                add(&mut resting, true);
                add(&mut expiring, order.expiry().is_some());
                add(&mut followed, self.orders.is_followed(order.firm));
            }
        }
        assert!(
            self.elected.is_empty(),
            "what was elected has come to the market"
        );
        self.orders.check_counts(resting, expiring, followed);
        self.check_connections();
        self.check_phases();
        self.check_inventory(&holders);
        self.check_exposure();
        self.check_amendments();
    }

    fn check_amendments(&self) {
        for (trade, busted, price) in self.amendments.all() {
            assert!(
                self.amendments.is_of_today(trade),
                "what was amended is forgotten with its day"
            );
            let open = self.trades.unsettled_trade(trade);
            assert!(
                open.is_none_or(|open| !busted && open.price == price),
                "a busted trade settles no more, a corrected one at its new price"
            );
        }
    }

    fn check_connections(&self) {
        let mut lost = 0_usize;
        for (place, session) in self.registry.sessions.iter() {
            match session.connection {
                Connection::Unwatched => continue,
                Connection::Watched(_) => {}
                Connection::Lost { deadline, .. } => {
                    assert!(
                        self.lost.contains(&(deadline, place)),
                        "a lost session has its timer"
                    );
                    lost = lost.checked_add(1).expect("fewer sessions than memory");
                }
            }
            assert!(
                self.orders.is_followed(session.firm),
                "the orders of a watched session are found"
            );
        }
        assert!(self.lost.len() == lost, "no timer is without its session");
        let now = self.last.map(|(_, time)| time);
        assert!(
            self.next_timer().is_none_or(|due| Some(due) > now),
            "what is due has fired"
        );
    }

    fn check_phases(&self) {
        let mut reopening = 0_usize;
        for (place, listing) in self.registry.instruments.iter() {
            let trading = &listing.trading;
            assert!(
                trading.halt.is_some() == (trading.phase == Phase::Halted),
                "a halt knows what it interrupts"
            );
            if let Some(time) = trading.reopens_at {
                assert!(
                    trading.phase == Phase::OpeningAuction
                        && self.reopening.contains(&(time, place)),
                    "an instrument that reopens has its timer"
                );
                reopening = reopening
                    .checked_add(1)
                    .expect("fewer instruments than memory");
            }
        }
        assert!(
            self.reopening.len() == reopening,
            "no timer is without its instrument"
        );
    }

    fn check_book(&self, instrument: u32) {
        let book = self.book(instrument);
        let trading = self.trading(instrument);
        let best = |side| {
            let mut levels = book.levels(side, &self.levels);
            levels.find_map(Level::price)
        };
        if let (Some(bid), Some(offer)) = (best(Side::Buy), best(Side::Sell)) {
            let trades = trading.phase == Phase::Continuous;
            assert!(
                bid < offer || !trades,
                "a book is never crossed while orders trade"
            );
        }
        for side in [Side::Buy, Side::Sell] {
            let mut levels = book.levels(side, &self.levels);
            let priced = levels.all(|level| level.price().is_some());
            assert!(
                priced || trading.holds_market_orders(),
                "market orders rest only where they collect"
            );
            let open = |place| u128::from(self.orders.resting[place].displayed().get());
            let orders: u128 = book
                .line(side, &self.orders.resting, &self.levels)
                .map(open)
                .sum();
            let levels: u128 = book
                .levels(side, &self.levels)
                .map(|level| level.quantity())
                .sum();
            assert!(orders == levels, "levels hold what their orders show");
            let count: u64 = book
                .levels(side, &self.levels)
                .map(|level| u64::from(level.orders()))
                .sum();
            let line = book.line(side, &self.orders.resting, &self.levels);
            let of_side = |place| self.orders.resting[place].side == side;
            assert!(
                line.chain(book.stops.line(side)).all(of_side),
                "orders are on their side"
            );
            let line = book.line(side, &self.orders.resting, &self.levels).count();
            assert!(
                u64::try_from(line) == Ok(count),
                "levels count their orders"
            );
        }
    }

    fn check_order_state(
        &self,
        order: &Order,
        instrument: u32,
        holders: &mut BTreeMap<SlotPlace, OrderId>,
    ) {
        assert!(
            order.instrument == instrument,
            "orders rest in the book of their instrument"
        );
        assert!(!order.leaves().is_zero(), "what rests has something open");
        let blocked = self.blocks.check(order.session, order.firm);
        assert!(blocked.is_ok(), "nothing rests of who is blocked");
        let trading = self.trading(instrument);
        if order.waits() {
            let trades = trading.phase == Phase::Continuous;
            assert!(
                !(trades && self.is_reached(order)),
                "a stop waits until it is reached, and orders trade"
            );
        } else if order.is_booked() {
            let level = &self.levels[order.links.level];
            assert!(
                order.limit() == level.price(),
                "an order rests at its price"
            );
            let for_close = order.lifetime == Lifetime::AtTheClose;
            assert!(
                !for_close || trading.is_closing(),
                "orders at the close are in the book for it only"
            );
            let for_opening = order.lifetime == Lifetime::AtTheOpening;
            assert!(
                !for_opening || trading.holds_market_orders(),
                "orders at the opening are in the book before it only"
            );
            let shown = order.displayed();
            assert!(
                !shown.is_zero() && shown <= order.leaves(),
                "something of what is open is shown"
            );
        } else {
            let for_close = order.lifetime == Lifetime::AtTheClose;
            assert!(
                for_close && !trading.is_closing(),
                "only orders at the close wait, and only until it comes"
            );
        }
        let listing = &self.registry.instruments[instrument];
        if let Delivery::Slots(slots) = &order.delivery {
            let holds = if listing.is_test() {
                0
            } else {
                order.quantity.get()
            };
            assert!(
                u64::try_from(slots.len()) == Ok(holds),
                "a sell holds one slot an instance"
            );
        }
        for &slot in order.undelivered() {
            let other = holders.insert(slot, order.id);
            assert!(other.is_none(), "an instance is held by one order");
        }
    }

    fn check_inventory(&self, holders: &BTreeMap<SlotPlace, OrderId>) {
        let sold: BTreeMap<_, _> = self
            .trades
            .unsettled()
            .map(|(reassignment, slot)| (slot, reassignment))
            .collect();
        assert!(
            sold.len() == self.trades.unsettled().count(),
            "an instance is sold once"
        );
        for (place, slot) in self.inventory.slots() {
            let holder = match slot.state {
                Some(HoldingState::HeldByOrder(order)) => Some(order),
                _ => None,
            };
            assert!(
                holders.get(&place).copied() == holder,
                "the register knows its holders"
            );
            let sale = match slot.state {
                Some(HoldingState::InReassignment(sale)) => Some(sale),
                _ => None,
            };
            assert!(
                sold.get(&place).copied() == sale,
                "the register knows what is sold"
            );
            let free = slot.state == Some(HoldingState::Free);
            assert!(
                self.inventory.is_listed_free(place) == free,
                "what is free is found"
            );
            if slot.state.is_some() {
                let found = self.inventory.find_instance(slot.provider, slot.instance);
                assert!(found == Some(place), "an instance is found by its name");
            }
        }
    }
}
