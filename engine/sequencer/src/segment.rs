//! Segments: the files that a log consists of, each named by its first command. Reads their
//! batches one after the other; never writes.

use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use engine::CommandNumber;

use crate::batch::{HEADER_BYTES, Header, Log, wide};
use crate::damage::{At, Damage, Fault, FileError, LogError};

/// Bytes that are read ahead.
const WINDOW_BYTES: usize = 1 << 20;

/// A segment by its first command, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) first_command: CommandNumber,
    pub(crate) path: PathBuf,
}

impl Segment {
    pub(crate) fn new(folder: &Path, log: Log, first_command: CommandNumber) -> Self {
        let name = format!("{:020}.{}", first_command.get(), log.folder());
        Self {
            first_command,
            path: folder.join(name),
        }
    }

    fn from_path(folder: &Path, log: Log, path: &Path) -> Option<Self> {
        let stem = path.file_stem()?.to_str()?;
        let segment = Self::new(folder, log, CommandNumber::new(stem.parse().ok()?));
        (segment.path == path).then_some(segment)
    }
}

/// Why the segments of a log cannot be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is something that the venue did not put there.
    #[error("{}: expected only segments of the log in this folder. Move this file away", .0.display())]
    ForeignFile(PathBuf),
}

/// All segments of a log, oldest first. None if its folder does not exist.
pub(crate) fn list(folder: &Path, log: Log) -> Result<Vec<Segment>, ListError> {
    let mut segments = Vec::new();
    if !folder.exists() {
        return Ok(segments);
    }
    for entry in fs::read_dir(folder).at("list", folder)? {
        let path = entry.at("list", folder)?.path();
        let segment = Segment::from_path(folder, log, &path).filter(|_| path.is_file());
        segments.push(segment.ok_or(ListError::ForeignFile(path))?);
    }
    segments.sort_by_key(|segment| segment.first_command);
    Ok(segments)
}

/// Reads a segment, batch by batch, with reading ahead.
#[derive(Debug)]
pub(crate) struct SegmentReader {
    log: Log,
    path: PathBuf,
    file: File,
    /// Where the next batch starts in the file.
    offset: u64,
    window: Vec<u8>,
    /// Where in the file the window starts.
    window_offset: u64,
    /// The batch that was read last, in the window.
    batch: Range<usize>,
}

impl SegmentReader {
    pub(crate) fn open(path: &Path, log: Log, offset: u64) -> Result<Self, FileError> {
        let file = File::open(path).at("open", path)?;
        let path = path.to_owned();
        let (window, batch) = (Vec::new(), 0..0);
        Ok(Self {
            log,
            path,
            file,
            offset,
            window,
            window_offset: offset,
            batch,
        })
    }

    pub(crate) fn log(&self) -> Log {
        self.log
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where the next batch starts.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// How long the file is now.
    pub(crate) fn file_bytes(&self) -> Result<u64, FileError> {
        Ok(self.file.metadata().at("look at", &self.path)?.len())
    }

    /// Something is wrong with the next batch.
    pub(crate) fn damage(&self, fault: Fault) -> Damage {
        Damage {
            file: self.path.clone(),
            offset: self.offset,
            fault,
        }
    }

    /// Something is wrong with the batch that was read last.
    pub(crate) fn batch_damage(&self, fault: Fault) -> Damage {
        let offset = self.offset - wide(self.batch.len());
        Damage {
            file: self.path.clone(),
            offset,
            fault,
        }
    }

    /// Reads the next batch and checks its checksums and its hash. Nothing at the end of the file.
    /// After an error the same batch is still the next one.
    pub(crate) fn read(&mut self) -> Result<Option<Header>, LogError> {
        let Some(header) = self.read_unchecked()? else {
            return Ok(None);
        };
        if let Err(fault) = header.check(self.batch()) {
            self.offset -= header.batch_bytes();
            return Err(self.damage(fault).into());
        }
        Ok(Some(header))
    }

    /// Reads the next batch; only its header and its length are checked.
    pub(crate) fn read_unchecked(&mut self) -> Result<Option<Header>, LogError> {
        let Some(header) = self.header()? else {
            return Ok(None);
        };
        let length = header.batch_bytes();
        let found = self.load(self.offset, usize::try_from(length).expect("64-bit memory"))?;
        if wide(found.len()) < length {
            let body_found = wide(found.len().saturating_sub(HEADER_BYTES));
            let expected = u64::from(header.body_bytes);
            return Err(self
                .damage(Fault::RecordsCutShort {
                    expected,
                    found: body_found,
                })
                .into());
        }
        self.batch = found;
        self.offset += length;
        Ok(Some(header))
    }

    /// Passes over the next batch by its header alone. Nothing at the end of the file.
    pub(crate) fn skip(&mut self) -> Result<Option<Header>, LogError> {
        let header = self.header()?;
        self.offset += header.as_ref().map_or(0, Header::batch_bytes);
        Ok(header)
    }

    /// Passes over the next bytes if they are these.
    pub(crate) fn pass_if_equal(&mut self, expected: &[u8]) -> Result<bool, FileError> {
        let found = self.load(self.offset, expected.len())?;
        let equal = self.window[found] == *expected;
        self.offset += if equal { wide(expected.len()) } else { 0 };
        Ok(equal)
    }

    /// Whether what is left of the file is the first part of these bytes.
    pub(crate) fn rest_begins(&mut self, expected: &[u8]) -> Result<bool, FileError> {
        let found = self.load(self.offset, expected.len())?;
        Ok(expected.starts_with(&self.window[found]))
    }

    /// The bytes of the batch that was read last, header included.
    pub(crate) fn batch(&self) -> &[u8] {
        &self.window[self.batch.clone()]
    }

    /// The header of the next batch; nothing at the end of the file.
    pub(crate) fn header(&mut self) -> Result<Option<Header>, LogError> {
        let found = self.load(self.offset, HEADER_BYTES)?;
        if found.is_empty() {
            return Ok(None);
        }
        let header = Header::parse(&self.window[found], self.log);
        Ok(Some(header.map_err(|fault| self.damage(fault))?))
    }

    /// The bytes from here to the end of the file that are in reach of one look, and where.
    pub(crate) fn look(&mut self, offset: u64) -> Result<&[u8], FileError> {
        let found = self.load(offset, WINDOW_BYTES)?;
        Ok(&self.window[found])
    }

    /// Brings so many bytes into the window; fewer only at the end of the file.
    fn load(&mut self, offset: u64, length: usize) -> Result<Range<usize>, FileError> {
        let start = offset
            .checked_sub(self.window_offset)
            .and_then(|at| usize::try_from(at).ok());
        if let Some(start) = start.filter(|start| start + length <= self.window.len()) {
            return Ok(start..start + length);
        }
        self.batch = 0..0;
        let left = self.file_bytes()?.saturating_sub(offset);
        let wanted = wide(length.max(WINDOW_BYTES)).min(left);
        self.window
            .resize(usize::try_from(wanted).expect("64-bit memory"), 0);
        self.window_offset = offset;
        self.file
            .read_exact_at(&mut self.window, offset)
            .at("read", &self.path)?;
        Ok(0..length.min(self.window.len()))
    }
}
