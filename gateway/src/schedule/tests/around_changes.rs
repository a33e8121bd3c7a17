//! Tables: the openings of a schedule, to the second, and what is said of them.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc, Weekday};
use config::{Recurrence, Schedule};

use super::{Calendar, daily, every_day, schedule, utc};
use crate::schedule::{closed, ended, headline, notice};

const SECOND: TimeDelta = TimeDelta::seconds(1);

/// The openings that begin after `from`, and that each is open from its first second to its last.
#[track_caller]
fn check(calendar: &Calendar, from: &str, expected: &[(&str, &str, &str)]) {
    let mut now = utc(from);
    for (opens, closes, session_start) in expected {
        let next = calendar.next_opening(now).expect("there is another");
        let shown = |moment: DateTime<Utc>| moment.format("%F %T").to_string();
        let found = [next.opens, next.closes, next.session_start].map(shown);
        assert_eq!(found, [*opens, *closes, *session_start]);
        assert_eq!(calendar.opening_at(next.opens), Some(next));
        assert_eq!(calendar.opening_at(next.closes - SECOND), Some(next));
        assert_ne!(calendar.opening_at(next.opens - SECOND), Some(next));
        assert_ne!(calendar.opening_at(next.closes), Some(next));
        now = next.opens;
    }
}

#[test]
fn a_day_keeps_its_hours_by_the_clocks_of_its_zone() {
    check(
        &daily("America/New_York", "17:00:00", "16:30:00"),
        "2026-03-06 12:00:00",
        &[
            (
                "2026-03-06 22:00:00",
                "2026-03-07 21:30:00",
                "2026-03-06 22:00:00",
            ),
            // Clocks are set forward in this one, which is an hour shorter.
            (
                "2026-03-07 22:00:00",
                "2026-03-08 20:30:00",
                "2026-03-07 22:00:00",
            ),
            (
                "2026-03-08 21:00:00",
                "2026-03-09 20:30:00",
                "2026-03-08 21:00:00",
            ),
        ],
    );
    check(
        &daily("America/New_York", "17:00:00", "16:30:00"),
        "2026-10-31 12:00:00",
        &[
            (
                "2026-10-31 21:00:00",
                "2026-11-01 21:30:00",
                "2026-10-31 21:00:00",
            ),
            (
                "2026-11-01 22:00:00",
                "2026-11-02 21:30:00",
                "2026-11-01 22:00:00",
            ),
        ],
    );
}

#[test]
fn a_time_that_is_passed_over_is_the_moment_of_the_change() {
    check(
        &daily("Europe/London", "01:30:00", "12:00:00"),
        "2026-03-28 12:00:00",
        &[(
            "2026-03-29 01:00:00",
            "2026-03-29 11:00:00",
            "2026-03-29 01:00:00",
        )],
    );
    check(
        &daily("Europe/London", "23:00:00", "01:30:00"),
        "2026-03-28 12:00:00",
        &[(
            "2026-03-28 23:00:00",
            "2026-03-29 01:00:00",
            "2026-03-28 23:00:00",
        )],
    );
    // Clocks pass over all of a session: it is not held.
    check(
        &daily("Europe/London", "01:15:00", "01:45:00"),
        "2026-03-28 12:00:00",
        &[(
            "2026-03-30 00:15:00",
            "2026-03-30 00:45:00",
            "2026-03-30 00:15:00",
        )],
    );
    // Half an hour, from 02:00 to 02:30.
    check(
        &daily("Australia/Lord_Howe", "02:10:00", "09:00:00"),
        "2026-10-03 12:00:00",
        &[(
            "2026-10-03 15:30:00",
            "2026-10-03 22:00:00",
            "2026-10-03 15:30:00",
        )],
    );
    // A whole day: 30 December 2011 was not, and the session of that day ended as it began.
    check(
        &daily("Pacific/Apia", "09:00:00", "17:00:00"),
        "2011-12-29 12:00:00",
        &[
            (
                "2011-12-29 19:00:00",
                "2011-12-30 03:00:00",
                "2011-12-29 19:00:00",
            ),
            (
                "2011-12-30 19:00:00",
                "2011-12-31 03:00:00",
                "2011-12-30 19:00:00",
            ),
        ],
    );
}

#[test]
fn of_a_time_that_comes_twice_the_first_counts() {
    check(
        &daily("Europe/London", "01:30:00", "12:00:00"),
        "2026-10-24 12:00:00",
        &[(
            "2026-10-25 00:30:00",
            "2026-10-25 12:00:00",
            "2026-10-25 00:30:00",
        )],
    );
    check(
        &daily("Europe/London", "01:15:00", "01:45:00"),
        "2026-10-24 12:00:00",
        &[
            (
                "2026-10-25 00:15:00",
                "2026-10-25 00:45:00",
                "2026-10-25 00:15:00",
            ),
            (
                "2026-10-26 01:15:00",
                "2026-10-26 01:45:00",
                "2026-10-26 01:15:00",
            ),
        ],
    );
}

