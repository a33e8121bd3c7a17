//! The outbound log of one epoch: appended to, surveyed on opening, cut after an unclean stop. It never
//! changes a byte that was written and is good.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::Cut;
use super::error::{Damage, StoreError};
use super::index::Index;
use super::reader::{Step, Window, to_u64};
use super::record::{self, Head, Outgoing, RECORD_HEAD};
use super::state::{self, State};

const MAGIC: &[u8; 8] = b"CPFIXOUT";
const VERSION: u32 = 1;
const LOG_HEAD: usize = 20;

/// Records of one write are gathered here; a longer buffer is given back after the write.
const BUFFER_KEPT: usize = 16 << 10;

/// More zero bytes in a row than a good record can hold: a page that never reached the disk.
const HOLE: usize = 64;

/// The log, open for appending.
#[derive(Debug)]
pub(super) struct Log {
    file: File,
    path: PathBuf,
    length: u64,
    index: Index,
    buffer: Vec<u8>,
    starts: Vec<(u64, usize)>,
}

/// What a log holds.
#[derive(Debug)]
pub(super) struct Survey {
    /// Length of the good part.
    pub(super) length: u64,
    /// The greatest cause of a write that is there in full.
    pub(super) last_cause: u64,
    /// The greatest number expected from the peer that was noted.
    pub(super) next_incoming: u64,
    last_number: u64,
    pub(super) cut: Option<Cut>,
}

/// Where something is wrong, and what.
type Fault = (u64, Damage);

impl Log {
    /// Makes the empty log of an epoch, durably. What a crash may have left of an earlier attempt goes.
    pub(super) fn create(directory: &Path, epoch: u32) -> Result<Self, StoreError> {
        let log = Self::create_unsynced(directory, epoch)?;
        log.file
            .sync_all()
            .map_err(StoreError::io("sync", &log.path))?;
        state::sync_directory(directory)?;
        Ok(log)
    }

    /// As [`Log::create`], but for the syncs.
    pub(super) fn create_unsynced(directory: &Path, epoch: u32) -> Result<Self, StoreError> {
        let path = path_of(directory, epoch);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = file.map_err(StoreError::io("create", &path))?;
        lock(&file, &path)?;
        file.set_len(0).map_err(StoreError::io("truncate", &path))?;
        file.write_all(&head_of(epoch))
            .map_err(StoreError::io("write", &path))?;
        Ok(Self::over(file, path, to_u64(LOG_HEAD), Index::new()))
    }

