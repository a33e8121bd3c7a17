//! The folder of the snapshots: their names, what is there, and which of them go.

use std::fs;
use std::path::{Path, PathBuf};

use engine::CommandNumber;

use crate::damage::{At, FileError};
use crate::log_file::sync_folder;
use crate::segment::ListError;

const EXTENSION: &str = "snapshot";
const PARTIAL: &str = "partial";

/// A snapshot by the command that follows it, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SnapshotFile {
    pub(crate) next_command: CommandNumber,
    pub(crate) path: PathBuf,
}

impl SnapshotFile {
    pub(crate) fn new(folder: &Path, next_command: CommandNumber) -> Self {
        let name = format!("{}.{EXTENSION}", stem(next_command));
        Self {
            next_command,
            path: folder.join(name),
        }
    }

    /// Where it is while it is written.
    pub(crate) fn partial(&self) -> PathBuf {
        self.path.with_extension(PARTIAL)
    }

    fn from_path(folder: &Path, path: &Path) -> Option<Self> {
        let stem = path.file_stem()?.to_str()?;
        let snapshot = Self::new(folder, CommandNumber::new(stem.parse().ok()?));
        (snapshot.path == path).then_some(snapshot)
    }
}

/// What a snapshot is called after the command that follows it.
pub(crate) fn stem(next_command: CommandNumber) -> String {
    format!("{:020}", next_command.get())
}

/// All snapshots, newest first. None if the folder does not exist. What a crash left of one that was being
/// written is passed over.
pub(crate) fn list(folder: &Path) -> Result<Vec<SnapshotFile>, ListError> {
    let mut snapshots = Vec::new();
    if !folder.exists() {
        return Ok(snapshots);
    }
    for entry in fs::read_dir(folder).at("list", folder)? {
        let path = entry.at("list", folder)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == PARTIAL)
        {
            continue;
        }
        let snapshot = SnapshotFile::from_path(folder, &path).filter(|_| path.is_file());
        snapshots.push(snapshot.ok_or(ListError::ForeignFile(path))?);
    }
    snapshots.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.next_command));
    Ok(snapshots)
}

/// Removes what a crash left of a snapshot that was being written.
pub(crate) fn remove_partial(folder: &Path) -> Result<(), FileError> {
    for entry in fs::read_dir(folder).at("list", folder)? {
        let path = entry.at("list", folder)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == PARTIAL)
        {
            fs::remove_file(&path).at("remove", &path)?;
        }
    }
    Ok(())
}

/// Removes these snapshots.
pub(crate) fn remove(folder: &Path, snapshots: &[SnapshotFile]) -> Result<(), FileError> {
    for snapshot in snapshots {
        fs::remove_file(&snapshot.path).at("remove", &snapshot.path)?;
    }
    if snapshots.is_empty() {
        Ok(())
    } else {
        sync_folder(folder)
    }
}
