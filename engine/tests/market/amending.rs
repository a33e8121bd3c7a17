//! Trades busted and corrected by an operator: `operator bust 2/0`, `operator correct 2/0 7`; a trade is named by the
//! command and its place among the matches of that.

use engine::{Amendment, Command, EventBody, Price, Trade, TradeAmendment};

use crate::desk::{Desk, after, check};

/// `bust trade`, `correct trade price`, then any of `price= quantity= buyer= legs=none`: terms that the trade never had.
pub(crate) fn command(desk: &Desk, words: &[&str]) -> Command {
    let id = desk.trade(words[1]);
    let known = desk.trades.iter().find(|trade| trade.trade == id);
    let known = known.or(desk.trades.first());
    let mut trade = Trade {
        trade: id,
        ..known.expect("some trade was executed").clone()
    };
    let (change, options) = match words[0] {
        "bust" => (Amendment::Bust, &words[2..]),
        _ => {
            let price = Price::from_micros(words[2].parse().unwrap());
            (Amendment::Correct { price }, &words[3..])
        }
    };
    for option in options {
        match option.split_once('=').unwrap() {
            ("price", price) => trade.price = Price::from_micros(price.parse().unwrap()),
            ("quantity", count) => trade.quantity = engine::Quantity::new(count.parse().unwrap()),
            ("buyer", name) => trade.buyer.client_order_id = name.parse().unwrap(),
            ("firm", name) => trade.buyer.firm = name.parse().unwrap(),
            ("x", symbol) => trade.symbol = symbol.parse().unwrap(),
            ("legs", _) => trade.legs.clear(),
            other => panic!("no such option: {other:?}"),
        }
    }
    let reason = "clearly erroneous".parse().unwrap();
    Command::AmendTrade(Box::new(TradeAmendment {
        trade,
        change,
        reason,
    }))
}

/// `busted 2 4/6 of 6/10 Status @notional`: the fill, then what the order has filled, its quantity and what is open.
pub(crate) fn tell(body: &EventBody) -> Option<String> {
    Some(match body {
        EventBody::FillAmended(fill) => {
            let order = &fill.order;
            let done = match fill.change {
                Amendment::Bust => "fill-busted",
                Amendment::Correct { .. } => "fill-corrected",
            };
            format!(
                "{done} {} {}@{} now {} of {} {} left {:?} for {}",
                order.client_order_id,
                fill.fill.quantity,
                fill.fill.price.micros(),
                order.cumulative,
                order.quantity,
                order.leaves,
                order.status,
                order.filled_notional.micros(),
            )
        }
        EventBody::TradeAmended(amended) => {
            let done = match amended.change {
                Amendment::Bust => "busted",
                Amendment::Correct { .. } => "corrected",
            };
            let legs = amended.trade.legs.iter().map(|leg| leg.slot.to_string());
            let legs = legs.collect::<Vec<_>>().join(" ");
            format!("{done} @{} [{legs}]", amended.trade.price.micros())
        }
        EventBody::TradeAmendmentRefused { reason, .. } => format!("not-amended {reason:?}"),
        _ => return None,
    })
}

/// A buy of 10 at 5 that rests, and a sell of 4 that is filled at once: trade 2/0.
const TRADED: &str = "A buy 10@5 | B sell 4@5";
const TRADED_EVENTS: &str = "accepted 1; accepted 2; fill 1 4@5 6 left; fill 2 4@5 0 left;
    trade 1<2 4@5;";

#[track_caller]
fn check_traded(script: &str, expected: &str) {
    check(
        &format!("{TRADED} | {script}"),
        &format!("{TRADED_EVENTS} {expected}"),
    );
}

#[test]
fn a_bust_takes_the_fill_from_both_orders_and_reopens_none() {
    // What rests becomes smaller by the fill and keeps what is open; what was filled is not open again.
    check_traded(
        "operator bust 2/0 | B sell 6@5 | A status 1 | B status 2",
        "fill-busted 1 4@5 now 0 of 6 6 left New for 0;
         fill-busted 2 4@5 now 0 of 4 0 left Cancelled for 0; busted @5 [];
         accepted 4; fill 1 6@5 0 left; fill 4 6@5 0 left; trade 1<4 6@5;
         report 1 6/6 0 left Filled; report 2 0/4 0 left Cancelled",
    );
}

#[test]
fn a_bust_of_one_fill_leaves_the_others() {
    check_traded(
        "B sell 2@5 | operator bust 2/0 | A cancel 1",
        "accepted 3; fill 1 2@5 4 left; fill 3 2@5 0 left; trade 1<3 2@5;
         fill-busted 1 4@5 now 2 of 6 4 left PartiallyFilled for 10;
         fill-busted 2 4@5 now 0 of 4 0 left Cancelled for 0; busted @5 []; cancelled 1 by 5",
    );
}

#[test]
fn a_cancelled_order_stays_cancelled() {
    check_traded(
        "A cancel 1 | operator bust 2/0",
        "cancelled 1 by 3;
         fill-busted 1 4@5 now 0 of 10 0 left Cancelled for 0;
         fill-busted 2 4@5 now 0 of 4 0 left Cancelled for 0; busted @5 []",
    );
}

