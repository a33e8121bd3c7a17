//! Which snapshot a replay starts from: the newest that is good and fits both logs; without one, the start of the
//! journal. Changes nothing.

use engine::CommandNumber;

use crate::batch::{self, Log};
use crate::checkpoint::Checkpoint;
use crate::damage::LogError;
use crate::directory::Directory;
use crate::recovery::RecoveryError;
use crate::segment::{Segment, SegmentReader, list};
use crate::snapshot::fault::{PassedOver, SnapshotFault};
use crate::snapshot::file::{self, Header};
use crate::snapshot::folder::{self, SnapshotFile};

/// Where to start from.
pub(crate) struct Choice {
    pub(crate) from: Checkpoint,
    /// Snapshots that are newer and not good, newest first.
    pub(crate) passed_over: Vec<PassedOver>,
}

/// Chooses the newest snapshot that can be started from, or the start of the journal.
pub(crate) fn newest(directory: &Directory) -> Result<Choice, RecoveryError> {
    choose(directory, folder::list(&directory.snapshots())?)
}

/// Chooses the first of these snapshots that can be started from, or the start of the journal.
pub(crate) fn choose(
    directory: &Directory,
    snapshots: Vec<SnapshotFile>,
) -> Result<Choice, RecoveryError> {
    let mut passed_over = Vec::new();
    for snapshot in snapshots {
        match take(directory, &snapshot)? {
            Ok(from) => return Ok(Choice { from, passed_over }),
            Err(fault) => {
                let file = snapshot.path;
                passed_over.push(PassedOver { file, fault });
            }
        }
    }
    let from = start(directory, &mut passed_over)?;
    Ok(Choice { from, passed_over })
}

/// The start of the journal, if it is still there.
fn start(
    directory: &Directory,
    passed_over: &mut Vec<PassedOver>,
) -> Result<Checkpoint, RecoveryError> {
    let segments = list(&directory.folder(Log::Journal), Log::Journal)?;
    match segments.first() {
        Some(first) if first.first_command != CommandNumber::FIRST => {
            Err(RecoveryError::StartMissing {
                first: first.path.clone(),
                passed_over: std::mem::take(passed_over),
            })
        }
        Some(_) | None => Ok(Checkpoint::start()),
    }
}

/// Reads a snapshot and holds it against the logs.
fn take(
    directory: &Directory,
    snapshot: &SnapshotFile,
) -> Result<Result<Checkpoint, SnapshotFault>, RecoveryError> {
    let (header, bytes) = match file::check(&snapshot.path) {
        Ok(read) => read,
        Err(fault) => return Ok(Err(fault)),
    };
    let fits = fits_journal(directory, snapshot, &header)?
        .and_then(|()| fits_events(directory, &header))
        .and_then(|()| file::checkpoint(&header, &bytes));
    Ok(fits)
}

/// Whether the journal has the batch that the snapshot was made after. A journal that ends before it has lost
/// commands: that is no fault of the snapshot's, and is not passed over.
pub(crate) fn fits_journal(
    directory: &Directory,
    snapshot: &SnapshotFile,
    header: &Header,
) -> Result<Result<(), SnapshotFault>, RecoveryError> {
    let folder = directory.folder(Log::Journal);
    let segments = list(&folder, Log::Journal)?;
    let at = header.latest.segment;
    let ahead = || RecoveryError::SnapshotAhead {
        snapshot: snapshot.path.clone(),
        command: header.next_command.get(),
    };
    if !segments.iter().any(|segment| segment.first_command == at) {
        // A file that lies between others is missed by name; here the journal begins or ends too early.
        return match segments.last() {
            Some(last) if last.first_command > at => Ok(Err(SnapshotFault::JournalBeginsLater)),
            Some(_) | None => Err(ahead()),
        };
    }
    let is_last = segments.last().is_some_and(|last| last.first_command == at);
    match batch_at(directory, Log::Journal, header) {
        Ok(Some(found)) if follows(&found, header, Log::Journal) => Ok(Ok(())),
        Ok(Some(_)) => Ok(Err(SnapshotFault::JournalDiffers)),
        Ok(None) if is_last => Err(ahead()),
        Ok(None) => Ok(Err(SnapshotFault::JournalDiffers)),
        Err(LogError::File(error)) => Err(error.into()),
        Err(LogError::Damaged(damage)) if is_last && damage.fault.may_be_torn() => Err(ahead()),
        // If it is the journal that is wrong, the replay from an earlier place comes to it.
        Err(LogError::Damaged(_)) => Ok(Err(SnapshotFault::JournalDiffers)),
    }
}

/// Whether the event log has the batch that the snapshot was made after. If not, an earlier snapshot lets it be
/// made again.
fn fits_events(directory: &Directory, header: &Header) -> Result<(), SnapshotFault> {
    match batch_at(directory, Log::Events, header) {
        Ok(Some(found)) if follows(&found, header, Log::Events) => Ok(()),
        Ok(_) | Err(_) => Err(SnapshotFault::EventsMissing),
    }
}

/// The header of the batch that a log has where the snapshot was made, checked whole.
fn batch_at(
    directory: &Directory,
    log: Log,
    header: &Header,
) -> Result<Option<batch::Header>, LogError> {
    let segment = Segment::new(&directory.folder(log), log, header.latest.segment);
    SegmentReader::open(&segment.path, log, header.latest.offset(log))?.read()
}

fn follows(found: &batch::Header, header: &Header, log: Log) -> bool {
    let chain = match log {
        Log::Journal => header.journal_chain,
        Log::Events => header.event_chain,
    };
    found.next_command() == header.next_command && found.chain == chain
}
