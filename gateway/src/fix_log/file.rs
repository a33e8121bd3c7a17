//! The files of one log: appended to, followed by another one beyond a size or an age, and the oldest deleted beyond a
//! number. Each is named by the time of its first line, so that names sort as the lines do and none is ever renamed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};

/// How a file is named, by `chrono`'s letters.
const NAME: &str = "%Y%m%d-%H%M%S.%6f.log";

/// When a log goes on in another file, and how many are kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rotation {
    /// Beyond this size, in bytes.
    pub(super) bytes: u64,
    /// Beyond this age.
    pub(super) age: Duration,
    /// Files kept, with the one that is written to.
    pub(super) files: usize,
}

/// The log in one folder. Holds its file open until [`LogFile::close`].
#[derive(Debug)]
pub(super) struct LogFile {
    folder: PathBuf,
    rotation: Rotation,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    since: DateTime<Utc>,
    bytes: u64,
    /// Whether a write was cut short: then the next one starts a new line.
    torn: bool,
}

impl LogFile {
    /// The log in `folder`, which is made when there is something to write.
    pub(super) fn new(folder: &Path, rotation: Rotation) -> Self {
        Self {
            folder: folder.to_path_buf(),
            rotation,
            open: None,
        }
    }

    /// Whether it holds its file open.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Closes its file; the next write opens it again.
    pub(super) fn close(&mut self) {
        self.open = None;
    }

    /// Appends whole lines, the first of them written at `now` or before.
    ///
    /// # Errors
    /// When the disk refuses. A part of the lines may be there; the next lines stand on lines of their own.
    pub(super) fn append(&mut self, now: DateTime<Utc>, lines: &str) -> io::Result<()> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.newest()?.map_or_else(|| self.begin(now), Ok)?,
        };
        // A clock that was set back makes no file older.
        let age = (now - open.since).to_std().unwrap_or_default();
        if open.bytes >= self.rotation.bytes || age >= self.rotation.age {
            open = self.begin(now)?;
            self.delete_old()?;
        }
        let written = open.append(lines.as_bytes());
        self.open = Some(open);
        written
    }

    /// The last file of an earlier run, if there is one.
    fn newest(&self) -> io::Result<Option<Open>> {
        fs::create_dir_all(&self.folder)?;
        let Some((since, path)) = self.files()?.pop() else {
            return Ok(None);
        };
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        let mut last = [b'\n'];
        if bytes > 0 {
            file.read_exact_at(&mut last, bytes - 1)?;
        }
        let torn = last != *b"\n";
        Ok(Some(Open {
            file,
            since,
            bytes,
            torn,
        }))
    }

    /// Another file, for lines from `now` on.
    fn begin(&self, now: DateTime<Utc>) -> io::Result<Open> {
        let path = self.folder.join(now.format(NAME).to_string());
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let bytes = file.metadata()?.len();
        Ok(Open {
            file,
            since: now,
            bytes,
            torn: false,
        })
    }

    fn delete_old(&self) -> io::Result<()> {
        let mut files = self.files()?;
        let keep = files.len().saturating_sub(self.rotation.files);
        for (_, path) in files.drain(..keep) {
            fs::remove_file(path)?;
        }
        Ok(())
    }

    /// The files of the log, the oldest first. Others in the folder are left alone.
    fn files(&self) -> io::Result<Vec<(DateTime<Utc>, PathBuf)>> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let since = name
                .to_str()
                .and_then(|name| NaiveDateTime::parse_from_str(name, NAME).ok());
            if let Some(since) = since {
                files.push((since.and_utc(), entry.path()));
            }
        }
        files.sort();
        Ok(files)
    }
}

impl Open {
    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if self.torn {
            self.file.write_all(b"\n")?;
            self.torn = false;
        }
        let written = self.file.write_all(lines);
        match written {
            Ok(()) => self.bytes += u64::try_from(lines.len()).unwrap_or(u64::MAX),
            Err(_) => self.torn = true,
        }
        written
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;
    use std::time::Duration;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::{LogFile, Rotation};

    const ROTATION: Rotation = Rotation {
        bytes: 20,
        age: Duration::from_secs(60),
        files: 3,
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    /// The files of the folder in order, and what is in each.
    fn files(folder: &Path) -> Vec<(String, String)> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .expect("the folder is there")
            .map(|entry| {
                let path = entry.expect("it can be read").path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let text = fs::read_to_string(&path).expect("it can be read");
                (name.into_owned(), text)
            })
            .collect();
        files.sort();
        files
    }

    fn named(files: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
        files.iter().map(owned).collect()
    }

    #[test]
    fn a_log_goes_on_in_another_file_by_size_and_by_age_and_the_oldest_go() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("ALDER-OMS");
        let mut log = LogFile::new(&path, ROTATION);
        log.append(at(0), "0123456789\n").expect("there is room");
        log.append(at(1), "0123456789\n").expect("there is room");
        // Beyond the size.
        log.append(at(2), "a\n").expect("there is room");
        // Beyond the age.
        log.append(at(62), "b\n").expect("there is room");
        // A clock that was set back.
        log.append(at(30), "c\n").expect("there is room");
        let first = ("19700101-000000.000000.log", "0123456789\n0123456789\n");
        let second = ("19700101-000002.000000.log", "a\n");
        let third = ("19700101-000102.000000.log", "b\nc\n");
        assert_eq!(files(&path), named(&[first, second, third]));
        // A fourth: the first goes, and what is not the log's stays.
        fs::write(path.join("notes.txt"), "mine").expect("there is room");
        log.append(at(200), "d\n").expect("there is room");
        let fourth = ("19700101-000320.000000.log", "d\n");
        let notes = ("notes.txt", "mine");
        assert_eq!(files(&path), named(&[second, third, fourth, notes]));
    }

    #[test]
    fn a_later_run_goes_on_in_the_newest_file() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut log = LogFile::new(folder.path(), ROTATION);
        log.append(at(0), "a\n").expect("there is room");
        log.close();
        assert!(!log.is_open());
        log.append(at(1), "b\n").expect("there is room");
        let mut later = LogFile::new(folder.path(), ROTATION);
        later.append(at(2), "c\n").expect("there is room");
        drop(later);
        // One that ended in the middle of a line.
        let name = "19700101-000000.000000.log";
        fs::write(folder.path().join(name), "a\nb\nc").expect("there is room");
        let mut after = LogFile::new(folder.path(), ROTATION);
        after.append(at(3), "d\n").expect("there is room");
        let expected = (name, "a\nb\nc\nd\n");
        assert_eq!(files(folder.path()), named(&[expected]));
    }

    #[test]
    fn a_disk_that_refuses_is_told_of_and_tried_again() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("ALDER-OMS");
        // A file where the folder should be.
        fs::write(&path, "").expect("there is room");
        let mut log = LogFile::new(&path, ROTATION);
        assert!(log.append(at(0), "a\n").is_err());
        fs::remove_file(&path).expect("it is there");
        log.append(at(1), "b\n").expect("there is room");
        assert_eq!(
            files(&path),
            named(&[("19700101-000001.000000.log", "b\n")])
        );
    }
}
