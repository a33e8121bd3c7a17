//! Auctions: the price, who trades, and what becomes of the rest.

use engine::{EventBody, OrderStatus, OrderView, Price, Side};
use proptest::prelude::*;

use crate::desk::{Desk, check};

/// Orders in a call, then what comes of its end.
#[track_caller]
fn check_call(orders: &str, expected: &str) {
    let script = format!("operator phase TEST opening | {orders} | operator phase TEST continuous");
    let count = orders.split('|').count();
    let accepted: Vec<String> = (2..count + 2).map(|n| format!("accepted {n}; ")).collect();
    let expected = format!("continuous>opening; {}{expected}", accepted.concat());
    check(&script, &expected);
}

#[test]
fn nothing_trades_in_the_call_and_orders_may_cross() {
    check_call("A buy 1@5 | B sell 1@6", "opening>continuous");
    check(
        "operator phase TEST pre-open | A buy 1@9 | B sell 1@1 | operator phase TEST opening | operator phase TEST closed \
         | operator phase TEST pre-open | operator phase TEST continuous",
        "continuous>pre-open; accepted 2; accepted 3; pre-open>opening; opening>closed; closed>pre-open; \
         auction 1@1; fill 2 1@1 0 left; fill 3 1@1 0 left; trade 2<3 1@1; pre-open>continuous",
    );
}

#[test]
fn the_price_is_the_one_at_which_most_trades() {
    check_call(
        "A buy 1@9 | A buy 5@6 | B sell 6@6 | B sell 1@9",
        "auction 6@6; fill 2 1@6 0 left; fill 4 1@6 5 left; trade 2<4 1@6; \
         fill 3 5@6 0 left; fill 4 5@6 0 left; trade 3<4 5@6; opening>continuous",
    );
}

#[test]
fn of_equal_prices_the_one_that_leaves_the_least_surplus_is_taken() {
    // At 5 and 7 two trade; at 5 three would buy, at 7 four would sell.
    check_call(
        "A buy 2@7 | A buy 1@5 | B sell 2@5 | B sell 2@7",
        "auction 2@5; fill 2 2@5 0 left; fill 4 2@5 0 left; trade 2<4 2@5; opening>continuous",
    );
}

#[test]
fn then_the_side_that_presses_more_moves_the_price() {
    // A surplus of buyers at both prices: the highest.
    check_call(
        "A buy 3@7 | B sell 2@5",
        "auction 2@7; fill 2 2@7 1 left; fill 3 2@7 0 left; trade 2<3 2@7; opening>continuous",
    );
    // A surplus of sellers at both: the lowest.
    check_call(
        "A buy 2@7 | B sell 3@5",
        "auction 2@5; fill 2 2@5 0 left; fill 3 2@5 1 left; trade 2<3 2@5; opening>continuous",
    );
}

#[test]
fn then_the_price_nearest_to_the_last_one_is_taken() {
    for (last, price) in [("3", "5"), ("6", "6"), ("9", "7")] {
        check(
            &format!(
                "A buy 1@{last} | B sell 1@{last} | operator phase TEST opening | A buy 2@7 | B sell 2@5 \
                 | operator phase TEST continuous"
            ),
            &format!(
                "accepted 1; accepted 2; fill 1 1@{last} 0 left; fill 2 1@{last} 0 left; trade 1<2 1@{last}; \
                 continuous>opening; accepted 4; accepted 5; auction 2@{price}; fill 4 2@{price} 0 left; \
                 fill 5 2@{price} 0 left; trade 4<5 2@{price}; opening>continuous"
            ),
        );
    }
    // Where nothing has traded yet, the lowest.
    check_call(
        "A buy 2@7 | B sell 2@5",
        "auction 2@5; fill 2 2@5 0 left; fill 3 2@5 0 left; trade 2<3 2@5; opening>continuous",
    );
}

