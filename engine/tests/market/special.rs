//! Orders that ask for more than a price, a quantity and a time: market-to-limit, post-only, minimum quantity, iceberg.

use engine::{OrderKind, Price, Quantity, Side};

use crate::desk::{after, check};

/// The kind of order, waiting for a price.
pub(crate) fn stop_at(kind: OrderKind, price: &str) -> OrderKind {
    let stop = Price::from_micros(price.parse().unwrap());
    match kind {
        OrderKind::Limit(limit) => OrderKind::StopLimit { stop, limit },
        _ => OrderKind::Stop(stop),
    }
}

pub(crate) fn count(text: &str) -> Quantity {
    Quantity::new(text.parse().unwrap())
}

#[test]
fn market_to_limit_rests_at_the_price_of_its_first_fill() {
    check(
        "A sell 2@5 | A sell 2@6 | B buy 3@to-limit | M sell 1@5",
        "accepted 1; accepted 2; accepted 3; fill 1 2@5 0 left; fill 3 2@5 1 left; trade 3<1 2@5;
         accepted 4; fill 3 1@5 0 left; fill 4 1@5 0 left; trade 3<4 1@5",
    );
    check(
        "A sell 2@5 | B buy 3@to-limit ioc",
        "accepted 1; accepted 2; fill 1 2@5 0 left; fill 2 2@5 1 left; trade 2<1 2@5;
         cancelled 2 ImmediateOrCancel",
    );
    check(
        "A sell 2@5 | A sell 1@6 | B buy 3@to-limit fok | B buy 2@to-limit fok",
        "accepted 1; accepted 2; accepted 3; cancelled 3 FillOrKill; accepted 4;
         fill 1 2@5 0 left; fill 4 2@5 0 left; trade 4<1 2@5",
    );
}

#[test]
fn market_to_limit_without_a_price_is_cancelled() {
    check("B buy 3@to-limit", "accepted 1; cancelled 1 MarketUnfilled");
    // What it cancels on the way gives it no price.
    check(
        "A sell 1@5 | B sell 1@6 | A buy 2@to-limit own=maker | M sell 1@6",
        "accepted 1; accepted 2; accepted 3; cancelled 1 SelfTradePrevented;
         fill 2 1@6 0 left; fill 3 1@6 1 left; trade 3<2 1@6;
         accepted 4; fill 3 1@6 0 left; fill 4 1@6 0 left; trade 3<4 1@6",
    );
}

#[test]
fn market_to_limit_is_a_limit_order_from_its_first_fill_on() {
    let desk = after("A sell 2@5 | B buy 3@to-limit");
    let number = desk.engine.last_command().unwrap();
    let order = desk.engine.order(engine::OrderId::new(number)).unwrap();
    assert_eq!(order.kind, OrderKind::Limit(Price::from_micros(5)));
}

#[test]
fn post_only_never_takes() {
    check(
        "A sell 1@5 | B buy 1@5 post | B buy 1@4 post | A sell 1@4",
        "accepted 1; rejected 2 WouldTake; accepted 3; accepted 4;
         fill 3 1@4 0 left; fill 4 1@4 0 left; trade 3<4 1@4",
    );
    check(
        "A buy 1@5 | A sell 1@5 post own=maker",
        "accepted 1; rejected 2 WouldTake",
    );
    check(
        "A buy 5@5 show=1 | B sell 1@6 show=1 post | A buy 1@6 post",
        "accepted 1; accepted 2; rejected 3 WouldTake",
    );
}

#[test]
fn a_minimum_quantity_is_filled_at_once_or_the_order_is_cancelled() {
    check(
        "A sell 2@5 | B buy 5@5 min=3",
        "accepted 1; accepted 2; cancelled 2 MinimumQuantity",
    );
    check(
        "A sell 2@5 | A sell 1@6 | B buy 5@6 min=3 | M sell 2@6",
        "accepted 1; accepted 2; accepted 3; fill 1 2@5 0 left; fill 3 2@5 3 left; trade 3<1 2@5;
         fill 2 1@6 0 left; fill 3 1@6 2 left; trade 3<2 1@6;
         accepted 4; fill 3 2@6 0 left; fill 4 2@6 0 left; trade 3<4 2@6",
    );
    check(
        "A sell 3@5 | B buy 5@market min=3 | B buy 5@5 ioc min=1",
        "accepted 1; accepted 2; fill 1 3@5 0 left; fill 2 3@5 2 left; trade 2<1 3@5;
         cancelled 2 MarketUnfilled; accepted 3; cancelled 3 MinimumQuantity",
    );
    check(
        "A sell 1@5 | A sell 4@6 | B buy 5@to-limit min=2 | B buy 5@to-limit min=1",
        "accepted 1; accepted 2; accepted 3; cancelled 3 MinimumQuantity;
         accepted 4; fill 1 1@5 0 left; fill 4 1@5 4 left; trade 4<1 1@5",
    );
}

