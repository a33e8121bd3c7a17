//! `[[schedules]]`: when sessions are held, as data. What an instant means to a schedule is worked out by the venue.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;

/// `[[schedules]]`: when the sessions that name it are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// What sessions name it by.
    pub name: String,
    /// The zone whose clocks and calendar it goes by.
    pub time_zone: Tz,
    /// On which days a session starts and ends.
    pub recurrence: Recurrence,
    /// The time of day at which a session starts.
    pub start: NaiveTime,
    /// The time of day at which a session ends.
    pub end: NaiveTime,
    /// Dates in the zone on which no session is held.
    pub holidays: BTreeSet<NaiveDate>,
    /// How long before the end a notice is sent, longest first.
    pub notice_before_end: Vec<Duration>,
    /// Whether both sequence numbers start again at 1 in each session.
    pub reset_at_start: bool,
}

/// On which days sessions start and end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recurrence {
    /// A session a day. One whose end is not after its start ends on the next day.
    Daily {
        /// The days on which a session starts; at least one, Monday first.
        days: Vec<Weekday>,
    },
    /// A session a week.
    Weekly {
        /// The day on which it starts.
        start_day: Weekday,
        /// The day on which it ends.
        end_day: Weekday,
    },
}
