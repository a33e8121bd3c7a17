//! What can go wrong with a message store. Never what a message means.

use std::io;
use std::path::{Path, PathBuf};

/// Why a store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was attempted, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is not what was written to it.
    #[error("{} is damaged at byte {offset}: {damage}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where in it, in bytes from the start.
        offset: u64,
        /// What is wrong there.
        damage: Damage,
    },
    /// One file of the store is there and another, that must be with it, is not.
    #[error("{} is missing from a message store that was in use", path.display())]
    Missing {
        /// The file that is gone.
        path: PathBuf,
    },
    /// Another process (or this one) has the store open.
    #[error("{} is in use: is a venue already running on this data folder?", path.display())]
    InUse {
        /// The file that is locked.
        path: PathBuf,
    },
    /// An append failed and could not be undone; the store must be opened again.
    #[error("the message store in {} failed earlier and must be opened again", directory.display())]
    Broken {
        /// The store's folder.
        directory: PathBuf,
    },
    /// A reset to an epoch that is not later than the current one.
    #[error("cannot reset to epoch {asked}: the store is in epoch {current}")]
    EpochNotLater {
        /// The epoch that the store is in.
        current: u32,
        /// The epoch that was asked for.
        asked: u32,
    },
    /// A message is longer than [`super::MESSAGE_BYTES_MAX`].
    #[error("a message of {bytes} bytes is too long to store")]
    MessageTooLong {
        /// Its length.
        bytes: usize,
    },
}

/// What is wrong at a place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The head of the file is not that of this segment of this store.
    #[error("not the head of this part of this store's outbound log")]
    Head,
    /// The file is of another version of the format.
    #[error("written by another version of the program")]
    Version,
    /// A record's checksum does not match its bytes.
    #[error("checksum does not match")]
    Checksum,
    /// The file ends inside a record.
    #[error("the file ends inside a record")]
    Torn,
    /// A record's length is beyond the limit.
    #[error("a record claims an impossible length")]
    Length,
    /// A record's number is not above the one before it.
    #[error("MsgSeqNum does not ascend")]
    NumberNotAscending,
    /// A record's number lies beyond what was reserved.
    #[error("MsgSeqNum was never reserved")]
    NumberNotReserved,
    /// The file before this one has another length than when this one was begun.
    #[error("the file before it does not end where this one begins")]
    Follows,
    /// After a clean stop the log has another length than was noted.
    #[error("the file does not end where the clean stop left it")]
    NotWhereStopped,
    /// The state file is not what was written.
    #[error("not a state file of a message store")]
    State,
}

impl StoreError {
    /// For `map_err`: what was attempted on which path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn damaged(path: &Path, offset: u64, damage: Damage) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            offset,
            damage,
        }
    }
}
