//! Checks everything in a directory without changing anything: every checksum, both hash chains, that the journal,
//! replayed, gives the event log byte for byte, and that it comes through the state of every snapshot and of the end
//! of every trading day.

use std::path::Path;
use std::sync::atomic::AtomicBool;

use engine::CommandNumber;

use crate::batch::{ChainValue, Log};
use crate::checkpoint::Checkpoint;
use crate::days::{DayRecord, DaysError};
use crate::directory::{Directory, DirectoryError};
use crate::event_check::{EventCheck, Missing};
use crate::position::{EventIndex, EventPosition};
use crate::recovery::RecoveryError;
use crate::replay::replay;
use crate::scan::{Cut, scan};
use crate::sighting::{Sighting, Watch};
use crate::snapshot::file::{self, Header};
use crate::snapshot::folder::{self, SnapshotFile};
use crate::snapshot::{PassedOver, SnapshotFault, StateHash, choice};
use crate::walk::walk;

/// Why what is in the directory is not good.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The directory cannot be had: a running venue holds it, or it is not there.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// What is wrong with the logs.
    #[error(transparent)]
    Logs(#[from] RecoveryError),
    /// The first command is no longer kept, and so cannot be replayed from.
    #[error(
        "the journal begins with {}: what was before is no longer kept. Replay from the oldest snapshot instead \
         (`cloudpit verify --from-snapshot`)",
        first.display()
    )]
    StartDropped {
        /// The first file that is there.
        first: std::path::PathBuf,
    },
    /// What is wrong with the record of the trading days.
    #[error(transparent)]
    Days(#[from] DaysError),
    /// A snapshot is not good. The venue starts from another one, if it can.
    #[error(
        "{0}. The venue would start from an earlier snapshot, or from the first command; remove this one"
    )]
    Snapshot(#[from] PassedOver),
    /// A snapshot is whole, but holds another state than the journal gives.
    #[error(
        "{}: the state in this snapshot is {written}, but the journal gives {replayed}. Remove the snapshot; if the \
         logs are as they were written, the program that wrote it was another version", file.display()
    )]
    SnapshotDiffers {
        /// The snapshot.
        file: std::path::PathBuf,
        /// The hash of the state in it.
        written: StateHash,
        /// The hash of what the replay gave.
        replayed: StateHash,
    },
}

/// Where a verification replays from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerifyFrom {
    /// The first command there ever was.
    #[default]
    Start,
    /// The oldest snapshot that can be used. What lies before it is checked by its sums and hash chains alone.
    Snapshot,
}

