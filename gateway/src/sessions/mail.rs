//! Events on their way to one session.

use sequencer::{EventBatch, EventPosition};

/// What the publisher brings to a session.
pub(crate) enum Mail {
    /// Some events of one published batch. The batch is shared, not copied.
    Events {
        /// The batch.
        batch: EventBatch,
        /// Which of its events, by their place in the batch, in order.
        picks: Vec<usize>,
    },
    /// Everything before this position was brought; said now and then.
    Passed(EventPosition),
    /// The venue has stopped: everything before this position was brought.
    End(EventPosition),
}
