//! Times and dates: UTCTimestamp, LocalMktDate, UTCDateOnly.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};

use super::{FieldValue, ValueError};
use crate::BodyWriter;
use crate::digits::pair;

const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// How many digits of a second are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TimePrecision {
    /// None: `20250115-10:15:30`.
    Seconds,
    /// Three.
    Millis,
    /// Six: what the venue writes unless told otherwise.
    #[default]
    Micros,
    /// Nine.
    Nanos,
}

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
    #[inline]
    fn write(&self, out: &mut BodyWriter<'_>) {
        let text = timestamp(self);
        let length = match out.precision() {
            TimePrecision::Seconds => 17,
            TimePrecision::Millis => 21,
            TimePrecision::Micros => 24,
            TimePrecision::Nanos => 27,
        };
        out.write_bytes(text.get(..length).unwrap_or_default());
    }
}

/// `YYYYMMDD-HH:MM:SS.nnnnnnnnn`.
fn timestamp(time: &DateTime<Utc>) -> [u8; 27] {
    let time = time.naive_utc();
    let clock = time.time();
    let (leap, nanos) = match clock.nanosecond().checked_sub(NANOS_PER_SECOND) {
        None => (0, clock.nanosecond()),
        Some(nanos) => (1, nanos),
    };
    let seconds = clock.num_seconds_from_midnight();
    let [y1, y2, y3, y4, mo1, mo2, d1, d2] = date(time.date());
    let [h1, h2] = pair(seconds / 3_600);
    let [m1, m2] = pair(seconds / 60 % 60);
    let [s1, s2] = pair(seconds % 60 + leap);
    let [n1, n2] = pair(nanos / 10_000_000);
    let [n3, n4] = pair(nanos / 100_000);
    let [n5, n6] = pair(nanos / 1_000);
    let [n7, n8] = pair(nanos / 10);
    let [_, n9] = pair(nanos);
    [
        y1, y2, y3, y4, mo1, mo2, d1, d2, b'-', h1, h2, b':', m1, m2, b':', s1, s2, b'.', n1, n2,
        n3, n4, n5, n6, n7, n8, n9,
    ]
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
        out.write_bytes(&date(*self));
    }
}

/// `YYYYMMDD`. FIX 4.4 has years of four digits only.
fn date(date: NaiveDate) -> [u8; 8] {
    let year = u32::try_from(date.year()).unwrap_or(0).min(9_999);
    let ([y1, y2], [y3, y4]) = (pair(year / 100), pair(year));
    let ([m1, m2], [d1, d2]) = (pair(date.month()), pair(date.day()));
    [y1, y2, y3, y4, m1, m2, d1, d2]
}

/// Two digits; more than 99 when they are none.
#[inline(always)]
fn two(tens: u8, ones: u8) -> u32 {
    let [tens, ones] = [tens, ones].map(|digit| u32::from(digit.wrapping_sub(b'0')));
    // A byte that is no digit makes its own part too large, whatever the other one is.
    if tens > 9 || ones > 9 {
        NO_DIGITS
    } else {
        tens * 10 + ones
    }
}

/// What [`two`] says of bytes that are no digits; beyond every part of a time.
const NO_DIGITS: u32 = 1_000;

#[inline]
fn date_of(date: &[u8]) -> Result<NaiveDate, ValueError> {
    let &[y1, y2, y3, y4, m1, m2, d1, d2] = date else {
        return Err(ValueError::Format);
    };
    let (century, year) = (two(y1, y2), two(y3, y4));
    if century == NO_DIGITS || year == NO_DIGITS {
        return Err(ValueError::Format);
    }
    i32::try_from(century * 100 + year)
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, two(m1, m2), two(d1, d2)))
        .ok_or(ValueError::Format)
}

/// `HH:MM:SS` with a fraction or without.
#[inline]
pub(crate) fn time_of(time: &[u8]) -> Result<NaiveTime, ValueError> {
    let &[h1, h2, b':', m1, m2, b':', s1, s2, ref fraction @ ..] = time else {
        return Err(ValueError::Format);
    };
    let nanos = match fraction {
        [] => 0,
        [b'.', fraction @ ..] => nanos(fraction).ok_or(ValueError::Format)?,
        _ => return Err(ValueError::Format),
    };
    let (second, nanos) = match two(s1, s2) {
        60 => (59, nanos + NANOS_PER_SECOND),
        second => (second, nanos),
    };
    NaiveTime::from_hms_nano_opt(two(h1, h2), two(m1, m2), second, nanos).ok_or(ValueError::Format)
}

/// One to nine digits of a second.
#[inline]
fn nanos(fraction: &[u8]) -> Option<u32> {
    let scale = match fraction.len() {
        3 => 1_000_000,
        6 => 1_000,
        9 => 1,
        length => 10_u32.pow(u32::try_from(9_usize.checked_sub(length)?).ok()?),
    };
    digits(fraction).map(|number| number * scale)
}

/// The number that one to nine digits stand for.
pub(crate) fn digits(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 9 {
        return None;
    }
    text.iter().try_fold(0_u32, |number, byte| {
        let digit = u32::from(byte.wrapping_sub(b'0'));
        (digit <= 9).then(|| number.wrapping_mul(10).wrapping_add(digit))
    })
}

/// The precision that a written timestamp has.
pub(crate) fn precision_of(timestamp: &[u8]) -> TimePrecision {
    match timestamp.len() {
        ..=17 => TimePrecision::Seconds,
        18..=21 => TimePrecision::Millis,
        22..=24 => TimePrecision::Micros,
        25.. => TimePrecision::Nanos,
    }
}
