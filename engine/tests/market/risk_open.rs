//! Limits on what is open and what is not settled: what takes them up, and what makes room again.

use engine::{Notional, Quantity, RiskScope};

use crate::desk::{after, check};
use crate::risk::{SCOPES, at_and_beyond};

#[test]
fn the_number_of_open_orders() {
    for (scope, name) in &SCOPES[..3] {
        let set = format!("venue limits {scope} orders=2 | A buy 1@5 id=x | A sell 1@9 id=y");
        at_and_beyond(
            &set,
            "A cancel x | A buy 1@5",
            "A buy 1@5",
            &format!("{name}: open orders would be 3, limit 2"),
        );
    }
    // One that would not rest needs room, too; a change needs none.
    check(
        "venue limits firm=A orders=1 | A buy 1@5 | A buy 1@5 ioc | A replace 2 9@5",
        "limits of firm A; accepted 2; rejected 3 [firm A: open orders would be 2, limit 1]; replaced 2>4 9 left New",
    );
    // What waits for its price is open.
    check(
        "venue limits firm=A orders=1 | A buy 1@market stop=7 | A buy 1@5",
        "limits of firm A; accepted 2; rejected 3 [firm A: open orders would be 2, limit 1]",
    );
}

#[test]
fn what_is_open_on_both_sides_together() {
    for (scope, name) in &SCOPES[..3] {
        at_and_beyond(
            &format!("venue limits {scope} open=100 | A buy 10@5"),
            "A sell 5@10",
            "A sell 17@3",
            &format!("{name}: open notional would be 0.000101 USD, limit 0.0001"),
        );
    }
}

#[test]
fn what_leaves_the_market_makes_room() {
    let full = "venue limits firm=A open=100 | A buy 10@10 id=x gtc";
    let text = "firm A: open notional would be 0.000101 USD, limit 0.0001";
    let rows = [
        // Cancelled, one by one or all, or with its client.
        ("A cancel x", 100),
        ("A cancel-all firm", 100),
        // Filled, in part or whole.
        ("B sell 4@10", 40),
        ("B sell 10@10", 100),
        ("M sell 3@10 | M sell 2@market", 50),
        // Made smaller, or cheaper.
        ("A replace x 6@10", 40),
        ("A replace x 10@4", 60),
        ("B sell 4@10 | A replace x 4@10", 100),
        // Taken off by self-match prevention.
        ("A sell 3@10 own=decrement", 30),
        ("A sell 10@10 own=both", 100),
    ];
    for (then, room) in rows {
        let set = match then.contains("own=") {
            // The one that takes needs room itself, which it gives back.
            true => format!("A buy 10@10 id=x gtc | {then} | venue limits firm=A open=100"),
            false => format!("{full} | {then}"),
        };
        let beyond = format!("A buy {}@1", room + 1);
        at_and_beyond(&set, &format!("A buy {room}@1"), &beyond, text);
    }
    at_and_beyond(
        "venue limits firm=A open=100 | A buy 10@10 | venue day",
        "A buy 100@1",
        "A buy 101@1",
        text,
    );
    at_and_beyond(
        "venue limits firm=A open=100 | A buy 10@10 till=5 | wait 9 | venue fire",
        "A buy 100@1",
        "A buy 101@1",
        text,
    );
}

#[test]
fn icebergs_and_stops_count_whole() {
    let text = "firm A: open notional would be 0.000101 USD, limit 0.0001";
    at_and_beyond(
        "venue limits firm=A open=100 | A buy 9@10 show=1 | B sell 3@10",
        "A buy 40@1",
        "A buy 41@1",
        text,
    );
    // A stop-limit order with its limit; elected and filled, it is gone.
    at_and_beyond(
        "venue limits firm=A open=100 | A buy 5@10 stop=8",
        "A buy 50@1",
        "A buy 51@1",
        text,
    );
    at_and_beyond(
        "venue limits firm=A open=100 | A buy 5@10 stop=8 | B sell 9@8 | M buy 1@8",
        "A buy 100@1",
        "A buy 101@1",
        text,
    );
}

#[test]
fn a_change_is_held_against_limits_as_what_it_makes_of_the_order() {
    let rows = [
        ("qty=10", "11@5", "order quantity is 11, limit 10"),
        (
            "notional=50",
            "6@9",
            "order notional is 0.000054 USD, limit 0.00005",
        ),
        (
            "open=50",
            "6@9",
            "open notional would be 0.000054 USD, limit 0.00005",
        ),
        (
            "credit=50",
            "6@9",
            "open and unsettled notional would be 0.000054 USD, credit 0.00005",
        ),
    ];
    for (limit, to, text) in rows {
        check(
            &format!("venue limits firm=A {limit} | A buy 10@5 | A replace 2 {to}"),
            &format!(
                "limits of firm A; accepted 2; replace-rejected 3 Terms([firm A: {text}]) (2 New)"
            ),
        );
    }
    // Beyond a limit that was narrowed meanwhile, it may still become less.
    check(
        "A buy 10@5 | venue limits firm=A open=10 | A replace 1 9@5 | A replace 3 9@6 | A cancel 3",
        "accepted 1; limits of firm A; replaced 1>3 9 left New;
         replace-rejected 4 Terms([firm A: open notional would be 0.000054 USD, limit 0.00001]) (1 New);
         cancelled 3 by 5",
    );
    // One that leaves nothing open is the end of the order, and always taken.
    check(
        "A buy 10@5 | B sell 3@5 | venue limits firm=A qty=1 restrict=TEST | A replace 1 3@5",
        "accepted 1; accepted 2; fill 1 3@5 7 left; fill 2 3@5 0 left; trade 1<2 3@5; limits of firm A;
         replaced 1>4 0 left Filled",
    );
}