    /// Opens the log that a state file belongs to, checks every record, and cuts a torn tail when the
    /// stop was unclean.
    pub(super) fn open(directory: &Path, state: &State) -> Result<(Self, Survey), StoreError> {
        let path = path_of(directory, state.epoch);
        let file = match OpenOptions::new().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(StoreError::Missing { path });
            }
            Err(error) => return Err(StoreError::io("open", &path)(error)),
        };
        lock(&file, &path)?;
        let mut log = Self::over(file, path, 0, Index::new());
        let survey = log.survey(state)?;
        Ok((log, survey))
    }

    /// Refuses to take a folder for a new one when a log with messages lies in it.
    pub(super) fn refuse_orphans(directory: &Path) -> Result<(), StoreError> {
        let entries = fs::read_dir(directory).map_err(StoreError::io("list", directory))?;
        for entry in entries {
            let entry = entry.map_err(StoreError::io("list", directory))?;
            let is_log = entry
                .path()
                .extension()
                .is_some_and(|extension| extension == "log");
            let metadata = entry
                .metadata()
                .map_err(StoreError::io("inspect", directory))?;
            if is_log && metadata.len() > to_u64(LOG_HEAD) {
                return Err(StoreError::Missing {
                    path: directory.join("state"),
                });
            }
        }
        Ok(())
    }

    fn over(file: File, path: PathBuf, length: u64, index: Index) -> Self {
        Self {
            file,
            path,
            length,
            index,
            buffer: Vec::new(),
            starts: Vec::new(),
        }
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Where to start reading for a number.
    pub(super) fn place_before(&self, msg_seq_num: u64) -> u64 {
        self.index.before(msg_seq_num).unwrap_or(to_u64(LOG_HEAD))
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
        self.file
            .write_all_at(&self.buffer, self.length)
            .map_err(StoreError::io("append to", &self.path))?;
        for (msg_seq_num, start) in &self.starts {
            self.index.push(*msg_seq_num, self.length + to_u64(*start));
        }
        self.length += to_u64(self.buffer.len());
        if self.buffer.capacity() > BUFFER_KEPT {
            self.buffer = Vec::new();
        }
        Ok(())
    }

    /// Takes a failed write back.
    pub(super) fn restore(&self) -> Result<(), StoreError> {
        self.file
            .set_len(self.length)
            .map_err(StoreError::io("truncate", &self.path))
    }

    pub(super) fn sync(&self) -> Result<(), StoreError> {
        self.file
            .sync_data()
            .map_err(StoreError::io("sync", &self.path))
    }

    fn survey(&mut self, state: &State) -> Result<Survey, StoreError> {
        let metadata = self
            .file
            .metadata()
            .map_err(StoreError::io("inspect", &self.path))?;
        let end = metadata.len();
        self.check_head(state.epoch, end)?;
        let (mut survey, fault) = self.scan(state, end)?;
        if let Some(fault) = fault {
            self.cut(state, &mut survey, fault, end)?;
        } else if state.clean
            && (end != state.log_length || survey.last_number >= state.next_outgoing)
        {
            return Err(StoreError::damaged(
                &self.path,
                end,
                Damage::NotWhereStopped,
            ));
        }
        self.length = survey.length;
        Ok(survey)
    }

    fn check_head(&self, epoch: u32, end: u64) -> Result<(), StoreError> {
        let mut head = [0; LOG_HEAD];
        let read = end >= to_u64(LOG_HEAD) && self.file.read_exact_at(&mut head, 0).is_ok();
        // The head was synced before the state file named this log, so it is never a torn tail.
        if read && head == head_of(epoch) {
            return Ok(());
        }
        Err(StoreError::damaged(&self.path, 0, Damage::Head))
    }

    /// Goes over the records up to the first thing that is wrong, noting them in the index. The good part
    /// ends with a whole write: of a torn one, nothing counts.
    fn scan(&mut self, state: &State, end: u64) -> Result<(Survey, Option<Fault>), StoreError> {
        let start = to_u64(LOG_HEAD);
        let mut survey = Survey {
            length: start,
            last_cause: 0,
            next_incoming: 0,
            last_number: 0,
            cut: None,
        };
        let (mut last_number, mut cause) = (0, 0);
        let mut window = Window::new(start);
        let damage = loop {
            let step = window
                .step(&self.file, end)
                .map_err(StoreError::io("read", &self.path))?;
            let (head, offset) = match step {
                Step::Record(head, _, offset) => (head, offset),
                Step::End => break (survey.length < end).then_some(Damage::Torn),
                Step::Bad(damage) => break Some(damage),
            };
            if let Some(damage) = wrong_number(&head, last_number, state) {
                return Err(StoreError::damaged(&self.path, offset, damage));
            }
            self.index.push(head.msg_seq_num, offset);
            last_number = head.msg_seq_num;
            cause = head.cause.max(cause);
            if head.last_of_write {
                survey.length = window.offset();
                survey.last_number = last_number;
                survey.last_cause = cause;
                survey.next_incoming = survey.next_incoming.max(head.next_incoming);
            }
        };
        self.index.truncate(survey.length);
        Ok((survey, damage.map(|damage| (window.offset(), damage))))
    }

    /// Cuts the log at the end of its good part, if what follows is what an unclean stop can leave.
    fn cut(
        &mut self,
        state: &State,
        survey: &mut Survey,
        fault: Fault,
        end: u64,
    ) -> Result<(), StoreError> {
        let (bad, damage) = fault;
        if state.clean || self.record_follows(state, survey, bad, end)? {
            return Err(StoreError::damaged(&self.path, bad, damage));
        }
        let offset = survey.length;
        self.file
            .set_len(offset)
            .map_err(StoreError::io("truncate", &self.path))?;
        self.file
            .sync_all()
            .map_err(StoreError::io("sync", &self.path))?;
        survey.cut = Some(Cut {
            path: self.path.clone(),
            offset,
            bytes: end - offset,
        });
        Ok(())
    }

    /// Whether a good record lies behind the bad place, and no page is missing between: then it is not
    /// the tail that is torn.
    fn record_follows(
        &self,
        state: &State,
        survey: &Survey,
        bad: u64,
        end: u64,
    ) -> Result<bool, StoreError> {
        let mut window = Window::new(bad);
        let mut zeros = 0;
        loop {
            let bytes = window
                .peek(&self.file, end, RECORD_HEAD)
                .map_err(StoreError::io("read", &self.path))?;
            let Some(bytes) = bytes.first_chunk::<RECORD_HEAD>() else {
                return Ok(false);
            };
            zeros = if bytes[0] == 0 { zeros + 1 } else { 0 };
            if zeros == HOLE {
                return Ok(false); // Power loss: a later page reached the disk and this one did not.
            }
            if Head::parse(bytes)
                .is_ok_and(|head| wrong_number(&head, survey.last_number, state).is_none())
            {
                let step = Window::new(window.offset())
                    .step(&self.file, end)
                    .map(|step| matches!(step, Step::Record(..)));
                if step.map_err(StoreError::io("read", &self.path))? {
                    return Ok(true);
                }
            }
            window.skip(1);
        }
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
        self.log
            .starts
            .push((message.msg_seq_num, self.log.buffer.len()));
        record::write(message, self.next_incoming, &mut self.log.buffer)
    }

    pub(super) fn finish(self) -> Gathered {
        if let Some((_, start)) = self.log.starts.last() {
            record::mark_last(&mut self.log.buffer[*start..]);
        }
        Gathered(())
    }
}

fn wrong_number(head: &Head, last_number: u64, state: &State) -> Option<Damage> {
    if head.msg_seq_num <= last_number {
        Some(Damage::NumberNotAscending)
    } else if head.msg_seq_num >= state.reserved_outgoing_end {
        Some(Damage::NumberNotReserved)
    } else {
        None
    }
}

fn path_of(directory: &Path, epoch: u32) -> PathBuf {
    directory.join(format!("outbound.{epoch:08}.log"))
}

fn head_of(epoch: u32) -> [u8; LOG_HEAD] {
    let mut head = [0; LOG_HEAD];
    head[..8].copy_from_slice(MAGIC);
    head[8..12].copy_from_slice(&VERSION.to_le_bytes());
    head[12..16].copy_from_slice(&epoch.to_le_bytes());
    let checksum = crc32c::crc32c(&head[..16]);
    head[16..].copy_from_slice(&checksum.to_le_bytes());
    head
}

fn lock(file: &File, path: &Path) -> Result<(), StoreError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(error)) => Err(StoreError::io("lock", path)(error)),
    }
}
