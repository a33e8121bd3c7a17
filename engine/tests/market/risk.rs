//! Limits on one order, each at it and beyond it; and how scripts write limits.

use std::time::Duration;

use engine::{
    BasisPoints, Command, MoneyLimits, Notional, OrderRate, OrderRefusal, Price, Quantity,
    RiskLimits, RiskLimitsChange, RiskScope,
};

use crate::desk::{BEAT, after, check};

/// `limits firm=A` (or `account=`, `session=`, `instrument=`), then any of `qty= band= orders= notional= open= credit=
/// rate=orders/beats dup=beats restrict=A,B ref= in=currency` and, of an operator, `why`.
pub(crate) fn limits(words: &[&str]) -> Command {
    let mut limits = RiskLimits::default();
    let mut money = MoneyLimits {
        currency: "USD".parse().unwrap(),
        max_order_notional: None,
        max_open_notional: None,
        credit: None,
    };
    let number = |text: &str| text.parse::<u64>().unwrap();
    let amount = |text: &str| Some(Notional::from_micros(text.parse().unwrap()));
    for word in &words[1..] {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        match key {
            "qty" => limits.max_order_quantity = Some(Quantity::new(number(value))),
            "band" => limits.price_band = Some(BasisPoints::new(value.parse().unwrap())),
            "orders" => limits.max_open_orders = Some(number(value)),
            "notional" => money.max_order_notional = amount(value),
            "open" => money.max_open_notional = amount(value),
            "credit" => money.credit = amount(value),
            "in" => money.currency = value.parse().unwrap(),
            "rate" => {
                let (orders, window) = value.split_once('/').unwrap();
                let (orders, window) = (orders.parse().unwrap(), beats(window));
                limits.order_rate = Some(OrderRate { orders, window });
            }
            "dup" => limits.duplicate_window = Some(beats(value)),
            "restrict" => {
                let symbols = value.split(',').map(|symbol| symbol.parse().unwrap());
                limits.restricted = symbols.collect();
            }
            "ref" => limits.reference_price = Some(Price::from_micros(value.parse().unwrap())),
            "why" => {}
            other => panic!("no such limit: {other}"),
        }
    }
    if words.iter().any(|word| {
        let key = word.split_once('=').map_or(*word, |(key, _)| key);
        ["notional", "open", "credit", "in"].contains(&key)
    }) {
        limits.money.push(money);
    }
    Command::SetRiskLimits {
        scope: scope(words[0]),
        limits,
        reason: why(words),
    }
}

/// `release firm=A why`.
pub(crate) fn release(words: &[&str]) -> Command {
    Command::ReleaseRiskLimits {
        scope: scope(words[0]),
        reason: why(words),
    }
}

fn why(words: &[&str]) -> Option<engine::Remark> {
    words
        .contains(&"why")
        .then(|| "desk asked".parse().unwrap())
}

fn beats(text: &str) -> Duration {
    Duration::from_nanos(text.parse::<u64>().unwrap() * BEAT)
}

fn scope(word: &str) -> RiskScope {
    let (kind, name) = word.split_once('=').unwrap();
    match kind {
        "firm" => RiskScope::Firm(name.parse().unwrap()),
        "account" => RiskScope::Account(name.parse().unwrap()),
        "session" => RiskScope::Session(name.parse().unwrap()),
        "instrument" => RiskScope::Instrument(name.parse().unwrap()),
        other => panic!("no such scope: {other}"),
    }
}

pub(crate) fn tell(change: &RiskLimitsChange) -> String {
    let by_operator = if change.operator.is_some() {
        " by operator"
    } else {
        ""
    };
    format!("limits of {}{by_operator}", change.scope)
}

/// A refusal in a word; of a limit in words, with amounts in micro-units where they are written so.
pub(crate) fn refusal(reason: &OrderRefusal) -> String {
    match reason {
        OrderRefusal::LimitBreached(breach) => format!("[{breach}]"),
        other => format!("{other:?}"),
    }
}

/// Checks that a limit lets the one script by and refuses the last order of the other; `expected` is what is said.
#[track_caller]
pub(crate) fn at_and_beyond(set: &str, at: &str, beyond: &str, expected: &str) {
    for (script, ending) in [(at, "accepted"), (beyond, "rejected")] {
        let mut desk = after(set);
        let events: Vec<_> = script
            .split('|')
            .map(|line| desk.run(line.trim()))
            .collect();
        let first = &events.last().unwrap()[0].body;
        match first {
            engine::EventBody::OrderAccepted { .. } => assert_eq!(ending, "accepted", "{script}"),
            engine::EventBody::OrderRejected { reason, .. } => {
                assert_eq!(ending, "rejected", "{script}: {reason}");
                assert_eq!(reason.to_string(), expected, "{script}");
            }
            other => panic!("{script}: {other:?}"),
        }
    }
}

#[test]
fn the_quantity_of_one_order() {
    let beyond = "order quantity is 11, limit 10";
    for (scope, name) in SCOPES {
        at_and_beyond(
            &format!("venue limits {scope} qty=10"),
            "A buy 10@5",
            "A buy 11@5",
            &format!("{name}: {beyond}"),
        );
    }
    check(
        "venue limits firm=A qty=10 | B sell 11@9",
        "limits of firm A; accepted 2",
    );
}

/// Scopes that an order of A on TEST meets, in the order in which they are looked at.
pub(crate) const SCOPES: [(&str, &str); 4] = [
    ("firm=A", "firm A"),
    ("account=a", "account a"),
    ("session=A", "session A"),
    ("instrument=TEST", "instrument TEST"),
];

