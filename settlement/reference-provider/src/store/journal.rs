//! The file `journal`: one line for each change, synced before the change counts.
//!
//! A line is 16 hexadecimal digits of BLAKE3 over its content, a space, and the changed records as a
//! JSON array: all of a change is on disk, or nothing of it. A torn last line is cut; damage
//! elsewhere stops the start.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Record, State};
use crate::error::Error;
use crate::limits::JOURNAL_COMPACT_BYTES;

const HEADER: &str = "cloudpit-reference-provider journal 1\n";
const CHECKSUM_DIGITS: usize = 16;

/// The open file, at its end.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    bytes: u64,
    /// How long it was when it was last written anew.
    bytes_when_compact: u64,
    /// A write or sync failed: what is on disk is uncertain, so that nothing more may be accepted.
    broken: bool,
    /// No other control plane may use the directory while this one does.
    _lock: File,
}

impl Journal {
    /// Reads the journal of a directory, cuts a torn last line, and writes it anew without old records.
    pub(super) fn open(directory: &Path) -> Result<(Self, State), Error> {
        let lock = lock(directory)?;
        let path = directory.join("journal");
        let state = match File::open(&path) {
            Ok(file) => replay(&path, file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(Error::file("reading", &path)(error)),
        };
        let (file, bytes) = write_anew(&path, &state).map_err(Error::file("writing", &path))?;
        let journal = Self {
            path,
            file,
            bytes,
            bytes_when_compact: bytes,
            broken: false,
            _lock: lock,
        };
        Ok((journal, state))
    }

    /// Writes and syncs one change.
    pub(super) fn append(&mut self, records: &[Record]) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier write failed"));
        }
        let line = encode(records)?;
        let written = self
            .file
            .write_all(line.as_bytes())
            .and_then(|()| self.file.sync_data());
        self.broken = written.is_err();
        self.bytes = self.bytes.saturating_add(length(&line));
        written
    }

    /// Drops replaced records once they are most of the file.
    pub(super) fn compact_when_long(&mut self, state: &State) -> io::Result<()> {
        if self.bytes < JOURNAL_COMPACT_BYTES
            || self.bytes < self.bytes_when_compact.saturating_mul(4)
        {
            return Ok(());
        }
        let anew = write_anew(&self.path, state);
        // The open file may be the one that was replaced: nothing more may be written to it.
        self.broken = anew.is_err();
        let (file, bytes) = anew?;
        self.file = file;
        self.bytes = bytes;
        self.bytes_when_compact = bytes;
        Ok(())
    }
}

fn lock(directory: &Path) -> Result<File, Error> {
    let path = directory.join("lock");
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let file = opened.map_err(Error::file("opening", &path))?;
    match rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => Err(Error::Locked { path }),
    }
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

fn encode(records: &[Record]) -> io::Result<String> {
    let content = serde_json::to_string(records)?;
    Ok(format!("{} {content}\n", checksum(content.as_bytes())))
}

fn checksum(content: &[u8]) -> String {
    let mut digits = blake3::hash(content).to_hex().to_string();
    digits.truncate(CHECKSUM_DIGITS);
    digits
}

/// Writes the whole state to a new file and puts it in place of the old one.
fn write_anew(path: &Path, state: &State) -> io::Result<(File, u64)> {
    let new = path.with_extension("new");
    let mut out = BufWriter::new(File::create(&new)?);
    let mut bytes = length(HEADER);
    out.write_all(HEADER.as_bytes())?;
    for record in state.records() {
        let line = encode(std::slice::from_ref(&record))?;
        bytes = bytes.saturating_add(length(&line));
        out.write_all(line.as_bytes())?;
    }
    out.into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    std::fs::rename(&new, path)?;
    sync_directory_of(path)?;
    Ok((OpenOptions::new().append(true).open(path)?, bytes))
}

/// Makes a rename or a new name in the directory of `path` durable.
fn sync_directory_of(path: &Path) -> io::Result<()> {
    path.parent()
        .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
}

fn replay(path: &Path, file: File) -> Result<State, Error> {
    let mut reader = BufReader::new(file);
    let mut state = State::default();
    let mut line = Vec::new();
    let mut number: u64 = 1;
    let reading = |error| Error::file("reading", path)(error);
    reader.read_until(b'\n', &mut line).map_err(reading)?;
    if line != HEADER.as_bytes() {
        return Err(damaged(
            path,
            number,
            "not the header of a journal of this version",
        ));
    }
    loop {
        line.clear();
        number += 1;
        if reader.read_until(b'\n', &mut line).map_err(reading)? == 0 {
            return Ok(state);
        }
        match decode(&line) {
            Ok(records) => records.into_iter().for_each(|record| state.apply(record)),
            Err(what) if reader.fill_buf().map_err(reading)?.is_empty() => {
                // Never answered for: an answer waits for the sync of the whole line.
                tracing::warn!(path = %path.display(), line = number, what, "the torn last line of the journal is cut");
                return Ok(state);
            }
            Err(what) => return Err(damaged(path, number, what)),
        }
    }
}

fn decode(line: &[u8]) -> Result<Vec<Record>, &'static str> {
    let line = line.strip_suffix(b"\n").ok_or("the line does not end")?;
    let (digits, rest) = line
        .split_at_checked(CHECKSUM_DIGITS)
        .ok_or("the line is too short")?;
    let content = rest
        .strip_prefix(b" ")
        .ok_or("no space after the checksum")?;
    if checksum(content).as_bytes() != digits {
        return Err("the checksum differs");
    }
    serde_json::from_slice(content).map_err(|_| "the records are not of this version")
}

fn damaged(path: &Path, line: u64, what: &'static str) -> Error {
    Error::Damaged {
        path: path.to_owned(),
        line,
        what,
    }
}

#[cfg(test)]
mod tests;
