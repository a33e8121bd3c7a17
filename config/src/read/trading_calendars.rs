//! Reads the calendars by which instruments go from phase to phase.

use std::collections::BTreeMap;

use chrono::{FixedOffset, NaiveTime, Weekday};
use chrono_tz::Tz;
use engine::{Phase, Symbol};
use toml::Spanned;
use toml::de::DeValue;

use super::declared::Declared;
use super::every;
use super::midnight;
use super::schedules::{DAYS, HOLIDAYS_MAX, date, day, list, time_of_day, time_zone};
use crate::mistake::{Fault, Report};
use crate::table::{Found, Table};
use crate::trading_calendar::TradingCalendar;
use crate::value;

/// The phases that a day may have, in their order, and the keys that say when each begins.
const STEPS: [(&str, Phase); 5] = [
    ("pre_open", Phase::PreOpen),
    ("opening_auction", Phase::OpeningAuction),
    ("continuous", Phase::Continuous),
    ("closing_auction", Phase::ClosingAuction),
    ("close", Phase::Closed),
];

/// When a phase begins.
struct Begin {
    time: Found<NaiveTime>,
    key: &'static str,
    phase: Phase,
}

/// One calendar names no more instruments.
const INSTRUMENTS_MAX: usize = 10_000;

pub(super) fn trading_calendars(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Vec<TradingCalendar>> {
    check_one_for_each_instrument(tables, declared, report);
    every(tables, |table| trading_calendar(table, report))
}

/// Names that are no text, or are none, are reported where they are read.
fn check_one_for_each_instrument(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    report: &mut Report,
) {
    let mut first = BTreeMap::new();
    for table in tables {
        let items = table
            .value("instruments")
            .and_then(|value| value.get_ref().as_array());
        for item in items.into_iter().flat_map(|items| items.iter()) {
            let Some(symbol) = item.get_ref().as_str() else {
                continue;
            };
            let (path, span) = (table.path("instruments"), item.span());
            let named = Found {
                value: symbol,
                span: span.clone(),
            };
            declared.instruments.check_known(&named, &path, report);
            if let Some(other) = first.insert(symbol, span.clone()) {
                let (line, _) = report.place(other.start);
                let fault = Fault::new(
                    format!("{symbol:?} has a calendar already, on line {line}"),
                    "Name each instrument in one calendar, once",
                );
                report.add(&span, &path, fault);
                first.insert(symbol, other);
            }
        }
    }
}

fn trading_calendar(table: &Table<'_>, report: &mut Report) -> Option<TradingCalendar> {
    let time_zone = table.required("time_zone", time_zone, report);
    let instruments = instruments(table, report);
    let days = days(table, report);
    let holidays = list(table, "holidays", HOLIDAYS_MAX, date, report);
    let time_zone = time_zone.map(|found| found.value);
    let steps = steps(table, time_zone, report);
    Some(TradingCalendar {
        instruments: instruments?,
        time_zone: time_zone?,
        days: days?,
        holidays: holidays?.into_iter().collect(),
        steps: steps?,
    })
}

fn instruments(table: &Table<'_>, report: &mut Report) -> Option<Vec<Symbol>> {
    if !table.has("instruments") {
        table.missing("instruments", report);
        return None;
    }
    let named = list(table, "instruments", INSTRUMENTS_MAX, symbol, report)?;
    some_of(
        table,
        "instruments",
        named,
        "Name the instruments that it is for",
        report,
    )
}

fn symbol<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<Symbol, Fault> {
    value::name(value)
}

fn days(table: &Table<'_>, report: &mut Report) -> Option<Vec<Weekday>> {
    let all = DAYS.map(|(_, day)| day).into_iter();
    if !table.has("days") {
        return Some(all.collect());
    }
    let named = list(table, "days", DAYS.len(), day, report)?;
    let days = all.filter(|day| named.contains(day)).collect();
    some_of(
        table,
        "days",
        days,
        "Name the days on which there is trading",
        report,
    )
}

fn some_of<T>(
    table: &Table<'_>,
    key: &'static str,
    list: Vec<T>,
    remedy: &'static str,
    report: &mut Report,
) -> Option<Vec<T>> {
    if list.is_empty() {
        let fault = Fault::new("is empty", remedy);
        report.add(&table.span_of(key), &table.path(key), fault);
        return None;
    }
    Some(list)
}

/// The steps of a day: continuous trading and the close must be there, each must begin behind the one before, and none with
/// the end of the trading day.
fn steps(
    table: &Table<'_>,
    time_zone: Option<Tz>,
    report: &mut Report,
) -> Option<Vec<(NaiveTime, Phase)>> {
    // Each is read before any is given up, so that the mistakes of all are found.
    let read: Vec<Option<Option<Begin>>> = STEPS
        .iter()
        .map(|&(key, phase)| {
            let needed = matches!(phase, Phase::Continuous | Phase::Closed);
            if !table.has(key) && !needed {
                return Some(None);
            }
            let time = table.required(key, time_of_day, report)?;
            Some(Some(Begin { time, key, phase }))
        })
        .collect();
    let read: Vec<Option<Begin>> = read.into_iter().collect::<Option<_>>()?;
    let steps: Vec<Begin> = read.into_iter().flatten().collect();
    for pair in steps.windows(2) {
        let [before, begin] = pair else {
            continue;
        };
        if begin.time.value <= before.time.value {
            let fault = Fault::new(
                format!("is not behind {}", before.key),
                "Write times of one day, each later than the one before",
            );
            report.add(&begin.time.span, &table.path(begin.key), fault);
            return None;
        }
    }
    let mut is_apart = true;
    for begin in &steps {
        let offset = time_zone.and_then(|zone| midnight::offset_at(zone, begin.time.value));
        if let Some(offset) = offset {
            report.add(
                &begin.time.span,
                &table.path(begin.key),
                with_day_end(offset),
            );
            is_apart = false;
        }
    }
    if !is_apart {
        return None;
    }
    let steps = steps.into_iter();
    Some(steps.map(|begin| (begin.time.value, begin.phase)).collect())
}

fn with_day_end(offset: FixedOffset) -> Fault {
    Fault::new(
        format!(
            "is midnight UTC while the zone's clocks are at UTC{offset}: the trading day ends then, and nothing says which \
             of the two comes first"
        ),
        "Write a time that is at least a second before or after it, all year round",
    )
}
