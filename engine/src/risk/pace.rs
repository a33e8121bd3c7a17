//! How many orders came lately: counted in slices of a window that moves, in a few bytes whatever the limit. An order
//! counts for at least the window, and at most an eighth of it longer: no stretch of time as long as the window ever
//! has more than the limit.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Slices in a window.
const SLICES: u64 = 8;

/// Those of the window, and the one that it has partly left.
const COUNTED: usize = 9;

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Pace {
    /// The latest slice in which anything came.
    latest: u64,
    /// By age, counted from that slice.
    counts: [u32; COUNTED],
}

impl Pace {
    /// How many count at a time that is not before the last one added.
    pub(super) fn count(&self, now: Timestamp, window: Duration) -> u64 {
        let counts = self
            .counts
            .iter()
            .take(COUNTED.saturating_sub(self.passed(now, window)));
        counts.map(|count| u64::from(*count)).sum()
    }

    /// Counts one more.
    pub(super) fn add(&mut self, now: Timestamp, window: Duration) {
        let passed = self.passed(now, window);
        self.counts.rotate_right(passed);
        self.counts[..passed].fill(0);
        self.latest = slice(now, window);
        self.counts[0] = self.counts[0].saturating_add(1);
    }

    /// How many slices have passed since the latest one; at most all that are counted.
    fn passed(&self, now: Timestamp, window: Duration) -> usize {
        let passed = slice(now, window).saturating_sub(self.latest);
        usize::try_from(passed).unwrap_or(COUNTED).min(COUNTED)
    }
}

/// The slice that a time lies in.
fn slice(now: Timestamp, window: Duration) -> u64 {
    let window = u64::try_from(window.as_nanos()).unwrap_or(u64::MAX);
    let length = window.div_ceil(SLICES);
    now.nanos().checked_div(length).unwrap_or_default()
}
