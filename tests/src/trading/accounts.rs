//! What the members got adds up: each order to what was ordered, each trade to its two sides.

use std::collections::{BTreeMap, BTreeSet};

use super::trader::Trader;
use crate::ground::WATCH;
use crate::member::Seen;
use fix_codec::tags;

/// One order, as its reports tell of it.
#[derive(Debug, Default)]
struct Order {
    filled: u64,
    ended: bool,
}

/// Price and quantity of one side of a trade.
type Fill = (String, u64);

/// Checks all orders and all trades.
///
/// # Panics
/// When they do not add up.
pub fn check(traders: &[Trader]) {
    let mut trades: BTreeMap<String, BTreeMap<String, Fill>> = BTreeMap::new();
    let traders = traders.iter().filter(|trader| trader.name() != WATCH);
    for trader in traders {
        let mut orders: BTreeMap<String, Order> = BTreeMap::new();
        let mut known = BTreeSet::new();
        for seen in &trader.seen {
            let is_new = seen.get(tags::EXEC_ID).is_some_and(|id| known.insert(id));
            if !is_new {
                continue;
            }
            let order = orders.entry(seen.must(tags::ORDER_ID).to_owned());
            order.or_default().take(seen);
            if seen.is(tags::EXEC_TYPE, "F") {
                let fill = (
                    seen.must(tags::LAST_PX).to_owned(),
                    seen.number(tags::LAST_QTY),
                );
                let sides = trades.entry(seen.must(tags::SECONDARY_EXEC_ID).to_owned());
                let side = seen.must(tags::SIDE).to_owned();
                let other = sides.or_default().insert(side, fill);
                assert_eq!(other, None, "the trade has this side twice: {seen:?}");
            }
        }
    }
    assert!(!trades.is_empty(), "nobody has traded");
    for (trade, sides) in &trades {
        let same = sides.len() == 2 && sides.get("1") == sides.get("2");
        assert!(same, "the sides of trade {trade} differ: {sides:?}");
    }
    eprintln!("{} trades pair up", trades.len());
}

impl Order {
    fn take(&mut self, seen: &Seen) {
        assert!(!self.ended, "more of an order that has ended: {seen:?}");
        let (cumulative, leaves) = (seen.number(tags::CUM_QTY), seen.number(tags::LEAVES_QTY));
        if seen.is(tags::EXEC_TYPE, "F") {
            self.filled += seen.number(tags::LAST_QTY);
        }
        assert_eq!(self.filled, cumulative, "the fills do not add up: {seen:?}");
        self.ended = leaves == 0;
        if !seen.is(tags::EXEC_TYPE, "4") {
            let ordered = seen.number(tags::ORDER_QTY);
            assert_eq!(cumulative + leaves, ordered, "{seen:?}");
        }
    }
}