#[test]
fn the_notional_of_one_order() {
    for (scope, name) in SCOPES {
        at_and_beyond(
            &format!("venue limits {scope} notional=50"),
            "A sell 10@5",
            "A sell 17@3",
            &format!("{name}: order notional is 0.000051 USD, limit 0.00005"),
        );
    }
    // One without a limit price counts with the last trade; a buy with the end of the band, where there is one.
    let traded = "B sell 1@10 | M buy 1@10 | venue limits firm=A notional=50";
    let text = "firm A: order notional is 0.00006 USD, limit 0.00005";
    at_and_beyond(traded, "A buy 5@market", "A buy 6@market", text);
    at_and_beyond(
        &format!("{traded} band=2000"),
        "A buy 4@market",
        "A buy 5@market",
        text,
    );
    at_and_beyond(
        &format!("{traded} band=2000"),
        "A sell 5@market",
        "A sell 6@market",
        text,
    );
    // A stop counts with its stop price.
    at_and_beyond(
        "venue limits firm=A notional=50",
        "A buy 5@market stop=10",
        "A buy 5@market stop=11",
        "firm A: order notional is 0.000055 USD, limit 0.00005",
    );
}

#[test]
fn a_price_band_about_the_last_trade_else_the_reference_price() {
    for (scope, name) in SCOPES {
        let set = format!("B sell 1@100 | M buy 1@100 | venue limits {scope} band=1000");
        let band = "band 0.00009 to 0.00011";
        at_and_beyond(
            &set,
            "A buy 1@110",
            "A buy 1@111",
            &format!("{name}: price is 0.000111, {band}"),
        );
        at_and_beyond(
            &set,
            "A sell 1@90",
            "A sell 1@89",
            &format!("{name}: price is 0.000089, {band}"),
        );
    }
    let laid_down = "venue limits instrument=TEST ref=50 band=1000";
    let text = "instrument TEST: price is 0.000056, band 0.000045 to 0.000055";
    at_and_beyond(laid_down, "A buy 1@55", "A buy 1@56", text);
    // The first trade takes its place.
    at_and_beyond(
        &format!("{laid_down} | B sell 1@55 | M buy 1@55"),
        "A buy 1@60",
        "A buy 1@61",
        "instrument TEST: price is 0.000061, band 0.00005 to 0.00006",
    );
    // The limit of a stop order is held against its stop price.
    at_and_beyond(
        laid_down,
        "A buy 1@88 stop=80",
        "A buy 1@89 stop=80",
        "instrument TEST: price is 0.000089, band 0.000072 to 0.000088",
    );
}

#[test]
fn without_any_price_a_limit_order_is_taken_and_a_market_order_is_not() {
    let text = "firm A: TEST has no price yet to hold the order against";
    for limit in ["band=1000", "open=100", "credit=100"] {
        let set = format!("venue limits firm=A {limit}");
        at_and_beyond(&set, "A buy 1@50", "A buy 1@market", text);
        at_and_beyond(&set, "A buy 1@50", "A buy 1@to-limit", text);
    }
}

#[test]
fn an_order_without_a_limit_sweeps_no_further_than_the_band() {
    let book = "B sell 1@100 id=t | M buy 1@100 id=u | B sell 1@105 | B sell 1@110 | B sell 1@111 | \
                venue limits instrument=TEST band=1000";
    let desk = |last: &str| {
        let mut desk = after(book);
        let events = desk.run(last);
        let told: Vec<String> = events.iter().filter_map(ending).collect();
        told.join("; ")
    };
    let rows = [
        ("A buy 2@market", "1@105; 1@110"),
        ("A buy 3@market", "1@105; 1@110; PriceBandReached"),
        ("A buy 3@market fok", "FillOrKill"),
        ("A buy 3@market min=3", "MinimumQuantity"),
        ("A buy 3@market min=2", "1@105; 1@110; PriceBandReached"),
        ("A buy 3@to-limit", "1@105"),
        ("A buy 4@market stop=90", "1@105; 1@110; PriceBandReached"),
        // With nothing beyond it is as ever.
        ("A sell 1@market", "MarketUnfilled"),
    ];
    for (order, expected) in rows {
        assert_eq!(desk(order), expected, "{order}");
    }
    // All is beyond.
    check(
        "venue limits instrument=TEST band=1000 ref=50 | B sell 1@55 | venue limits instrument=TEST band=100 ref=50 |
         A buy 1@market | A buy 1@to-limit",
        "limits of instrument TEST; accepted 2; limits of instrument TEST; accepted 4; cancelled 4 PriceBandReached;
         accepted 5; cancelled 5 PriceBandReached",
    );
    // The narrowest band counts.
    check(
        "venue limits instrument=TEST band=1000 ref=50 | B sell 1@55 | venue limits session=A band=100 |
         A buy 1@market | A2 buy 1@market",
        "limits of instrument TEST; accepted 2; limits of session A; accepted 4; cancelled 4 PriceBandReached;
         accepted 5; fill 2 1@55 0 left; fill 5 1@55 0 left; trade 5<2 1@55",
    );
}

/// A fill of the order that takes, or why it ended.
fn ending(event: &engine::Event) -> Option<String> {
    use engine::{EventBody, Liquidity};
    match &event.body {
        EventBody::OrderFilled { fill, .. } if fill.liquidity == Liquidity::Taker => {
            Some(format!("{}@{}", fill.quantity, fill.price.micros()))
        }
        EventBody::OrderCancelled { cause, .. } => Some(format!("{cause:?}")),
        _ => None,
    }
}
