//! Times and dates: UTCTimestamp, LocalMktDate, UTCDateOnly.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

use super::{FieldValue, SHORT_ROOM, ShortRoom, TimeText, ValueError};
use crate::BodyWriter;
use crate::word::{clock_pairs, four_pairs, from_four_pairs};

const NANOS_PER_SECOND: u32 = 1_000_000_000;

impl FieldValue<'_> for DateTime<Utc> {
    /// Reads `YYYYMMDD-HH:MM:SS` with up to nine digits of a second behind a point. The second 60
    /// is taken, as a leap second (FIX 4.4 Volume 1, "UTCTimestamp").
    #[inline]
    fn read(value: &[u8]) -> Result<Self, ValueError> {
        if value.is_empty() {
            return Err(ValueError::Missing);
        }
        let (date, time) = value.split_at_checked(8).ok_or(ValueError::Format)?;
        let time = time.strip_prefix(b"-").ok_or(ValueError::Format)?;
        Ok(date_of(date)?.and_time(time_of(time)?).and_utc())
    }

    /// Writes with the writer's precision; what is finer is cut off.
    fn write(&self, out: &mut BodyWriter<'_>) {
        let mut room = [0; SHORT_ROOM];
        let length = out.times().write(self, &mut room);
        out.write_bytes(room.get(..length).unwrap_or_default());
    }

    #[inline(always)]
    fn write_short(&self, room: &mut ShortRoom, times: &mut TimeText) -> Option<usize> {
        Some(times.write(self, room))
    }
}

impl FieldValue<'_> for NaiveDate {
    /// Reads `YYYYMMDD`.
    fn read(value: &[u8]) -> Result<Self, ValueError> {
        if value.is_empty() {
            return Err(ValueError::Missing);
        }
        date_of(value)
    }

    fn write(&self, out: &mut BodyWriter<'_>) {
        out.write_bytes(&date_text(*self));
    }
}

/// `YYYYMMDD`. FIX 4.4 has years of four digits only.
#[inline(always)]
pub(super) fn date_text(date: NaiveDate) -> [u8; 8] {
    let year = u32::try_from(date.year()).unwrap_or(0).min(9_999);
    from_four_pairs([year / 100, year % 100, date.month(), date.day()].map(below_100))
}

/// Whether a value is `YYYYMMDD-HH:MM:SS` with a fraction or without, of a day and time that there is: what reading it
/// would say, without making a time of it.
#[inline]
pub(crate) fn is_timestamp(value: &[u8]) -> bool {
    match value.split_first_chunk() {
        Some((date, [b'-', time @ ..])) => is_date(*date) && is_time(time),
        _ => false,
    }
}

#[inline(always)]
fn is_date(date: [u8; 8]) -> bool {
    let Some([century, year, month, day]) = four_pairs(date) else {
        return false;
    };
    let is_leap = if year == 0 { century } else { year } % 4 == 0;
    let days = match month {
        2 => 28 + u8::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (1..=12).contains(&month) && (1..=days).contains(&day)
}

#[inline(always)]
fn is_time(time: &[u8]) -> bool {
    let Some((clock, fraction)) = time.split_first_chunk() else {
        return false;
    };
    let Some([hour, minute, second]) = clock_pairs(*clock) else {
        return false;
    };
    let is_fraction = match fraction {
        [] => true,
        [b'.', fraction @ ..] => nanos(fraction).is_some(),
        _ => false,
    };
    is_fraction && hour < 24 && minute < 60 && second <= 60
}

/// A part of a date or time as a byte.
#[inline(always)]
pub(super) fn below_100(part: u32) -> u8 {
    u8::try_from(part % 100).unwrap_or_default()
}

#[inline(always)]
fn date_of(date: &[u8]) -> Result<NaiveDate, ValueError> {
    let date = date.try_into().map_err(|_| ValueError::Format)?;
    let [century, year, month, day] = four_pairs(date).ok_or(ValueError::Format)?;
    let year = i32::from(century) * 100 + i32::from(year);
    NaiveDate::from_ymd_opt(year, u32::from(month), u32::from(day)).ok_or(ValueError::Format)
}

/// `HH:MM:SS` with a fraction or without.
#[inline(always)]
pub(crate) fn time_of(time: &[u8]) -> Result<NaiveTime, ValueError> {
    let (clock, fraction) = time.split_first_chunk().ok_or(ValueError::Format)?;
    let [hour, minute, second] = clock_pairs(*clock)
        .ok_or(ValueError::Format)?
        .map(u32::from);
    let nanos = match fraction {
        [] => 0,
        [b'.', fraction @ ..] => nanos(fraction).ok_or(ValueError::Format)?,
        _ => return Err(ValueError::Format),
    };
    let (second, nanos) = match second {
        60 => (59, nanos + NANOS_PER_SECOND),
        second => (second, nanos),
    };
    NaiveTime::from_hms_nano_opt(hour, minute, second, nanos).ok_or(ValueError::Format)
}

/// One to nine digits of a second.
#[inline(always)]
fn nanos(fraction: &[u8]) -> Option<u32> {
    if let [a, b, c, d, e, f] = *fraction {
        let [_, first, second, third] = four_pairs([b'0', b'0', a, b, c, d, e, f])?.map(u32::from);
        return Some((first * 10_000 + second * 100 + third) * 1_000);
    }
    let scale = 10_u32.pow(u32::try_from(9_usize.checked_sub(fraction.len())?).ok()?);
    digits(fraction).map(|number| number * scale)
}

/// The number that one to nine digits stand for.
#[inline(always)]
pub(crate) fn digits(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    let mut number = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u32::from(digit);
    }
    Some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each byte of good timestamps in turn becomes each byte that matters, and each length is tried.
    #[test]
    fn what_is_a_timestamp_can_be_read() {
        let good: [&[u8]; 6] = [
            b"20250115-10:15:30",
            b"20240229-23:59:60",
            b"19000228-00:00:00.1",
            b"20000229-09:30:00.123",
            b"20251231-19:59:59.123456",
            b"20250430-12:00:00.123456789",
        ];
        for good in good {
            let mut value = [0; 28];
            let length = good.len();
            for (to, from) in value.iter_mut().zip(good) {
                *to = *from;
            }
            assert!(is_timestamp(good));
            for position in 0..length {
                for byte in (0..=u8::MAX).filter(|byte| *byte < 0x40 || *byte > 0xA0) {
                    let mut value = value;
                    if let Some(changed) = value.get_mut(position) {
                        *changed = byte;
                    }
                    for value in [value.get(..length), value.get(..position + 1)] {
                        let value = value.expect("within the value");
                        let is_read = DateTime::<Utc>::read(value).is_ok();
                        assert_eq!(is_timestamp(value), is_read, "{value:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_day_there_is() {
        for year in (0..=400).chain([1_999, 2_000, 2_001, 2_100, 9_999]) {
            for (month, day) in
                (0..=99).flat_map(|month| [0, 1, 28, 29, 30, 31, 32, 99].map(|day| (month, day)))
            {
                let parts = [year / 100, year % 100, month, day].map(below_100);
                let date = from_four_pairs(parts);
                assert_eq!(is_date(date), date_of(&date).is_ok(), "{date:?}");
            }
        }
    }
}
