//! Where the time of commands comes from, and the promise that it never goes back.

use std::time::Duration;

use engine::Timestamp;

/// Tells the time. Read once for each batch of commands, on the engine thread.
pub trait Clock: Send {
    /// The time now. It may go back; the sequencer then repeats the latest time it has given.
    fn now(&mut self) -> Timestamp;
}

impl<F: FnMut() -> Timestamp + Send> Clock for F {
    fn now(&mut self) -> Timestamp {
        self()
    }
}

/// A clock that stands still when the one below it goes back.
pub(crate) struct SteadyClock<C> {
    clock: C,
    latest: Timestamp,
    is_behind: bool,
}

/// What the clock below has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is so far behind the latest time that was given.
    Back {
        /// How far.
        by: Duration,
    },
    /// It has come to the latest time again.
    CaughtUp,
}

impl<C: Clock> SteadyClock<C> {
    /// Never earlier than this.
    pub(crate) fn new(clock: C, latest: Timestamp) -> Self {
        Self {
            clock,
            latest,
            is_behind: false,
        }
    }

    /// The time now, and whether the clock has gone back or caught up since it was read last.
    pub(crate) fn now(&mut self) -> (Timestamp, Option<Step>) {
        let read = self.clock.now();
        let behind = self.latest.nanos().saturating_sub(read.nanos());
        let was_behind = std::mem::replace(&mut self.is_behind, behind > 0);
        let step = match (was_behind, self.is_behind) {
            (false, true) => Some(Step::Back {
                by: Duration::from_nanos(behind),
            }),
            (true, false) => Some(Step::CaughtUp),
            (false, false) | (true, true) => None,
        };
        self.latest = self.latest.max(read);
        (self.latest, step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stands_still_while_the_clock_is_behind_and_both_turns_are_told() {
        let at = Timestamp::from_nanos;
        let mut read = [50, 60, 55, 40, 59, 60, 61, 30].map(at).into_iter();
        let clock = move || read.next().expect("it is read as often as that");
        // As after a start: the journal is later than the clock.
        let mut clock = SteadyClock::new(clock, at(52));
        let back = |by| {
            Some(Step::Back {
                by: Duration::from_nanos(by),
            })
        };
        let expected = [
            (at(52), back(2)),
            (at(60), Some(Step::CaughtUp)),
            (at(60), back(5)),
            (at(60), None),
            (at(60), None),
            (at(60), Some(Step::CaughtUp)),
            (at(61), None),
            (at(61), back(31)),
        ];
        for expected in expected {
            assert_eq!(clock.now(), expected);
        }
    }
}