/// `a` has two instances, sold to `b` at 10 each: what is left of 100 is 80.
const SOLD: &str = "settlement deposit s1 i1 a SMALL | settlement deposit s2 i2 a SMALL | \
                    A sell 2@10 x=SMALL | B buy 2@10 x=SMALL image=img";

#[test]
fn what_is_traded_takes_up_credit_until_it_is_settled() {
    let rows = [
        ("wait 1", 80),
        ("settlement update 4/0/0 terminating", 80),
        ("settlement update 4/0/0 settled n1", 90),
        ("settlement update 4/0/0 failed", 90),
        (
            "settlement update 4/0/0 reversed | settlement update 4/0/1 settled n2",
            100,
        ),
        ("operator bust 4/0", 100),
        ("operator correct 4/0 15", 70),
        ("operator correct 4/0 15 | operator correct 4/0 5", 90),
        (
            "settlement update 4/0/0 reversed | operator correct 4/0 15",
            85,
        ),
        ("settlement update 4/0/0 reversed | operator bust 4/0", 100),
    ];
    let whose = [
        ("firm=A", "firm A", "A"),
        ("account=a", "account a", "A"),
        ("firm=B", "firm B", "B"),
    ];
    for (then, room) in rows {
        for (scope, name, trader) in whose {
            let limits = format!("venue limits {scope} credit=100");
            let text =
                format!("{name}: open and unsettled notional would be 0.000101 USD, credit 0.0001");
            // Limits that come later count what was there before.
            for set in [
                format!("{SOLD} | {limits} | {then}"),
                format!("{SOLD} | {then} | {limits}"),
            ] {
                let at = format!("{trader} buy {room}@1");
                let beyond = format!("{trader} buy {}@1", room + 1);
                at_and_beyond(&set, &at, &beyond, &text);
            }
        }
    }
}

#[test]
fn a_trade_within_a_firm_counts_on_both_its_sides_and_a_test_trade_on_none() {
    let text = "firm A: open and unsettled notional would be 0.000101 USD, credit 0.0001";
    at_and_beyond(
        "settlement deposit s1 i1 a SMALL | A sell 1@10 x=SMALL | A buy 1@10 x=SMALL a=a2 image=img | \
         venue limits firm=A credit=100",
        "A buy 80@1",
        "A buy 81@1",
        text,
    );
    at_and_beyond(
        "venue limits firm=A credit=100 | A sell 5@10 | B buy 5@10 | operator correct 3/0 9",
        "A buy 100@1",
        "A buy 101@1",
        text,
    );
    // A bust leaves what is open of an order as it is.
    at_and_beyond(
        "venue limits firm=A credit=100 | A buy 9@5 | B sell 4@5 | operator bust 3/0",
        "A buy 75@1",
        "A buy 76@1",
        text,
    );
}

#[test]
fn a_currency_without_a_limit_is_not_unlimited() {
    check(
        "venue limits firm=A open=100 in=EUR | A buy 1@5 | B buy 1@5",
        "limits of firm A; rejected 2 [firm A: no limit is set in USD]; accepted 3",
    );
}

#[test]
fn what_is_taken_up_can_be_read() {
    let desk = after(&format!(
        "{SOLD} | A buy 3@5 | venue limits firm=A credit=1000 | operator limits firm=A qty=3 why | A sell 1@9"
    ));
    let scope = RiskScope::Firm("A".parse().unwrap());
    let view = desk.engine.risk_limits_of(scope).unwrap();
    assert_eq!(view.open_orders, 2);
    let [usd] = view.exposure[..] else {
        panic!("{view:?}");
    };
    assert_eq!((usd.open.micros(), usd.unsettled.micros()), (24, 20));
    let credit = view.configured.money[0].credit;
    assert_eq!(credit, Some(Notional::from_micros(1_000)));
    let quantity = view.effective().max_order_quantity;
    assert_eq!(quantity, Some(Quantity::new(3)));
    assert_eq!(desk.engine.risk_limits().collect::<Vec<_>>(), [view]);
    // When nothing is limited any more, nothing is counted.
    let script = "venue limits firm=A qty=1 | operator limits firm=A qty=2 why | venue limits firm=A | \
                  operator release firm=A why";
    assert_eq!(after(script).engine.risk_limits().count(), 0);
}

#[test]
fn the_largest_amounts_are_counted_exactly() {
    let most = i64::MAX;
    let limit = i128::from(most) * 2_000;
    let set = format!("A buy 1000@{most} | venue limits firm=A open={limit}");
    at_and_beyond(
        &set,
        &format!("A buy 1000@{most}"),
        &format!("A buy 1000@{most} | A buy 1@1"),
        "firm A: open notional would be 18446744073709551.614001 USD, limit 18446744073709551.614",
    );
}
