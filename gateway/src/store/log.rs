//! The outbound log of one epoch: segments, of which the last is appended to. It never changes a byte that was written and
//! is good.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chrono::{DateTime, Utc};

use super::earlier::time;
use super::error::StoreError;
use super::reader::to_u64;
use super::record::{self, Outgoing};
use super::retention::Ended;
use super::segment::{self, SEGMENT_HEAD, Segment, SegmentHead};
use super::state::State;
use super::survey::Survey;

/// Records of one write are gathered here; a longer buffer is given back after the write.
const BUFFER_KEPT: usize = 16 << 10;

/// The log, open for appending.
#[derive(Debug)]
pub(super) struct Log {
    directory: PathBuf,
    /// Appended to no more, durable, each beginning where the one before it ends.
    sealed: VecDeque<Segment>,
    active: Segment,
    /// The active segment, locked; nothing while the store rests.
    pub(super) file: OnceLock<File>,
    buffer: Vec<u8>,
    starts: Vec<Start>,
}

/// A record that was gathered.
#[derive(Debug, Clone, Copy)]
struct Start {
    msg_seq_num: u64,
    resendable: bool,
    at: usize,
}

impl Log {
    /// Makes the empty log of an epoch, durably.
    pub(super) fn create(
        directory: &Path,
        epoch: u32,
        identity: u64,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let log = Self::create_unsynced(directory, epoch, identity, now)?;
        segment::sync_new(directory, log.file()?, &log.active.path)?;
        Ok(log)
    }

    /// As [`Log::create`], but for the syncs.
    pub(super) fn create_unsynced(
        directory: &Path,
        epoch: u32,
        identity: u64,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let head = SegmentHead {
            epoch,
            identity,
            segment: 0,
            opened_us: now.timestamp_micros(),
            floor: 1,
            previous_length: 0,
        };
        let (active, file) = Segment::create_unsynced(directory, head)?;
        Ok(Self::over(directory, VecDeque::new(), active, file))
    }

    /// Opens the log that a state file belongs to, checks every record, and cuts a torn tail when the
    /// stop was unclean.
    pub(super) fn open(directory: &Path, state: &State) -> Result<(Self, Survey), StoreError> {
        // The last one first: it is the lock of all.
        let last = (state.epoch, state.last_segment);
        let (mut active, file) = Segment::open(directory, last, true)?;
        let mut survey = Survey::new();
        let mut sealed: VecDeque<Segment> = VecDeque::new();
        for number in state.first_segment..state.last_segment {
            let (mut segment, file) = Segment::open(directory, (state.epoch, number), false)?;
            survey.check_place(&segment, sealed.back(), state)?;
            survey.take_sealed(&file, &mut segment, state)?;
            sealed.push_back(segment);
        }
        survey.check_place(&active, sealed.back(), state)?;
        survey.take_last(&file, &mut active, state)?;
        Ok((Self::over(directory, sealed, active, file), survey))
    }

    /// Refuses to take a folder for a new one when a log with messages lies in it.
    pub(super) fn refuse_orphans(directory: &Path) -> Result<(), StoreError> {
        let entries = fs::read_dir(directory).map_err(StoreError::io("list", directory))?;
        for entry in entries {
            let entry = entry.map_err(StoreError::io("list", directory))?;
            let path = entry.path();
            let is_log = path.extension().is_some_and(|extension| extension == "log");
            let metadata = entry
                .metadata()
                .map_err(StoreError::io("inspect", directory))?;
            if is_log && metadata.len() > to_u64(SEGMENT_HEAD) {
                return Err(StoreError::Missing {
                    path: directory.join("state"),
                });
            }
        }
        Ok(())
    }

    fn over(directory: &Path, sealed: VecDeque<Segment>, active: Segment, file: File) -> Self {
        Self {
            directory: directory.to_owned(),
            sealed,
            active,
            file: OnceLock::from(file),
            buffer: Vec::new(),
            starts: Vec::new(),
        }
    }

    /// The segment that is appended to.
    pub(super) fn active(&self) -> &Segment {
        &self.active
    }

    /// The file that is appended to; opened and locked again where the store has rested.
    fn file(&self) -> Result<&File, StoreError> {
        if let Some(file) = self.file.get() {
            return Ok(file);
        }
        let file = self.active.open_again()?;
        Ok(self.file.get_or_init(|| file))
    }

    /// Holds no file open until the next use.
    pub(super) fn rest(&mut self) {
        self.file.take();
        self.buffer = Vec::new();
    }

    /// The file that is appended to, once more.
    pub(super) fn file_again(&self) -> Result<File, StoreError> {
        self.file()?
            .try_clone()
            .map_err(StoreError::io("open", &self.active.path))
    }

    /// The segments that are appended to no more, the oldest first.
    pub(super) fn sealed(&self) -> &VecDeque<Segment> {
        &self.sealed
    }

    /// The oldest segment.
    pub(super) fn first(&self) -> &Segment {
        self.sealed.front().unwrap_or(&self.active)
    }

    /// Whether no message of the epoch is here.
    pub(super) fn is_empty(&self) -> bool {
        self.sealed.is_empty() && self.active.is_empty()
    }

