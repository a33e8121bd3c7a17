//! How one batch of a log follows another: number, hash chain and time.

use engine::{CommandNumber, Timestamp};

use crate::batch::{ChainValue, Header};
use crate::checkpoint::Checkpoint;
use crate::damage::Fault;

/// What the next batch of a log must say.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Follow {
    pub(crate) next_command: CommandNumber,
    pub(crate) chain: ChainValue,
    time: Timestamp,
}

impl Follow {
    /// Behind what a checkpoint holds of the journal.
    pub(crate) fn journal(from: &Checkpoint) -> Self {
        Self {
            next_command: from.next_command,
            chain: from.journal_chain,
            time: from.time,
        }
    }

    /// Behind a batch.
    pub(crate) fn batch(header: &Header) -> Self {
        Self {
            next_command: header.next_command(),
            chain: header.chain,
            time: header.place.time,
        }
    }

    /// Whether a batch is the next one.
    pub(crate) fn check(&self, header: &Header) -> Result<(), Fault> {
        let place = header.place;
        if place.first_command != self.next_command {
            let (expected, found) = (self.next_command.get(), place.first_command.get());
            return Err(Fault::CommandNumber { expected, found });
        }
        if header.previous != self.chain {
            return Err(Fault::ChainBroken);
        }
        if place.time < self.time {
            return Err(Fault::TimeBackwards);
        }
        Ok(())
    }
}
