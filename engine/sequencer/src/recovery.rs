//! Brings the engine back to where it was: reads the journal, replays it, completes the event log,
//! and gives both logs ready to be written on.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use engine::{CommandNumber, Engine, Timestamp};

use crate::batch::{BatchBuffer, ChainValue, Log};
use crate::checkpoint::Checkpoint;
use crate::damage::{Damage, FileError, LogError};
use crate::days::{DayRecord, DaysError};
use crate::directory::Directory;
use crate::event_check::{EventCheck, Missing};
use crate::log_file::LogFile;
use crate::position::{EventIndex, EventPosition};
use crate::replay::replay;
use crate::running::EncodeError;
use crate::scan::{Cut, scan};
use crate::segment::{ListError, Segment, list};
use crate::sighting::Watch;
use crate::snapshot::PassedOver;
use crate::snapshot::choice::{self, Choice};
use crate::snapshot::folder;

/// Why the logs cannot be trusted. Nothing was cut or changed, but for events that were appended
/// to an event log that was short.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// A log is not as it was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// There is something that the venue did not put there.
    #[error("{}: expected only segments of the log in this folder. Move this file away", .0.display())]
    ForeignFile(PathBuf),
    /// A file of a log is not there.
    #[error(
        "expected {}, found {} next. Restore the missing file from a copy",
        expected.display(), found.display()
    )]
    SegmentMissing {
        /// The file that should be there.
        expected: PathBuf,
        /// The one that is there next.
        found: PathBuf,
    },
    /// A file of one log is not there, though the other log has the one of the same name.
    #[error(
        "expected {}, because the other log has a file of that name. Restore it from a copy",
        file.display()
    )]
    PairMissing {
        /// The file that should be there.
        file: PathBuf,
    },
    /// The first files of the journal are not there, and there is no snapshot to start from.
    #[error(
        "the journal begins with {}, and no snapshot can be used to start from there{}. Restore a snapshot, or the \
         files of both logs before this one, from a copy",
        first.display(), reasons(passed_over)
    )]
    StartMissing {
        /// The first file that is there.
        first: PathBuf,
        /// The snapshots, and why they cannot be used.
        passed_over: Vec<PassedOver>,
    },
    /// The journal ends before a snapshot that was made from it.
    #[error(
        "{}: a good snapshot of the market before command {command}, but the journal ends before that command or is \
         damaged there: it has lost commands. Restore its last files from a copy. To go on without them, move this \
         snapshot away, knowing that what came of these commands was told to clients", snapshot.display()
    )]
    SnapshotAhead {
        /// The snapshot.
        snapshot: PathBuf,
        /// The command that follows it.
        command: u64,
    },
    /// A file of the event log ends early, though others follow it.
    #[error(
        "{}: at byte {offset}: expected more events, found the end of the file, though later files \
         follow it. Restore this file from a copy, or move the folder of the event log away: it is \
         then made again from the journal",
        file.display()
    )]
    EventsMissing {
        /// The file.
        file: PathBuf,
        /// Where it ends.
        offset: u64,
    },
    /// Events were published about commands that are not in the journal.
    #[error(
        "{}: at byte {offset}: expected the end of the event log, because the journal ends before \
         the commands of these events. The journal has lost commands: restore its last file from a \
         copy. To go on without them, move the folder of the event log away, knowing that what it \
         says was told to clients", file.display()
    )]
    EventLogAhead {
        /// The file.
        file: PathBuf,
        /// Where the events begin that have no command.
        offset: u64,
    },
    /// The event log was good, but says something else than the replay.
    #[error(
        "{}: at byte {offset}: the events of command {command} and those after it in its batch are \
         not what the journal gives. Start the version of the program that wrote them, or restore \
         both logs from one copy", file.display()
    )]
    EventLogDiffers {
        /// The file.
        file: PathBuf,
        /// Where the batch begins.
        offset: u64,
        /// The first command of the batch.
        command: u64,
    },
    /// What came out of the replay cannot be written down.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The record of the trading days is not good.
    #[error(transparent)]
    Days(#[from] DaysError),
}

/// Why each snapshot cannot be used, as the end of a sentence.
fn reasons(passed_over: &[PassedOver]) -> String {
    passed_over.iter().map(|one| format!("; {one}")).collect()
}

impl From<LogError> for RecoveryError {
    fn from(error: LogError) -> Self {
        match error {
            LogError::File(error) => error.into(),
            LogError::Damaged(error) => error.into(),
        }
    }
}

impl From<ListError> for RecoveryError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::File(error) => error.into(),
            ListError::ForeignFile(file) => Self::ForeignFile(file),
        }
    }
}

