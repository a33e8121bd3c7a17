//! The one place of the benchmarks that reads a clock: nanoseconds since a start for latencies, and the time of
//! day that FIX wants, both from one reading.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use chrono::DateTime;

/// A moment: nanoseconds since the clock was started. Never goes back.
pub type Nanos = u64;

/// Nanoseconds in a second.
pub const SECOND: Nanos = 1_000_000_000;

/// A running clock.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    started: Instant,
    /// The time of day at the start, in nanoseconds since 1970.
    started_at: u64,
}

impl Clock {
    /// Starts a clock at zero.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge: everything else is given the time"
    )]
    #[must_use]
    pub fn start() -> Self {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
        let since_1970 = since_1970.map_or(0, |since| since.as_nanos());
        Self {
            started: Instant::now(),
            started_at: u64::try_from(since_1970).unwrap_or(0),
        }
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Nanos {
        u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    /// The time of day at this moment, in nanoseconds since 1970.
    #[must_use]
    pub fn time_of_day(&self, moment: Nanos) -> u64 {
        self.started_at.saturating_add(moment)
    }
}

/// A UTCTimestamp with microseconds, as FIX writes it; made anew only when the second has changed.
#[derive(Debug, Clone)]
pub struct TimeText {
    second: u64,
    text: [u8; LENGTH],
}

const LENGTH: usize = b"20250115-10:15:30.123456".len();
const FRACTION_AT: usize = b"20250115-10:15:30.".len();

impl TimeText {
    /// The text of the beginning of 1970.
    #[must_use]
    pub fn new() -> Self {
        let mut text = Self {
            second: 1,
            text: *b"00000000-00:00:00.000000",
        };
        text.set(0);
        text
    }

    /// Sets the time of day, in nanoseconds since 1970.
    pub fn set(&mut self, nanos: u64) {
        let second = nanos / SECOND;
        if second != self.second {
            self.second = second;
            let time = i64::try_from(second).ok();
            let time = time.and_then(|second| DateTime::from_timestamp(second, 0));
            let text = time.unwrap_or_default().format("%Y%m%d-%H:%M:%S.000000");
            let text = text.to_string();
            if let Ok(text) = text.as_bytes().try_into() {
                self.text = text;
            }
        }
        let mut micros = nanos % SECOND / 1_000;
        for digit in self.text[FRACTION_AT..].iter_mut().rev() {
            *digit = b'0' + u8::try_from(micros % 10).unwrap_or(0);
            micros /= 10;
        }
    }

    /// The text.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.text
    }
}

impl Default for TimeText {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_fix_writes_it() {
        let mut text = TimeText::new();
        for (nanos, expected) in [
            (0, "19700101-00:00:00.000000"),
            (1_736_936_130_123_456_789, "20250115-10:15:30.123456"),
            (1_736_936_130_000_000_999, "20250115-10:15:30.000000"),
            (1_736_936_131_999_999_999, "20250115-10:15:31.999999"),
        ] {
            text.set(nanos);
            assert_eq!(std::str::from_utf8(text.bytes()), Ok(expected));
        }
    }
}
