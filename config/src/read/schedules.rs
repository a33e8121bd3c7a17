//! Reads the schedules that sessions may follow.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::{TZ_VARIANTS, Tz};
use toml::Spanned;
use toml::de::DeValue;

use super::declared::Declared;
use super::every;
use crate::mistake::{Fault, Report};
use crate::schedule::{Recurrence, Schedule};
use crate::table::{Found, Table, article, nearest};
use crate::value;

/// The kinds that a schedule may name.
#[derive(Clone, Copy)]
enum Kind {
    Daily,
    Weekly,
}

const KINDS: [(&str, Kind); 2] = [("daily", Kind::Daily), ("weekly", Kind::Weekly)];

pub(super) const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

/// Ten years of holidays are about a hundred. The search for the next opening goes no further than a run of so many.
pub(super) const HOLIDAYS_MAX: usize = 1_000;

const NOTICES_MAX: usize = 8;

/// A notice before an end that is further away would come in another session.
const NOTICE_MAX: Duration = Duration::from_secs(24 * 3_600);

pub(super) fn schedules(
    tables: &[Table<'_>],
    declared: &Declared<'_>,
    report: &mut Report,
) -> Option<Vec<Schedule>> {
    every(tables, |table| schedule(table, declared, report))
}

fn schedule(table: &Table<'_>, declared: &Declared<'_>, report: &mut Report) -> Option<Schedule> {
    declared.schedules.check_unique(table, "name", report);
    let name = table.required("name", name, report);
    let time_zone = table.required("time_zone", time_zone, report);
    let kind = table.required("kind", |v| value::choice(v, &KINDS), report);
    let start = table.required("start", time_of_day, report);
    let end = table.required("end", time_of_day, report);
    let recurrence = match kind.map(|kind| kind.value) {
        Some(Kind::Daily) => daily(table, report),
        Some(Kind::Weekly) => weekly(table, report),
        None => None,
    };
    let holidays = list(table, "holidays", HOLIDAYS_MAX, date, report)?;
    let notices = list(table, "notice_before_end", NOTICES_MAX, notice, report)?;
    let reset_at_start = table.or("reset_at_start", true, value::boolean, report);
    let (start, end, recurrence) = (start?, end?, recurrence?);
    check_times(table, &start, &end, &recurrence, report);
    let notices: BTreeSet<Duration> = notices.into_iter().collect();
    Some(Schedule {
        name: name?.value.to_owned(),
        time_zone: time_zone?.value,
        recurrence,
        start: start.value,
        end: end.value,
        holidays: holidays.into_iter().collect(),
        notice_before_end: notices.into_iter().rev().collect(),
        reset_at_start,
    })
}

/// Keys of the other kind do not apply.
fn daily(table: &Table<'_>, report: &mut Report) -> Option<Recurrence> {
    for key in ["start_day", "end_day"] {
        let fault = Fault::new(
            "belongs to weekly sessions",
            "Remove it, or set kind = \"weekly\"",
        );
        table.forbid(key, fault, report);
    }
    if !table.has("days") {
        let days = DAYS.map(|(_, day)| day).to_vec();
        return Some(Recurrence::Daily { days });
    }
    let named = list(table, "days", DAYS.len(), day, report)?;
    let days = DAYS.map(|(_, day)| day).into_iter();
    let days: Vec<Weekday> = days.filter(|day| named.contains(day)).collect();
    if days.is_empty() {
        let fault = Fault::new("names no day", "Name the days on which a session starts");
        report.add(&table.span_of("days"), &table.path("days"), fault);
        return None;
    }
    Some(Recurrence::Daily { days })
}

fn weekly(table: &Table<'_>, report: &mut Report) -> Option<Recurrence> {
    let fault = Fault::new(
        "belongs to daily sessions",
        "Remove it, or set kind = \"daily\"",
    );
    table.forbid("days", fault, report);
    let start_day = table.required("start_day", day, report);
    let end_day = table.required("end_day", day, report);
    Some(Recurrence::Weekly {
        start_day: start_day?.value,
        end_day: end_day?.value,
    })
}

/// A session that ends as it starts has either no length or no end.
fn check_times(
    table: &Table<'_>,
    start: &Found<NaiveTime>,
    end: &Found<NaiveTime>,
    recurrence: &Recurrence,
    report: &mut Report,
) {
    let same_day = match recurrence {
        Recurrence::Daily { .. } => true,
        Recurrence::Weekly { start_day, end_day } => start_day == end_day,
    };
    if same_day && start.value == end.value {
        let fault = Fault::new(
            "is when the session starts, so that it has no length",
            "Write another time; sessions without a schedule are always open",
        );
        report.add(&end.span, &table.path("end"), fault);
    }
}

fn name<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<&'a str, Fault> {
    let text = value::string(value)?;
    let short = (1..=32).contains(&text.len());
    if short && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(text);
    }
    Err(Fault::new(
        format!("{text:?} cannot be taken as a name"),
        "Write up to 32 printable ASCII characters without spaces",
    ))
}

