//! Points in time between the wire's calendar and the market's nanoseconds. Never reads a clock.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use engine::{Expiry, TimeInForce, Timestamp, TradingDay};

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

/// The trading day of a LocalMktDate; nothing before 1970 or after 2261.
pub(super) fn trading_day_from(date: NaiveDate) -> Option<TradingDay> {
    let next = date.succ_opt()?.and_time(NaiveTime::MIN).and_utc();
    // Its end must be a time of the market's too.
    timestamp_from(next)?;
    timestamp_from(date.and_time(NaiveTime::MIN).and_utc()).map(TradingDay::of)
}

/// ExpireDate(432) of an order that has one.
pub(super) fn expire_date(time_in_force: TimeInForce) -> Option<NaiveDate> {
    match time_in_force {
        TimeInForce::GoodTillDate(Expiry::EndOf(day)) => {
            let epoch = NaiveDate::default();
            epoch.checked_add_days(Days::new(day.days().into()))
        }
        TimeInForce::Day
        | TimeInForce::ImmediateOrCancel
        | TimeInForce::FillOrKill
        | TimeInForce::GoodTillCancel
        | TimeInForce::GoodTillDate(Expiry::At(_))
        | TimeInForce::AtTheOpening
        | TimeInForce::AtTheClose => None,
    }
}

/// ExpireTime(126) of an order that has one.
pub(super) fn expire_time(time_in_force: TimeInForce) -> Option<DateTime<Utc>> {
    match time_in_force {
        TimeInForce::GoodTillDate(Expiry::At(time)) => Some(utc(time)),
        TimeInForce::Day
        | TimeInForce::ImmediateOrCancel
        | TimeInForce::FillOrKill
        | TimeInForce::GoodTillCancel
        | TimeInForce::GoodTillDate(Expiry::EndOf(_))
        | TimeInForce::AtTheOpening
        | TimeInForce::AtTheClose => None,
    }
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
    #[test]
    fn days_there_and_back() {
        for text in ["1970-01-01", "2026-02-28", "2028-02-29", "2262-04-10"] {
            let date: NaiveDate = text.parse().unwrap();
            let day = trading_day_from(date).unwrap();
            let order = TimeInForce::GoodTillDate(Expiry::EndOf(day));
            assert_eq!(expire_date(order), Some(date));
        }
        for text in ["1969-12-31", "2262-04-11", "9999-12-31"] {
            assert_eq!(trading_day_from(text.parse().unwrap()), None, "{text}");
        }
    }
}