#[test]
fn an_order_that_was_replaced_is_found_resting_and_done() {
    check_traded(
        "A replace 1 12@5 | operator bust 2/0",
        "replaced 1>3 8 left PartiallyFilled;
         fill-busted 3 4@5 now 0 of 8 8 left New for 0;
         fill-busted 2 4@5 now 0 of 4 0 left Cancelled for 0; busted @5 []",
    );
    check_traded(
        "A replace 1 12@5 | A cancel 3 | operator bust 2/0",
        "replaced 1>3 8 left PartiallyFilled; cancelled 3 by 4;
         fill-busted 3 4@5 now 0 of 12 0 left Cancelled for 0;
         fill-busted 2 4@5 now 0 of 4 0 left Cancelled for 0; busted @5 []",
    );
}

#[test]
fn a_correction_changes_what_the_fill_cost_and_nothing_else() {
    check_traded(
        "operator correct 2/0 7 | operator correct 2/0 6 | operator bust 2/0",
        "fill-corrected 1 4@7 now 4 of 10 6 left PartiallyFilled for 28;
         fill-corrected 2 4@7 now 4 of 4 0 left Filled for 28; corrected @7 [];
         fill-corrected 1 4@6 now 4 of 10 6 left PartiallyFilled for 24;
         fill-corrected 2 4@6 now 4 of 4 0 left Filled for 24; corrected @6 [];
         fill-busted 1 4@6 now 0 of 6 6 left New for 0;
         fill-busted 2 4@6 now 0 of 4 0 left Cancelled for 0; busted @6 []",
    );
}

#[test]
fn each_report_refers_to_the_one_before() {
    let mut desk = after(TRADED);
    let trade = desk.trades[0].clone();
    let mut told = [trade.buyer.execution, trade.seller.execution];
    for line in [
        "operator correct 2/0 7",
        "operator correct 2/0 6",
        "operator bust 2/0",
    ] {
        let events = desk.run(line);
        for (at, event) in events[..2].iter().enumerate() {
            let EventBody::FillAmended(fill) = &event.body else {
                panic!("{event:?}");
            };
            assert_eq!(fill.refers_to, told[at], "{line}");
            assert_eq!(
                (fill.execution.number, fill.execution.index),
                (event.cause, event.index)
            );
            told[at] = fill.execution;
        }
    }
}

#[test]
fn what_may_not_be_amended_says_why() {
    let rows = [
        ("operator bust 9/0", "UnknownTrade"),
        ("operator bust 2/0 quantity=5", "UnknownTrade"),
        ("operator bust 2/0 quantity=0", "UnknownTrade"),
        ("operator bust 2/0 price=9", "UnknownTrade"),
        ("operator bust 2/0 price=-5", "UnknownTrade"),
        ("operator bust 2/0 buyer=2", "UnknownTrade"),
        ("operator bust 2/0 firm=B", "UnknownTrade"),
        ("operator bust 2/0 firm=NONE", "UnknownTrade"),
        ("operator bust 2/0 x=COARSE", "UnknownTrade"),
        ("operator bust 2/0 x=NONE", "UnknownTrade"),
        ("operator correct 2/0 0", "PriceInvalid"),
        ("operator correct 2/0 -1", "PriceInvalid"),
        ("operator correct 2/0 5", "PriceUnchanged"),
    ];
    for (line, reason) in rows {
        check_traded(line, &format!("not-amended {reason}"));
    }
    check_traded(
        "operator bust 2/0 | operator bust 2/0 | operator correct 2/0 7",
        "fill-busted 1 4@5 now 0 of 6 6 left New for 0;
         fill-busted 2 4@5 now 0 of 4 0 left Cancelled for 0; busted @5 [];
         not-amended AlreadyBusted; not-amended AlreadyBusted",
    );
    check_traded(
        "venue day | operator bust 2/0",
        "expired 1; day-ended; not-amended EarlierDay",
    );
    for sender in ["A", "venue", "settlement"] {
        check_traded(&format!("{sender} bust 2/0"), "ignored NotPermitted");
    }
    check(
        "A buy 1@5 x=COARSE | B sell 1@5 x=COARSE | operator correct 2/0 7",
        "accepted 1; accepted 2; fill 1 1@5 0 left; fill 2 1@5 0 left; trade 1<2 1@5;
         not-amended PriceOffTick",
    );
}

/// Three instances of account `a`; one of them, `s`, was sold to B, by an order that still offers `t`: trade 5/0.
const SOLD: &str =
    "venue deposit s i a SMALL | venue deposit t j a SMALL | venue deposit u k a SMALL
    | A sell 2@5 x=SMALL instances=i,j | B buy 1@5 x=SMALL image=web";
const SOLD_EVENTS: &str = "deposited s; deposited t; deposited u; accepted 4; accepted 5;
    fill 4 1@5 1 left [i]; fill 5 1@5 0 left [i]; trade 5<4 1@5 [s/i];";
