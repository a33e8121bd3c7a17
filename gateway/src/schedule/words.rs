//! What clients are told of the hours of their session, with times as FIX writes them.

use chrono::{DateTime, Utc};

use super::calendar::Calendar;

const TIME: &str = "%Y%m%d-%H:%M:%S";

/// Text(58) of the Logout(5) that answers a Logon while the session is closed.
pub(crate) fn closed(calendar: &Calendar, now: DateTime<Utc>) -> String {
    format!("the session is closed; {}", next(calendar, now))
}

/// Text(58) of the Logout(5) at the end of a session.
pub(crate) fn ended(calendar: &Calendar, now: DateTime<Utc>) -> String {
    format!("the session has ended; {}", next(calendar, now))
}

/// Headline(148) of the notice before an end.
pub(crate) fn headline(closes: DateTime<Utc>) -> String {
    format!("session ends at {}", closes.format(TIME))
}

/// Text(58) of the notice before an end.
pub(crate) fn notice(calendar: &Calendar, closes: DateTime<Utc>) -> String {
    let next = next(calendar, closes);
    format!("session ends at {}; {next}", both(calendar, closes))
}

fn next(calendar: &Calendar, now: DateTime<Utc>) -> String {
    match calendar.next_opening(now) {
        Some(opening) => format!("it opens at {}", both(calendar, opening.opens)),
        None => "it does not open again".to_owned(),
    }
}

/// A moment in UTC and as the schedule's zone shows it.
fn both(calendar: &Calendar, moment: DateTime<Utc>) -> String {
    let utc = moment.format(TIME);
    let zone = calendar.schedule().time_zone;
    match calendar.shown(moment) {
        Some(local) => format!("{utc} UTC, {} {zone}", local.format(TIME)),
        None => format!("{utc} UTC"),
    }
}
