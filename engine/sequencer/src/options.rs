//! What the sequencer can be told.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::storage::{Storage, SystemDisk};

/// When a command counts as durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// When the disk says that it has it: it survives a loss of power.
    #[default]
    Fsync,
    /// When the operating system has it: it survives the end of the process, but not of the machine.
    Buffered,
}

/// How a sequencer runs. [`Options::new`] gives values that fit a venue.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where both logs are.
    pub directory: PathBuf,
    /// When a command counts as durable.
    pub durability: Durability,
    /// How many commands may wait in the queue; at least the batch limit.
    pub queue_limit: usize,
    /// How many commands one batch is filled with, 1 to 65,536. A batch may hold up to twice as
    /// many, less one, because commands that were submitted together stay together.
    pub batch_limit: usize,
    /// A segment that has reached this many bytes is followed by a new one.
    pub segment_bytes: u64,
    /// How many events are kept in memory for readers that keep up.
    pub ring_events: usize,
    /// A snapshot is made after so many commands, at least 1.
    pub snapshot_commands: u64,
    /// And after so many bytes of the journal, at least 1. Whichever comes first; and at each end of a trading day.
    pub snapshot_bytes: u64,
    /// How many of the newest good snapshots are kept, at least 2.
    pub snapshots_kept: usize,
    /// A segment of both logs is dropped when its latest command is this old by the time of the journal. Nothing: never.
    pub age_max: Option<Duration>,
    /// The oldest segments are dropped while both logs together are larger than this. Nothing: never.
    pub bytes_max: Option<u64>,
    /// While the disk has less room than this, in bytes, [`crate::CommandSender::takes_orders`] says so.
    pub reserve_bytes: u64,
    /// The disk that both logs are on.
    pub storage: Arc<dyn Storage>,
}

/// The options do not fit together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OptionsError {
    /// The batch limit is out of range.
    #[error("batch_limit is {0}; expected 1 to 65536")]
    BatchLimit(usize),
    /// The queue cannot hold what is submitted together, or is absurdly large.
    #[error("queue_limit is {0}; expected at least batch_limit and at most 16777216")]
    QueueLimit(usize),
    /// A snapshot would be made after nothing.
    #[error(
        "snapshot_commands and snapshot_bytes are {commands} and {bytes}; expected at least 1 of each"
    )]
    SnapshotPace {
        /// The commands.
        commands: u64,
        /// The bytes.
        bytes: u64,
    },
    /// One damaged snapshot must not be the only one.
    #[error("snapshots_kept is {0}; expected at least 2")]
    SnapshotsKept(usize),
}

const BATCH_LIMIT_MAX: usize = 65_536;
const QUEUE_LIMIT_MAX: usize = 1 << 24;
const SNAPSHOTS_KEPT_MIN: usize = 2;
const _: () = assert!(BATCH_LIMIT_MAX <= QUEUE_LIMIT_MAX);

impl Options {
    /// Logs in this directory, and values that fit a venue.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            durability: Durability::default(),
            queue_limit: 8192,
            batch_limit: 1024,
            segment_bytes: 256 << 20,
            ring_events: 65_536,
            snapshot_commands: 1_000_000,
            snapshot_bytes: 256 << 20,
            snapshots_kept: SNAPSHOTS_KEPT_MIN,
            age_max: None,
            bytes_max: None,
            reserve_bytes: 0,
            storage: Arc::new(SystemDisk),
        }
    }

    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        if !(1..=BATCH_LIMIT_MAX).contains(&self.batch_limit) {
            return Err(OptionsError::BatchLimit(self.batch_limit));
        }
        if !(self.batch_limit..=QUEUE_LIMIT_MAX).contains(&self.queue_limit) {
            return Err(OptionsError::QueueLimit(self.queue_limit));
        }
        let (commands, bytes) = (self.snapshot_commands, self.snapshot_bytes);
        if commands == 0 || bytes == 0 {
            return Err(OptionsError::SnapshotPace { commands, bytes });
        }
        if self.snapshots_kept < SNAPSHOTS_KEPT_MIN {
            return Err(OptionsError::SnapshotsKept(self.snapshots_kept));
        }
        Ok(())
    }
}