pub(super) fn time_zone<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<Tz, Fault> {
    let text = value::string(value)?;
    text.parse().map_err(|_| {
        let known = TZ_VARIANTS.map(Tz::name);
        let remedy = match nearest(text, &known) {
            Some(near) => {
                format!("Did you mean {near:?}? It takes names of the IANA time zone database")
            }
            None => "Write a name of the IANA time zone database, such as \"America/New_York\""
                .to_owned(),
        };
        Fault::new(format!("{text:?} is not a time zone"), remedy)
    })
}

pub(super) fn time_of_day<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<NaiveTime, Fault> {
    let text = value::string(value)?;
    let shaped = [5, 8].contains(&text.len());
    let seconds = NaiveTime::parse_from_str(text, "%H:%M:%S");
    let time = seconds.or_else(|_| NaiveTime::parse_from_str(text, "%H:%M"));
    // The calendar has no leap seconds.
    let is_plain =
        |time: &NaiveTime| !text.ends_with(":60") && shaped && time.to_string().starts_with(text);
    time.ok().filter(is_plain).ok_or_else(|| {
        Fault::new(
            format!("{text:?} is not a time of day"),
            "Write hours and minutes, such as \"17:00\", and seconds where they are needed",
        )
    })
}

pub(super) fn date<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<NaiveDate, Fault> {
    let text = value::string(value)?;
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    date.filter(|date| date.to_string() == text).ok_or_else(|| {
        Fault::new(
            format!("{text:?} is not a date"),
            "Write year, month and day, such as \"2026-12-25\"",
        )
    })
}

pub(super) fn day<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<Weekday, Fault> {
    value::choice(value, &DAYS)
}

fn notice<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<Duration, Fault> {
    value::duration(value, Duration::from_secs(1)..=NOTICE_MAX)
}

/// An array, each mistake in it at its own place; empty when the key is absent.
pub(super) fn list<'a, T>(
    table: &Table<'a>,
    key: &'static str,
    max: usize,
    read: fn(&'a Spanned<DeValue<'a>>) -> Result<T, Fault>,
    report: &mut Report,
) -> Option<Vec<T>> {
    let Some(value) = table.value(key) else {
        return Some(Vec::new());
    };
    let path = table.path(key);
    let Some(items) = value.get_ref().as_array() else {
        let what = format!(
            "is {}, where an array is expected",
            article(value.get_ref())
        );
        let fault = Fault::new(what, "Write the values in brackets, with commas between");
        report.add(&value.span(), &path, fault);
        return None;
    };
    if items.len() > max {
        let fault = Fault::new(
            format!("holds {} values", items.len()),
            format!("Write {max} at most"),
        );
        report.add(&value.span(), &path, fault);
        return None;
    }
    let mut list = Vec::with_capacity(items.len());
    for item in items.iter() {
        match read(item) {
            Ok(value) => list.push(value),
            Err(fault) => report.add(&item.span(), &path, fault),
        }
    }
    (list.len() == items.len()).then_some(list)
}
