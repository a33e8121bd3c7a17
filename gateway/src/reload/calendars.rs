//! Which instruments go by another trading calendar than before, and which by none any more. Pure.

use std::collections::{BTreeMap, BTreeSet};

use config::TradingCalendar;
use engine::Symbol;

use super::change::Change;

/// What differs in `new` from `old`: one change for each calendar that is another to some of its instruments, and one for all
/// that have none any more.
pub(super) fn calendars(old: &[TradingCalendar], new: &[TradingCalendar]) -> Vec<Change> {
    let before: BTreeMap<Symbol, &TradingCalendar> = old
        .iter()
        .flat_map(|calendar| calendar.instruments.iter().map(move |of| (*of, calendar)))
        .collect();
    let mut changes = Vec::new();
    for calendar in new {
        let instruments = calendar.instruments.iter().copied();
        let other: Vec<Symbol> = instruments
            .filter(|of| !before.get(of).is_some_and(|known| is_same(known, calendar)))
            .collect();
        if !other.is_empty() {
            changes.push(Change::CalendarSet(other));
        }
    }
    let now: BTreeSet<_> = new
        .iter()
        .flat_map(|calendar| &calendar.instruments)
        .collect();
    let gone: Vec<Symbol> = before.into_keys().filter(|of| !now.contains(of)).collect();
    if !gone.is_empty() {
        changes.push(Change::CalendarLifted(gone));
    }
    changes
}

/// Whether two calendars are the same to an instrument.
fn is_same(one: &TradingCalendar, other: &TradingCalendar) -> bool {
    let TradingCalendar {
        instruments: _,
        time_zone,
        days,
        holidays,
        steps,
    } = one;
    *time_zone == other.time_zone
        && *days == other.days
        && *holidays == other.holidays
        && *steps == other.steps
}