    /// The sealed segments, as retention looks at them.
    pub(super) fn ended(&self) -> impl ExactSizeIterator<Item = Ended> + Clone {
        (0..self.sealed.len()).map(|place| Ended {
            bytes: self.sealed[place].length,
            at: time(
                self.sealed
                    .get(place + 1)
                    .unwrap_or(&self.active)
                    .head
                    .opened_us,
            ),
        })
    }

    /// The segment in which a number lies, if it lies in any: the last that begins at or before it.
    pub(super) fn segment_of(&self, msg_seq_num: u64) -> u32 {
        let first = self.first().head.segment;
        if self.active.head.floor <= msg_seq_num {
            return self.active.head.segment;
        }
        let after = self
            .sealed
            .partition_point(|segment| segment.head.floor <= msg_seq_num);
        let before = after.saturating_sub(1);
        first.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }

    /// The segment with this number; `None` when it was dropped, or never was.
    pub(super) fn source(&self, segment: u32) -> Option<&Segment> {
        if segment == self.active.head.segment {
            return Some(&self.active);
        }
        let place = segment.checked_sub(self.first().head.segment)?;
        self.sealed.get(usize::try_from(place).ok()?)
    }

    /// The file of a segment, if it is the one that is appended to; any other the reader opens for itself.
    pub(super) fn active_file(&self, segment: u32) -> Result<Option<&File>, StoreError> {
        let active = segment == self.active.head.segment;
        active.then(|| self.file()).transpose()
    }

    /// Starts to gather the records of one write.
    pub(super) fn batch(&mut self, next_incoming: u64) -> Batch<'_> {
        self.buffer.clear();
        self.starts.clear();
        Batch {
            log: self,
            next_incoming,
        }
    }

    /// Writes what was gathered.
    pub(super) fn write(&mut self, _gathered: Gathered) -> Result<(), StoreError> {
        let written = self.file()?.write_all_at(&self.buffer, self.active.length);
        let active = &mut self.active;
        written.map_err(StoreError::io("append to", &active.path))?;
        for start in &self.starts {
            active
                .index
                .push(start.msg_seq_num, active.length + to_u64(start.at));
            if start.resendable {
                active.reports.push(start.msg_seq_num);
            }
        }
        active.length += to_u64(self.buffer.len());
        if self.buffer.capacity() > BUFFER_KEPT {
            self.buffer = Vec::new();
        }
        Ok(())
    }

    /// Takes a failed write back.
    pub(super) fn restore(&self) -> Result<(), StoreError> {
        self.file()?
            .set_len(self.active.length)
            .map_err(StoreError::io("truncate", &self.active.path))
    }

    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.file()?
            .sync_data()
            .map_err(StoreError::io("sync", &self.active.path))
    }

    /// Makes the active segment durable and the next one beside it; [`Log::go_on`] then takes the next into use.
    pub(super) fn prepare_next(
        &self,
        floor: u64,
        now: DateTime<Utc>,
    ) -> Result<(Segment, File), StoreError> {
        self.sync()?;
        let before = &self.active;
        let head = SegmentHead {
            segment: before.head.segment.saturating_add(1),
            // Time may be set back; the order of segments may not.
            opened_us: now.timestamp_micros().max(before.head.opened_us),
            floor,
            previous_length: before.length,
            ..before.head
        };
        Segment::create(&self.directory, head)
    }

    /// Appends to this segment from now on.
    pub(super) fn go_on(&mut self, (next, file): (Segment, File)) {
        let mut sealed = std::mem::replace(&mut self.active, next);
        self.file = OnceLock::from(file);
        sealed.index.give_back();
        self.sealed.push_back(sealed);
    }

    /// Forgets the oldest sealed segments, and gives their paths.
    pub(super) fn forget(&mut self, count: usize) -> Vec<PathBuf> {
        let forgotten = self.sealed.drain(..count);
        forgotten.map(|segment| segment.path).collect()
    }

    /// All files of the log.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        let all = self.sealed.iter().chain([&self.active]);
        all.map(|segment| segment.path.clone()).collect()
    }
}

/// Gathers the records of one write.
#[derive(Debug)]
pub(super) struct Batch<'l> {
    log: &'l mut Log,
    next_incoming: u64,
}

/// A finished batch: only this can be written.
#[derive(Debug)]
pub(super) struct Gathered(());

impl Batch<'_> {
    pub(super) fn push(&mut self, message: &Outgoing<'_>) -> Result<(), StoreError> {
        self.log.starts.push(Start {
            msg_seq_num: message.msg_seq_num,
            resendable: message.resendable,
            at: self.log.buffer.len(),
        });
        record::write(message, self.next_incoming, &mut self.log.buffer)
    }

    pub(super) fn finish(self) -> Gathered {
        if let Some(last) = self.log.starts.last() {
            record::mark_last(&mut self.log.buffer[last.at..]);
        }
        Gathered(())
    }
}

/// Opens a sealed segment to read from it.
pub(super) fn open_sealed(segment: &Segment) -> Result<File, StoreError> {
    segment::open_existing(&segment.path, false)
}
