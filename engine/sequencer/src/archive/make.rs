//! Makes one snapshot: from the one before it and what both logs have had since, as a start would; so each is a check
//! that the market can be had again from the disk. Records the ends of trading days on the way.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use engine::CommandNumber;

use crate::archive::door::Door;
use crate::batch::Log;
use crate::checkpoint::{BatchPlace, Checkpoint};
use crate::damage::{At, FileError};
use crate::days::{DayRecord, DaysError};
use crate::directory::Directory;
use crate::event_check::{EventCheck, Missing};
use crate::position::EventIndex;
use crate::recovery::RecoveryError;
use crate::replay::replay;
use crate::scan::scan;
use crate::segment::{ListError, Segment};
use crate::sighting::Watch;
use crate::snapshot::choice::{self, Choice};
use crate::snapshot::file::{self, WriteError};
use crate::snapshot::folder::{self, SnapshotFile};

/// Why no snapshot was made.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is on disk does not give the market again, or not the same one.
    #[error("the logs on disk, read again, are not good: {0}")]
    Logs(#[from] RecoveryError),
    /// The events that were published are not on disk.
    #[error(
        "{} events that were published are not as they were in {}. Run `cloudpit verify` on a copy of the data folder",
        .events, .folder.display()
    )]
    EventsLost {
        /// How many.
        events: u64,
        /// The folder of the event log.
        folder: PathBuf,
    },
    /// What is wrong with the record of the trading days.
    #[error(transparent)]
    Days(#[from] DaysError),
}

impl From<ListError> for ArchiveError {
    fn from(error: ListError) -> Self {
        RecoveryError::from(error).into()
    }
}

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keeping {
    /// Good snapshots, the newest ones.
    pub(super) snapshots: usize,
}

/// Makes snapshots in a directory.
#[derive(Debug)]
pub(super) struct Maker {
    directory: Arc<Directory>,
    keeping: Keeping,
    door: Arc<Door>,
}

impl Maker {
    pub(super) fn new(directory: Arc<Directory>, keeping: Keeping, door: Arc<Door>) -> Self {
        Self {
            directory,
            keeping,
            door,
        }
    }

    pub(super) fn door(&self) -> &Door {
        &self.door
    }

    /// Makes a snapshot of the market before this command; both logs have all before it. Nothing if there is one, or if
    /// the venue stops meanwhile.
    pub(super) fn make(&self, until: CommandNumber) -> Result<Option<CommandNumber>, ArchiveError> {
        let Choice { from, passed_over } = choice::newest(&self.directory)?;
        for passed_over in &passed_over {
            tracing::warn!("passed over a snapshot: {passed_over}");
        }
        if from.next_command >= until {
            return Ok(None);
        }
        let mut watch = Watch::days();
        let at = self.replay(from, until, &mut watch)?;
        if at.next_command != until {
            return Ok(None);
        }
        let latest = at.latest.expect("something was replayed");
        self.sync_logs(latest)?;
        // First the days: behind the snapshot they would not be looked for again.
        DayRecord::read(&self.directory.days())?.add(&watch.seen)?;
        let folder = self.directory.snapshots();
        let snapshot = SnapshotFile::new(&folder, until);
        let names = (&*snapshot.partial(), &*snapshot.path);
        let header = match file::write(&folder, names, &at, self.door.closed()) {
            Ok(header) => header,
            Err(WriteError::Stopped) => return Ok(None),
            Err(WriteError::File(error)) => return Err(error.into()),
        };
        drop(at);
        tracing::info!(
            command = until.get(),
            bytes = header.state_bytes,
            state = %header.state_hash,
            "made a snapshot"
        );
        self.drop_old_snapshots()?;
        Ok(Some(until))
    }

    /// Replays what came since, and holds the events against the event log.
    fn replay(
        &self,
        from: Checkpoint,
        until: CommandNumber,
        watch: &mut Watch,
    ) -> Result<Checkpoint, ArchiveError> {
        let folder = self.directory.folder(Log::Events);
        let mut check =
            EventCheck::new(folder.clone(), &from, Missing::Count, EventIndex::default())?;
        let journal = scan(&self.directory.folder(Log::Journal), &from, Some(until))?;
        let at = replay(from, &journal, &mut check, watch, self.door.closed())?;
        let events = check.rebuilt;
        if events > 0 {
            return Err(ArchiveError::EventsLost { events, folder });
        }
        Ok(at)
    }

    /// A snapshot must not outlive what it was made from: both logs are durable up to it. Earlier segments are since
    /// they were ended.
    fn sync_logs(&self, latest: BatchPlace) -> Result<(), FileError> {
        for log in [Log::Journal, Log::Events] {
            let segment = Segment::new(&self.directory.folder(log), log, latest.segment);
            File::open(&segment.path)
                .and_then(|file| file.sync_data())
                .at("sync", &segment.path)?;
        }
        Ok(())
    }

    /// Drops the snapshots that are older than the newest good ones that are to be kept.
    fn drop_old_snapshots(&self) -> Result<(), ArchiveError> {
        let folder = self.directory.snapshots();
        let mut snapshots = folder::list(&folder)?;
        let mut good = 0;
        let kept = snapshots.iter().take_while(|snapshot| {
            let enough = good >= self.keeping.snapshots;
            good += usize::from(!enough && file::check(&snapshot.path).is_ok());
            !enough
        });
        let kept = kept.count();
        folder::remove(&folder, &snapshots.split_off(kept))?;
        Ok(())
    }
}
