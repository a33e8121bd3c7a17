//! Where the time of commands comes from, and the promise that it never goes back.

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
}

impl<C: Clock> SteadyClock<C> {
    /// Never earlier than this.
    pub(crate) fn new(clock: C, latest: Timestamp) -> Self {
        Self { clock, latest }
    }

    pub(crate) fn now(&mut self) -> Timestamp {
        self.latest = self.latest.max(self.clock.now());
        self.latest
    }
}
