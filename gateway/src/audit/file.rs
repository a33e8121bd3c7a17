//! The files of the audit log: appended to, synced, and followed by another one beyond a size. None is ever changed
//! or removed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// A file is followed by another one beyond this size, in bytes.
pub(super) const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// Why the audit log cannot be written: the venue must stop.
#[derive(Debug, thiserror::Error)]
#[error("the audit log: cannot {action} {}", path.display())]
pub(crate) struct AuditError {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// The file that is appended to.
#[derive(Debug)]
pub(super) struct AuditFile {
    folder: PathBuf,
    number: u32,
    file: File,
    length: u64,
    /// How long a file may become.
    limit: u64,
}

impl AuditFile {
    /// Goes on with the last file in `folder`, which is made if it is not there. A line that a crash left unfinished
    /// at the end is cut.
    pub(super) fn open(folder: &Path, limit: u64) -> Result<Self, AuditError> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(failed("make", folder))?;
        let number = last_number(folder)?.unwrap_or(1);
        let mut opened = Self::create(folder, number, limit)?;
        opened.cut_unfinished()?;
        Ok(opened)
    }

    /// Appends whole lines; they are durable when this returns.
    pub(super) fn append(&mut self, lines: &str) -> Result<(), AuditError> {
        if self.length > 0 && self.length.saturating_add(length(lines)) > self.limit {
            *self = Self::create(&self.folder, self.number.saturating_add(1), self.limit)?;
        }
        let path = path(&self.folder, self.number);
        self.file
            .write_all(lines.as_bytes())
            .map_err(failed("append to", &path))?;
        self.file.sync_data().map_err(failed("sync", &path))?;
        self.length = self.length.saturating_add(length(lines));
        Ok(())
    }

    fn create(folder: &Path, number: u32, limit: u64) -> Result<Self, AuditError> {
        let path = path(folder, number);
        let mut options = OpenOptions::new();
        options.read(true).append(true).create(true).mode(0o600);
        let file = options.open(&path).map_err(failed("open", &path))?;
        let metadata = file.metadata().map_err(failed("look at", &path))?;
        let entry = File::open(folder).and_then(|folder| folder.sync_all());
        entry.map_err(failed("sync", folder))?;
        Ok(Self {
            folder: folder.to_path_buf(),
            number,
            file,
            length: metadata.len(),
            limit,
        })
    }

    fn cut_unfinished(&mut self) -> Result<(), AuditError> {
        let path = path(&self.folder, self.number);
        let mut text = Vec::new();
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.read_to_end(&mut text))
            .map_err(failed("read", &path))?;
        let end = text.iter().rposition(|byte| *byte == b'\n');
        let whole = u64::try_from(end.map_or(0, |end| end + 1)).unwrap_or(u64::MAX);
        if whole < self.length {
            tracing::warn!(file = %path.display(), bytes = self.length - whole, "the last line of the audit log was unfinished and was cut");
            self.file.set_len(whole).map_err(failed("cut", &path))?;
            self.length = whole;
        }
        Ok(())
    }
}

fn length(lines: &str) -> u64 {
    u64::try_from(lines.len()).unwrap_or(u64::MAX)
}

fn path(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("audit-{number:06}.jsonl"))
}

/// The number of the last file; `None` when there is none.
fn last_number(folder: &Path) -> Result<Option<u32>, AuditError> {
    let entries = fs::read_dir(folder).map_err(failed("read", folder))?;
    let mut last = None;
    for entry in entries {
        let name = entry.map_err(failed("read", folder))?.file_name();
        let name = name.to_string_lossy();
        let number = name.strip_prefix("audit-");
        let number = number.and_then(|rest| rest.strip_suffix(".jsonl"));
        last = last.max(number.and_then(|number| number.parse().ok()));
    }
    Ok(last)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> AuditError {
    let path = path.to_path_buf();
    move |source| AuditError {
        action,
        path,
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::AuditFile;

    fn files(folder: &Path) -> Vec<String> {
        let mut paths: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        paths.sort();
        paths
            .iter()
            .map(|path| fs::read_to_string(path).unwrap())
            .collect()
    }

    #[test]
    fn lines_go_on_after_a_restart_and_into_another_file_when_one_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("audit");
        for line in ["one\n", "two\n", "three\n", "four\n"] {
            let mut file = AuditFile::open(&folder, 10).unwrap();
            file.append(line).unwrap();
        }
        assert_eq!(files(&folder), ["one\ntwo\n", "three\n", "four\n"]);
    }

    #[test]
    fn a_line_that_a_crash_cut_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit-000001.jsonl");
        for (left, expected) in [("one\ntw", "one\nnext\n"), ("on", "next\n"), ("", "next\n")] {
            fs::write(&path, left).unwrap();
            let mut file = AuditFile::open(folder.path(), 1_000).unwrap();
            file.append("next\n").unwrap();
            assert_eq!(files(folder.path()), [expected]);
        }
    }
}
