//! Makes one snapshot: from the one before it and what both logs have had since, as a start would; so each is a check
//! that the market can be had again from the disk. Records the ends of trading days on the way, and drops what is old
//! behind it.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use engine::{CommandNumber, Timestamp};

use crate::archive::door::Door;
use crate::archive::retention::{Limits, Needed, drop_segments};
use crate::batch::Log;
use crate::checkpoint::{BatchPlace, Checkpoint};
use crate::damage::{At, FileError};
use crate::days::{DayRecord, DaysError};
use crate::directory::Directory;
use crate::event_check::{EventCheck, Missing};
use crate::holds::Holds;
use crate::options::Options;
use crate::position::{EventIndex, EventPosition};
use crate::recovery::RecoveryError;
use crate::replay::replay;
use crate::room::Room;
use crate::scan::scan;
use crate::segment::{ListError, Segment};
use crate::sighting::Watch;
use crate::snapshot::choice::{self, Choice};
use crate::snapshot::file::{self, Header, WriteError};
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
    /// The disk has too little room.
    #[error("the disk has no room for a snapshot of {bytes} bytes beside the reserve. Make room")]
    NoRoom {
        /// What it may take.
        bytes: u64,
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

/// Makes snapshots in a directory, and drops what is beyond its limits.
#[derive(Debug)]
pub(crate) struct Maker {
    directory: Arc<Directory>,
    /// Good snapshots that are kept, the newest ones.
    snapshots_kept: usize,
    limits: Limits,
    index: EventIndex,
    holds: Holds,
    room: Room,
    door: Arc<Door>,
}

impl Maker {
    pub(crate) fn new(
        directory: Arc<Directory>,
        options: &Options,
        (index, holds, room): (EventIndex, Holds, Room),
    ) -> Self {
        Self {
            directory,
            snapshots_kept: options.snapshots_kept,
            limits: Limits {
                age: options.age_max,
                bytes: options.bytes_max,
            },
            index,
            holds,
            room,
            door: Arc::default(),
        }
    }

    /// Looks whether the disk has room.
    pub(super) fn look(&self) {
        self.room.look();
    }

    pub(super) fn door(&self) -> Arc<Door> {
        Arc::clone(&self.door)
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
        self.check_room()?;
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
        let header = match file::write(&folder, names, &at, self.door.abandoned()) {
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
        Ok(Some(until))
    }

    /// A snapshot must not take the room that is kept for the journal. The next one is about as large as the latest.
    fn check_room(&self) -> Result<(), ArchiveError> {
        let latest = folder::list(&self.directory.snapshots())?
            .into_iter()
            .next();
        let length = latest.and_then(|latest| fs::metadata(latest.path).ok());
        let bytes = 2 * length.map_or(0, |length| length.len());
        if self.room.has_beside_reserve(bytes) {
            Ok(())
        } else {
            Err(ArchiveError::NoRoom { bytes })
        }
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
        let at = replay(from, &journal, &mut check, watch, self.door.abandoned())?;
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

    /// Drops old snapshots, and the segments that are beyond the limits at this time of the journal. The first event
    /// that is kept, if any segment was dropped.
    pub(super) fn drop_segments(
        &self,
        now: Timestamp,
    ) -> Result<Option<EventPosition>, ArchiveError> {
        // Without so many good snapshots nothing is dropped: one of them may turn out not to be.
        let Some(oldest) = self.drop_old_snapshots()? else {
            return Ok(None);
        };
        let needed = Needed {
            segment: oldest.latest.segment,
            event: self.holds.first(),
        };
        let dropped = drop_segments(&self.directory, self.limits, needed, now, &self.index)?;
        let Some(dropped) = dropped else {
            return Ok(None);
        };
        let (command, event) = dropped.kept_from;
        if dropped.held_back > 0 {
            tracing::warn!(
                segments = dropped.held_back,
                first_held = needed.event.map(EventPosition::get),
                snapshot = oldest.next_command.get(),
                "segments are beyond the limits and stay: a reader or a snapshot still needs them"
            );
        }
        if dropped.segments == 0 {
            return Ok(None);
        }
        let segments = dropped.segments;
        tracing::info!(segments, %command, %event, "dropped old segments of both logs; kept from here on");
        Ok(Some(event))
    }

    /// Drops the snapshots that are older than the newest good ones that are to be kept. The oldest of these, if there
    /// are so many.
    fn drop_old_snapshots(&self) -> Result<Option<Header>, ArchiveError> {
        let folder = self.directory.snapshots();
        let mut snapshots = folder::list(&folder)?;
        let good = |snapshot: &SnapshotFile| file::check(&snapshot.path).ok();
        let found = (0..)
            .zip(&snapshots)
            .filter_map(|(at, one)| Some((at, good(one)?.0)));
        let Some((at, oldest)) = found.take(self.snapshots_kept).nth(self.snapshots_kept - 1)
        else {
            return Ok(None);
        };
        folder::remove(&folder, &snapshots.split_off(at + 1))?;
        Ok(Some(oldest))
    }
}
