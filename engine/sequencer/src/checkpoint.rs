//! The state of everything between two batches: what a replay starts from and what it comes to.

use engine::{CommandNumber, Engine, Timestamp};

use crate::batch::{ChainValue, Log};

/// The engine and both logs between two batches. Snapshots will be a way to get a late one.
pub(crate) struct Checkpoint {
    pub(crate) engine: Engine,
    pub(crate) next_command: CommandNumber,
    pub(crate) next_event: u64,
    /// Of the latest command.
    pub(crate) time: Timestamp,
    pub(crate) journal_chain: ChainValue,
    pub(crate) event_chain: ChainValue,
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
        }
    }
}
