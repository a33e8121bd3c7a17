//! The phases of a trading calendar on the time line. Each step of a day begins at the first moment at which the zone's clocks show
//! its time of day, as the sessions of a schedule do.

use std::iter::successors;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use config::TradingCalendar;
use engine::Phase;

use super::local::{moment, shown};

/// No step is looked for further ahead or back: more than the holidays that a configuration may hold, in days.
const DAYS_REACH: usize = 1_100;

/// A step of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) phase: Phase,
    /// When it was due; `None` where none was within three years, and instruments are closed.
    pub(crate) begins: Option<DateTime<Utc>>,
}

/// A trading calendar, to ask what an instant means to it.
#[derive(Debug, Clone)]
pub(crate) struct Timetable {
    calendar: TradingCalendar,
}

/// A trading day: when what begins. Without a step that has its name, that is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DayHours {
    /// The first step of the day.
    pub(crate) start: Option<DateTime<Utc>>,
    /// Continuous trading.
    pub(crate) open: Option<DateTime<Utc>>,
    /// The closing auction.
    pub(crate) pre_close: Option<DateTime<Utc>>,
    /// The end.
    pub(crate) close: Option<DateTime<Utc>>,
}

impl Timetable {
    /// The timetable of a calendar.
    pub(crate) fn new(calendar: TradingCalendar) -> Self {
        Self { calendar }
    }

    /// The calendar that it is of.
    pub(crate) fn calendar(&self) -> &TradingCalendar {
        &self.calendar
    }

    /// The step that its instruments ought to have made last. Of steps that clocks set forward bring to one moment, the last
    /// one counts.
    pub(crate) fn step_at(&self, now: DateTime<Utc>) -> Step {
        let today = shown(self.calendar.time_zone, now).map(|local| local.date());
        let mut begun = successors(today, |date| date.pred_opt())
            .take(DAYS_REACH)
            .filter_map(|date| {
                self.steps_of(date)
                    .filter(|(begins, _)| *begins <= now)
                    .last()
            });
        let closed = Step {
            phase: Phase::Closed,
            begins: None,
        };
        begun.next().map_or(closed, |(begins, phase)| Step {
            phase,
            begins: Some(begins),
        })
    }

    /// When the next step is; `None` when there is none within three years.
    pub(crate) fn next_step(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let next = self.steps(now).find(|(begins, _)| *begins > now);
        next.map(|(begins, _)| begins)
    }

    /// The trading day that is not over yet: the present one, or the next; `None` when there is none within three years.
    pub(crate) fn day(&self, now: DateTime<Utc>) -> Option<DayHours> {
        let mut day = DayHours::default();
        for (begins, phase) in self.steps(now) {
            day.start = day.start.or(Some(begins));
            match phase {
                Phase::Continuous => day.open = Some(begins),
                Phase::ClosingAuction => day.pre_close = Some(begins),
                Phase::Closed if begins > now => {
                    day.close = Some(begins);
                    return Some(day);
                }
                // That was a day before.
                Phase::Closed => day = DayHours::default(),
                Phase::PreOpen | Phase::OpeningAuction | Phase::Halted => {}
            }
        }
        None
    }

    /// The steps from the day before on, in order.
    fn steps(&self, now: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, Phase)> + '_ {
        let today = shown(self.calendar.time_zone, now).map(|local| local.date());
        let first = today.and_then(|today| today.checked_sub_days(Days::new(1)));
        successors(first, |date| date.succ_opt())
            .take(DAYS_REACH)
            .flat_map(|date| self.steps_of(date))
    }

    /// The steps of a day, in order; none where there is no trading on it.
    fn steps_of(&self, date: NaiveDate) -> impl Iterator<Item = (DateTime<Utc>, Phase)> + '_ {
        let trades = self.is_trading_day(date);
        let steps = self.calendar.steps.iter().filter(move |_| trades);
        steps.filter_map(move |&(time, phase)| {
            let begins = moment(self.calendar.time_zone, date.and_time(time))?;
            Some((begins, phase))
        })
    }

    fn is_trading_day(&self, date: NaiveDate) -> bool {
        let TradingCalendar { days, holidays, .. } = &self.calendar;
        days.contains(&date.weekday()) && !holidays.contains(&date)
    }
}
