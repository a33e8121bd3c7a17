//! Reads what orders are held against: the limits of firms, accounts, sessions and instruments.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use engine::{
    BasisPoints, CurrencyCode, FirmKind, MoneyLimits, Notional, OrderRate, Price, Quantity,
    RiskLimits, RiskScope, Symbol,
};

use super::declared::{Declared, Names};
use super::{amounts, every};
use crate::keys::RISK_LIMITS;
use crate::mistake::{Fault, Report};
use crate::model::ScopedLimits;
use crate::table::{Found, Table, article};
use crate::value;

/// Whose limits a table may say, each by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Firm,
    Account,
    Session,
    Instrument,
}

const KINDS: [(&str, Kind); 4] = [
    ("firm", Kind::Firm),
    ("account", Kind::Account),
    ("session", Kind::Session),
    ("instrument", Kind::Instrument),
];

/// The limits that some kinds of scope do not have: the table of [`RiskLimits`].
const NOT_FOR_ALL: [(&str, &[Kind]); 8] = [
    ("reference_price", &[Kind::Instrument]),
    ("max_open_orders", OF_MANY),
    ("max_open_notional", OF_MANY),
    ("order_rate", OF_MANY),
    ("order_rate_window", OF_MANY),
    ("duplicate_window", OF_MANY),
    ("credit", OF_OWNERS),
    ("restricted", OF_OWNERS),
];
const OF_MANY: &[Kind] = &[Kind::Firm, Kind::Account, Kind::Session];
const OF_OWNERS: &[Kind] = &[Kind::Firm, Kind::Account];

/// The largest count of orders or instances in a limit.
const COUNT_MAX: u64 = 1_000_000_000;

/// The shortest and the longest time over which something is looked for.
const SHORTEST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_hours(24);

