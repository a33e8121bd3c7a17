//! Reads what halts of instruments do.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{HaltPolicy, HaltedOrders, Resumption, Symbol};

use super::declared::Declared;
use super::schedules::list;
use crate::mistake::{Fault, Report};
use crate::table::{Found, Table};
use crate::value;

/// The words of `orders`.
const ORDERS: [(&str, HaltedOrders); 2] = [
    ("keep", HaltedOrders::Kept),
    ("cancel", HaltedOrders::Cancelled),
];

/// One table names no more instruments.
const INSTRUMENTS_MAX: usize = 10_000;

const DAY: Duration = Duration::from_secs(86_400);

/// What halts of these instruments do, where that is not the default: as the table says that names them, or else the one that
/// names none.
pub(super) fn halt_policies(
    tables: &[Table<'_>],
    instruments: &[Symbol],
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<BTreeMap<Symbol, HaltPolicy>> {
    // Each is read before any is given up, so that the mistakes of all are found.
    let read: Vec<_> = tables
        .iter()
        .map(|table| {
            let named = named(table, declared, report);
            let policy = policy(table, report);
            Some((table, named?, policy))
        })
        .collect();
    let mut others: Option<(&Table<'_>, HaltPolicy)> = None;
    let mut policies = BTreeMap::new();
    let mut is_right = true;
    for (table, named, policy) in read.into_iter().collect::<Option<Vec<_>>>()? {
        let Some(named) = named else {
            if others.replace((table, policy)).is_some() {
                let fault = Fault::new(
                    "is missing, as in a table before",
                    "Name the instruments that it is for; one table may name none, for all others",
                );
                let path = table.path("instruments");
                report.add_absence(&table.span_of("instruments"), &path, fault);
                is_right = false;
            }
            continue;
        };
        for symbol in named {
            if policies.insert(symbol, policy).is_some() {
                let fault = Fault::new(
                    format!("names {symbol}, which has a halt policy already"),
                    "Name each instrument in one table, once",
                );
                let key = "instruments";
                report.add(&table.span_of(key), &table.path(key), fault);
                is_right = false;
            }
        }
    }
    if let Some((_, policy)) = others {
        for symbol in instruments {
            policies.entry(*symbol).or_insert(policy);
        }
    }
    policies.retain(|_, policy| *policy != HaltPolicy::default());
    is_right.then_some(policies)
}

/// The instruments that a table names, if it names any.
fn named(
    table: &Table<'_>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Option<Vec<Symbol>>> {
    let key = "instruments";
    let Some(items) = table.value(key) else {
        return Some(None);
    };
    for item in items
        .get_ref()
        .as_array()
        .into_iter()
        .flat_map(|items| items.iter())
    {
        if let Some(symbol) = item.get_ref().as_str() {
            let named = Found {
                value: symbol,
                span: item.span(),
            };
            declared
                .instruments
                .check_known(&named, &table.path(key), report);
        }
    }
    let read = list(table, key, INSTRUMENTS_MAX, value::name::<Symbol>, report)?;
    if read.is_empty() {
        let fault = Fault::new(
            "is empty",
            "Name the instruments that it is for, or remove the line",
        );
        report.add(&table.span_of(key), &table.path(key), fault);
        return None;
    }
    Some(Some(read))
}

fn policy(table: &Table<'_>, report: &mut Report) -> HaltPolicy {
    let orders = |v| value::choice(v, &ORDERS);
    let orders = table.or("orders", HaltedOrders::default(), orders, report);
    let call = |v| value::duration(v, Duration::from_secs(1)..=DAY).map(Some);
    let call = table.or("reopening_call", None, call, report);
    HaltPolicy {
        orders,
        resumption: call.map_or(Resumption::Straight, |call| Resumption::Auction { call }),
    }
}
