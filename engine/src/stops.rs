//! Stop orders that wait for their price, in the order in which it would reach them, and what happens when it does.
//!
//! A stop is elected by a trade of its instrument: a buy at its StopPx(99) or above, a sell at it or below. One that the
//! last trade has reached already when it comes is elected at once; the last trade price is kept from day to day. A
//! trade elects the stop whose price is reached first before the others: buys from the lowest price up, then sells from
//! the highest down; at one price, the one that was accepted first. Elected stops enter the market one after the other,
//! in the order of their election, when the command that moved the price has done all else. What they trade may elect
//! more, which come behind those elected before.

use alloc::collections::BTreeMap;

use crate::command::Side;
use crate::event::EventBody;
use crate::ids::OrderId;
use crate::machine::Engine;
use crate::money::Price;
use crate::order::Order;
use crate::output::Output;
use crate::slab::Place;

/// The stop orders of one instrument that wait.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stops {
    // BTreeMap: the stop that the price reaches first is the first.
    buys: BTreeMap<(Rank, OrderId), Place>,
    sells: BTreeMap<(Rank, OrderId), Place>,
}

/// Orders the stop prices of a side by when a moving price reaches them: that of a buy, that of a sell negated.
type Rank = i64;

impl Stops {
    fn insert(&mut self, order: &Order, place: Place) {
        let known = self.side_mut(order.side).insert(key(order), place);
        assert!(known.is_none(), "a stop waits once");
    }

    /// Takes out a stop that waits.
    pub(crate) fn remove(&mut self, order: &Order, place: Place) {
        let known = self.side_mut(order.side).remove(&key(order));
        assert!(known == Some(place), "a stop is found by its price");
    }

    /// Takes out the first stop that a trade at this price elects.
    fn pop_reached(&mut self, price: Price) -> Option<Place> {
        [Side::Buy, Side::Sell].into_iter().find_map(|side| {
            let first = self.side_mut(side).first_entry()?;
            (first.key().0 <= rank(side, price)).then(|| first.remove())
        })
    }

    /// The stops of a side, in the order in which a moving price would reach them.
    pub(crate) fn line(&self, side: Side) -> impl Iterator<Item = Place> + '_ {
        let side = match side {
            Side::Buy => &self.buys,
            Side::Sell => &self.sells,
        };
        side.values().copied()
    }

    fn side_mut(&mut self, side: Side) -> &mut BTreeMap<(Rank, OrderId), Place> {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }
}

fn key(order: &Order) -> (Rank, OrderId) {
    let price = order.stop().expect("only stop orders wait");
    (rank(order.side, price), order.id)
}

fn rank(side: Side, price: Price) -> Rank {
    match side {
        Side::Buy => price.micros(),
        Side::Sell => price
            .micros()
            .checked_neg()
            .expect("prices are more than zero"),
    }
}

impl Engine {
    /// Whether the last trade of its instrument has reached the price of a stop order.
    pub(crate) fn is_reached(&self, order: &Order) -> bool {
        let last = self.book(order.instrument).last_price;
        match (last, order.stop()) {
            (Some(last), Some(stop)) => rank(order.side, stop) <= rank(order.side, last),
            _ => false,
        }
    }

    /// Lets a stop order wait for its price.
    pub(crate) fn wait(&mut self, mut order: Order) {
        let instrument = order.instrument;
        let place = self.keep(&mut order);
        let order = &self.orders.resting[place];
        let book = &mut self.books[usize::try_from(instrument).expect("a place fits a pointer")];
        book.stops.insert(order, place);
    }

    /// Takes note of the price of a trade, and elects the stops that it reaches.
    #[inline]
    pub(crate) fn note_price(&mut self, instrument: u32, price: Price) {
        let book = &mut self.books[usize::try_from(instrument).expect("a place fits a pointer")];
        book.last_price = Some(price);
        while let Some(place) = book.stops.pop_reached(price) {
            self.elected.push_back(place);
        }
    }

    /// Brings the elected stops to the market, one after the other, and those that they elect.
    pub(crate) fn trigger_elected(&mut self, out: &mut Output<'_>) {
        while let Some(place) = self.elected.pop_front() {
            let mut order = self.take(place);
            self.trigger(&mut order, out);
        }
    }

    /// Brings an elected stop to the market.
    pub(crate) fn trigger(&mut self, order: &mut Order, out: &mut Output<'_>) {
        order.elect();
        out.make(|execution| EventBody::OrderTriggered {
            order: self.registry.view(order, order.status()),
            execution,
        });
        self.enter(order, out);
    }
}