#[test]
fn market_orders_come_first_and_what_no_auction_fills_is_cancelled() {
    check_call(
        "A buy 1@9 | A buy 2@market | B sell 2@5 | A buy 1@market",
        "auction 2@9; fill 3 2@9 0 left; fill 4 2@9 0 left; trade 3<4 2@9; cancelled 5 MarketUnfilled; \
         opening>continuous",
    );
    // Market orders alone trade at the last price, and not at all where there is none.
    check_call(
        "A buy 1@market | B sell 2@market",
        "cancelled 2 MarketUnfilled; cancelled 3 MarketUnfilled; opening>continuous",
    );
    check(
        "A buy 1@6 | B sell 1@6 | operator phase TEST opening | A buy 1@market | B sell 2@market | operator phase TEST \
         continuous",
        "accepted 1; accepted 2; fill 1 1@6 0 left; fill 2 1@6 0 left; trade 1<2 1@6; continuous>opening; accepted 4; \
         accepted 5; auction 1@6; fill 4 1@6 0 left; fill 5 1@6 1 left; trade 4<5 1@6; cancelled 5 MarketUnfilled; \
         opening>continuous",
    );
}

#[test]
fn market_to_limit_takes_the_price_of_the_auction_and_rests_there() {
    check(
        "operator phase TEST opening | A buy 3@to-limit | B sell 1@5 | operator phase TEST continuous | B sell 1@5",
        "continuous>opening; accepted 2; accepted 3; auction 1@5; fill 2 1@5 2 left; fill 3 1@5 0 left; trade 2<3 1@5; \
         opening>continuous; accepted 5; fill 2 1@5 1 left; fill 5 1@5 0 left; trade 2<5 1@5",
    );
}

#[test]
fn at_one_price_first_come_is_first_served() {
    check_call(
        "A buy 1@5 | B buy 1@5 | M buy 1@6 | P sell 2@5",
        "auction 2@5; fill 4 1@5 0 left; fill 5 1@5 1 left; trade 4<5 1@5; fill 2 1@5 0 left; fill 5 1@5 0 left; \
         trade 2<5 1@5; opening>continuous",
    );
}

#[test]
fn an_iceberg_takes_part_with_all_of_it() {
    check(
        "operator phase TEST opening | A buy 6@5 show=2 | B sell 5@5 | operator phase TEST continuous | M buy 1@5 | B sell 2@5",
        "continuous>opening; accepted 2; accepted 3; auction 5@5; fill 2 5@5 1 left; fill 3 5@5 0 left; trade 2<3 5@5; \
         opening>continuous; accepted 5; accepted 6; fill 2 1@5 0 left; fill 6 1@5 1 left; trade 2<6 1@5; \
         fill 5 1@5 0 left; fill 6 1@5 0 left; trade 5<6 1@5",
    );
}

#[test]
fn orders_at_the_opening_end_with_it() {
    check_call(
        "A buy 2@5 open | A buy 1@market open | B sell 2@5",
        "auction 2@5; fill 3 1@5 0 left; fill 4 1@5 1 left; trade 3<4 1@5; fill 2 1@5 1 left; fill 4 1@5 0 left; \
         trade 2<4 1@5; cancelled 2 OpeningOver; opening>continuous",
    );
    check(
        "operator phase TEST pre-open | A buy 2@5 open | operator phase TEST halted | operator phase TEST closing",
        "continuous>pre-open; accepted 2; pre-open>halted; cancelled 2 OpeningOver; halted>closing",
    );
}

#[test]
fn orders_at_the_close_wait_for_it_and_end_with_it() {
    check(
        "A buy 1@5 close | A buy 1@market close | B sell 1@4 | M buy 1@5 gtc | B sell 3@5 | operator phase TEST closing \
         | operator phase TEST closed",
        "accepted 1; accepted 2; accepted 3; accepted 4; fill 3 1@4 0 left; fill 4 1@4 0 left; trade 4<3 1@4; accepted 5; \
         continuous>closing; auction 2@5; fill 2 1@5 0 left; fill 5 1@5 2 left; trade 2<5 1@5; \
         fill 1 1@5 0 left; fill 5 1@5 1 left; trade 1<5 1@5; closing>closed",
    );
    // Without a closing auction they end unfilled; a halt of it keeps them, and the auction is held after it.
    check(
        "A buy 1@5 close | operator phase TEST closed",
        "accepted 1; cancelled 1 CloseOver; continuous>closed",
    );
    check(
        "A buy 2@5 close | B sell 1@5 close | operator phase TEST closing | operator phase TEST halted | operator resume \
         TEST | operator phase TEST closed",
        "accepted 1; accepted 2; continuous>closing; closing>halted; halted>closing; auction 1@5; fill 1 1@5 1 left; \
         fill 2 1@5 0 left; trade 1<2 1@5; cancelled 1 CloseOver; closing>closed",
    );
}