const BUSTED: &str = "fill-busted 4 1@5 now 0 of 1 1 left New for 0";

#[track_caller]
fn check_sold(script: &str, expected: &str) {
    check(
        &format!("{SOLD} | {script}"),
        &format!("{SOLD_EVENTS} {expected}"),
    );
}

#[test]
fn a_busted_sale_frees_the_instance_and_settles_no_more() {
    check_sold(
        "operator bust 5/0 | settlement update 5/0/0 terminating | A sell 1@9 x=SMALL instances=i
         | B buy 1@5 x=SMALL image=web",
        &format!(
            "fill-busted 5 1@5 now 0 of 1 0 left Cancelled for 0; {BUSTED}; busted @5 [s];
             ignored Unknown; accepted 8; accepted 9;
             fill 4 1@5 0 left [j]; fill 9 1@5 0 left [j]; trade 9<4 1@5 [t/j]"
        ),
    );
}

#[test]
fn a_sale_is_past_its_point_of_no_return_when_the_market_has_taken_that() {
    check_sold(
        "settlement update 5/0/0 pending | operator correct 5/0 6
         | settlement update 5/0/0 terminating | operator bust 5/0 | operator correct 5/0 7
         | settlement update 5/0/0 settled new | operator bust 5/0",
        "updated s Pending;
         fill-corrected 5 1@6 now 1 of 1 0 left Filled for 6;
         fill-corrected 4 1@6 now 1 of 2 1 left PartiallyFilled for 6; corrected @6 [s];
         updated s Terminating; not-amended PastNoReturn; not-amended PastNoReturn;
         updated s Settled; transferred s/new a>b; not-amended ReassignmentsEnded",
    );
    check_sold(
        "operator bust 5/0 legs=none | operator bust 5/0 quantity=2 | operator bust 5/0 price=4",
        "not-amended UnknownTrade; not-amended UnknownTrade; not-amended UnknownTrade",
    );
}

#[test]
fn what_settlement_says_of_a_corrected_sale_has_the_new_price() {
    let mut desk = after(&format!("{SOLD} | operator correct 5/0 6"));
    let events = desk.run("settlement update 5/0/0 pending");
    let EventBody::ReassignmentUpdated(update) = &events[0].body else {
        panic!("{events:?}");
    };
    assert_eq!(update.trade.price.micros(), 6);
}

#[test]
fn an_instance_that_came_back_before_is_not_freed_again() {
    // The first sale of both is reversed for `s`, which is sold again; then the rest of it is busted.
    check(
        "venue deposit s i a SMALL | venue deposit t j a SMALL | A sell 2@5 x=SMALL gtc
         | B buy 2@5 x=SMALL image=web | settlement update 4/0/0 reversed
         | A sell 1@5 x=SMALL | B buy 1@5 x=SMALL image=web | operator bust 4/0",
        "deposited s; deposited t; accepted 3; accepted 4; fill 3 2@5 0 left [i j];
         fill 4 2@5 0 left [i j]; trade 4<3 2@5 [s/i t/j]; updated s Reversed;
         accepted 6; accepted 7; fill 6 1@5 0 left [i]; fill 7 1@5 0 left [i]; trade 7<6 1@5 [s/i];
         fill-busted 4 2@5 now 0 of 2 0 left Cancelled for 0;
         fill-busted 3 2@5 now 0 of 2 0 left Cancelled for 0; busted @5 [t]",
    );
}

#[test]
fn an_order_that_delivered_an_instance_twice_forgets_the_later_time() {
    // `s` comes back, is added to the same order again and sold again; that trade is busted.
    check(
        "venue deposit s i a SMALL | venue deposit t j a SMALL | A sell 2@5 x=SMALL
         | B buy 1@5 x=SMALL image=web | settlement update 4/0/0 reversed
         | A replace 3 3@5 x=SMALL | B buy 2@5 x=SMALL image=web | operator bust 7/0",
        "deposited s; deposited t; accepted 3; accepted 4; fill 3 1@5 1 left [i];
         fill 4 1@5 0 left [i]; trade 4<3 1@5 [s/i]; updated s Reversed; replaced 3>6 2 left PartiallyFilled;
         accepted 7; fill 6 2@5 0 left [j i]; fill 7 2@5 0 left [j i]; trade 7<6 2@5 [t/j s/i];
         fill-busted 7 2@5 now 0 of 2 0 left Cancelled for 0;
         fill-busted 6 2@5 now 1 of 3 0 left Cancelled for 5; busted @5 [t s]",
    );
}

#[test]
fn neither_a_bust_nor_a_correction_elects_a_stop() {
    check_traded(
        "M buy 1@market stop=9 | operator correct 2/0 9 | operator bust 2/0",
        "accepted 3;
         fill-corrected 1 4@9 now 4 of 10 6 left PartiallyFilled for 36;
         fill-corrected 2 4@9 now 4 of 4 0 left Filled for 36; corrected @9 [];
         fill-busted 1 4@9 now 0 of 6 6 left New for 0;
         fill-busted 2 4@9 now 0 of 4 0 left Cancelled for 0; busted @9 []",
    );
}
