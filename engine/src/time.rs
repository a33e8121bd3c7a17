//! Points in time, as the sequencer stamps them, and the days that they lie in. Nothing here reads a clock.

use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

/// Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(u64);

impl Timestamp {
    /// So many nanoseconds after the start of 1970, UTC.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the start of 1970, UTC.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// So much later; the end of all time when that is later still.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(nanos))
    }
}

/// A trading day: a calendar day of UTC, counted from 1970-01-01, which is 0.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TradingDay(u32);

impl TradingDay {
    /// So many days after 1970-01-01; the last day whose end a [`Timestamp`] can tell, when it is beyond.
    #[must_use]
    pub const fn from_days(days: u32) -> Self {
        Self(if days < LAST_DAY { days } else { LAST_DAY })
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> u32 {
        self.0
    }

    /// The day that a point in time lies in.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        let days = time.0.wrapping_div(NANOS_PER_DAY);
        Self(u32::try_from(days).expect("64 bits of nanoseconds are 213 503 days"))
    }

    /// The day that ends with this midnight.
    pub(crate) fn ending_at(midnight: Timestamp) -> Self {
        let next = Self::of(midnight);
        Self(next.0.checked_sub(1).expect("no day ends when time begins"))
    }

    /// The midnight at its end, with which the next day begins.
    #[must_use]
    pub fn end(self) -> Timestamp {
        let begun = u64::from(self.0).saturating_add(1);
        Timestamp(begun.saturating_mul(NANOS_PER_DAY))
    }
}

/// 2554-07-20.
const LAST_DAY: u32 = 213_502;

const NANOS_PER_DAY: u64 = 86_400 * 1_000_000_000;

impl fmt::Display for Timestamp {
    /// Seconds and nanoseconds since 1970: `1700000000.000000001`. The edges write dates.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}.{:09}",
            self.0 / 1_000_000_000,
            self.0 % 1_000_000_000
        )
    }
}