#[test]
fn a_minimum_quantity_counts_fills_alone() {
    let rows = [
        ("own=taker", "cancelled 4 MinimumQuantity"),
        ("own=both", "cancelled 4 MinimumQuantity"),
        // Two of its five are taken off by its own order: three are filled.
        (
            "own=decrement",
            "fill 1 1@5 0 left; fill 4 1@5 4 left; trade 4<1 1@5; cancelled 2 SelfTradePrevented;
             reduced 4 to 3 2 left; fill 3 2@5 2 left; fill 4 2@5 0 left; trade 4<3 2@5",
        ),
        (
            "own=maker",
            "fill 1 1@5 0 left; fill 4 1@5 4 left; trade 4<1 1@5; cancelled 2 SelfTradePrevented;
             fill 3 4@5 0 left; fill 4 4@5 0 left; trade 4<3 4@5",
        ),
    ];
    for (own, expected) in rows {
        check(
            &format!("B sell 1@5 | A sell 2@5 | M sell 4@5 | A buy 5@5 min=3 {own}"),
            &format!("accepted 1; accepted 2; accepted 3; accepted 4; {expected}"),
        );
    }
}

#[test]
fn an_iceberg_goes_behind_when_what_it_shows_is_filled() {
    check(
        "A sell 5@5 show=2 | M sell 1@5 | B buy 3@5 | B buy 9@5 ioc",
        "accepted 1; accepted 2; accepted 3; fill 1 2@5 3 left; fill 3 2@5 1 left; trade 3<1 2@5;
         fill 2 1@5 0 left; fill 3 1@5 0 left; trade 3<2 1@5;
         accepted 4; fill 1 2@5 1 left; fill 4 2@5 7 left; trade 4<1 2@5;
         fill 1 1@5 0 left; fill 4 1@5 6 left; trade 4<1 1@5; cancelled 4 ImmediateOrCancel",
    );
    // What was shown and is not filled keeps its place.
    check(
        "A sell 5@5 show=2 | M sell 1@5 | B buy 1@5 | B buy 1@5 | B buy 1@5",
        "accepted 1; accepted 2; accepted 3; fill 1 1@5 4 left; fill 3 1@5 0 left; trade 3<1 1@5;
         accepted 4; fill 1 1@5 3 left; fill 4 1@5 0 left; trade 4<1 1@5;
         accepted 5; fill 2 1@5 0 left; fill 5 1@5 0 left; trade 5<2 1@5",
    );
}

#[test]
fn an_iceberg_takes_whole_and_then_rests_in_parts() {
    check(
        "A sell 3@5 | B buy 8@5 show=2 | M sell 4@5",
        "accepted 1; accepted 2; fill 1 3@5 0 left; fill 2 3@5 5 left; trade 2<1 3@5;
         accepted 3; fill 2 2@5 3 left; fill 3 2@5 2 left; trade 2<3 2@5;
         fill 2 2@5 1 left; fill 3 2@5 0 left; trade 2<3 2@5",
    );
}

#[test]
fn the_book_shows_what_is_displayed() {
    let desk = after("A sell 9@5 show=2 | M sell 1@5 | B buy 1@5");
    let top = desk.engine.book_top(&"TEST".parse().unwrap()).unwrap();
    let offer = top.offer.unwrap();
    assert_eq!((offer.quantity.get(), offer.orders), (2, 2));
    let all = desk.engine.resting(&"TEST".parse().unwrap(), Side::Sell);
    assert_eq!(all.map(|order| order.leaves.get()).sum::<u64>(), 9);
}

#[test]
fn what_is_hidden_can_be_had() {
    check(
        "A sell 9@5 show=2 | B buy 9@5 fok",
        "accepted 1; accepted 2;
         fill 1 2@5 7 left; fill 2 2@5 7 left; trade 2<1 2@5; fill 1 2@5 5 left; fill 2 2@5 5 left; trade 2<1 2@5;
         fill 1 2@5 3 left; fill 2 2@5 3 left; trade 2<1 2@5; fill 1 2@5 1 left; fill 2 2@5 1 left; trade 2<1 2@5;
         fill 1 1@5 0 left; fill 2 1@5 0 left; trade 2<1 1@5",
    );
    // Its own order stands before what is hidden.
    check(
        "B sell 9@5 show=2 | A sell 1@5 | A buy 3@5 fok | A buy 3@5 fok own=maker",
        "accepted 1; accepted 2; accepted 3; cancelled 3 FillOrKill; accepted 4;
         fill 1 2@5 7 left; fill 4 2@5 1 left; trade 4<1 2@5; cancelled 2 SelfTradePrevented;
         fill 1 1@5 6 left; fill 4 1@5 0 left; trade 4<1 1@5",
    );
}

