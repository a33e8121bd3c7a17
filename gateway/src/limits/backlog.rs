//! Since when the oldest byte that a client has not taken has waited. Knows lengths and times, never a byte; its memory
//! is bounded however much waits.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::TimeDelta;

use super::Time;

/// What was added within this part of the longest wait is taken as added together.
const PARTS: i32 = 32;

/// Bytes on their way to a client, by when they were added.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// Bytes taken by the client, ever.
    taken: u64,
    /// Up to which byte was added from when on; both ascend.
    marks: VecDeque<(u64, Time)>,
}

impl Backlog {
    /// `waiting` bytes wait now; those that were not there before were added at `now`. `longest` is the longest wait
    /// that is allowed.
    pub(crate) fn mark(&mut self, now: Time, waiting: usize, longest: Duration) {
        let end = self.taken.saturating_add(to_u64(waiting));
        let newest = self.marks.back_mut();
        if newest.as_ref().map_or(self.taken, |(end, _)| *end) >= end {
            return;
        }
        let grain = TimeDelta::from_std(longest).unwrap_or(TimeDelta::MAX) / PARTS;
        match newest {
            Some((newest_end, since)) if now - *since < grain => *newest_end = end,
            _ => self.marks.push_back((end, now)),
        }
    }

    /// The client has taken so many.
    pub(crate) fn take(&mut self, bytes: usize) {
        self.taken = self.taken.saturating_add(to_u64(bytes));
        while self
            .marks
            .front()
            .is_some_and(|(end, _)| *end <= self.taken)
        {
            self.marks.pop_front();
        }
        if self.marks.is_empty() {
            // An idle session holds no memory.
            self.marks = VecDeque::new();
        }
    }

    /// Since when the oldest byte waits; `None` when none does.
    pub(crate) fn oldest(&self) -> Option<Time> {
        self.marks.front().map(|(_, since)| *since)
    }
}

fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::time::Duration;

    use chrono::{TimeDelta, TimeZone as _, Utc};
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::super::Time;
    use super::{Backlog, PARTS};

    const LONGEST: Duration = Duration::from_millis(3_200);

    fn at(millis: i64) -> Time {
        Utc.timestamp_millis_opt(1_700_000_000_000 + millis)
            .single()
            .expect("a time after 1970")
    }

    #[test]
    fn the_oldest_byte_is_known() {
        let mut backlog = Backlog::default();
        let mut waiting = 0;
        // Bytes added and taken at each moment, and since when the oldest waits after that.
        for (millis, added, taken, oldest) in [
            (0, 0, 0, None),
            (10, 5, 0, Some(10)),
            (50, 5, 0, Some(10)),
            (60, 0, 5, Some(10)),
            (200, 3, 0, Some(10)),
            (300, 0, 5, Some(200)),
            (400, 7, 3, Some(400)),
            (500, 0, 7, None),
            (600, 1, 1, None),
        ] {
            waiting += added;
            backlog.mark(at(millis), waiting, LONGEST);
            waiting -= taken;
            backlog.take(taken);
            assert_eq!(backlog.oldest(), oldest.map(at), "at {millis} ms");
        }
    }

    proptest! {
        #[test]
        fn it_is_as_a_list_of_all_bytes_says(
            steps in vec((0_i64..500, 0_usize..20, any::<bool>()), 1..300),
        ) {
            let mut backlog = Backlog::default();
            let mut bytes: VecDeque<Time> = VecDeque::new();
            let grain = TimeDelta::from_std(LONGEST).expect("it is short") / PARTS;
            let mut now = at(0);
            for (step, count, add) in steps {
                now += TimeDelta::milliseconds(step);
                if add {
                    bytes.extend(std::iter::repeat_n(now, count));
                    backlog.mark(now, bytes.len(), LONGEST);
                } else {
                    let taken = bytes.drain(..count.min(bytes.len())).count();
                    backlog.take(taken);
                }
                // A venue cuts a client whose oldest byte is older than this.
                while bytes.front().is_some_and(|since| now - *since > TimeDelta::milliseconds(3_200)) {
                    bytes.pop_front();
                    backlog.take(1);
                }
                match (bytes.front(), backlog.oldest()) {
                    (None, None) => {}
                    (Some(truth), Some(told)) => {
                        prop_assert!(told <= *truth && *truth - told < grain, "{truth} {told}");
                    }
                    other => prop_assert!(false, "{other:?}"),
                }
                prop_assert!(backlog.marks.len() <= 34);
            }
        }
    }
}
