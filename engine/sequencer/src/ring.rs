//! The latest events in memory, for readers that keep up. Bounded: the oldest give way.

use std::collections::VecDeque;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::Event;

use crate::batch::wide;
use crate::position::EventPosition;

/// Events that follow one another, shared with all other readers of them.
#[derive(Debug, Clone)]
pub struct EventBatch {
    first: EventPosition,
    events: Arc<[Event]>,
    /// Events of the shared part that come before `first`.
    skipped: usize,
}

impl EventBatch {
    pub(crate) fn new(first: EventPosition, events: Arc<[Event]>) -> Self {
        Self {
            first,
            events,
            skipped: 0,
        }
    }

    /// The position of the first event.
    #[must_use]
    pub const fn first(&self) -> EventPosition {
        self.first
    }

    /// The position behind the last event: where to go on reading.
    #[must_use]
    pub fn end(&self) -> EventPosition {
        EventPosition::new(self.first.get() + wide(self.events().len()))
    }

    /// The events; never none.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events[self.skipped..]
    }

    /// Each event with its position.
    pub fn iter(&self) -> impl Iterator<Item = (EventPosition, &Event)> {
        (self.first.get()..)
            .map(EventPosition::new)
            .zip(self.events())
    }

    /// The part from this position on; nothing if it is not within the batch.
    pub(crate) fn from(mut self, position: EventPosition) -> Option<Self> {
        let ahead = usize::try_from(position.get().checked_sub(self.first.get())?).ok()?;
        self.skipped += ahead;
        self.first = position;
        (self.skipped < self.events.len()).then_some(self)
    }
}

impl Deref for EventBatch {
    type Target = [Event];

    fn deref(&self) -> &[Event] {
        self.events()
    }
}

/// The latest batches. Whoever holds the lock does no more than move a pointer under it.
#[derive(Debug)]
pub(crate) struct Ring {
    batches: Mutex<Batches>,
    limit: usize,
}

#[derive(Debug, Default)]
struct Batches {
    queue: VecDeque<EventBatch>,
    events: usize,
}

impl Ring {
    /// Keeps at most so many events, and always the latest batch.
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            batches: Mutex::default(),
            limit,
        }
    }

    pub(crate) fn push(&self, batch: EventBatch) {
        let mut dropped = Vec::new();
        let mut batches = self.lock();
        batches.events += batch.len();
        batches.queue.push_back(batch);
        while batches.events > self.limit && batches.queue.len() > 1 {
            let oldest = batches.queue.pop_front();
            batches.events -= oldest.as_ref().map_or(0, |batch| batch.len());
            dropped.extend(oldest);
        }
        drop(batches);
        // Freed outside of the lock: a batch may be large.
        drop(dropped);
    }

    /// The events from this position on, as far as they are in one batch.
    pub(crate) fn get(&self, position: EventPosition) -> Option<EventBatch> {
        let batches = self.lock();
        let after = batches
            .queue
            .partition_point(|batch| batch.first() <= position);
        let batch = batches.queue.get(after.checked_sub(1)?)?.clone();
        drop(batches);
        batch.from(position)
    }

    fn lock(&self) -> MutexGuard<'_, Batches> {
        self.batches.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