#[test]
fn a_decremented_iceberg_loses_what_is_hidden_first() {
    check(
        "A sell 5@5 show=2 | A buy 2@5 own=decrement | B buy 1@5 | A buy 1@5 own=decrement",
        "accepted 1; accepted 2; reduced 1 to 3 3 left; cancelled 2 SelfTradePrevented;
         accepted 3; fill 1 1@5 2 left; fill 3 1@5 0 left; trade 3<1 1@5;
         accepted 4; reduced 1 to 2 1 left; cancelled 4 SelfTradePrevented",
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let rows = [
        ("A buy 5@5 min=0", "MinimumQuantityInvalid"),
        ("A buy 5@5 min=6", "MinimumQuantityInvalid"),
        ("A buy 5@5 show=0", "DisplayedQuantityInvalid"),
        ("A buy 5@5 show=6", "DisplayedQuantityInvalid"),
        ("A buy 501@5 show=5", "DisplayedQuantityTooSmall"),
        ("A buy 5@market post", "PostOnlyNotAllowed"),
        ("A buy 5@to-limit post", "PostOnlyNotAllowed"),
        ("A buy 5@5 stop=6 post", "PostOnlyNotAllowed"),
        ("A buy 5@5 post ioc", "PostOnlyNotAllowed"),
        ("A buy 5@5 post fok", "PostOnlyNotAllowed"),
        ("A buy 5@5 post min=1", "PostOnlyNotAllowed"),
        ("A buy 5@5 min=1 fok", "MinimumQuantityNotAllowed"),
        ("A buy 5@5 min=1 stop=6", "MinimumQuantityNotAllowed"),
        ("A buy 5@market show=1", "DisplayedQuantityNotAllowed"),
        ("A buy 5@to-limit show=1", "DisplayedQuantityNotAllowed"),
        (
            "A buy 5@market stop=5 show=1",
            "DisplayedQuantityNotAllowed",
        ),
        ("A buy 5@5 show=1 ioc", "DisplayedQuantityNotAllowed"),
        ("A buy 5@5 show=1 fok", "DisplayedQuantityNotAllowed"),
        ("A buy 5@5 stop=6 ioc", "ImmediateStopNotAllowed"),
        ("A buy 5@market stop=6 fok", "ImmediateStopNotAllowed"),
        ("A buy 5@market stop=0", "StopPriceInvalid"),
        ("A buy 5@market stop=-1", "StopPriceInvalid"),
        ("A buy 5@market stop=6 x=COARSE", "StopPriceOffTick"),
        // Each row is wrong in the ways that come later too.
        ("A buy 5@0 stop=0 x=COARSE", "PriceInvalid"),
        ("A buy 5@6 stop=0 x=COARSE", "PriceOffTick"),
        ("A buy 5@5 stop=0 ioc min=0 till=0", "StopPriceInvalid"),
        (
            "A buy 5@5 stop=6 min=0 show=0 fok",
            "ImmediateStopNotAllowed",
        ),
        ("A buy 5@5 stop=6 min=0 show=0 till=0", "ExpiryPassed"),
        (
            "A buy 5@5 stop=6 min=0 show=0 post",
            "MinimumQuantityInvalid",
        ),
        (
            "A buy 5@market min=1 show=0 post",
            "DisplayedQuantityInvalid",
        ),
        ("A buy 501@market show=5 post", "DisplayedQuantityTooSmall"),
        (
            "A buy 5@market stop=5 min=1 show=1 post",
            "PostOnlyNotAllowed",
        ),
        (
            "A buy 5@market stop=5 min=1 show=1",
            "MinimumQuantityNotAllowed",
        ),
        (
            "A buy 5@market show=1 x=SMALL",
            "DisplayedQuantityNotAllowed",
        ),
        ("A buy 5@5 post x=SMALL", "ImageRequired"),
    ];
    for (script, reason) in rows {
        check(script, &format!("rejected 1 {reason}"));
    }
    check("A buy 500@5 show=5", "accepted 1");
}
