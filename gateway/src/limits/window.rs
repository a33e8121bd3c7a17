//! How much happened within the last window of time. Counted in slices of the window, so that a million take no more
//! memory than ten. Integers only; never reads a clock.

use std::time::Duration;

use chrono::TimeDelta;

use super::Time;

/// Slices of one window: what is counted leaves it at most one of them late, and never early.
const SLICES: i64 = 16;

/// As many whole slices as make a window, and the one that is under way.
const COUNTS: usize = 17;

/// A window that moves with time.
#[derive(Debug, Clone)]
pub(super) struct Window {
    slice_micros: i64,
    /// What was counted in each slice, by the slice's number modulo [`COUNTS`].
    counts: [u32; COUNTS],
    /// The number of the newest slice.
    newest: i64,
    total: u32,
}

impl Window {
    /// An empty window of this length; one that is shorter than 16 microseconds is taken as such.
    pub(super) fn new(length: Duration) -> Self {
        let micros = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        Self {
            slice_micros: (micros / SLICES).max(1),
            counts: [0; COUNTS],
            newest: 0,
            total: 0,
        }
    }

    /// How much was counted within the window that ends at `now`: all of what came within its length, and at most
    /// what came within a slice before that.
    pub(super) fn count(&mut self, now: Time) -> u32 {
        self.move_to(now.timestamp_micros().div_euclid(self.slice_micros));
        self.total
    }

    /// Counts so much more, and gives what is within the window then.
    pub(super) fn add(&mut self, now: Time, amount: u32) -> u32 {
        let before = self.count(now);
        // A count at the end of its range is above every limit as it is.
        let amount = amount.min(u32::MAX - before);
        *self.place(self.newest) += amount;
        self.total += amount;
        self.total
    }

    /// When the next slice begins, and with it something may leave the window.
    pub(super) fn next_slice(&self, now: Time) -> Time {
        let into = now.timestamp_micros().rem_euclid(self.slice_micros);
        now + TimeDelta::microseconds(self.slice_micros - into)
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.counts = [0; COUNTS];
        self.total = 0;
    }

    fn move_to(&mut self, slice: i64) {
        let steps = slice.saturating_sub(self.newest);
        if !(-SLICES..=SLICES).contains(&steps) {
            // All of it is past; or the clock was set back, and what it says of before means nothing any more.
            self.clear();
            self.newest = slice;
            return;
        }
        for _ in 0..steps {
            self.newest += 1;
            let left = std::mem::take(self.place(self.newest));
            self.total -= left;
        }
    }

    fn place(&mut self, slice: i64) -> &mut u32 {
        let place = usize::try_from(slice.rem_euclid(SLICES + 1)).expect("a remainder is small");
        &mut self.counts[place]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::{TimeDelta, TimeZone as _, Utc};
    use proptest::collection::vec;
    use proptest::prelude::{prop_assert, proptest};

    use super::super::Time;
    use super::{SLICES, Window};

    fn at(micros: i64) -> Time {
        Utc.timestamp_micros(1_700_000_000_000_000 + micros)
            .single()
            .expect("a time after 1970")
    }

    #[test]
    fn what_came_leaves_after_the_window_and_at_most_a_slice() {
        // A window of 160 ms, so slices of 10 ms: what is added, and the count, at each moment.
        let mut window = Window::new(Duration::from_millis(160));
        for (millis, added, expected) in [
            (0, 3, 3),
            (9, 1, 4),
            (10, 2, 6),
            (159, 0, 6),
            (169, 0, 6),
            (170, 0, 2),
            (179, 0, 2),
            (180, 5, 5),
            (100_000, 0, 0),
            // The clock is set back a little: time stands still.
            (100_005, 7, 7),
            (99_990, 1, 8),
            // It is set back by more than a window: everything begins again.
            (50_000, 1, 1),
        ] {
            assert_eq!(
                window.add(at(millis * 1_000), added),
                expected,
                "{millis} ms"
            );
        }
        assert_eq!(window.add(at(50_000_000), u32::MAX), u32::MAX);
        assert_eq!(window.add(at(50_000_000), 1), u32::MAX);
    }

    #[test]
    fn the_next_slice_is_when_something_may_leave() {
        let window = Window::new(Duration::from_millis(160));
        for (now, next) in [(0, 10_000), (1, 10_000), (9_999, 10_000), (10_000, 20_000)] {
            assert_eq!(window.next_slice(at(now)), at(next));
        }
    }

    proptest! {
        #[test]
        fn it_counts_as_a_list_of_all_times_does(
            length_micros in 16_i64..100_000,
            steps in vec((0_i64..20_000, 1_u32..4), 1..200),
        ) {
            let length = Duration::from_micros(length_micros.unsigned_abs());
            let mut window = Window::new(length);
            let slice = TimeDelta::microseconds(length_micros / SLICES + SLICES);
            let length = TimeDelta::microseconds(length_micros);
            let mut all: Vec<(Time, u32)> = Vec::new();
            let mut now = at(0);
            for (step, amount) in steps {
                now += TimeDelta::microseconds(step);
                let counted = window.add(now, amount);
                all.push((now, amount));
                let within = |length: TimeDelta| -> u32 {
                    let recent = all.iter().filter(|(time, _)| now - *time < length);
                    recent.map(|(_, amount)| amount).sum()
                };
                // Slices are whole microseconds: sixteen of them are up to 15 us short of the window.
                prop_assert!(counted >= within(length - TimeDelta::microseconds(SLICES)));
                prop_assert!(counted <= within(length + slice));
            }
        }
    }
}
