//! The directory of the logs: its folders, and the lock that keeps a second venue out.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::batch::Log;
use crate::damage::{At, FileError};
use crate::log_file::sync_folder;

/// Why the directory cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// Another process holds it.
    #[error("{}: another process uses these logs. Stop it, or choose another directory", .0.display())]
    InUse(PathBuf),
}

/// The folder of the snapshots, below the directory of the logs.
const SNAPSHOTS: &str = "snapshots";
/// The record of the trading days, there too.
const DAYS: &str = "days";

/// The directory of the logs, held against other processes for as long as this lives.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    _lock: Option<File>,
}

impl Directory {
    /// Takes the directory for writing, and makes it if it is not there.
    pub(crate) fn create(path: &Path) -> Result<Self, DirectoryError> {
        for folder in [Log::Journal.folder(), Log::Events.folder(), SNAPSHOTS] {
            let folder = path.join(folder);
            fs::create_dir_all(&folder).at("create", &folder)?;
        }
        sync_folder(path)?;
        if let Some(parent) = path.parent().filter(|parent| parent.is_dir()) {
            sync_folder(parent)?;
        }
        let lock = path.join("lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&lock);
        let file = file.at("open", &lock)?;
        hold(&file, FlockOperation::NonBlockingLockExclusive, &lock)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: Some(file),
        })
    }

    /// Takes the directory for reading; nothing in it is changed.
    pub(crate) fn read(path: &Path) -> Result<Self, DirectoryError> {
        fs::read_dir(path).at("list", path)?;
        let lock = path.join("lock");
        // A copy may be without the lock file; nobody writes to it then.
        if !lock.exists() {
            return Ok(Self {
                path: path.to_owned(),
                _lock: None,
            });
        }
        let file = File::open(&lock).at("open", &lock)?;
        hold(&file, FlockOperation::NonBlockingLockShared, &lock)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: Some(file),
        })
    }

    /// The folder of the snapshots.
    pub(crate) fn snapshots(&self) -> PathBuf {
        self.path.join(SNAPSHOTS)
    }

    /// The record of the trading days.
    pub(crate) fn days(&self) -> PathBuf {
        self.path.join(DAYS)
    }

    /// The folder of the segments of a log.
    pub(crate) fn folder(&self, log: Log) -> PathBuf {
        self.path.join(log.folder())
    }
}

fn hold(file: &File, operation: FlockOperation, path: &Path) -> Result<(), DirectoryError> {
    match flock(file, operation) {
        Ok(()) => Ok(()),
        Err(Errno::WOULDBLOCK) => Err(DirectoryError::InUse(path.to_owned())),
        Err(error) => Ok(Err(error.into()).at("lock", path)?),
    }
}
