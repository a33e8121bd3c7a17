//! Checks both logs without changing anything: every checksum, both hash chains, and that the
//! journal, replayed, gives the event log byte for byte.

use std::path::Path;

use engine::CommandNumber;

use crate::batch::{ChainValue, Log};
use crate::checkpoint::Checkpoint;
use crate::directory::{Directory, DirectoryError};
use crate::event_check::{EventCheck, Missing};
use crate::position::{EventIndex, EventPosition};
use crate::recovery::RecoveryError;
use crate::replay::replay;
use crate::scan::{Cut, scan};

/// Why the logs are not good.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The directory cannot be had: a running venue holds it, or it is not there.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// What is wrong with the logs.
    #[error(transparent)]
    Logs(#[from] RecoveryError),
}

/// Both logs are good, but for what a crash may leave.
#[derive(Debug, Clone)]
pub struct VerifyReport {
    /// Batches of the journal.
    pub batches: u64,
    /// The number that the next command will get.
    pub next_command: CommandNumber,
    /// The position that the next event will get.
    pub next_event: EventPosition,
    /// The hash chain of the journal.
    pub journal_chain: ChainValue,
    /// The hash chain of the event log, complete.
    pub event_chain: ChainValue,
    /// A write at the end of the journal that a crash interrupted. The next start cuts it.
    pub journal_cut: Option<Cut>,
    /// The same at the end of the event log.
    pub events_cut: Option<Cut>,
    /// Events that the next start will add to the event log.
    pub events_missing: u64,
}

/// Verifies the logs in a directory that no venue is running on.
///
/// # Errors
/// [`VerifyError`] names the first thing that is wrong, the file, the place in it, and what to do.
pub fn verify(directory: impl AsRef<Path>) -> Result<VerifyReport, VerifyError> {
    let directory = Directory::read(directory.as_ref())?;
    let from = Checkpoint::start();
    let folder = directory.folder(Log::Events);
    let index = EventIndex::default();
    let mut check = EventCheck::new(folder, from.event_chain, Missing::Count, index)?;
    let journal = scan(&directory.folder(Log::Journal), &from)?;
    let to = replay(from, &journal, &mut check)?;
    check.expect_no_more()?;
    Ok(VerifyReport {
        batches: journal.batches,
        next_command: to.next_command,
        next_event: EventPosition::new(to.next_event),
        journal_chain: to.journal_chain,
        event_chain: to.event_chain,
        journal_cut: journal.cut,
        events_cut: check.cut,
        events_missing: check.rebuilt,
    })
}
