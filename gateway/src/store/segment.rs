//! One file of the outbound log: its name, its head, and what is known of it in memory. It never reads a record.
//!
//! | offset | bytes | field of the head |
//! |---|---|---|
//! | 0 | 8 | `CPFIXOUT` |
//! | 8 | 4 | version of the format |
//! | 12 | 4 | epoch |
//! | 16 | 8 | which store it belongs to |
//! | 24 | 4 | its number within the epoch, from 0 |
//! | 28 | 8 | when it was begun, in microseconds since 1970 |
//! | 36 | 8 | no MsgSeqNum(34) in it is below this |
//! | 44 | 8 | length of the file before it |
//! | 52 | 4 | CRC32C of all that |
//!
//! Integers are little-endian.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use super::error::{Damage, StoreError};
use super::index::Index;
use super::reader::to_u64;
use super::runs::Runs;
use super::state;

const MAGIC: &[u8; 8] = b"CPFIXOUT";
const VERSION: u32 = 2;

/// Length of a head.
pub(super) const SEGMENT_HEAD: usize = 56;

const CHECKSUM: usize = SEGMENT_HEAD - 4;

/// The head of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHead {
    pub(super) epoch: u32,
    /// Which store it belongs to: the same in its state file.
    pub(super) identity: u64,
    pub(super) segment: u32,
    /// Microseconds since 1970.
    pub(super) opened_us: i64,
    /// No number in it is below this.
    pub(super) floor: u64,
    pub(super) previous_length: u64,
}

/// What is known of a segment.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) head: SegmentHead,
    pub(super) path: PathBuf,
    /// Length of its good part.
    pub(super) length: u64,
    pub(super) index: Index,
    /// Which numbers the peer gets again when it asks.
    pub(super) reports: Runs,
}

impl SegmentHead {
    pub(super) fn to_bytes(self) -> [u8; SEGMENT_HEAD] {
        let mut bytes = Vec::with_capacity(SEGMENT_HEAD);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.epoch.to_le_bytes());
        bytes.extend_from_slice(&self.identity.to_le_bytes());
        bytes.extend_from_slice(&self.segment.to_le_bytes());
        bytes.extend_from_slice(&self.opened_us.to_le_bytes());
        bytes.extend_from_slice(&self.floor.to_le_bytes());
        bytes.extend_from_slice(&self.previous_length.to_le_bytes());
        let checksum = crc32c::crc32c(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        bytes.try_into().expect("the fields have this length")
    }

    pub(super) fn parse(bytes: &[u8; SEGMENT_HEAD]) -> Result<Self, Damage> {
        let (body, checksum) = bytes.split_at(CHECKSUM);
        if !body.starts_with(MAGIC) || crc32c::crc32c(body).to_le_bytes() != checksum {
            return Err(Damage::Head);
        }
        if field::<4>(body, 8) != VERSION.to_le_bytes() {
            return Err(Damage::Version);
        }
        Ok(Self {
            epoch: u32::from_le_bytes(field(body, 12)),
            identity: u64::from_le_bytes(field(body, 16)),
            segment: u32::from_le_bytes(field(body, 24)),
            opened_us: i64::from_le_bytes(field(body, 28)),
            floor: u64::from_le_bytes(field(body, 36)),
            previous_length: u64::from_le_bytes(field(body, 44)),
        })
    }

    /// Reads the head of a file.
    pub(super) fn read(file: &File, path: &Path) -> Result<Self, StoreError> {
        let mut bytes = [0; SEGMENT_HEAD];
        match file.read_exact_at(&mut bytes, 0) {
            Ok(()) => Self::parse(&bytes).map_err(|damage| StoreError::damaged(path, 0, damage)),
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Err(StoreError::damaged(path, 0, Damage::Head))
            }
            Err(error) => Err(StoreError::io("read", path)(error)),
        }
    }
}

