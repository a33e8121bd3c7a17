//! The phases of a trading calendar on the time line. Each step of a day begins at the first moment at which the zone's clocks show
//! its time of day, as the sessions of a schedule do.

use std::iter::successors;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use config::TradingCalendar;
use engine::Phase;

use super::local::{moment, shown};

/// No next step is looked for further ahead: more than the holidays that a configuration may hold, in days.
const DAYS_AHEAD: usize = 1_100;

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

    /// The phase that its instruments ought to be in.
    pub(crate) fn phase_at(&self, now: DateTime<Utc>) -> Phase {
        let begun = self.steps(now).take_while(|(begins, _)| *begins <= now);
        begun.last().map_or(Phase::Closed, |(_, phase)| phase)
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

    /// The steps from the day before on, in order. Of steps that clocks set forward bring to one moment, the last one counts.
    fn steps(&self, now: DateTime<Utc>) -> impl Iterator<Item = (DateTime<Utc>, Phase)> + '_ {
        let today = shown(self.calendar.time_zone, now).map(|local| local.date());
        let first = today.and_then(|today| today.checked_sub_days(Days::new(1)));
        successors(first, |date| date.succ_opt())
            .take(DAYS_AHEAD)
            .filter(move |date| self.is_trading_day(*date))
            .flat_map(move |date| {
                let steps = self.calendar.steps.iter();
                steps.filter_map(move |&(time, phase)| {
                    let begins = moment(self.calendar.time_zone, date.and_time(time))?;
                    Some((begins, phase))
                })
            })
    }

    fn is_trading_day(&self, date: NaiveDate) -> bool {
        let TradingCalendar { days, holidays, .. } = &self.calendar;
        days.contains(&date.weekday()) && !holidays.contains(&date)
    }
}
