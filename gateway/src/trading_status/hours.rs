//! The hours of the trading day that instruments have in common, worked out once for as long as they hold. Never keeps calendars.

use chrono::{DateTime, TimeDelta, Utc};
use engine::Symbol;

use crate::schedule::{DayHours, Timetable};

/// A calendar without a trading day within its reach is looked at again after so long.
const LOOK_AGAIN: TimeDelta = TimeDelta::days(1);

/// What the calendars said at one moment, and for how long they say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CommonHours {
    /// The hours, where all instruments have the same.
    pub(super) hours: Option<DayHours>,
    from: DateTime<Utc>,
    /// The first end of a trading day; `None`: they hold for good.
    until: Option<DateTime<Utc>>,
}

impl CommonHours {
    /// Of those instruments that count, which are so many.
    pub(super) fn of(
        calendars: &[Timetable],
        is_counted: impl Fn(&Symbol) -> bool,
        all: usize,
        now: DateTime<Utc>,
    ) -> Self {
        let mut scheduled = 0;
        let mut common = None;
        let mut agree = true;
        let mut until: Option<DateTime<Utc>> = None;
        for calendar in calendars {
            let named = calendar.calendar().instruments.iter();
            let counted = named.filter(|symbol| is_counted(symbol)).count();
            if counted == 0 {
                continue;
            }
            scheduled += counted;
            let day = calendar.day(now);
            agree &= day.is_some_and(|day| *common.get_or_insert(day) == day);
            let close = day.and_then(|day| day.close);
            let ends = close.or_else(|| now.checked_add_signed(LOOK_AGAIN));
            until = until.into_iter().chain(ends).min();
        }
        Self {
            hours: common.filter(|_| agree && scheduled == all),
            from: now,
            until,
        }
    }

    /// Whether the calendars say the same at `now`.
    pub(super) fn hold_at(&self, now: DateTime<Utc>) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}
