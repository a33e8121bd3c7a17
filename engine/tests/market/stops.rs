//! Stop and stop-limit orders: when they are elected, in which order, and what becomes of those that wait.

use engine::Side;

use crate::desk::{after, check};

/// M and B trade one at 7: the last price is 7 from then on.
const SEVEN: &str = "M sell 1@7 | B buy 1@7";
const AT_SEVEN: &str =
    "accepted 1; accepted 2; fill 1 1@7 0 left; fill 2 1@7 0 left; trade 2<1 1@7;";

fn after_seven(script: &str, expected: &str) {
    check(
        &format!("{SEVEN} | {script}"),
        &format!("{AT_SEVEN} {expected}"),
    );
}

#[test]
fn a_stop_waits_until_a_trade_reaches_its_price() {
    after_seven(
        "A buy 2@market stop=8 | M sell 9@8 | B buy 1@8 | A cancel 3",
        "accepted 3; accepted 4; accepted 5; fill 4 1@8 8 left; fill 5 1@8 0 left; trade 5<4 1@8;
         triggered 3; fill 4 2@8 6 left; fill 3 2@8 0 left; trade 3<4 2@8;
         cancel-rejected 6 TooLateToCancel (3 Filled)",
    );
    after_seven(
        "A sell 2@market stop=6 | M buy 9@6 | B sell 1@6",
        "accepted 3; accepted 4; accepted 5; fill 4 1@6 8 left; fill 5 1@6 0 left; trade 4<5 1@6;
         triggered 3; fill 4 2@6 6 left; fill 3 2@6 0 left; trade 4<3 2@6",
    );
}

#[test]
fn quotes_elect_nothing() {
    after_seven(
        "A buy 2@market stop=8 | M sell 9@8 | B buy 9@7",
        "accepted 3; accepted 4; accepted 5",
    );
}

#[test]
fn one_that_is_reached_already_is_elected_at_once() {
    after_seven(
        "M sell 1@9 | A buy 1@market stop=7 | A buy 1@5 stop=6 | A sell 1@market stop=8",
        "accepted 3; accepted 4; triggered 4; fill 3 1@9 0 left; fill 4 1@9 0 left; trade 4<3 1@9;
         accepted 5; triggered 5; accepted 6",
    );
    // Before the first trade there is nothing to reach.
    check("A buy 1@market stop=1", "accepted 1");
}

#[test]
fn the_last_price_is_kept_over_the_day() {
    after_seven(
        "venue day | A buy 1@market stop=7",
        "day-ended; accepted 4; triggered 4; cancelled 4 MarketUnfilled",
    );
}

#[test]
fn an_elected_stop_is_a_market_order_and_a_stop_limit_a_limit_order() {
    after_seven(
        "A buy 2@market stop=7 | A buy 2@5 stop=7 | B sell 1@5",
        "accepted 3; triggered 3; cancelled 3 MarketUnfilled; accepted 4; triggered 4;
         accepted 5; fill 4 1@5 1 left; fill 5 1@5 0 left; trade 4<5 1@5",
    );
}

#[test]
fn a_stop_limit_comes_to_the_book_when_it_is_elected() {
    // It was accepted before the other buy at its price, and comes behind it.
    after_seven(
        "A buy 1@6 stop=8 | B buy 1@6 | M sell 1@8 | B buy 1@8 | M sell 1@6",
        "accepted 3; accepted 4; accepted 5; accepted 6; fill 5 1@8 0 left; fill 6 1@8 0 left; trade 6<5 1@8;
         triggered 3; accepted 7; fill 4 1@6 0 left; fill 7 1@6 0 left; trade 4<7 1@6",
    );
}

#[test]
fn the_nearest_price_comes_first_then_the_first_accepted() {
    after_seven(
        "A buy 1@market stop=9 | A buy 1@market stop=8 | A buy 1@market stop=8
         | M sell 1@9 | B buy 1@9",
        "accepted 3; accepted 4; accepted 5; accepted 6;
         accepted 7; fill 6 1@9 0 left; fill 7 1@9 0 left; trade 7<6 1@9;
         triggered 4; cancelled 4 MarketUnfilled; triggered 5; cancelled 5 MarketUnfilled;
         triggered 3; cancelled 3 MarketUnfilled",
    );
    after_seven(
        "A sell 1@market stop=5 | A sell 1@market stop=6 | M buy 1@5 | B sell 1@5",
        "accepted 3; accepted 4; accepted 5; accepted 6; fill 5 1@5 0 left; fill 6 1@5 0 left; trade 5<6 1@5;
         triggered 4; cancelled 4 MarketUnfilled; triggered 3; cancelled 3 MarketUnfilled",
    );
    // With no price before it, one trade may elect both sides: buys come first.
    check(
        "A sell 1@market stop=8 | A buy 1@market stop=6 | M sell 1@7 | B buy 1@7",
        "accepted 1; accepted 2; accepted 3; accepted 4; fill 3 1@7 0 left; fill 4 1@7 0 left; trade 4<3 1@7;
         triggered 2; cancelled 2 MarketUnfilled; triggered 1; cancelled 1 MarketUnfilled",
    );
}

