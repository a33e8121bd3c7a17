//! Positions in the event log, and the index from a position to a place on disk.

use std::path::PathBuf;
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
    pub(crate) path: PathBuf,
    pub(crate) offset: u64,
}

/// Finds the place on disk to look for a position from: at most one step before it.
#[derive(Debug, Clone, Default)]
pub(crate) struct EventIndex(Arc<RwLock<Entries>>);

#[derive(Debug, Default)]
struct Entries {
    segments: Vec<PathBuf>,
    /// By position; several may have the same one, if batches had no events.
    steps: Vec<Step>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    first_event: u64,
    segment: usize,
    offset: u64,
}

impl EventIndex {
    /// Notes that a batch lies there. Batches come in their order.
    pub(crate) fn note(&self, first_event: u64, segment: &Segment, offset: u64) {
        let due = |latest: &Step| offset >= latest.offset + INDEX_STEP_BYTES;
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if offset == 0 {
            entries.segments.push(segment.path.clone());
        } else if !entries.steps.last().is_some_and(due) {
            return;
        }
        let segment = entries.segments.len().saturating_sub(1);
        entries.steps.push(Step {
            first_event,
            segment,
            offset,
        });
    }

    /// The latest known place at or before this position.
    pub(crate) fn find(&self, position: EventPosition) -> Option<Location> {
        let entries = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let after = entries
            .steps
            .partition_point(|step| step.first_event <= position.get());
        let step = entries.steps.get(after.checked_sub(1)?)?;
        let path = entries.segments.get(step.segment)?.clone();
        Some(Location {
            path,
            offset: step.offset,
        })
    }
}
