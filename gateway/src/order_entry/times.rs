//! Points in time between the wire's calendar and the market's nanoseconds. Never reads a clock.

use chrono::{DateTime, NaiveDate, Utc};
use engine::Timestamp;

/// The market's time of a point in time; nothing before 1970 or after 2262.
pub(super) fn timestamp_from(time: DateTime<Utc>) -> Option<Timestamp> {
    let nanos = time.timestamp_nanos_opt()?;
    u64::try_from(nanos).ok().map(Timestamp::from_nanos)
}

/// The point in time, for a UTCTimestamp.
pub(super) fn utc(time: Timestamp) -> DateTime<Utc> {
    let nanos = i64::try_from(time.nanos()).unwrap_or(i64::MAX);
    DateTime::from_timestamp_nanos(nanos)
}

/// The trading day in UTC, for a LocalMktDate.
pub(super) fn date(time: Timestamp) -> NaiveDate {
    utc(time).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for nanos in [0, 1, 1_700_000_000_123_456_789, 9_223_372_036_854_775_807] {
            let time = Timestamp::from_nanos(nanos);
            assert_eq!(timestamp_from(utc(time)), Some(time));
        }
        assert_eq!(
            utc(Timestamp::from_nanos(u64::MAX)),
            utc(Timestamp::from_nanos(i64::MAX.unsigned_abs()))
        );
        assert_eq!(timestamp_from(DateTime::from_timestamp_nanos(-1)), None);
        assert_eq!(
            date(Timestamp::from_nanos(1_700_000_000_000_000_000)).to_string(),
            "2023-11-14"
        );
    }
}
