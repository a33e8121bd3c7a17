//! How times are written: with which precision, and each second only once, for the times of a message are mostly of one.

use chrono::{DateTime, NaiveDate, Timelike, Utc};

use super::timestamp::{below_100, date_text};
use super::{ShortRoom, put};
use crate::word::{eight_digits, from_clock_pairs};

const NANOS_PER_SECOND: u32 = 1_000_000_000;
/// Where the digits of a fraction begin.
const FRACTION_START: usize = b"YYYYMMDD-HH:MM:SS.".len();

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

impl TimePrecision {
    /// How long a UTCTimestamp is.
    #[inline(always)]
    const fn length(self) -> usize {
        match self {
            Self::Seconds => 17,
            Self::Millis => 21,
            Self::Micros => 24,
            Self::Nanos => 27,
        }
    }

    /// The precision that a written timestamp has.
    pub(crate) const fn of(timestamp: &[u8]) -> Self {
        match timestamp.len() {
            ..=17 => Self::Seconds,
            18..=21 => Self::Millis,
            22..=24 => Self::Micros,
            25.. => Self::Nanos,
        }
    }
}

/// Writes UTCTimestamps with one precision.
#[derive(Clone, Copy, Debug)]
pub struct TimeText {
    precision: TimePrecision,
    /// The second written last.
    last: Second,
    /// Its text, with the point behind it.
    text: [u8; FRACTION_START],
}

/// A second of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Second {
    date: NaiveDate,
    /// Seconds since midnight; a leap second is [`LEAP`] more than the second before it.
    of_day: u32,
}

/// Beyond every second of a day.
const LEAP: u32 = 1 << 20;

impl TimeText {
    /// Writes with this precision.
    pub(crate) const fn new(precision: TimePrecision) -> Self {
        Self {
            precision,
            last: Second {
                date: NaiveDate::MIN,
                of_day: u32::MAX,
            },
            text: [0; FRACTION_START],
        }
    }

    /// How times are written.
    pub(crate) const fn precision(&self) -> TimePrecision {
        self.precision
    }

    /// Writes a time at the start of a room, and says how long it is. What is finer than the precision is cut off.
    #[inline]
    pub(crate) fn write(&mut self, time: &DateTime<Utc>, room: &mut ShortRoom) -> usize {
        let time = time.naive_utc();
        let mut nanos = time.nanosecond();
        let mut second = Second {
            date: time.date(),
            of_day: time.num_seconds_from_midnight(),
        };
        if nanos >= NANOS_PER_SECOND {
            nanos -= NANOS_PER_SECOND;
            second.of_day += LEAP;
        }
        if self.last != second {
            self.text = second.text();
            self.last = second;
        }
        put(room, self.text);
        if let Some(fraction) = room
            .get_mut(FRACTION_START..)
            .and_then(<[u8]>::first_chunk_mut)
        {
            *fraction = eight_digits(nanos / 10).to_le_bytes();
        }
        if let Some(ninth) = room.get_mut(FRACTION_START + 8) {
            *ninth = b'0' + below_100(nanos % 10);
        }
        self.precision.length()
    }
}

impl Second {
    /// `YYYYMMDD-HH:MM:SS.`
    #[inline(never)]
    fn text(&self) -> [u8; FRACTION_START] {
        let minutes = self.of_day % LEAP / 60;
        let seconds = self.of_day % LEAP % 60 + self.of_day / LEAP;
        let [h1, h2, c1, m1, m2, c2, s1, s2] =
            from_clock_pairs([minutes / 60, minutes % 60, seconds].map(below_100));
        let [y1, y2, y3, y4, mo1, mo2, d1, d2] = date_text(self.date);
        [
            y1, y2, y3, y4, mo1, mo2, d1, d2, b'-', h1, h2, c1, m1, m2, c2, s1, s2, b'.',
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::SHORT_ROOM;

    fn check(times: &mut TimeText, second: i64, nanosecond: u32, text: &str) {
        let time = DateTime::from_timestamp(second, nanosecond).expect(text);
        let mut room = [0; SHORT_ROOM];
        let length = times.write(&time, &mut room);
        assert_eq!(room.get(..length), Some(text.as_bytes()));
    }

    /// Whatever was written before, a time is written as it is.
    #[test]
    fn one_time_after_the_other() {
        let mut times = TimeText::new(TimePrecision::Nanos);
        for (second, nanosecond, text) in [
            (0, 0, "19700101-00:00:00.000000000"),
            (0, 1, "19700101-00:00:00.000000001"),
            (1_736_936_130, 123_456_789, "20250115-10:15:30.123456789"),
            (1_736_936_130, 999_999_999, "20250115-10:15:30.999999999"),
            (1_736_936_130 + 86_400, 0, "20250116-10:15:30.000000000"),
            (1_736_985_599, 5, "20250115-23:59:59.000000005"),
            (1_736_985_599, 1_000_000_005, "20250115-23:59:60.000000005"),
            (1_736_985_600, 5, "20250116-00:00:00.000000005"),
            (1_736_985_599, 5, "20250115-23:59:59.000000005"),
        ] {
            check(&mut times, second, nanosecond, text);
        }
    }

    #[test]
    fn precisions() {
        for (precision, text) in [
            (TimePrecision::Seconds, "20250115-10:15:30"),
            (TimePrecision::Millis, "20250115-10:15:30.123"),
            (TimePrecision::Micros, "20250115-10:15:30.123456"),
            (TimePrecision::Nanos, "20250115-10:15:30.123456789"),
        ] {
            check(
                &mut TimeText::new(precision),
                1_736_936_130,
                123_456_789,
                text,
            );
            assert_eq!(TimePrecision::of(text.as_bytes()), precision);
        }
    }
}
