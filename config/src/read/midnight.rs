//! Which times of day of a zone are midnight UTC, when the trading day ends.

use chrono::{Days, FixedOffset, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

/// Zones are looked at from here on: what they did before does not come again.
const FROM: Option<NaiveDate> = NaiveDate::from_ymd_opt(2025, 1, 1);

/// So many times, a week apart: for thirty years. No zone sets its clocks for less than a week.
const WEEKS: u64 = 1_566;

/// How far the clocks of `zone` are from UTC when they show `time` at midnight UTC, if they ever do.
pub(super) fn offset_at(zone: Tz, time: NaiveTime) -> Option<FixedOffset> {
    let weeks = (0..WEEKS).filter_map(|week| FROM?.checked_add_days(Days::new(week * 7)));
    let mut offsets = weeks.map(|date| {
        let midnight = date.and_time(NaiveTime::MIN);
        zone.offset_from_utc_datetime(&midnight).fix()
    });
    offsets.find(|offset| {
        let ahead = TimeDelta::seconds(i64::from(offset.local_minus_utc()));
        NaiveTime::MIN.overflowing_add_signed(ahead).0 == time
    })
}

#[cfg(test)]
mod tests {
    use super::offset_at;

    #[test]
    fn each_offset_that_a_zone_has_in_a_year_counts() {
        for (zone, time, offset) in [
            ("UTC", "00:00:00", Some("+00:00")),
            ("UTC", "00:00:01", None),
            ("UTC", "12:00:00", None),
            ("America/New_York", "19:00:00", Some("-05:00")),
            ("America/New_York", "20:00:00", Some("-04:00")),
            ("America/New_York", "21:00:00", None),
            ("Europe/Berlin", "01:00:00", Some("+01:00")),
            ("Europe/Berlin", "02:00:00", Some("+02:00")),
            ("Asia/Kolkata", "05:30:00", Some("+05:30")),
            ("Asia/Tokyo", "09:00:00", Some("+09:00")),
            ("Pacific/Auckland", "12:00:00", Some("+12:00")),
        ] {
            let zone = zone.parse().expect("a zone");
            let found = offset_at(zone, time.parse().expect("a time"));
            let found = found.map(|offset| offset.to_string());
            assert_eq!(found.as_deref(), offset, "{zone} {time}");
        }
    }
}
