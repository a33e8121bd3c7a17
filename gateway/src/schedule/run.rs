//! The run of sequence numbers that a schedule wants in each session: whether a Logon is the first of its session. That a
//! run was begun is known from the journal, by the time of its latest reset: a restart forgets nothing that counts.

use chrono::{DateTime, Utc};
use engine::Timestamp;

use crate::clock;

/// The present run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    /// The time of the latest reset in the journal.
    reset_time: Timestamp,
    /// The start of the session that a run was begun for, whether or not its reset is in the journal yet: none is begun
    /// twice, whatever the clock does.
    begun_for: Timestamp,
}

impl Run {
    /// The run that was begun by the latest reset in the journal, at this time.
    pub(crate) fn since(reset_time: Timestamp) -> Self {
        Self {
            reset_time,
            begun_for: Timestamp::default(),
        }
    }

    /// Whether a Logon in the session that began at `start` is its first, so that another run begins with it.
    pub(crate) fn begin(&mut self, start: DateTime<Utc>) -> bool {
        let start = clock::timestamp(start);
        let first = start > self.reset_time && start > self.begun_for;
        if first {
            self.begun_for = start;
        }
        first
    }

    /// The journal has a reset at this time.
    pub(crate) fn begun(&mut self, reset_time: Timestamp) {
        self.reset_time = reset_time;
    }
}
