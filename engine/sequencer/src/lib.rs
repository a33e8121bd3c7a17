//! Puts commands into one total order: number, stamp, journal, apply, publish; and recovers from the
//! journal.
//!
//! One thread owns the engine. [`CommandSender`]s put commands into a bounded queue; the thread
//! takes what is there as one batch, gives it numbers and a time, writes it to the journal with one
//! write, applies it, and waits until the journal is durable. Only then are the events written to
//! the event log and published to [`EventReader`]s. While the disk is busy with one batch the next
//! one gathers in the queue, so the slower the disk, the larger the batches.
//!
//! Nothing is published before it is durable under the chosen [`Durability`]. The journal alone is
//! the truth: [`open`] replays it, and completes the event log from it. What does not fit is never
//! repaired by guessing: only a write that a crash interrupted, about which nothing was published,
//! is cut; everything else ends the start with a [`RecoveryError`] that says where and what to do.
//!
//! On disk: `journal/` and `events/` hold segments named by their first command, `snapshots/` snapshots named by the
//! command that follows them, `days` the state at the end of each trading day; `lock` keeps a second venue out. Both
//! logs have a new segment at the same commands.
//!
//! Snapshots are made beside the market, by a thread that does what a start does: it reads the newest one, replays what
//! both logs have had since, and writes the state down. [`open`] starts from the newest that is good.

mod archive;
mod batch;
mod checkpoint;
mod clock;
mod damage;
mod days;
mod directory;
mod disk;
mod encode;
mod event_check;
mod event_log;
mod follow;
mod holds;
mod log_file;
mod options;
mod position;
mod queue;
mod recovery;
mod replay;
mod ring;
mod room;
mod running;
mod scan;
mod segment;
mod sighting;
mod snapshot;
mod storage;
mod verify;
mod walk;

use std::sync::Arc;
use std::thread;

use engine::{Engine, Timestamp};
use tokio::sync::watch;

pub use archive::{ArchiveError, ArchiveStatus};
pub use batch::{COMMAND_BYTES_MAX, ChainValue};
pub use clock::Clock;
pub use damage::{Damage, Fault, FileError, LogError};
pub use days::{DayEnd, DaysError};
pub use directory::DirectoryError;
pub use event_log::{EventLog, EventReader, ReadError};
pub use holds::Hold;
pub use options::{Durability, Options, OptionsError};
pub use position::EventPosition;
pub use queue::{CommandSender, Stopped, TrySubmitError};
pub use recovery::{RecoveryError, RecoveryReport};
pub use ring::EventBatch;
pub use running::{EncodeError, RunError, Running};
pub use scan::Cut;
pub use snapshot::{PassedOver, SnapshotFault, StateHash};
pub use storage::{Storage, SystemDisk};
pub use verify::{VerifyError, VerifyFrom, VerifyReport, verify, verify_from};

use archive::{Archive, Maker};
use damage::At;
use directory::Directory;
use queue::Cause;
use room::Room;
use running::EngineThread;

/// A running sequencer.
#[derive(Debug)]
pub struct Opened {
    /// The market as it was recovered, for setting up what depends on it. It does not change.
    pub engine_view: Engine,
    /// Where commands go in.
    pub commands: CommandSender,
    /// Where events come out.
    pub events: EventLog,
    /// Keeps all events for as long as nobody else could say yet which ones are needed: release or drop it when every
    /// reader is there.
    pub hold: Hold,
    /// What the start found and did.
    pub recovery: RecoveryReport,
    /// When the next timer of the market is due, if any runs: [`engine::Command::FireTimers`] is to be submitted
    /// then, lest nothing else comes that would fire it. Changes as the market goes on; closes when the engine
    /// thread ends.
    pub next_timer: watch::Receiver<Option<Timestamp>>,
    /// What the thread beside the market has done: snapshots. Closes when that thread ends.
    pub archive: watch::Receiver<ArchiveStatus>,
    /// The engine thread.
    pub running: Running,
}

/// Why a sequencer did not start.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The options do not fit together.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The directory cannot be had.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The logs cannot be trusted.
    #[error(transparent)]
    Recovery(#[from] RecoveryError),
    /// The engine thread cannot be started.
    #[error(transparent)]
    Thread(#[from] FileError),
}

/// Recovers the market from the logs of a directory, or begins a new one, and starts the engine
/// thread. Blocks for as long as the replay takes.
///
/// # Errors
/// [`OpenError`]; its text names what is wrong, where, and what to do.
pub fn open(options: &Options, clock: impl Clock + 'static) -> Result<Opened, OpenError> {
    options.check()?;
    let directory = Arc::new(Directory::create(&options.directory)?);
    let recovered = recovery::recover(&directory)?;
    let recovery = recovered.report.clone();
    report(&recovery);
    let engine_view = recovered.engine.clone();
    let cause = Cause::default();
    let index = recovered.index.clone();
    let (publisher, events) = event_log::event_log(
        recovery.next_event,
        index.clone(),
        options.ring_events,
        Arc::clone(&cause),
    );
    let folder = options.directory.clone();
    let room = Room::new(Arc::clone(&options.storage), folder, options.reserve_bytes);
    room.look();
    let (commands, inbox) = queue::queue(options, room.clone(), Arc::clone(&cause));
    let (status, archive) = watch::channel(ArchiveStatus {
        snapshot: recovery.snapshot,
        ..ArchiveStatus::default()
    });
    let hold = events.hold(EventPosition::START);
    let keeper = Maker::new(
        Arc::clone(&directory),
        options,
        (index, events.holds(), room.clone()),
    );
    let beside = Archive::start(keeper, &options.directory, status)?;
    let engine = EngineThread::new(
        recovered,
        clock,
        publisher,
        options,
        (directory, beside, room),
    );
    let next_timer = engine.next_timer();
    let thread = thread::Builder::new().name("engine".to_owned());
    let thread = {
        let cause = Arc::clone(&cause);
        thread
            .spawn(move || engine.run(inbox, &cause))
            .at("start the thread of", &options.directory)?
    };
    let running = Running::new(thread, commands.clone(), &events, cause);
    Ok(Opened {
        engine_view,
        commands,
        events,
        hold,
        recovery,
        next_timer,
        archive,
        running,
    })
}

fn report(recovery: &RecoveryReport) {
    for passed_over in &recovery.passed_over {
        tracing::warn!("passed over a snapshot: {passed_over}");
    }
    for (log, cut) in [
        ("journal", &recovery.journal_cut),
        ("event log", &recovery.events_cut),
    ] {
        if let Some(Cut {
            file,
            offset,
            bytes,
            ..
        }) = cut
        {
            let file = file.display();
            tracing::warn!(log, %file, offset, bytes, "cut a write that a crash interrupted");
        }
    }
    tracing::info!(
        snapshot = recovery.snapshot.map(engine::CommandNumber::get),
        commands = recovery.commands,
        events = recovery.events,
        events_rebuilt = recovery.events_rebuilt,
        "replayed the journal"
    );
}
