//! The order book of one instrument: levels in order of price, orders in order of time. It keeps
//! the order; the orders themselves are kept in one slab for all books.

use alloc::collections::BTreeMap;
use core::ops::Bound;

use crate::command::Side;
use crate::ids::OrderId;
use crate::money::{Price, Quantity};
use crate::order::{Links, Order};
use crate::slab::{NONE, Place, Slab};
use crate::stops::Stops;
use crate::view;

#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    // BTreeMap: a level is found by its price, and the best one is the first.
    bids: BTreeMap<Rank, Place>,
    offers: BTreeMap<Rank, Place>,
    /// Those that wait for their price; nobody sees them.
    pub(crate) stops: Stops,
    /// Orders at the close, while it is not held; nobody sees them either. By id: the order in which they come to it.
    pub(crate) closing: BTreeMap<OrderId, Place>,
    /// The price of the last trade.
    pub(crate) last_price: Option<Price>,
}

/// Orders a side's prices from best to worst: the price of an offer, the price of a bid negated; market orders that
/// collect for an auction come before all of them.
type Rank = i64;

/// The orders of one side at one price, first come first.
#[derive(Debug, Clone)]
pub(crate) struct Level {
    /// None: market orders.
    price: Option<Price>,
    first: Place,
    last: Place,
    // What is shown of them. 128 bits hold the sum of any number of orders.
    quantity: u128,
    orders: u32,
}

impl Book {
    /// Rests an order behind all others of its side and price.
    pub(crate) fn rest(
        &mut self,
        place: Place,
        orders: &mut Slab<Order>,
        levels: &mut Slab<Level>,
    ) {
        let order = &mut orders[place];
        let price = order.limit();
        let (side, displayed) = (order.side, order.displayed());
        let at = *self
            .side_mut(side)
            .entry(rank(side, price))
            .or_insert_with(|| {
                let (first, last, quantity, orders) = (NONE, NONE, 0, 0);
                levels.insert_with(|| Level {
                    price,
                    first,
                    last,
                    quantity,
                    orders,
                })
            });
        let level = &mut levels[at];
        order.links = Links {
            level: at,
            ahead: level.last,
            behind: NONE,
        };
        if level.last == NONE {
            level.first = place;
        } else {
            orders[level.last].links.behind = place;
        }
        level.last = place;
        level.quantity = level
            .quantity
            .checked_add(u128::from(displayed.get()))
            .expect("fits 128");
        level.orders = level
            .orders
            .checked_add(1)
            .expect("fewer orders than places");
    }

    /// Takes an order out of the book.
    pub(crate) fn remove(
        &mut self,
        place: Place,
        orders: &mut Slab<Order>,
        levels: &mut Slab<Level>,
    ) {
        let order = &mut orders[place];
        let (side, displayed) = (order.side, order.displayed());
        let Links {
            level: at,
            ahead,
            behind,
        } = core::mem::take(&mut order.links);
        let level = &mut levels[at];
        if ahead == NONE {
            level.first = behind;
        } else {
            orders[ahead].links.behind = behind;
        }
        if behind == NONE {
            level.last = ahead;
        } else {
            orders[behind].links.ahead = ahead;
        }
        level.take(displayed);
        level.orders = level.orders.checked_sub(1).expect("the order was counted");
        if level.orders == 0 {
            assert!(level.quantity == 0, "no orders have no quantity");
            let price = level.price;
            let removed = self.side_mut(side).remove(&rank(side, price));
            assert!(removed == Some(at), "a level is found by its price");
            levels.release(at);
        }
    }

    /// The first order in line on a side.
    pub(crate) fn first(&self, side: Side, levels: &Slab<Level>) -> Option<Place> {
        let (_, &level) = self.side(side).first_key_value()?;
        Some(levels[level].first)
    }

