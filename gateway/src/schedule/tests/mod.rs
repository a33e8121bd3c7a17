//! Schedules around the moments at which zones set their clocks, and against a calendar that walks the minutes.

mod against_walk;
mod around_changes;
mod restarts;
mod stay;
mod timetable;

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use config::{Recurrence, Schedule};

use super::Calendar;

const EVERY_DAY: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// Sessions every day, or a week long, without holidays and notices.
fn schedule(zone: &str, recurrence: Recurrence, start: &str, end: &str) -> Schedule {
    let time = |text: &str| text.parse::<NaiveTime>().expect("a time of the test");
    Schedule {
        name: "test".to_owned(),
        time_zone: zone.parse::<Tz>().expect("a zone of the test"),
        recurrence,
        start: time(start),
        end: time(end),
        holidays: BTreeSet::new(),
        notice_before_end: Vec::new(),
        reset_at_start: true,
    }
}

fn every_day() -> Recurrence {
    Recurrence::Daily {
        days: EVERY_DAY.to_vec(),
    }
}

fn daily(zone: &str, start: &str, end: &str) -> Calendar {
    Calendar::new(schedule(zone, every_day(), start, end))
}

fn utc(text: &str) -> DateTime<Utc> {
    let text = format!("{}Z", text.replace(' ', "T"));
    text.parse().expect("a time of the test")
}