impl Segment {
    fn new(head: SegmentHead, path: PathBuf) -> Self {
        Self {
            head,
            path,
            length: to_u64(SEGMENT_HEAD),
            index: Index::new(),
            reports: Runs::default(),
        }
    }

    /// Makes an empty segment, durably, and locks it.
    pub(super) fn create(directory: &Path, head: SegmentHead) -> Result<(Self, File), StoreError> {
        let (segment, file) = Self::create_unsynced(directory, head)?;
        sync_new(directory, &file, &segment.path)?;
        Ok((segment, file))
    }

    /// As [`Segment::create`], but for the syncs. What a crash may have left of an earlier attempt goes.
    pub(super) fn create_unsynced(
        directory: &Path,
        head: SegmentHead,
    ) -> Result<(Self, File), StoreError> {
        let path = path_of(directory, head.epoch, head.segment);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = file.map_err(StoreError::io("create", &path))?;
        lock(&file, &path)?;
        file.set_len(0).map_err(StoreError::io("truncate", &path))?;
        file.write_all(&head.to_bytes())
            .map_err(StoreError::io("write", &path))?;
        Ok((Self::new(head, path), file))
    }

    /// Opens a segment that must be there: the `last` one to append to, locked; any other to read.
    pub(super) fn open(
        directory: &Path,
        (epoch, segment): (u32, u32),
        last: bool,
    ) -> Result<(Self, File), StoreError> {
        let path = path_of(directory, epoch, segment);
        let file = open_existing(&path, last)?;
        if last {
            lock(&file, &path)?;
        }
        let head = SegmentHead::read(&file, &path)?;
        if (head.epoch, head.segment) != (epoch, segment) {
            return Err(StoreError::damaged(&path, 0, Damage::Head));
        }
        Ok((Self::new(head, path), file))
    }

    /// The file again, locked, to append to.
    pub(super) fn open_again(&self) -> Result<File, StoreError> {
        let file = open_existing(&self.path, true)?;
        lock(&file, &self.path)?;
        Ok(file)
    }

    /// Whether there is no message in it.
    pub(super) fn is_empty(&self) -> bool {
        self.length == to_u64(SEGMENT_HEAD)
    }

    /// Where in the file to start reading for a number.
    pub(super) fn place_before(&self, msg_seq_num: u64) -> u64 {
        self.index
            .before(msg_seq_num)
            .unwrap_or(to_u64(SEGMENT_HEAD))
    }
}

/// Makes a new file and its name durable.
pub(super) fn sync_new(directory: &Path, file: &File, path: &Path) -> Result<(), StoreError> {
    file.sync_all().map_err(StoreError::io("sync", path))?;
    state::sync_directory(directory)
}

/// Opens a file that the store must have.
pub(super) fn open_existing(path: &Path, write: bool) -> Result<File, StoreError> {
    match OpenOptions::new().read(true).write(write).open(path) {
        Ok(file) => Ok(file),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::Missing {
            path: path.to_owned(),
        }),
        Err(error) => Err(StoreError::io("open", path)(error)),
    }
}

pub(super) fn path_of(directory: &Path, epoch: u32, segment: u32) -> PathBuf {
    directory.join(format!("outbound.{epoch:08}.{segment:06}.log"))
}

/// Epoch and segment of a file of this name; `None` when it is no segment.
pub(super) fn parse_name(path: &Path) -> Option<(u32, u32)> {
    let name = path.file_name()?.to_str()?;
    let numbers = name.strip_prefix("outbound.")?.strip_suffix(".log")?;
    let (epoch, segment) = numbers.split_once('.')?;
    let parsed = (epoch.parse().ok()?, segment.parse().ok()?);
    let spelt = path_of(Path::new(""), parsed.0, parsed.1);
    (spelt == Path::new(name)).then_some(parsed)
}

fn field<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut field = [0; N];
    field.copy_from_slice(&bytes[at..at + N]);
    field
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
