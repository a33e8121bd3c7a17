//! The record of the trading days: for each the hash of the state of the market when it ended. One line a day, each
//! with a hash that also covers the line before it; lines are only ever added.
//!
//! ```text
//! cloudpit trading days 1
//! COMMAND TIME STATE CHAIN
//! ```
//!
//! COMMAND is the command that ended the day, TIME its time in nanoseconds since 1970, STATE the hash of the state
//! behind it, CHAIN the BLAKE3 of the CHAIN before it (of the first line for the first) and of the three fields as
//! they stand.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use engine::{CommandNumber, Timestamp};

use crate::batch::wide;
use crate::damage::{At, FileError};
use crate::log_file::sync_folder;
use crate::sighting::Sighting;
use crate::snapshot::state::StateHash;

/// The first line; it grows another number when older programs could not read the file.
const HEAD: &str = "cloudpit trading days 1";

/// The state of the market at the end of a trading day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayEnd {
    /// The command that ended the day.
    pub command: CommandNumber,
    /// When it did.
    pub time: Timestamp,
    /// The hash of the state behind it.
    pub state: StateHash,
}

/// What is wrong with the record of the trading days.
#[derive(Debug, thiserror::Error)]
pub enum DaysError {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is of another version.
    #[error(
        "{}: found {found:?}; this program reads {HEAD:?}. Start the version of the program that wrote this file, or \
         move it away: it is then begun again", file.display()
    )]
    Version {
        /// The file.
        file: PathBuf,
        /// Its first line.
        found: String,
    },
    /// A line was changed, or one is missing.
    #[error(
        "{}: line {line} is not as it was written, or the line before it is missing. Restore the file from a copy",
        file.display()
    )]
    Damaged {
        /// The file.
        file: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// The journal gives another state.
    #[error(
        "{}: command {command} ended a trading day in state {recorded}, but the journal gives {found}. Restore the \
         journal and this file from one copy; if they are, the program that wrote them was another version",
        file.display()
    )]
    Differs {
        /// The file.
        file: PathBuf,
        /// The command that ended the day.
        command: u64,
        /// What is recorded.
        recorded: StateHash,
        /// What the replay gave.
        found: StateHash,
    },
    /// The journal and the record have different days.
    #[error(
        "{}: the record and the journal do not end the same trading days: command {command} does in one of them only. \
         Restore the journal and this file from one copy", file.display()
    )]
    OtherDays {
        /// The file.
        file: PathBuf,
        /// The command that ended the day.
        command: u64,
    },
}

/// The record as it is on disk.
#[derive(Debug)]
pub(crate) struct DayRecord {
    path: PathBuf,
    days: Vec<DayEnd>,
    chain: blake3::Hash,
    /// How much of the file is whole lines; a crash may leave a part of one behind.
    bytes: u64,
}

impl DayRecord {
    /// Reads and checks the record; none is an empty one.
    pub(crate) fn read(path: &Path) -> Result<Self, DaysError> {
        let mut record = Self {
            path: path.to_owned(),
            days: Vec::new(),
            chain: blake3::hash(HEAD.as_bytes()),
            bytes: 0,
        };
        let bytes = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(record),
            read => read.at("read", path)?,
        };
        let whole = bytes.iter().rposition(|byte| *byte == b'\n');
        let lines = whole.map_or(&[][..], |end| &bytes[..end]);
        for (number, line) in (1..).zip(lines.split(|byte| *byte == b'\n')) {
            if !lines.is_empty() {
                record.take(number, line)?;
            }
        }
        record.bytes = whole.map_or(0, |end| wide(end) + 1);
        Ok(record)
    }

    fn take(&mut self, number: usize, line: &[u8]) -> Result<(), DaysError> {
        let line = std::str::from_utf8(line).ok();
        if number == 1 && line.is_some_and(|line| line != HEAD) {
            return Err(DaysError::Version {
                file: self.path.clone(),
                found: line.unwrap_or_default().chars().take(80).collect(),
            });
        }
        if number > 1 || line.is_none() {
            let day = line.and_then(|line| self.parse(line));
            let (day, chain) = day.ok_or_else(|| DaysError::Damaged {
                file: self.path.clone(),
                line: number,
            })?;
            self.days.push(day);
            self.chain = chain;
        }
        Ok(())
    }

    fn parse(&self, line: &str) -> Option<(DayEnd, blake3::Hash)> {
        let (fields, chain) = line.rsplit_once(' ')?;
        let chain = blake3::Hash::from_hex(chain).ok()?;
        let mut parts = fields.split(' ');
        let day = DayEnd {
            command: CommandNumber::new(parts.next()?.parse().ok()?),
            time: Timestamp::from_nanos(parts.next()?.parse().ok()?),
            state: StateHash::new(*blake3::Hash::from_hex(parts.next()?).ok()?.as_bytes()),
        };
        // Written again, so that only what would be written is taken.
        (line_of(&day, self.chain) == (line.to_owned(), chain)).then_some((day, chain))
    }

    /// The days, oldest first.
    pub(crate) fn days(&self) -> &[DayEnd] {
        &self.days
    }

    /// Adds the days that a replay came to and that are not recorded; those that are must agree.
    pub(crate) fn add(&mut self, seen: &[Sighting]) -> Result<(), DaysError> {
        let mut lines = String::new();
        let mut days = Vec::new();
        let mut chain = self.chain;
        for sighting in seen.iter().filter(|sighting| sighting.day_ends) {
            if self.agrees(sighting)? {
                continue;
            }
            let day = DayEnd {
                command: sighting.command,
                time: sighting.time,
                state: sighting.state,
            };
            let line;
            (line, chain) = line_of(&day, chain);
            lines.push_str(&line);
            lines.push('\n');
            days.push(day);
        }
        if days.is_empty() {
            return Ok(());
        }
        if self.bytes == 0 {
            lines.insert_str(0, &format!("{HEAD}\n"));
        }
        self.write(&lines)?;
        self.days.extend(days);
        self.chain = chain;
        Ok(())
    }

    /// Whether a day is recorded, and as it was seen; false if it is later than all that are recorded.
    pub(crate) fn agrees(&self, seen: &Sighting) -> Result<bool, DaysError> {
        if self
            .days
            .last()
            .is_none_or(|last| last.command < seen.command)
        {
            return Ok(false);
        }
        let found = self
            .days
            .binary_search_by_key(&seen.command, |day| day.command);
        let (file, command) = (self.path.clone(), seen.command.get());
        match found.ok().and_then(|at| self.days.get(at)) {
            Some(day) if day.state == seen.state && day.time == seen.time => Ok(true),
            Some(day) => Err(DaysError::Differs {
                file,
                command,
                recorded: day.state,
                found: seen.state,
            }),
            None => Err(DaysError::OtherDays { file, command }),
        }
    }

    fn write(&mut self, lines: &str) -> Result<(), FileError> {
        let path = &self.path;
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path);
        let file = file.at("open", path)?;
        file.set_len(self.bytes).at("cut", path)?;
        file.write_all_at(lines.as_bytes(), self.bytes)
            .at("write to", path)?;
        file.sync_all().at("sync", path)?;
        if let Some(folder) = path.parent() {
            sync_folder(folder)?;
        }
        self.bytes += wide(lines.len());
        Ok(())
    }
}