#[test]
fn every_trade_of_a_sweep_elects() {
    // The trade at 6 elects the sell stop though the last one is at 9.
    after_seven(
        "A sell 1@20 stop=6 | A buy 1@1 stop=9 | M sell 1@6 | M sell 1@9 | B buy 2@9",
        "accepted 3; accepted 4; accepted 5; accepted 6; accepted 7;
         fill 5 1@6 0 left; fill 7 1@6 1 left; trade 7<5 1@6; fill 6 1@9 0 left; fill 7 1@9 0 left; trade 7<6 1@9;
         triggered 3; triggered 4",
    );
}

#[test]
fn elected_stops_elect_more_which_come_behind() {
    after_seven(
        "A buy 1@market stop=8 | A buy 1@1 stop=9 | A buy 1@2 stop=8
         | M sell 1@8 | M sell 1@9 | B buy 1@8",
        "accepted 3; accepted 4; accepted 5; accepted 6; accepted 7;
         accepted 8; fill 6 1@8 0 left; fill 8 1@8 0 left; trade 8<6 1@8;
         triggered 3; fill 7 1@9 0 left; fill 3 1@9 0 left; trade 3<7 1@9;
         triggered 5; triggered 4",
    );
}

#[test]
fn one_that_waits_ends_like_any_other() {
    after_seven(
        "A buy 1@market stop=9 | A buy 1@9 stop=9 | A sell 1@market stop=5 | A buy 1@market stop=8 gtc
         | A buy 1@3 | venue day",
        "accepted 3; accepted 4; accepted 5; accepted 6; accepted 7; expired 7; expired 3; expired 4; expired 5;
         day-ended",
    );
    check(
        "A buy 1@market stop=9 till=3 | wait 5 | venue fire",
        "accepted 1; expired 1",
    );
    check(
        "venue connect A session | A buy 1@market stop=9 | venue lose A",
        "connected A; accepted 2; gone A until 3; over A 1; cancelled 2 with A",
    );
    check(
        "A buy 1@market stop=9 | venue connect A session | venue lose A",
        "accepted 1; connected A; gone A until 3; over A 1; cancelled 1 with A",
    );
    check(
        "A buy 1@market stop=9 | A cancel 1 | A buy 1@1 id=1",
        "accepted 1; cancelled 1 by 2; rejected 1 DuplicateClientOrderId",
    );
}

#[test]
fn a_sell_that_waits_holds_its_instances() {
    check(
        "venue deposit s i a SMALL | A sell 1@market stop=5 x=SMALL | A sell 1@9 x=SMALL | A cancel 2
         | A sell 1@9 x=SMALL",
        "deposited s; accepted 2; rejected 3 NotEnoughFreeInstances; cancelled 2 by 4; accepted 5",
    );
    check(
        "venue deposit s i a SMALL | A sell 1@market stop=5 x=SMALL | venue deposit t j m SMALL
         | B buy 2@4 x=SMALL image=web | M sell 1@4 x=SMALL",
        "deposited s; accepted 2; deposited t; accepted 4; accepted 5;
         fill 4 1@4 1 left [j]; fill 5 1@4 0 left [j]; trade 4<5 1@4 [t/j];
         triggered 2; fill 4 1@4 0 left [i]; fill 2 1@4 0 left [i]; trade 4<2 1@4 [s/i]",
    );
}

#[test]
fn one_that_waits_meets_nobody() {
    // It is not in the book, and is no order of its own that stands in the way.
    after_seven(
        "A sell 1@4 stop=3 | A buy 1@9 | B sell 1@9 | B buy 1@9 fok",
        "accepted 3; accepted 4; accepted 5; fill 4 1@9 0 left; fill 5 1@9 0 left; trade 4<5 1@9;
         accepted 6; cancelled 6 FillOrKill",
    );
    let desk = after("A buy 1@9 stop=9 | A sell 1@1 stop=1");
    let symbol = "TEST".parse().unwrap();
    let top = desk.engine.book_top(&symbol).unwrap();
    assert_eq!((top.bid, top.offer), (None, None));
    assert_eq!(desk.engine.resting(&symbol, Side::Buy).count(), 0);
    let number = desk.engine.last_command().unwrap();
    assert!(desk.engine.order(engine::OrderId::new(number)).is_some());
}

#[test]
fn an_iceberg_may_wait() {
    after_seven(
        "A sell 5@6 stop=6 show=2 | M buy 1@6 | B sell 1@6 | M buy 3@6",
        "accepted 3; accepted 4; accepted 5; fill 4 1@6 0 left; fill 5 1@6 0 left; trade 4<5 1@6;
         triggered 3; accepted 6; fill 3 2@6 3 left; fill 6 2@6 1 left; trade 6<3 2@6;
         fill 3 1@6 2 left; fill 6 1@6 0 left; trade 6<3 1@6",
    );
}