/// What a start found and did.
#[derive(Debug, Clone)]
pub struct RecoveryReport {
    /// The command before which the snapshot was made that the replay started from; nothing if it started at the
    /// first command.
    pub snapshot: Option<CommandNumber>,
    /// Snapshots that are newer than it and could not be used, newest first: each with the reason.
    pub passed_over: Vec<String>,
    /// Batches that were replayed.
    pub batches: u64,
    /// Commands that were replayed.
    pub commands: u64,
    /// Events that they gave.
    pub events: u64,
    /// The number that the next command gets.
    pub next_command: CommandNumber,
    /// The position that the next event gets.
    pub next_event: EventPosition,
    /// The time of the latest command; zero if there was none.
    pub time: Timestamp,
    /// What was cut from the end of the journal: a write that a crash interrupted. No event about
    /// it was ever published.
    pub journal_cut: Option<Cut>,
    /// What was cut from the end of the event log before it was completed.
    pub events_cut: Option<Cut>,
    /// Events that a crash had left out of the event log, and that were written to it now.
    pub events_rebuilt: u64,
    /// The hash chain of the journal.
    pub journal_chain: ChainValue,
    /// The hash chain of the event log.
    pub event_chain: ChainValue,
}

/// A log, ready to be written on.
pub(crate) struct OpenLog {
    pub(crate) file: LogFile,
    pub(crate) buffer: BatchBuffer,
}

/// Everything that the engine thread starts from.
pub(crate) struct Recovered {
    pub(crate) engine: Engine,
    /// The latest command that ended a trading day, of those that were replayed.
    pub(crate) day_end: Option<CommandNumber>,
    /// How much of the journal was replayed, in bytes.
    pub(crate) replayed_bytes: u64,
    pub(crate) journal: OpenLog,
    pub(crate) events: OpenLog,
    pub(crate) index: EventIndex,
    pub(crate) report: RecoveryReport,
}

/// Before a snapshot nothing is read, but a segment that only one log has is missed: both have the same, but for the
/// first ones, of which an interrupted drop may have left one behind.
fn check_pairs(directory: &Directory, from: &Checkpoint) -> Result<(), RecoveryError> {
    let Some(latest) = from.latest else {
        return Ok(());
    };
    let names = |log| -> Result<Vec<_>, RecoveryError> {
        let segments = list(&directory.folder(log), log)?.into_iter();
        let names = segments.map(|segment| segment.first_command);
        Ok(names.take_while(|name| *name < latest.segment).collect())
    };
    let (journal, events) = (names(Log::Journal)?, names(Log::Events)?);
    let first = |names: &[CommandNumber]| names.first().copied().unwrap_or(latest.segment);
    let first = first(&journal).max(first(&events));
    let missing = |log, from: &[CommandNumber], other: &[CommandNumber]| {
        let both = other.iter().filter(|name| **name >= first);
        let missing = both.copied().find(|name| !from.contains(name))?;
        Some((log, missing))
    };
    let missing = missing(Log::Journal, &journal, &events)
        .or_else(|| missing(Log::Events, &events, &journal));
    match missing {
        None => Ok(()),
        Some((log, name)) => Err(RecoveryError::PairMissing {
            file: Segment::new(&directory.folder(log), log, name).path,
        }),
    }
}

/// Recovers from the newest good snapshot of a directory and the logs behind it; an empty one gives a new market.
pub(crate) fn recover(directory: &Directory) -> Result<Recovered, RecoveryError> {
    let Choice { from, passed_over } = choice::newest(directory)?;
    check_pairs(directory, &from)?;
    // Read here only to say so at once if it is not good.
    DayRecord::read(&directory.days())?;
    let index = EventIndex::default();
    let events = directory.folder(Log::Events);
    let mut check = EventCheck::new(events, &from, Missing::Write, index.clone())?;
    let folder = directory.folder(Log::Journal);
    let journal = scan(&folder, &from, None)?;
    let (first_command, first_event) = (from.next_command, from.next_event);
    let snapshot = from.latest.map(|_| first_command);
    let mut watch = Watch::default();
    let to = replay(
        from,
        &journal,
        &mut check,
        &mut watch,
        &AtomicBool::new(false),
    )?;
    check.expect_no_more()?;

    let lengths = journal
        .stretches
        .iter()
        .map(|stretch| stretch.end - stretch.begin);
    let replayed_bytes = lengths.sum();

    // From here on nothing is refused any more: now the files may be changed.
    folder::remove_partial(&directory.snapshots())?;
    let file = match journal.stretches.last() {
        Some(last) => LogFile::resume(&last.segment, Log::Journal, last.end)?,
        None => {
            // The journal first: events without a journal would be an error at the next start.
            let file = LogFile::create(&folder, Log::Journal, first_command)?;
            check.enter(file.segment())?;
            file
        }
    };
    let report = RecoveryReport {
        snapshot,
        passed_over: passed_over.iter().map(ToString::to_string).collect(),
        batches: journal.batches,
        commands: to.next_command.get() - first_command.get(),
        events: to.next_event - first_event,
        next_command: to.next_command,
        next_event: EventPosition::new(to.next_event),
        time: to.time,
        journal_cut: journal.cut,
        events_cut: check.cut.clone(),
        events_rebuilt: check.rebuilt,
        journal_chain: to.journal_chain,
        event_chain: check.chain(),
    };
    let journal = OpenLog {
        file,
        buffer: BatchBuffer::new(Log::Journal, to.journal_chain),
    };
    let (file, buffer) = check.into_log_file()?;
    let events = OpenLog { file, buffer };
    Ok(Recovered {
        engine: to.engine,
        day_end: to.day_end,
        replayed_bytes,
        journal,
        events,
        index,
        report,
    })
}
