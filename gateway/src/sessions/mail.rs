//! Events on their way to one session.

use std::sync::Arc;

use sequencer::{EventBatch, EventPosition, Hold};

/// What the publisher brings to a session.
pub(crate) enum Mail {
    /// Some events of one published batch. The batch is shared, not copied.
    Events {
        /// The batch.
        batch: EventBatch,
        /// Which of its events, by their place in the batch, in order.
        picks: Vec<usize>,
    },
    /// Everything before this position was brought; said now and then. What is held may be let go when the session
    /// has written down that it has handled it.
    Passed(EventPosition, Arc<Hold>),
    /// The venue has stopped: everything before this position was brought.
    End(EventPosition),
}
