//! The end of a log: the one segment that is written to. Appends whole batches, syncs, and goes on
//! in a new segment when told to.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use engine::CommandNumber;

use crate::batch::{Log, wide};
use crate::damage::{At, FileError};
use crate::segment::Segment;
use crate::storage::Storage;

/// The segment that a log is written to.
#[derive(Debug)]
pub(crate) struct LogFile {
    log: Log,
    folder: PathBuf,
    segment: Segment,
    file: File,
    /// Where the next batch goes; everything before it was written.
    offset: u64,
}

impl LogFile {
    /// Starts a new segment. Its name is durable when this returns.
    pub(crate) fn create(folder: &Path, log: Log, first: CommandNumber) -> Result<Self, FileError> {
        let segment = Segment::new(folder, log, first);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&segment.path);
        let file = file.at("create", &segment.path)?;
        sync_folder(folder)?;
        Ok(Self {
            log,
            folder: folder.to_owned(),
            segment,
            file,
            offset: 0,
        })
    }

    /// Goes on in a segment after its first `offset` bytes, and cuts what is behind them. The cut
    /// is durable when this returns, and so is all that is before it.
    pub(crate) fn resume(segment: &Segment, log: Log, offset: u64) -> Result<Self, FileError> {
        let segment = segment.clone();
        let file = OpenOptions::new()
            .write(true)
            .open(&segment.path)
            .at("open", &segment.path)?;
        file.set_len(offset).at("cut", &segment.path)?;
        file.sync_all().at("sync", &segment.path)?;
        let folder = segment.path.parent().unwrap_or(Path::new(".")).to_owned();
        sync_folder(&folder)?;
        Ok(Self {
            log,
            folder,
            segment,
            file,
            offset,
        })
    }

    /// Where the next batch goes.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The segment that is written to.
    pub(crate) fn segment(&self) -> &Segment {
        &self.segment
    }

    /// Writes one batch behind the others.
    pub(crate) fn append(&mut self, batch: &[u8]) -> Result<(), FileError> {
        self.file
            .write_all_at(batch, self.offset)
            .at("write to", &self.segment.path)?;
        self.offset += wide(batch.len());
        Ok(())
    }

    /// Waits until everything written is durable.
    pub(crate) fn sync(&self) -> Result<(), FileError> {
        self.file.sync_data().at("sync", &self.segment.path)
    }

    /// The same, as this disk does it.
    pub(crate) fn sync_on(&self, storage: &dyn Storage) -> Result<(), FileError> {
        storage.sync(&self.file).at("sync", &self.segment.path)
    }

    /// Goes on in a new segment; the one before it is durable from then on.
    pub(crate) fn roll(&mut self, first: CommandNumber) -> Result<(), FileError> {
        self.sync()?;
        *self = Self::create(&self.folder, self.log, first)?;
        Ok(())
    }
}

/// Waits until the names in a folder are durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), FileError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .at("sync", folder)
}
