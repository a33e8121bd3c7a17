//! What a client is known to have received, and whether it is to start its numbers again, in a small file beside its
//! message store: one line of a fixed length, written in place. What it received is not synced: after power loss an
//! older line says less, and reports come once more, marked.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

const FILE: &str = "receipts";
const HEAD: &str = "cloudpit receipts 1";

/// What a client has received, as positions in the event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Receipts {
    path: PathBuf,
    /// It has every report of the events before this one.
    pub(super) received: u64,
    /// It may have those of the events before this one.
    pub(super) sent: u64,
    /// It was told to start again at 1, and had not done so.
    pub(super) demanded: bool,
}

/// Why they cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReceiptsError {
    /// The file is not what was written.
    #[error(
        "{} is damaged. Restore it from a copy; or remove it, and reports that the client did not receive before its \
         last session ended are not carried over", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The disk refuses.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was tried.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
}

impl Receipts {
    /// Reads those in the folder of a message store. Where there are none, the client has what was `handled`: it
    /// had no schedule before.
    pub(super) fn open(folder: &Path, handled: u64) -> Result<Self, ReceiptsError> {
        let path = folder.join(FILE);
        let text = match fs::read(&path) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Self::create(path, handled);
            }
            Err(source) => return Err(failed("read", path, source)),
        };
        let numbers: Option<Vec<u64>> = text
            .strip_prefix(HEAD)
            .unwrap_or_default()
            .split_whitespace()
            .filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()) && word.len() == 20)
            .map(|word| word.parse().ok())
            .collect();
        let Some([received, sent, demanded]) = numbers.as_deref() else {
            return Err(ReceiptsError::Damaged { path });
        };
        let receipts = Self {
            path: path.clone(),
            received: *received,
            sent: *sent,
            demanded: *demanded > 0,
        };
        // One text for one state: writing it again checks the checksum and every byte besides.
        if receipts.line() == text {
            Ok(receipts)
        } else {
            Err(ReceiptsError::Damaged { path })
        }
    }

    /// Synced, this once: from then on a line of the same length is there, whatever fails.
    fn create(path: PathBuf, handled: u64) -> Result<Self, ReceiptsError> {
        let receipts = Self {
            path,
            received: handled,
            sent: handled,
            demanded: false,
        };
        receipts.save_synced()?;
        Ok(receipts)
    }

    /// Writes them down so that they outlive a loss of power.
    pub(super) fn save_synced(&self) -> Result<(), ReceiptsError> {
        self.save()?;
        let synced = File::open(&self.path).and_then(|file| file.sync_all());
        synced.map_err(|source| failed("sync", self.path.clone(), source))
    }

    /// Writes them down.
    pub(super) fn save(&self) -> Result<(), ReceiptsError> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&self.path);
        let file = file.map_err(|source| failed("open", self.path.clone(), source))?;
        let written = file.write_all_at(self.line().as_bytes(), 0);
        written.map_err(|source| failed("write", self.path.clone(), source))
    }

    fn line(&self) -> String {
        let (received, sent, demanded) = (self.received, self.sent, u8::from(self.demanded));
        let text =
            format!("{HEAD} received {received:020} sent {sent:020} demanded {demanded:020}");
        let checksum = crc32c::crc32c(text.as_bytes());
        format!("{text} crc32c {checksum:08x}\n")
    }
}

fn failed(what: &'static str, path: PathBuf, source: std::io::Error) -> ReceiptsError {
    ReceiptsError::Io { what, path, source }
}

#[cfg(test)]
mod tests {
    use super::{FILE, Receipts, ReceiptsError};

    #[test]
    fn they_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let mut receipts = Receipts::open(folder.path(), 7).expect("there is no file yet");
        assert_eq!((receipts.received, receipts.sent), (7, 7));
        for (received, sent) in [(0, 0), (12, 345), (u64::MAX, u64::MAX), (3, 4)] {
            (receipts.received, receipts.sent) = (received, sent);
            receipts.demanded = !receipts.demanded;
            receipts.save().expect("a file can be written");
            let again = Receipts::open(folder.path(), 7).expect("it is sound");
            assert_eq!(again, receipts);
        }
    }

    #[test]
    fn any_damage_is_found_and_named() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let receipts = Receipts::open(folder.path(), 123).expect("there is no file yet");
        receipts.save().expect("a file can be written");
        let path = folder.path().join(FILE);
        let sound = std::fs::read(&path).expect("the file is there");
        let damaged = |bytes: &[u8], what: &str| {
            std::fs::write(&path, bytes).expect("a file can be written");
            let error = Receipts::open(folder.path(), 0).expect_err(what);
            assert!(matches!(error, ReceiptsError::Damaged { .. }), "{what}");
            assert!(error.to_string().contains(FILE), "{error}");
        };
        for at in 0..sound.len() {
            damaged(&sound[..at], "cut");
            for bit in 0..8 {
                let mut flipped = sound.clone();
                flipped[at] ^= 1 << bit;
                damaged(&flipped, "flipped");
            }
        }
    }
}
