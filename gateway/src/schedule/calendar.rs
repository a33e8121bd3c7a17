//! The sessions of a schedule on the time line. Times of day and holidays are laid out by the zone's calendar first,
//! and each boundary is then the first moment at which the zone's clocks show it.

use std::iter::successors;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use config::{Recurrence, Schedule};

use super::local::{moment, shown};

/// A session that is under way started at most so many days ago: a week, and what zones and clocks may add.
const DAYS_BACK: u64 = 9;

/// No next opening is looked for further ahead: more than the holidays that a configuration may hold, in days.
const DAYS_AHEAD: usize = 1_100;

/// A time during which a session is open, without a break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    /// Its first moment.
    pub(crate) opens: DateTime<Utc>,
    /// The first moment after it.
    pub(crate) closes: DateTime<Utc>,
    /// The first moment of the session that it is part of: of the same one before and after a holiday.
    pub(crate) session_start: DateTime<Utc>,
}

/// A schedule, to ask what an instant means to it.
#[derive(Debug, Clone)]
pub(crate) struct Calendar {
    schedule: Schedule,
}

impl Calendar {
    /// The calendar of `schedule`.
    pub(crate) fn new(schedule: Schedule) -> Self {
        Self { schedule }
    }

    /// The schedule that it is of.
    pub(crate) fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The opening that `now` is in; `None`: closed.
    pub(crate) fn opening_at(&self, now: DateTime<Utc>) -> Option<Opening> {
        let next_to_close = self.openings(now).find(|opening| opening.closes > now);
        next_to_close.filter(|opening| opening.opens <= now)
    }

    /// The first opening that begins after `now`; `None` when there is none within three years.
    pub(crate) fn next_opening(&self, now: DateTime<Utc>) -> Option<Opening> {
        self.openings(now).find(|opening| opening.opens > now)
    }

    /// What the zone's clocks show at `instant`.
    pub(crate) fn shown(&self, instant: DateTime<Utc>) -> Option<NaiveDateTime> {
        shown(self.schedule.time_zone, instant)
    }

    /// Every opening that may hold `now`, and those that follow, in order.
    fn openings(&self, now: DateTime<Utc>) -> impl Iterator<Item = Opening> {
        let today = self.shown(now).map(|local| local.date());
        let first = today.and_then(|today| today.checked_sub_days(Days::new(DAYS_BACK)));
        successors(first, |date| date.succ_opt())
            .take(DAYS_AHEAD)
            .filter_map(|date| self.session(date))
            .flat_map(|(start, end)| self.openings_of(start, end))
    }

    /// The session that starts on this date, by the zone's clocks and without a look at holidays.
    fn session(&self, date: NaiveDate) -> Option<(NaiveDateTime, NaiveDateTime)> {
        let Schedule { start, end, .. } = self.schedule;
        let days = match &self.schedule.recurrence {
            Recurrence::Daily { days } => days
                .contains(&date.weekday())
                .then_some(u64::from(end <= start))?,
            Recurrence::Weekly { start_day, end_day } => {
                (date.weekday() == *start_day).then_some(())?;
                match days_between(*start_day, *end_day) {
                    0 if end <= start => 7,
                    days => days,
                }
            }
        };
        let last = date.checked_add_days(Days::new(days))?;
        Some((date.and_time(start), last.and_time(end)))
    }

    /// What holidays leave of a session, on the time line.
    fn openings_of(&self, start: NaiveDateTime, end: NaiveDateTime) -> Vec<Opening> {
        let zone = self.schedule.time_zone;
        let pieces = self.without_holidays(start, end).into_iter();
        let mut openings: Vec<Opening> = pieces
            .filter_map(|(start, end)| opening(zone, start, end))
            .collect();
        // A holiday that the zone passed over, as it has some dates, closes nothing.
        openings.dedup_by(|next, last| {
            let joined = last.closes == next.opens;
            if joined {
                last.closes = next.closes;
            }
            joined
        });
        if let Some(session_start) = openings.first().map(|first| first.opens) {
            for opening in &mut openings {
                opening.session_start = session_start;
            }
        }
        openings
    }

    /// The session less the dates that are holidays: at most one piece more than it has days.
    fn without_holidays(
        &self,
        start: NaiveDateTime,
        end: NaiveDateTime,
    ) -> Vec<(NaiveDateTime, NaiveDateTime)> {
        let mut pieces = Vec::new();
        let mut open_since = None;
        let dates = successors(Some(start.date()), |date| date.succ_opt());
        for date in dates.take_while(|date| *date <= end.date()) {
            let from = start.max(date.and_time(NaiveTime::MIN));
            if self.schedule.holidays.contains(&date) {
                pieces.extend(open_since.take().map(|since| (since, from)));
            } else {
                open_since = open_since.or(Some(from));
            }
        }
        pieces.extend(open_since.map(|since| (since, end)));
        pieces
    }
}

fn opening(zone: Tz, start: NaiveDateTime, end: NaiveDateTime) -> Option<Opening> {
    let (opens, closes) = (moment(zone, start)?, moment(zone, end)?);
    // Clocks that are set forward may pass over all of it.
    (opens < closes).then_some(Opening {
        opens,
        closes,
        session_start: opens,
    })
}

fn days_between(from: Weekday, to: Weekday) -> u64 {
    u64::from(to.days_since(from))
}