/// The line of a day behind the one with this chain value, and its own.
fn line_of(day: &DayEnd, chain: blake3::Hash) -> (String, blake3::Hash) {
    let fields = format!("{} {} {}", day.command.get(), day.time.nanos(), day.state);
    let mut hasher = blake3::Hasher::new();
    hasher.update(chain.as_bytes());
    hasher.update(fields.as_bytes());
    let chain = hasher.finalize();
    (format!("{fields} {}", chain.to_hex()), chain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(number: u64) -> Sighting {
        Sighting {
            command: CommandNumber::new(number),
            time: Timestamp::from_nanos(number * 1_000),
            day_ends: true,
            state: StateHash::of_bytes(&number.to_le_bytes()),
        }
    }

    /// A record of three days, and where it lies.
    fn three_days() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let path = folder.path().join("days");
        for number in [5, 9, 12] {
            let mut record = DayRecord::read(&path).expect("it is good");
            record.add(&[sighting(number)]).expect("it can be written");
        }
        (folder, path)
    }

    #[test]
    fn days_are_read_as_they_were_added_and_added_once() {
        let (_folder, path) = three_days();
        let mut record = DayRecord::read(&path).expect("it is good");
        let numbers: Vec<_> = record.days().iter().map(|day| day.command.get()).collect();
        assert_eq!(numbers, [5, 9, 12]);
        let before = fs::read(&path).expect("it is there");
        record
            .add(&[sighting(9), sighting(12)])
            .expect("they are known");
        assert_eq!(fs::read(&path).expect("it is there"), before);
        let other = Sighting {
            state: StateHash::of_bytes(b"other"),
            ..sighting(9)
        };
        assert!(matches!(
            record.add(&[other]),
            Err(DaysError::Differs { command: 9, .. })
        ));
        assert!(matches!(
            record.add(&[sighting(7)]),
            Err(DaysError::OtherDays { command: 7, .. })
        ));
    }

    #[test]
    fn every_changed_bit_of_the_record_is_found() {
        let (_folder, path) = three_days();
        let good = fs::read(&path).expect("it is there");
        for byte in 0..good.len() - 1 {
            for bit in 0..8 {
                let mut bytes = good.clone();
                bytes[byte] ^= 1 << bit;
                fs::write(&path, &bytes).expect("it can be written");
                DayRecord::read(&path).expect_err("a bit was changed");
            }
        }
    }

    #[test]
    fn a_line_that_a_crash_interrupted_is_written_again() {
        let (_folder, path) = three_days();
        let good = fs::read(&path).expect("it is there");
        let second = good.len()
            - 1
            - good[..good.len() - 1]
                .iter()
                .rev()
                .position(|b| *b == b'\n')
                .expect("three lines");
        for length in second..good.len() {
            fs::write(&path, &good[..length]).expect("it can be written");
            let mut record = DayRecord::read(&path).expect("a part of a line is passed over");
            assert_eq!(record.days().len(), 2);
            record.add(&[sighting(12)]).expect("it can be written");
            assert_eq!(fs::read(&path).expect("it is there"), good);
        }
    }
}