pub(super) fn risk_limits(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Vec<ScopedLimits>> {
    check_unique(tables, report);
    every(tables, |table| scoped(table, declared, report))
}

/// Limits are whole: a scope has one table.
fn check_unique(tables: &[Table<'_>], report: &mut Report) {
    let mut first = BTreeMap::new();
    for table in tables {
        for (key, _) in KINDS {
            let Some(name) = table.raw(key) else { continue };
            let Some(earlier) = first.insert((key, name.value), name.span.start) else {
                continue;
            };
            first.insert((key, name.value), earlier);
            let (line, _) = report.place(earlier);
            let fault = Fault::new(
                format!("{:?} has limits already, on line {line}", name.value),
                "Write all of them in one table",
            );
            report.add(&name.span, &table.path(key), fault);
        }
    }
}

fn scoped(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) -> Option<ScopedLimits> {
    let named: Vec<_> = KINDS.iter().filter(|(key, _)| table.has(key)).collect();
    let kind = match named[..] {
        [(_, kind)] => Some(*kind),
        [] => {
            let fault = Fault::new(
                "names nobody",
                "Add one of firm, account, session and instrument",
            );
            report.add_absence(&table.span_of("firm"), "risk_limits", fault);
            None
        }
        [_, (key, _), ..] => {
            let fault = Fault::new(
                "is one too many: a table says the limits of one",
                "Keep one of firm, account, session and instrument, and give the others a table each",
            );
            report.add(&table.span_of(key), &table.path(key), fault);
            None
        }
    };
    let scope = kind.and_then(|kind| scope(kind, table, declared, report));
    if let Some(kind) = kind {
        forbid_others(kind, table, report);
    }
    let limits = limits(table, declared, report);
    Some(ScopedLimits {
        scope: scope?,
        limits: limits?,
    })
}

fn scope(
    kind: Kind,
    table: &Table<'_>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<RiskScope> {
    let mut known = |key, names: &Names<'_>| {
        let name = table.raw(key);
        if name.is_some_and(|name| names.check_known(&name, &table.path(key), report)) {
            check_trades(kind, key, table, declared, report);
        }
    };
    match kind {
        Kind::Firm => {
            known("firm", &declared.firms);
            let name = table.required("firm", value::name, report)?;
            Some(RiskScope::Firm(name.value))
        }
        Kind::Account => {
            known("account", &declared.accounts);
            let name = table.required("account", value::name, report)?;
            Some(RiskScope::Account(name.value))
        }
        Kind::Session => {
            known("session", &declared.sessions);
            let name = table.required("session", value::name, report)?;
            Some(RiskScope::Session(name.value))
        }
        Kind::Instrument => {
            known("instrument", &declared.instruments);
            let name = table.required("instrument", value::name, report)?;
            check_currency(table, declared, report);
            Some(RiskScope::Instrument(name.value))
        }
    }
}

/// Limits of those who send no orders would never be looked at.
fn check_trades(
    kind: Kind,
    key: &'static str,
    table: &Table<'_>,
    declared: &Declared<'_>,
    report: &mut Report,
) {
    let Some(name) = table.raw(key) else { return };
    let silent = match kind {
        Kind::Firm => declared.kind_of(name.value) == Some(FirmKind::Regulator),
        Kind::Session => declared.role_of(name.value) == Some("drop_copy"),
        Kind::Account | Kind::Instrument => false,
    };
    if silent {
        let what = format!("{:?} sends no orders", name.value);
        let fault = Fault::new(what, "Name another one, or remove the table");
        report.add(&name.span, &table.path(key), fault);
    }
}

/// The orders on an instrument are all in its own currency.
fn check_currency(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) {
    let own = table.raw("instrument");
    let Some(own) = own.and_then(|name| declared.currency_of(name.value)) else {
        return;
    };
    let amounts = table.value("max_order_notional");
    let Some(amounts) = amounts.and_then(|value| value.get_ref().as_table()) else {
        return;
    };
    for (currency, _) in amounts.iter().filter(|(code, _)| code.get_ref() != own) {
        let what = format!("{:?} is not its currency", currency.get_ref());
        let fault = Fault::new(what, format!("Write the amount in {own}"));
        report.add(&currency.span(), &table.path("max_order_notional"), fault);
    }
}

fn forbid_others(kind: Kind, table: &Table<'_>, report: &mut Report) {
    for (key, kinds) in NOT_FOR_ALL {
        if kinds.contains(&kind) {
            continue;
        }
        let word = |kind: &Kind| KINDS.iter().find(|(_, known)| known == kind);
        let words: Vec<&str> = kinds.iter().filter_map(word).map(|(key, _)| *key).collect();
        let fault = Fault::new(
            "does not apply here",
            format!(
                "Remove it, or write it in a table that names one of: {}",
                words.join(", ")
            ),
        );
        table.forbid(key, fault, report);
    }
}

fn limits(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) -> Option<RiskLimits> {
    let count = |v| value::integer(v, 1..=COUNT_MAX);
    let window = |v| value::duration(v, SHORTEST..=LONGEST);
    let quantity = table.optional("max_order_quantity", count, report);
    let band = |v| value::integer(v, 1..=u64::from(BasisPoints::MAX.get()));
    let band = table.optional("price_band_basis_points", band, report);
    let reference = table.optional("reference_price", value::micros, report);
    let orders = table.optional("max_open_orders", count, report);
    let duplicate = table.optional("duplicate_window", window, report);
    let money = money(table, report);
    let order_rate = order_rate(table, report);
    let restricted = restricted(table, declared, report);
    let limits = RiskLimits {
        max_order_quantity: quantity.map(|found| Quantity::new(found.value)),
        price_band: band
            .and_then(|found| u32::try_from(found.value).ok())
            .map(BasisPoints::new),
        max_open_orders: orders.map(|found| found.value),
        money: money?,
        order_rate,
        duplicate_window: duplicate.map(|found| found.value),
        restricted: restricted?,
        reference_price: reference.map(|found| Price::from_micros(found.value)),
    };
    let mut written = RISK_LIMITS.keys.iter().map(|key| key.name);
    if !written.any(|key| table.has(key) && KINDS.iter().all(|(kind, _)| *kind != key)) {
        let fault = Fault::new("limits nothing", "Add a limit, or remove the table");
        report.add_absence(&table.span_of("firm"), "risk_limits", fault);
    }
    Some(limits)
}

/// The three limits on money, by currency, ascending.
fn money(table: &Table<'_>, report: &mut Report) -> Option<Vec<MoneyLimits>> {
    let [order, open, credit] = ["max_order_notional", "max_open_notional", "credit"]
        .map(|key| amounts::by_currency(table, key, report));
    let (order, open, credit) = (order?, open?, credit?);
    let all = order.iter().chain(&open).chain(&credit);
    let currencies: BTreeSet<CurrencyCode> = all.map(|(currency, _)| *currency).collect();
    if currencies.len() > RiskLimits::CURRENCIES_MAX {
        let fault = Fault::new(
            format!("there are amounts in {} currencies", currencies.len()),
            format!("Keep at most {}", RiskLimits::CURRENCIES_MAX),
        );
        report.add_absence(&table.span_of("firm"), "risk_limits", fault);
    }
    let money = currencies.into_iter().map(|currency| MoneyLimits {
        currency,
        max_order_notional: amount(&order, currency),
        max_open_notional: amount(&open, currency),
        credit: amount(&credit, currency),
    });
    Some(money.collect())
}

fn amount(amounts: &[(CurrencyCode, Notional)], currency: CurrencyCode) -> Option<Notional> {
    let found = amounts.iter().find(|(known, _)| *known == currency);
    found.map(|(_, amount)| *amount)
}

fn order_rate(table: &Table<'_>, report: &mut Report) -> Option<OrderRate> {
    let orders = |v| value::integer(v, 1..=u64::from(u32::MAX));
    let orders = table.optional("order_rate", orders, report);
    let window = |v| value::duration(v, SHORTEST..=LONGEST);
    let window = table.or("order_rate_window", Duration::from_secs(1), window, report);
    if !table.has("order_rate") {
        let fault = Fault::new(
            "says nothing without order_rate",
            "Add order_rate, or remove it",
        );
        table.forbid("order_rate_window", fault, report);
    }
    Some(OrderRate {
        orders: u32::try_from(orders?.value).ok()?,
        window,
    })
}

/// An array of instruments, each named once.
fn restricted(
    table: &Table<'_>,
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Vec<Symbol>> {
    const KEY: &str = "restricted";
    let Some(value) = table.value(KEY) else {
        return Some(Vec::new());
    };
    let path = table.path(KEY);
    let items = value.get_ref().as_array();
    let Some(items) = items.filter(|items| items.len() <= RiskLimits::RESTRICTED_MAX) else {
        let what = match items {
            Some(items) => format!("names {} instruments", items.len()),
            None => format!("is {}, and not an array", article(value.get_ref())),
        };
        let most = RiskLimits::RESTRICTED_MAX;
        let remedy = format!("Write an array of at most {most} symbols, such as [\"TEST.A\"]");
        report.add(&value.span(), &path, Fault::new(what, remedy));
        return None;
    };
    let mut seen = BTreeSet::new();
    let mut symbols = Vec::with_capacity(items.len());
    for item in items.iter() {
        let name = value::string(item).and_then(|text| Ok((text, value::parse_name(text)?)));
        match name {
            Ok((text, symbol)) => {
                let found = Found {
                    value: text,
                    span: item.span(),
                };
                declared.instruments.check_known(&found, &path, report);
                if !seen.insert(text) {
                    let fault = Fault::new(format!("names {text:?} twice"), "Keep one of them");
                    report.add(&item.span(), &path, fault);
                }
                symbols.push(symbol);
            }
            Err(fault) => report.add(&item.span(), &path, fault),
        }
    }
    symbols.sort_unstable();
    Some(symbols)
}
