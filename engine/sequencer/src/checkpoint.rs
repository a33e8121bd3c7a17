//! The state of everything between two batches: what a replay starts from and what it comes to.

use engine::{CommandNumber, Engine, Timestamp};

use crate::batch::{ChainValue, Log};

/// The engine and both logs between two batches; a snapshot is one of these in a file.
pub(crate) struct Checkpoint {
    pub(crate) engine: Engine,
    pub(crate) next_command: CommandNumber,
    pub(crate) next_event: u64,
    /// Of the latest command.
    pub(crate) time: Timestamp,
    pub(crate) journal_chain: ChainValue,
    pub(crate) event_chain: ChainValue,
    /// Where the latest batch lies; none before the first.
    pub(crate) latest: Option<BatchPlace>,
    /// The latest command that ended a trading day, of those that were replayed to come here.
    pub(crate) day_end: Option<CommandNumber>,
}

/// Where a batch lies in both logs, whose segments begin at the same commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchPlace {
    /// The first command of its segments.
    pub(crate) segment: CommandNumber,
    /// Where it begins in the segment of the journal, in bytes.
    pub(crate) journal_offset: u64,
    /// Where it begins in the segment of the event log, in bytes.
    pub(crate) event_offset: u64,
}

impl BatchPlace {
    pub(crate) fn offset(&self, log: Log) -> u64 {
        match log {
            Log::Journal => self.journal_offset,
            Log::Events => self.event_offset,
        }
    }
}

impl Checkpoint {
    /// Before the first command.
    pub(crate) fn start() -> Self {
        Self {
            engine: Engine::new(),
            next_command: CommandNumber::FIRST,
            next_event: 0,
            time: Timestamp::default(),
            journal_chain: ChainValue::genesis(Log::Journal),
            event_chain: ChainValue::genesis(Log::Events),
            latest: None,
            day_end: None,
        }
    }

    pub(crate) fn chain(&self, log: Log) -> ChainValue {
        match log {
            Log::Journal => self.journal_chain,
            Log::Events => self.event_chain,
        }
    }
}