    /// The order that comes next in line behind one of its own.
    pub(crate) fn behind(
        &self,
        place: Place,
        orders: &Slab<Order>,
        levels: &Slab<Level>,
    ) -> Option<Place> {
        let order = &orders[place];
        if order.links.behind != NONE {
            return Some(order.links.behind);
        }
        let passed = rank(order.side, levels[order.links.level].price);
        let mut worse = self
            .side(order.side)
            .range((Bound::Excluded(passed), Bound::Unbounded));
        worse.next().map(|(_, &level)| levels[level].first)
    }

    /// The places of a side's orders, in the order in which they trade.
    pub(crate) fn line<'a>(
        &'a self,
        side: Side,
        orders: &'a Slab<Order>,
        levels: &'a Slab<Level>,
    ) -> impl Iterator<Item = Place> + 'a {
        self.ladder(side, orders, levels).flat_map(|(_, line)| line)
    }

    /// The prices of a side, best first (none: market orders), each with the places of its orders in the order in which they trade.
    pub(crate) fn ladder<'a>(
        &'a self,
        side: Side,
        orders: &'a Slab<Order>,
        levels: &'a Slab<Level>,
    ) -> impl Iterator<Item = (Option<Price>, impl Iterator<Item = Place> + 'a)> + 'a {
        self.side(side).values().map(|&level| {
            let behind = |&place: &Place| Some(orders[place].links.behind).filter(|&p| p != NONE);
            let level = &levels[level];
            let line = core::iter::successors(Some(level.first), behind);
            (level.price, line)
        })
    }

    /// The places of all its orders: bids before offers, each in the order in which they trade, then stops that wait,
    /// buys before sells, each in the order in which a moving price would reach them, then orders at the close that wait
    /// for it, in the order of acceptance.
    pub(crate) fn all<'a>(
        &'a self,
        orders: &'a Slab<Order>,
        levels: &'a Slab<Level>,
    ) -> impl Iterator<Item = Place> + 'a {
        let sides = [Side::Buy, Side::Sell];
        let lines = sides.map(|side| self.line(side, orders, levels));
        let stops = sides.map(|side| self.stops.line(side));
        lines
            .into_iter()
            .flatten()
            .chain(stops.into_iter().flatten())
            .chain(self.closing.values().copied())
    }

    /// The levels of a side, best first.
    pub(crate) fn levels<'a>(
        &'a self,
        side: Side,
        levels: &'a Slab<Level>,
    ) -> impl Iterator<Item = &'a Level> + 'a {
        self.side(side).values().map(|&level| &levels[level])
    }

    fn side(&self, side: Side) -> &BTreeMap<Rank, Place> {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.offers,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut BTreeMap<Rank, Place> {
        match side {
            Side::Buy => &mut self.bids,
            Side::Sell => &mut self.offers,
        }
    }
}

impl Level {
    /// Takes note that so much of its orders is open no more.
    pub(crate) fn take(&mut self, quantity: Quantity) {
        let rest = self.quantity.checked_sub(u128::from(quantity.get()));
        self.quantity = rest.expect("a level holds what its orders hold");
    }

    /// The price of its orders, where it is not that of market orders.
    pub(crate) fn price(&self) -> Option<Price> {
        self.price
    }

    /// The number of its orders.
    pub(crate) fn orders(&self) -> u32 {
        self.orders
    }

    /// The level as readers see it, where it has a price; a quantity beyond what a `Quantity` holds shows as the most.
    pub(crate) fn view(&self) -> Option<view::Level> {
        let quantity = Quantity::new(u64::try_from(self.quantity).unwrap_or(u64::MAX));
        Some(view::Level {
            price: self.price?,
            quantity,
            orders: self.orders,
        })
    }

    /// The quantity shown of all its orders.
    pub(crate) fn quantity(&self) -> u128 {
        self.quantity
    }
}

fn rank(side: Side, price: Option<Price>) -> Rank {
    let Some(price) = price else {
        return Rank::MIN;
    };
    match side {
        Side::Sell => price.micros(),
        Side::Buy => price
            .micros()
            .checked_neg()
            .expect("prices are more than zero"),
    }
}
