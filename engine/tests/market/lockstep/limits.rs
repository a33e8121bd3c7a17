//! Random limits: for whom, which, and who lays them down.

use std::time::Duration;

use engine::{
    BasisPoints, Command, MoneyLimits, Notional, OrderRate, Origin, Price, Quantity, RiskLimits,
    RiskScope,
};
use proptest::prelude::*;

/// Who lays limits down, or takes them back.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    Venue,
    Operator,
    Release,
}

/// How many scopes there are to choose from.
pub(super) const SCOPES: usize = 9;

fn scope(number: usize) -> RiskScope {
    match number {
        0 => RiskScope::Firm("A".parse().unwrap()),
        1 => RiskScope::Firm("B".parse().unwrap()),
        2 => RiskScope::Account("a".parse().unwrap()),
        3 => RiskScope::Account("m".parse().unwrap()),
        4 => RiskScope::Session("A2".parse().unwrap()),
        5 => RiskScope::Session("B".parse().unwrap()),
        6 => RiskScope::Instrument("TEST".parse().unwrap()),
        7 => RiskScope::Instrument("SMALL".parse().unwrap()),
        _ => RiskScope::Firm("P".parse().unwrap()),
    }
}

pub(super) fn command(number: usize, limits: &RiskLimits, by: By) -> Command {
    let (scope, reason) = (scope(number), Some("as it is".parse().unwrap()));
    match by {
        By::Venue => Command::SetRiskLimits {
            scope,
            limits: limits.clone(),
            reason: None,
        },
        By::Operator => Command::SetRiskLimits {
            scope,
            limits: limits.clone(),
            reason,
        },
        By::Release => Command::ReleaseRiskLimits { scope, reason },
    }
}

/// Who sends a command that no session does.
pub(super) fn origin(command: &Command) -> Origin {
    let name = "op".parse().unwrap();
    match command {
        Command::SetRiskLimits { reason: None, .. } => Origin::Venue,
        Command::SetRiskLimits { .. } | Command::ReleaseRiskLimits { .. } => {
            Origin::Operator { name }
        }
        _ => Origin::Settlement,
    }
}

pub(super) fn by() -> impl Strategy<Value = By> {
    prop_oneof![4 => Just(By::Venue), 3 => Just(By::Operator), 2 => Just(By::Release)]
}

/// Sets of limits: most of them of one kind, some of none, few of all.
pub(super) fn limits() -> impl Strategy<Value = RiskLimits> {
    let order = (
        prop::option::weighted(0.3, 1_u64..6),
        prop::option::weighted(0.3, prop_oneof![500_u32..8_000, 8_000_u32..30_000]),
        prop::option::weighted(0.3, 1_u64..8),
        prop::option::weighted(0.1, 1_i64..12),
        prop::option::weighted(0.05, Just("LARGE")),
    );
    let amounts = (
        prop::option::weighted(0.3, 5_i128..60),
        prop::option::weighted(0.3, 20_i128..200),
        prop::option::weighted(0.3, 20_i128..300),
    );
    let times = (
        prop::option::weighted(0.2, (1_u32..6, 8_u64..80)),
        prop::option::weighted(0.2, 1_u64..40),
    );
    (order, amounts, times, prop::bool::weighted(0.15)).prop_map(
        |((quantity, band, orders, reference, restricted), amounts, (rate, like), none)| {
            if none {
                return RiskLimits::default();
            }
            RiskLimits {
                max_order_quantity: quantity.map(Quantity::new),
                price_band: band.map(BasisPoints::new),
                max_open_orders: orders,
                money: money(amounts),
                order_rate: rate.map(|(orders, nanos)| OrderRate {
                    orders,
                    window: Duration::from_nanos(nanos),
                }),
                duplicate_window: like.map(Duration::from_nanos),
                restricted: restricted
                    .map(|name| name.parse().unwrap())
                    .into_iter()
                    .collect(),
                reference_price: reference.map(Price::from_micros),
            }
        },
    )
}

fn money((order, open, credit): (Option<i128>, Option<i128>, Option<i128>)) -> Vec<MoneyLimits> {
    if order.or(open).or(credit).is_none() {
        return Vec::new();
    }
    vec![MoneyLimits {
        currency: "USD".parse().unwrap(),
        max_order_notional: order.map(Notional::from_micros),
        max_open_notional: open.map(Notional::from_micros),
        credit: credit.map(Notional::from_micros),
    }]
}
