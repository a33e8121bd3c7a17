//! `[[trading_calendars]]`: when instruments are in which phase, as data. What an instant means to a calendar is worked out by
//! the venue.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveTime, Weekday};
use chrono_tz::Tz;
use engine::{Phase, Symbol};

/// `[[trading_calendars]]`: the phases of the instruments that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TradingCalendar {
    /// The instruments, at least one; each has one calendar at most.
    pub instruments: Vec<Symbol>,
    /// The zone whose clocks and calendar it goes by.
    pub time_zone: Tz,
    /// The days on which there is trading; at least one, Monday first.
    pub days: Vec<Weekday>,
    /// Dates in the zone on which there is none.
    pub holidays: BTreeSet<NaiveDate>,
    /// The phases of a day and the time of day at which each begins, the earliest first. The last one is closed, and it
    /// lasts until the first one of the next day.
    pub steps: Vec<(NaiveTime, Phase)>,
}