#[test]
fn an_order_changed_to_or_from_the_close_moves() {
    check(
        "A buy 1@5 | A replace 1 1@5 close | B sell 1@5 | A replace 2 1@5 day | B cancel 3",
        "accepted 1; replaced 1>2 1 left New; accepted 3; replaced 2>4 1 left New; \
         fill 3 1@5 0 left; fill 4 1@5 0 left; trade 4<3 1@5; cancel-rejected 5 TooLateToCancel (3 Filled)",
    );
}

#[test]
fn stops_are_elected_by_the_price_of_the_auction_afterwards() {
    check_call(
        "A buy 1@9 stop=5 | B sell 2@5 | M buy 1@5",
        "auction 1@5; fill 4 1@5 0 left; fill 3 1@5 1 left; trade 4<3 1@5; opening>continuous; \
         triggered 2; fill 3 1@5 0 left; fill 2 1@5 0 left; trade 2<3 1@5",
    );
    // At the close they wait for the next opening.
    check(
        "A buy 1@9 stop=5 gtc | operator phase TEST closing | B sell 2@5 gtc | M buy 1@5 | operator phase TEST closed \
         | operator phase TEST continuous",
        "accepted 1; continuous>closing; accepted 3; accepted 4; auction 1@5; fill 4 1@5 0 left; fill 3 1@5 1 left; \
         trade 4<3 1@5; closing>closed; closed>continuous; triggered 1; fill 3 1@5 0 left; fill 1 1@5 0 left; \
         trade 1<3 1@5",
    );
    // One that was reached before it came waits for the end of the call, too.
    check(
        "B sell 2@5 | M buy 1@5 | operator phase TEST opening | A buy 1@9 stop=5 | operator phase TEST continuous",
        "accepted 1; accepted 2; fill 1 1@5 1 left; fill 2 1@5 0 left; trade 2<1 1@5; continuous>opening; accepted 4; \
         opening>continuous; triggered 4; fill 1 1@5 0 left; fill 4 1@5 0 left; trade 4<1 1@5",
    );
}

#[test]
fn orders_of_one_own_do_not_trade_and_the_price_is_found_without_them() {
    check_call(
        "A buy 5@9 | A sell 5@5 | B buy 1@6 | B sell 1@6 a=b",
        "cancelled 3 SelfTradePrevented; auction 1@9; fill 2 1@9 4 left; fill 5 1@9 0 left; trade 2<5 1@9; \
         opening>continuous",
    );
    check_call(
        "A buy 5@9 | A sell 3@5 own=maker | B sell 1@6",
        "cancelled 2 SelfTradePrevented; opening>continuous",
    );
    check_call(
        "A buy 5@9 | A sell 3@5 own=decrement | B sell 1@6",
        "reduced 2 to 2 2 left; cancelled 3 SelfTradePrevented; auction 1@9; fill 2 1@9 1 left; fill 4 1@9 0 left; \
         trade 2<4 1@9; opening>continuous",
    );
}

/// Orders of many parties, of whom none meets an order of its own.
fn collected() -> impl Strategy<Value = Vec<(bool, Option<i64>, u64)>> {
    let limit = prop::option::weighted(0.8, 1_i64..12);
    prop::collection::vec((any::<bool>(), limit, 1_u64..9), 1..40)
}

fn limit(order: &OrderView) -> Option<i64> {
    order.kind.limit().map(Price::micros)
}

