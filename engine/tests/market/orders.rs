//! Limit and market orders; day, immediate-or-cancel and fill-or-kill; cancels; priority.

use crate::desk::{after, check};

#[test]
fn a_limit_order_rests() {
    check("A buy 10@5", "accepted 1");
    check("A buy 10@5 | B sell 10@6", "accepted 1; accepted 2");
}

#[test]
fn orders_that_cross_trade_at_the_price_of_the_resting_one() {
    check(
        "A sell 10@5 | B buy 3@7",
        "accepted 1; accepted 2; fill 1 3@5 7 left; fill 2 3@5 0 left; trade 2<1 3@5",
    );
    check(
        "A buy 3@7 | B sell 10@5",
        "accepted 1; accepted 2; fill 1 3@7 0 left; fill 2 3@7 7 left; trade 1<2 3@7",
    );
}

#[test]
fn what_is_left_of_a_limit_order_rests() {
    check(
        "A sell 4@5 | B buy 10@5 | A sell 6@5",
        "accepted 1; accepted 2; fill 1 4@5 0 left; fill 2 4@5 6 left; trade 2<1 4@5;
         accepted 3; fill 2 6@5 0 left; fill 3 6@5 0 left; trade 2<3 6@5",
    );
}

#[test]
fn the_best_price_comes_first_then_the_first_in_line() {
    check(
        "A sell 1@6 | A sell 1@5 | A sell 1@5 | B buy 3@6",
        "accepted 1; accepted 2; accepted 3; accepted 4;
         fill 2 1@5 0 left; fill 4 1@5 2 left; trade 4<2 1@5;
         fill 3 1@5 0 left; fill 4 1@5 1 left; trade 4<3 1@5;
         fill 1 1@6 0 left; fill 4 1@6 0 left; trade 4<1 1@6",
    );
    check(
        "A buy 1@5 | A buy 1@6 | A buy 1@6 | B sell 3@5",
        "accepted 1; accepted 2; accepted 3; accepted 4;
         fill 2 1@6 0 left; fill 4 1@6 2 left; trade 2<4 1@6;
         fill 3 1@6 0 left; fill 4 1@6 1 left; trade 3<4 1@6;
         fill 1 1@5 0 left; fill 4 1@5 0 left; trade 1<4 1@5",
    );
}

#[test]
fn a_partial_fill_keeps_its_place_in_line() {
    check(
        "A sell 5@5 | M sell 5@5 | B buy 2@5 | B buy 4@5",
        "accepted 1; accepted 2;
         accepted 3; fill 1 2@5 3 left; fill 3 2@5 0 left; trade 3<1 2@5;
         accepted 4; fill 1 3@5 0 left; fill 4 3@5 1 left; trade 4<1 3@5;
         fill 2 1@5 4 left; fill 4 1@5 0 left; trade 4<2 1@5",
    );
}

#[test]
fn a_market_order_takes_any_price_and_never_rests() {
    check(
        "A sell 1@5 | A sell 1@900 | B buy 3@market",
        "accepted 1; accepted 2; accepted 3;
         fill 1 1@5 0 left; fill 3 1@5 2 left; trade 3<1 1@5;
         fill 2 1@900 0 left; fill 3 1@900 1 left; trade 3<2 1@900;
         cancelled 3 MarketUnfilled",
    );
    check("A sell 3@market", "accepted 1; cancelled 1 MarketUnfilled");
    check(
        "A sell 3@market ioc",
        "accepted 1; cancelled 1 MarketUnfilled",
    );
}

#[test]
fn immediate_or_cancel_takes_what_there_is() {
    check(
        "A sell 2@5 | B buy 3@5 ioc",
        "accepted 1; accepted 2; fill 1 2@5 0 left; fill 2 2@5 1 left; trade 2<1 2@5;
         cancelled 2 ImmediateOrCancel",
    );
    check(
        "A sell 2@6 | B buy 3@5 ioc",
        "accepted 1; accepted 2; cancelled 2 ImmediateOrCancel",
    );
}

