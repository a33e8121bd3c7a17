//! Times and dates: UTCTimestamp, LocalMktDate, UTCDateOnly.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Timelike, Utc};

use super::{FieldValue, ValueError};
use crate::BodyWriter;

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
        let date = self.date_naive();
        let time = self.time();
        let nanos = time.nanosecond();
        let (leap, nanos) = if nanos < NANOS_PER_SECOND {
            (0, nanos)
        } else {
            (1, nanos - NANOS_PER_SECOND)
        };
        write_date(date, out);
        let [hour, minute, second] =
            [time.hour(), time.minute(), time.second() + leap].map(two_digits);
        let clock = [
            b'-', hour[0], hour[1], b':', minute[0], minute[1], b':', second[0], second[1],
        ];
        out.write_bytes(&clock);
        match out.precision() {
            TimePrecision::Seconds => {}
            TimePrecision::Millis => out.write_fraction::<3>(nanos / 1_000_000),
            TimePrecision::Micros => out.write_fraction::<6>(nanos / 1_000),
            TimePrecision::Nanos => out.write_fraction::<9>(nanos),
        }
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
        write_date(*self, out);
    }
}

fn write_date(date: NaiveDate, out: &mut BodyWriter<'_>) {
    // FIX 4.4 has years of four digits only.
    let year = u32::try_from(date.year()).unwrap_or(0).min(9_999);
    let [century, year, month, day] =
        [year / 100, year % 100, date.month(), date.day()].map(two_digits);
    out.write_bytes(&[
        century[0], century[1], year[0], year[1], month[0], month[1], day[0], day[1],
    ]);
}

fn two_digits(number: u32) -> [u8; 2] {
    let number = u8::try_from(number).unwrap_or(99).min(99);
    [b'0' + number / 10, b'0' + number % 10]
}

fn date_of(date: &[u8]) -> Result<NaiveDate, ValueError> {
    let &[y1, y2, y3, y4, m1, m2, d1, d2] = date else {
        return Err(ValueError::Format);
    };
    let year = digits(&[y1, y2, y3, y4]).ok_or(ValueError::Format)?;
    let month = digits(&[m1, m2]).ok_or(ValueError::Format)?;
    let day = digits(&[d1, d2]).ok_or(ValueError::Format)?;
    i32::try_from(year)
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .ok_or(ValueError::Format)
}

/// `HH:MM:SS` with a fraction or without.
pub(crate) fn time_of(time: &[u8]) -> Result<NaiveTime, ValueError> {
    let &[h1, h2, b':', m1, m2, b':', s1, s2, ref fraction @ ..] = time else {
        return Err(ValueError::Format);
    };
    let hour = digits(&[h1, h2]).ok_or(ValueError::Format)?;
    let minute = digits(&[m1, m2]).ok_or(ValueError::Format)?;
    let second = digits(&[s1, s2]).ok_or(ValueError::Format)?;
    let nanos = match fraction {
        [] => 0,
        [b'.', fraction @ ..] => nanos(fraction).ok_or(ValueError::Format)?,
        _ => return Err(ValueError::Format),
    };
    let (second, nanos) = if second == 60 {
        (59, nanos + NANOS_PER_SECOND)
    } else {
        (second, nanos)
    };
    NaiveTime::from_hms_nano_opt(hour, minute, second, nanos).ok_or(ValueError::Format)
}

/// One to nine digits of a second.
fn nanos(fraction: &[u8]) -> Option<u32> {
    let missing = 9_usize.checked_sub(fraction.len())?;
    let scale = 10_u32.checked_pow(u32::try_from(missing).ok()?)?;
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