/// What there is to buy and to sell at a price.
fn open_at(orders: &[OrderView], price: i64) -> [u64; 2] {
    [Side::Buy, Side::Sell].map(|side| {
        let accepting = orders.iter().filter(|order| {
            order.side == side
                && limit(order).is_none_or(|limit| match side {
                    Side::Buy => limit >= price,
                    Side::Sell => limit <= price,
                })
        });
        accepting.map(|order| order.quantity.get()).sum()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_auction_trades_the_most_at_one_price_and_lets_nobody_jump_the_line(orders in collected()) {
        let mut desk = Desk::open();
        desk.run("operator phase TEST opening");
        let mut accepted = Vec::new();
        for (buy, limit, quantity) in orders {
            let (firm, side) = if buy { ("A", "buy") } else { ("B", "sell") };
            let price = limit.map_or("market".to_owned(), |limit| limit.to_string());
            let events = desk.run(&format!("{firm} {side} {quantity}@{price}"));
            let EventBody::OrderAccepted { order, .. } = &events[0].body else {
                panic!("{events:?}");
            };
            accepted.push(order.clone());
        }
        let mut filled = [0, 0];
        let mut prices = Vec::new();
        let mut after = accepted.clone();
        for event in desk.run("operator phase TEST continuous") {
            let (order, fill) = match event.body {
                EventBody::OrderFilled { order, fill, .. } => (order, Some(fill)),
                EventBody::OrderCancelled { order, .. } => (order, None),
                _ => continue,
            };
            if let Some(fill) = fill {
                let side = usize::from(order.side == Side::Sell);
                filled[side] += fill.quantity.get();
                prices.push(fill.price.micros());
            }
            let known = after.iter_mut().find(|known| known.order_id == order.order_id);
            *known.unwrap() = order;
        }
        prices.dedup();
        prop_assert!(prices.len() <= 1, "one price: {prices:?}");
        prop_assert_eq!(filled[0], filled[1], "what is bought is sold");
        let volume = |price| open_at(&accepted, price).into_iter().min().unwrap();
        let limits = accepted.iter().any(|order| limit(order).is_some());
        let most = (1..12).map(volume).max().unwrap();
        prop_assert_eq!(filled[0], if limits { most } else { 0 }, "the most trades");
        for one in &after {
            // Who was filled in part or not at all, and who came behind.
            let open = one.cumulative < one.quantity;
            let behind = |other: &&OrderView| {
                let sign = if one.side == Side::Buy { -1 } else { 1 };
                let rank = |order: &OrderView| limit(order).map_or(i64::MIN, |limit| limit * sign);
                other.side == one.side && (rank(other), other.order_id) > (rank(one), one.order_id)
            };
            let jumped = after.iter().filter(behind).any(|other| !other.cumulative.is_zero());
            prop_assert!(!(open && jumped), "{one:?} was passed over");
            let market = limit(one).is_none();
            let ended = matches!(one.status, OrderStatus::Filled | OrderStatus::Cancelled);
            prop_assert!(!market || ended, "market orders end with the auction");
        }
        let top = desk.engine.book_top(&"TEST".parse().unwrap()).unwrap();
        if let (Some(bid), Some(offer)) = (top.bid, top.offer) {
            prop_assert!(bid.price < offer.price, "the book is not crossed");
        }
    }
}

#[test]
fn of_two_market_to_limit_orders_the_one_that_is_left_rests_behind() {
    check(
        "operator phase TEST opening | A buy 3@to-limit | M buy 1@5 | B sell 1@to-limit | P sell 1@5 | operator phase TEST \
         continuous | B sell 2@5",
        "continuous>opening; accepted 2; accepted 3; accepted 4; accepted 5; auction 2@5; fill 2 1@5 2 left; \
         fill 4 1@5 0 left; trade 2<4 1@5; fill 2 1@5 1 left; fill 5 1@5 0 left; trade 2<5 1@5; opening>continuous; \
         accepted 7; fill 3 1@5 0 left; fill 7 1@5 1 left; trade 3<7 1@5; fill 2 1@5 0 left; fill 7 1@5 0 left; \
         trade 2<7 1@5",
    );
}

#[test]
fn market_orders_are_kept_from_prices_beyond_their_band() {
    let band = "venue limits instrument=TEST ref=10 | venue limits firm=A band=1000 | operator phase TEST opening";
    check(
        &format!("{band} | A buy 1@market | B sell 1@12 | operator phase TEST continuous"),
        "limits of instrument TEST; limits of firm A; continuous>opening; accepted 4; accepted 5; \
         cancelled 4 MarketUnfilled; opening>continuous",
    );
    check(
        &format!("{band} | A buy 1@market | B sell 1@11 | operator phase TEST continuous"),
        "limits of instrument TEST; limits of firm A; continuous>opening; accepted 4; accepted 5; \
         auction 1@11; fill 4 1@11 0 left; fill 5 1@11 0 left; trade 4<5 1@11; opening>continuous",
    );
}

#[test]
fn a_market_order_that_collects_counts_with_what_it_may_cost() {
    check(
        "venue limits instrument=TEST ref=10 | venue limits firm=A open=25 in=USD | operator phase TEST opening \
         | A buy 2@market | A buy 1@6 | operator phase TEST continuous | A buy 1@6",
        "limits of instrument TEST; limits of firm A; continuous>opening; accepted 4; \
         rejected 5 [firm A: open notional would be 0.000026 USD, limit 0.000025]; \
         cancelled 4 MarketUnfilled; opening>continuous; accepted 7",
    );
}
