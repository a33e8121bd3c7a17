//! Orders that would go beyond a limit: which code, and in which words.

use std::time::Duration;

use engine::{BreachedLimit, LimitBreach, Notional, OrderRefusal, Price, Quantity, RiskScope};

use super::fixtures::{new_order, rejected};
use super::outbound_executions::check;

const fn money(units: i128) -> Notional {
    Notional::from_micros(units * 1_000_000)
}

#[test]
fn limits_on_one_order() {
    let currency = "USD".parse().unwrap();
    let symbol = "ACME.us-east-1.m5.large".parse().unwrap();
    refused(
        BreachedLimit::Restricted { symbol },
        0,
        "ACME.us-east-1.m5.large is restricted",
    );
    let quantity = BreachedLimit::OrderQuantity {
        limit: Quantity::new(10),
        attempt: Quantity::new(11),
    };
    refused(quantity, 3, "order quantity is 11, limit 10");
    let band = BreachedLimit::PriceBand {
        lowest: Price::from_micros(9_000_000),
        highest: Price::from_micros(11_000_000),
        attempt: Price::from_micros(11_500_000),
    };
    refused(band, 3, "price is 11.50, band 9.00 to 11.00");
    refused(
        BreachedLimit::NoReferencePrice { symbol },
        99,
        "ACME.us-east-1.m5.large has no price yet to hold the order against",
    );
    refused(
        BreachedLimit::CurrencyWithoutLimit { currency },
        3,
        "no limit is set in USD",
    );
    let notional = BreachedLimit::OrderNotional {
        limit: money(1_000_000),
        attempt: money(1_200_000),
        currency,
    };
    refused(
        notional,
        3,
        "order notional is 1200000.00 USD, limit 1000000.00",
    );
}

#[test]
fn limits_on_all_orders_of_a_scope() {
    let currency = "USD".parse().unwrap();
    let (limit, attempt) = (money(1_000_000), money(1_200_000));
    let orders = BreachedLimit::OpenOrders {
        limit: 100,
        attempt: 101,
    };
    refused(orders, 3, "open orders would be 101, limit 100");
    let open = BreachedLimit::OpenNotional {
        limit,
        attempt,
        currency,
    };
    refused(
        open,
        3,
        "open notional would be 1200000.00 USD, limit 1000000.00",
    );
    let credit = BreachedLimit::Credit {
        limit,
        attempt,
        currency,
    };
    refused(
        credit,
        3,
        "open and unsettled notional would be 1200000.00 USD, credit 1000000.00",
    );
    let window = Duration::from_millis(1_500);
    let rate = BreachedLimit::OrderRate { limit: 50, window };
    refused(rate, 3, "more than 50 orders in 1.5s");
    let twice = BreachedLimit::Duplicate { window };
    refused(twice, 6, "a like order was taken less than 1.5s before");
}

/// A refused order of a firm says the code and the words.
#[track_caller]
fn refused(limit: BreachedLimit, code: u32, text: &str) {
    let scope = RiskScope::Firm("BANK1".parse().unwrap());
    let reason = OrderRefusal::LimitBreached(LimitBreach { scope, limit });
    check(
        &rejected(new_order(), reason),
        &format!(
            "35=8|37=57|11=b-1|17=57-2|150=8|39=8|103={code}|{{L}}|151=0|14=0|6=0|{{T}}|58=firm BANK1: {text}|20002=img-9"
        ),
    );
}

#[test]
fn the_longest_text_is_whole() {
    let most = Notional::from_micros(i128::MAX);
    let breach = LimitBreach {
        scope: RiskScope::Account("a".repeat(48).parse().unwrap()),
        limit: BreachedLimit::Credit {
            limit: most,
            attempt: most,
            currency: "C".repeat(8).parse().unwrap(),
        },
    };
    let text = breach.to_string();
    let reason = OrderRefusal::LimitBreached(breach);
    check(
        &rejected(new_order(), reason),
        &format!(
            "35=8|37=57|11=b-1|17=57-2|150=8|39=8|103=3|{{L}}|151=0|14=0|6=0|{{T}}|58={text}|20002=img-9"
        ),
    );
}
