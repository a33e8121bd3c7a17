//! The way out: what was published, for any number of readers, each at its own position. Readers
//! that keep up read from memory, the others from disk; none can hold up the engine.

use std::sync::Arc;

use engine::Event;
use tokio::sync::watch;

use crate::damage::LogError;
use crate::disk::{DiskReader, from_disk};
use crate::holds::{Hold, Holds};
use crate::position::{EventIndex, EventPosition};
use crate::queue::{Cause, Stopped};
use crate::ring::{EventBatch, Ring};

/// The events that were published, and those that will be.
#[derive(Debug, Clone)]
pub struct EventLog {
    ring: Arc<Ring>,
    index: EventIndex,
    end: watch::Receiver<EventPosition>,
    /// Closes when the engine thread ends; wakes nobody before.
    ended: watch::Receiver<()>,
    cause: Cause,
    holds: Holds,
}

/// The engine thread's end of the event log.
#[derive(Debug)]
pub(crate) struct Publisher {
    ring: Arc<Ring>,
    end: watch::Sender<EventPosition>,
    _ended: watch::Sender<()>,
}

/// Why a reader got no events.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// All events were read, and there will be no more.
    #[error(transparent)]
    Ended(#[from] Stopped),
    /// The events on disk cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The runtime ended during the read.
    #[error("the runtime ended while events were read from disk")]
    RuntimeGone,
    /// Retention has dropped the events at this position.
    #[error(
        "the events from position {position} are no longer kept: the event log begins with position {kept_from}"
    )]
    Dropped {
        /// The position that was asked for.
        position: EventPosition,
        /// The first position that can be read.
        kept_from: EventPosition,
    },
    /// The events at this position are not on disk.
    #[error("the events from position {0} are not in the event log")]
    Missing(EventPosition),
}

/// An event log that ends here so far, and what publishes into it.
pub(crate) fn event_log(
    end: EventPosition,
    index: EventIndex,
    ring_events: usize,
    cause: Cause,
) -> (Publisher, EventLog) {
    let ring = Arc::new(Ring::new(ring_events));
    let (sender, end) = watch::channel(end);
    let (alive, ended) = watch::channel(());
    let publisher = Publisher {
        ring: Arc::clone(&ring),
        end: sender,
        _ended: alive,
    };
    (
        publisher,
        EventLog {
            ring,
            index,
            end,
            ended,
            cause,
            holds: Holds::default(),
        },
    )
}

impl Publisher {
    /// Makes durable events readable.
    pub(crate) fn publish(&self, first: EventPosition, events: Arc<[Event]>) {
        let batch = EventBatch::new(first, events);
        let end = batch.end();
        assert!(
            first == *self.end.borrow(),
            "events are published without gaps"
        );
        self.ring.push(batch);
        self.end.send_replace(end);
    }
}

impl EventLog {
    /// Reads from this position on; it may be ahead of the end.
    #[must_use]
    pub fn reader(&self, from: EventPosition) -> EventReader {
        EventReader {
            hold: self.hold(from),
            log: self.clone(),
            position: from,
            disk: None,
        }
    }

    /// Keeps the events from this position on from being dropped by retention, as far as they are still there. Each
    /// reader keeps those that it has not passed.
    #[must_use]
    pub fn hold(&self, from: EventPosition) -> Hold {
        self.holds.hold(from)
    }

    /// The first event that can be read, or that will be when there are any.
    #[must_use]
    pub fn kept_from(&self) -> EventPosition {
        // Events are published before they are on disk: without any there, none were dropped.
        self.index.kept_from().unwrap_or(EventPosition::START)
    }

    pub(crate) fn holds(&self) -> Holds {
        self.holds.clone()
    }

    /// Never changes, and closes when the engine thread ends.
    pub(crate) fn ended_watch(&self) -> watch::Receiver<()> {
        self.ended.clone()
    }

    /// The position behind the last event that was published.
    #[must_use]
    pub fn end(&self) -> EventPosition {
        *self.end.borrow()
    }
}

/// Reads events in their order, without gaps.
#[derive(Debug)]
pub struct EventReader {
    log: EventLog,
    position: EventPosition,
    /// What was given out last is held too, until more is asked for: then it has been dealt with.
    hold: Hold,
    /// Where it reads on disk, while it is behind.
    disk: Option<DiskReader>,
}

impl EventReader {
    /// The position of the event that comes next.
    #[must_use]
    pub const fn position(&self) -> EventPosition {
        self.position
    }

    /// Keeps the events from this position on, as [`EventLog::hold`].
    #[must_use]
    pub fn hold(&self, from: EventPosition) -> Hold {
        self.log.hold(from)
    }

    /// The next events, at least one; waits until there are any. If the future is dropped, the
    /// same events come again.
    ///
    /// # Errors
    /// [`ReadError::Ended`] when everything was read and the sequencer has ended; the others if the
    /// event log cannot be read.
    pub async fn next(&mut self) -> Result<EventBatch, ReadError> {
        self.hold.advance(self.position);
        while *self.log.end.borrow_and_update() <= self.position {
            if self.log.end.changed().await.is_err() {
                return Err(Stopped {
                    cause: self.log.cause.get().cloned(),
                }
                .into());
            }
        }
        let batch = match self.log.ring.get(self.position) {
            Some(batch) => {
                self.disk = None;
                batch
            }
            None => {
                let reader = self.disk.take();
                let (batch, reader) = from_disk(reader, &self.log.index, self.position).await?;
                self.disk = Some(reader);
                batch
            }
        };
        self.position = batch.end();
        Ok(batch)
    }

    /// The next events if there are any now; nothing if all were read. May read from disk.
    ///
    /// # Errors
    /// As [`EventReader::next`], but for [`ReadError::Ended`].
    pub fn try_next(&mut self) -> Result<Option<EventBatch>, ReadError> {
        self.hold.advance(self.position);
        if self.log.end() <= self.position {
            return Ok(None);
        }
        let batch = match self.log.ring.get(self.position) {
            Some(batch) => {
                self.disk = None;
                batch
            }
            None => {
                let mut reader = self.disk.take().unwrap_or(DiskReader::new(&self.log.index));
                let batch = reader.read(self.position)?;
                self.disk = Some(reader);
                batch
            }
        };
        self.position = batch.end();
        Ok(Some(batch))
    }
}
