//! Between instants and what the clocks of a zone show. Never panics: at the ends of the calendar there is no answer.

use chrono::{DateTime, MappedLocalTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Further from UTC no zone's clocks have ever been, and further no clock was ever set forward (a whole day, where
/// the date line was moved).
const REACH: TimeDelta = TimeDelta::hours(48);

/// What the clocks of `zone` show at `instant`.
pub(super) fn shown(zone: Tz, instant: DateTime<Utc>) -> Option<NaiveDateTime> {
    let utc = instant.naive_utc();
    let offset = zone.offset_from_utc_datetime(&utc);
    utc.checked_add_offset(offset.fix())
}

/// The first moment at which the clocks of `zone` show `local` or a later time: of a time that comes twice the first,
/// and for one that is passed over the moment at which it is.
pub(super) fn moment(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    let at = |offset: <Tz as TimeZone>::Offset| local.checked_sub_offset(offset.fix());
    let utc = match zone.offset_from_local_datetime(&local) {
        MappedLocalTime::Single(offset) => at(offset)?,
        MappedLocalTime::Ambiguous(one, other) => at(one)?.min(at(other)?),
        MappedLocalTime::None => return set_forward(zone, local),
    };
    Some(utc.and_utc())
}

/// The moment at which clocks are set forward from before `local` to behind it.
fn set_forward(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    let near = local.and_utc();
    let mut before = near.checked_sub_signed(REACH)?.timestamp();
    let mut behind = near.checked_add_signed(REACH)?.timestamp();
    // Clocks are set at whole seconds.
    while before.checked_add(1)? < behind {
        let middle = before.midpoint(behind);
        if shown(zone, DateTime::from_timestamp(middle, 0)?)? < local {
            before = middle;
        } else {
            behind = middle;
        }
    }
    DateTime::from_timestamp(behind, 0)
}