/// Everything is good, but for what a crash may leave.
#[derive(Debug, Clone)]
pub struct VerifyReport {
    /// The command before which the snapshot was made that was replayed from; nothing if it was the first command.
    pub snapshot: Option<CommandNumber>,
    /// Batches of the journal before that snapshot whose sums and hash chain are good.
    pub batches_before: u64,
    /// Batches of the journal that were replayed.
    pub batches: u64,
    /// Snapshots whose state is what the journal gives, with the one that was replayed from.
    pub snapshots: usize,
    /// Ends of trading days whose recorded state is what the journal gives.
    pub days: usize,
    /// Ends of trading days that are recorded and lie before what was replayed.
    pub days_before: usize,
    /// Ends of trading days that the running venue had not recorded yet.
    pub days_unrecorded: usize,
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

/// Verifies what is in a directory that no venue is running on, from its first command.
///
/// # Errors
/// [`VerifyError`] names the first thing that is wrong, the file, the place in it, and what to do.
pub fn verify(directory: impl AsRef<Path>) -> Result<VerifyReport, VerifyError> {
    verify_from(directory, VerifyFrom::Start)
}

/// As [`verify`], from there on.
///
/// # Errors
/// As [`verify`].
pub fn verify_from(
    directory: impl AsRef<Path>,
    from: VerifyFrom,
) -> Result<VerifyReport, VerifyError> {
    let directory = Directory::read(directory.as_ref())?;
    let record = DayRecord::read(&directory.days())?;
    let snapshots = folder::list(&directory.snapshots()).map_err(RecoveryError::from)?;
    let headers = check_snapshots(&directory, &snapshots)?;
    let from = begin(&directory, snapshots, from)?;
    let first_command = from.next_command;
    let snapshot = from.latest.map(|_| first_command);
    let batches_before = match from.latest {
        Some(_) => walk(&directory, &from)?,
        None => 0,
    };

    let folder = directory.folder(Log::Events);
    let index = EventIndex::default();
    let mut check = EventCheck::new(folder, &from, Missing::Count, index)?;
    let journal = scan(&directory.folder(Log::Journal), &from, None)?;
    let mut watch = Watch::days();
    let states = headers
        .iter()
        .filter_map(|(_, header)| state_of(header, first_command));
    watch.commands = states.collect();
    let to = replay(
        from,
        &journal,
        &mut check,
        &mut watch,
        &AtomicBool::new(false),
    )?;
    check.expect_no_more()?;
    let snapshots = compare_snapshots(&headers, &watch.seen, snapshot)?;
    let days = compare_days(&record, &watch.seen, first_command, &directory)?;
    Ok(VerifyReport {
        snapshot,
        batches_before,
        batches: journal.batches,
        snapshots,
        days: days.compared,
        days_before: days.before,
        days_unrecorded: days.unrecorded,
        next_command: to.next_command,
        next_event: EventPosition::new(to.next_event),
        journal_chain: to.journal_chain,
        event_chain: to.event_chain,
        journal_cut: journal.cut,
        events_cut: check.cut,
        events_missing: check.rebuilt,
    })
}

/// The command whose state a snapshot holds, if the replay comes through it.
fn state_of(header: &Header, first_command: CommandNumber) -> Option<CommandNumber> {
    let latest = header.next_command.get().checked_sub(1)?;
    (header.next_command > first_command).then_some(CommandNumber::new(latest))
}

/// Every snapshot is whole, and was made where it says in this journal.
fn check_snapshots(
    directory: &Directory,
    snapshots: &[SnapshotFile],
) -> Result<Vec<(SnapshotFile, Header)>, VerifyError> {
    let mut headers = Vec::new();
    for snapshot in snapshots {
        let passed_over = |fault: SnapshotFault| PassedOver {
            file: snapshot.path.clone(),
            fault,
        };
        let (header, _) = file::check(&snapshot.path).map_err(passed_over)?;
        choice::fits_journal(directory, snapshot, &header)?.map_err(passed_over)?;
        headers.push((snapshot.clone(), header));
    }
    Ok(headers)
}

/// Where the replay begins.
fn begin(
    directory: &Directory,
    mut snapshots: Vec<SnapshotFile>,
    from: VerifyFrom,
) -> Result<Checkpoint, VerifyError> {
    match from {
        VerifyFrom::Start => match choice::choose(directory, Vec::new()) {
            Err(RecoveryError::StartMissing { first, .. }) if !snapshots.is_empty() => {
                Err(VerifyError::StartDropped { first })
            }
            start => Ok(start?.from),
        },
        VerifyFrom::Snapshot => {
            snapshots.reverse();
            Ok(choice::choose(directory, snapshots)?.from)
        }
    }
}

/// How many snapshots hold what the replay gave.
fn compare_snapshots(
    headers: &[(SnapshotFile, Header)],
    seen: &[Sighting],
    replayed_from: Option<CommandNumber>,
) -> Result<usize, VerifyError> {
    let mut good = 0;
    for (snapshot, header) in headers {
        let command = header.next_command.get().saturating_sub(1);
        let sighting = seen
            .iter()
            .find(|sighting| sighting.command.get() == command);
        match sighting {
            Some(sighting) if sighting.state != header.state_hash => {
                return Err(VerifyError::SnapshotDiffers {
                    file: snapshot.path.clone(),
                    written: header.state_hash,
                    replayed: sighting.state,
                });
            }
            Some(_) => good += 1,
            None => good += usize::from(replayed_from == Some(header.next_command)),
        }
    }
    Ok(good)
}

/// How the record of the trading days and the replay agree.
struct Days {
    compared: usize,
    before: usize,
    unrecorded: usize,
}

fn compare_days(
    record: &DayRecord,
    seen: &[Sighting],
    first_command: CommandNumber,
    directory: &Directory,
) -> Result<Days, DaysError> {
    let mut days = Days {
        compared: 0,
        before: 0,
        unrecorded: 0,
    };
    for sighting in seen.iter().filter(|sighting| sighting.day_ends) {
        if record.agrees(sighting)? {
            days.compared += 1;
        } else {
            days.unrecorded += 1;
        }
    }
    for day in record.days() {
        if day.command < first_command {
            days.before += 1;
        } else if !seen
            .iter()
            .any(|sighting| sighting.day_ends && sighting.command == day.command)
        {
            let command = day.command.get();
            return Err(DaysError::OtherDays {
                file: directory.days(),
                command,
            });
        }
    }
    Ok(days)
}
