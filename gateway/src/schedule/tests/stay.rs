//! A client's stay: which notices it gets, and when it must go, with clocks that jump.

use std::sync::Arc;
use std::time::Duration;

use super::{Calendar, every_day, schedule, utc};
use crate::schedule::{Attendance, Due};

fn calendar() -> Arc<Calendar> {
    let mut hours = schedule("UTC", every_day(), "08:00:00", "17:00:00");
    hours.notice_before_end = [900, 300, 60].map(Duration::from_secs).to_vec();
    Arc::new(Calendar::new(hours))
}

/// What is due at each time to a client that came at `from`.
#[track_caller]
fn check(from: &str, expected: &[(&str, Option<Due>)]) {
    let at = |time: &str| utc(&format!("2026-11-28 {time}"));
    let mut stay = Attendance::begin(&calendar(), at(from)).expect("the session is open");
    for (time, due) in expected {
        assert_eq!(stay.due(at(time)), *due, "at {time}");
        assert!(
            due == &Some(Due::End) || stay.deadline() > at(time),
            "after {time}"
        );
    }
}

#[test]
fn each_notice_comes_once_and_then_the_end() {
    check(
        "09:00:00",
        &[
            ("16:44:59", None),
            ("16:45:00", Some(Due::Notice)),
            ("16:45:00", None),
            ("16:55:01", Some(Due::Notice)),
            ("16:58:59", None),
            ("16:59:00", Some(Due::Notice)),
            ("16:59:59", None),
            ("17:00:00", Some(Due::End)),
        ],
    );
}

#[test]
fn who_comes_late_gets_what_is_left() {
    check(
        "16:50:00",
        &[
            ("16:50:00", None),
            ("16:55:00", Some(Due::Notice)),
            ("17:30:00", Some(Due::End)),
        ],
    );
}

#[test]
fn a_clock_that_jumps_repeats_no_notice_and_misses_no_end() {
    check(
        "09:00:00",
        &[
            // Two at once are one.
            ("16:56:00", Some(Due::Notice)),
            ("16:40:00", None),
            ("16:55:30", None),
            ("16:59:30", Some(Due::Notice)),
            ("17:00:01", Some(Due::End)),
            ("16:59:59", None),
            ("18:00:00", Some(Due::End)),
        ],
    );
}

#[test]
fn nobody_comes_while_it_is_closed() {
    for time in ["07:59:59", "17:00:00", "23:00:00"] {
        let now = utc(&format!("2026-11-28 {time}"));
        assert!(Attendance::begin(&calendar(), now).is_none(), "{time}");
    }
}