fn week() -> Schedule {
    let recurrence = Recurrence::Weekly {
        start_day: Weekday::Sun,
        end_day: Weekday::Fri,
    };
    schedule("America/New_York", recurrence, "17:00:00", "17:00:00")
}

#[test]
fn a_week_is_one_session() {
    check(
        &Calendar::new(week()),
        "2026-03-06 12:00:00",
        &[
            (
                "2026-03-08 21:00:00",
                "2026-03-13 21:00:00",
                "2026-03-08 21:00:00",
            ),
            (
                "2026-03-15 21:00:00",
                "2026-03-20 21:00:00",
                "2026-03-15 21:00:00",
            ),
        ],
    );
}

#[test]
fn holidays_are_cut_out() {
    let holidays = ["2026-12-25", "2026-12-27"].map(|date| date.parse().expect("a date"));
    let week = Schedule {
        holidays: holidays.into(),
        ..week()
    };
    check(
        &Calendar::new(week.clone()),
        "2026-12-15 12:00:00",
        &[
            // A Friday is missing at the end of this week, and the Sunday at the start of the next.
            (
                "2026-12-20 22:00:00",
                "2026-12-25 05:00:00",
                "2026-12-20 22:00:00",
            ),
            (
                "2026-12-28 05:00:00",
                "2027-01-01 22:00:00",
                "2026-12-28 05:00:00",
            ),
        ],
    );
    let holidays = ["2026-12-23"].map(|date| date.parse().expect("a date"));
    check(
        &Calendar::new(Schedule {
            holidays: holidays.into(),
            ..week.clone()
        }),
        "2026-12-15 12:00:00",
        &[
            (
                "2026-12-20 22:00:00",
                "2026-12-23 05:00:00",
                "2026-12-20 22:00:00",
            ),
            (
                "2026-12-24 05:00:00",
                "2026-12-25 22:00:00",
                "2026-12-20 22:00:00",
            ),
        ],
    );
    let overnight = schedule("UTC", every_day(), "17:00:00", "16:30:00");
    check(
        &Calendar::new(Schedule {
            holidays: holidays.into(),
            ..overnight
        }),
        "2026-12-22 12:00:00",
        &[
            (
                "2026-12-22 17:00:00",
                "2026-12-23 00:00:00",
                "2026-12-22 17:00:00",
            ),
            (
                "2026-12-24 00:00:00",
                "2026-12-24 16:30:00",
                "2026-12-24 00:00:00",
            ),
        ],
    );
}

#[test]
fn no_date_is_too_far() {
    let calendars = [
        daily("America/New_York", "17:00:00", "16:30:00"),
        daily("Pacific/Kiritimati", "00:00:00", "23:59:59"),
        Calendar::new(week()),
    ];
    for calendar in calendars {
        for year in [-262_143, -9_999, 0, 1, 1_582, 1_883, 2_262, 9_999, 262_141] {
            let noon = chrono::NaiveDate::from_ymd_opt(year, 6, 15)
                .and_then(|date| date.and_hms_opt(12, 0, 0));
            let now = noon.expect("chrono has that year").and_utc();
            assert!(calendar.next_opening(now).is_some(), "{year}");
            calendar.opening_at(now);
        }
        for now in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
            calendar.opening_at(now);
            assert!(!closed(&calendar, now).is_empty());
        }
    }
}

#[test]
fn clients_are_told_in_utc_and_in_local_time() {
    let mut hours = schedule("America/New_York", every_day(), "17:00:00", "16:30:00");
    hours.notice_before_end = vec![Duration::from_secs(60)];
    let calendar = Calendar::new(hours);
    let now = utc("2026-11-28 21:40:00");
    let opens = "it opens at 20261128-22:00:00 UTC, 20261128-17:00:00 America/New_York";
    assert_eq!(
        closed(&calendar, now),
        format!("the session is closed; {opens}")
    );
    assert_eq!(
        ended(&calendar, now),
        format!("the session has ended; {opens}")
    );
    let closes = utc("2026-11-28 21:30:00");
    assert_eq!(headline(closes), "session ends at 20261128-21:30:00");
    assert_eq!(
        notice(&calendar, closes),
        format!(
            "session ends at 20261128-21:30:00 UTC, 20261128-16:30:00 America/New_York; {opens}"
        )
    );
}

#[test]
fn a_holiday_that_the_zone_passed_over_closes_nothing() {
    let from_thursday = Recurrence::Weekly {
        start_day: Weekday::Thu,
        end_day: Weekday::Sat,
    };
    let mut week = schedule("Pacific/Apia", from_thursday, "18:00:00", "00:30:00");
    // Behind the 29th came the 31st there.
    let passed_over = "2011-12-30".parse().expect("a date");
    week.holidays.insert(passed_over);
    check(
        &Calendar::new(week),
        "2011-12-29 12:00:00",
        &[(
            "2011-12-30 04:00:00",
            "2011-12-30 10:30:00",
            "2011-12-30 04:00:00",
        )],
    );
}
