//! Positions in the event log, and the index from a position to a place on disk.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use crate::segment::Segment;

/// How many bytes of a segment one entry of the index stands for.
const INDEX_STEP_BYTES: u64 = 256 << 10;

/// A place in the event log: how many events are before it. Positions never change their meaning.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct EventPosition(u64);

impl EventPosition {
    /// The first event there ever was.
    pub const START: Self = Self(0);

    /// The place behind so many events.
    #[must_use]
    pub const fn new(events_before: u64) -> Self {
        Self(events_before)
    }

    /// How many events are before it.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for EventPosition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a batch of the event log lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) path: Arc<Path>,
    pub(crate) offset: u64,
}

/// Why a position is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotFound {
    /// Retention has dropped it; this is the first one that is kept.
    Dropped(EventPosition),
    /// There is nothing on disk.
    Nothing,
}

/// Finds the place on disk to look for a position from: at most one step before it, or the start of a segment that
/// was there before this start.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventIndex(Arc<RwLock<VecDeque<Step>>>);

#[derive(Debug, Clone)]
struct Step {
    first_event: u64,
    path: Arc<Path>,
    offset: u64,
}

impl EventIndex {
    /// Notes that a batch lies there. Batches come in their order.
    pub(crate) fn note(&self, first_event: u64, segment: &Segment, offset: u64) {
        let mut steps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let path = match steps.back() {
            Some(latest) if offset > 0 => {
                if offset < latest.offset + INDEX_STEP_BYTES {
                    return;
                }
                Arc::clone(&latest.path)
            }
            Some(_) | None => Arc::from(segment.path.as_path()),
        };
        steps.push_back(Step {
            first_event,
            path,
            offset,
        });
    }

    /// Forgets all that lies before this event, which begins a segment.
    pub(crate) fn drop_before(&self, first_event: u64) {
        let mut steps = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let kept = steps.partition_point(|step| step.first_event < first_event);
        steps.drain(..kept);
    }

    /// The first event on disk; nothing if there is none.
    pub(crate) fn kept_from(&self) -> Option<EventPosition> {
        let steps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let first = steps.front()?;
        Some(EventPosition::new(first.first_event))
    }

    /// The latest known place at or before this position.
    pub(crate) fn find(&self, position: EventPosition) -> Result<Location, NotFound> {
        let steps = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let after = steps.partition_point(|step| step.first_event <= position.get());
        let first = steps.front().ok_or(NotFound::Nothing)?;
        let at = after.checked_sub(1).and_then(|at| steps.get(at));
        let step = at.ok_or(NotFound::Dropped(EventPosition::new(first.first_event)))?;
        Ok(Location {
            path: Arc::clone(&step.path),
            offset: step.offset,
        })
    }
}