#[test]
fn fill_or_kill_takes_all_or_nothing() {
    check(
        "A sell 2@5 | B buy 3@5 fok",
        "accepted 1; accepted 2; cancelled 2 FillOrKill",
    );
    check(
        "A sell 2@5 | A sell 1@6 | B buy 3@5 fok",
        "accepted 1; accepted 2; accepted 3; cancelled 3 FillOrKill",
    );
    check(
        "A sell 2@5 | A sell 2@6 | B buy 3@6 fok",
        "accepted 1; accepted 2; accepted 3;
         fill 1 2@5 0 left; fill 3 2@5 1 left; trade 3<1 2@5;
         fill 2 1@6 1 left; fill 3 1@6 0 left; trade 3<2 1@6",
    );
    check(
        "A sell 2@5 | B buy 3@market fok",
        "accepted 1; accepted 2; cancelled 2 FillOrKill",
    );
    check(
        "A sell 2@5 | B buy 2@market fok",
        "accepted 1; accepted 2; fill 1 2@5 0 left; fill 2 2@5 0 left; trade 2<1 2@5",
    );
}

#[test]
fn a_cancel_ends_what_is_open() {
    check(
        "A buy 10@5 | A cancel 1 | B sell 1@5",
        "accepted 1; cancelled 1 by 2; accepted 3",
    );
    check(
        "A buy 3@5 | A buy 2@5 | B sell 1@5 | A cancel 1 | B sell 1@5",
        "accepted 1; accepted 2; accepted 3; fill 1 1@5 2 left; fill 3 1@5 0 left; trade 1<3 1@5;
         cancelled 1 by 4;
         accepted 5; fill 2 1@5 1 left; fill 5 1@5 0 left; trade 2<5 1@5",
    );
    check(
        "A buy 1@5 | A cancel 1 order=1",
        "accepted 1; cancelled 1 by 2",
    );
}

#[test]
fn any_order_entry_session_of_the_firm_may_cancel() {
    check("A buy 10@5 | A2 cancel 1", "accepted 1; cancelled 1 by 2");
}

#[test]
fn the_middle_of_a_line_can_be_cancelled() {
    check(
        "A sell 1@5 | A sell 1@5 | A sell 1@5 | A cancel 2 | B buy 3@5",
        "accepted 1; accepted 2; accepted 3; cancelled 2 by 4; accepted 5;
         fill 1 1@5 0 left; fill 5 1@5 2 left; trade 5<1 1@5;
         fill 3 1@5 0 left; fill 5 1@5 1 left; trade 5<3 1@5",
    );
}

#[test]
fn the_end_of_the_day_expires_day_orders_and_frees_their_names() {
    check(
        "A sell 1@7 | A buy 1@5 | A buy 1@6 | venue day | A buy 1@5 id=1",
        "accepted 1; accepted 2; accepted 3; expired 3; expired 2; expired 1; day-ended; accepted 1",
    );
    check("venue day", "day-ended");
}

#[test]
fn one_instrument_knows_nothing_of_another() {
    check("A sell 1@5 | B buy 1@5 x=COARSE", "accepted 1; accepted 2");
}

#[test]
fn the_top_of_the_book_sums_a_level() {
    let desk = after("A buy 3@5 | B buy 2@5 | A buy 9@4 | B sell 7@8");
    let top = desk.engine.book_top(&"TEST".parse().unwrap()).unwrap();
    let (bid, offer) = (top.bid.unwrap(), top.offer.unwrap());
    assert_eq!(
        (bid.price.micros(), bid.quantity.get(), bid.orders),
        (5, 5, 2)
    );
    assert_eq!(
        (offer.price.micros(), offer.quantity.get(), offer.orders),
        (8, 7, 1)
    );
    assert!(desk.engine.book_top(&"NONE".parse().unwrap()).is_none());
}

#[test]
fn an_order_can_be_looked_up_while_it_rests() {
    let desk = after("A buy 3@5 | B sell 1@5");
    let number = desk.journal[desk.journal.len() - 2].number;
    let order = desk.engine.order(engine::OrderId::new(number)).unwrap();
    assert_eq!((order.cumulative.get(), order.leaves.get()), (1, 2));
    assert_eq!(order.filled_notional.micros(), 5);
    let filled = desk.engine.last_command().unwrap();
    assert!(desk.engine.order(engine::OrderId::new(filled)).is_none());
}
