//! What can be wrong with the bytes of a log, where, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::batch::{FORMAT, HEADER_BYTES, SCHEMA};

/// A place in a log file that is not as it was written.
#[derive(Debug, thiserror::Error)]
#[error("{}: at byte {offset}: {fault}. {}", file.display(), fault.remedy())]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// Where its batch starts, in bytes from the start of the file.
    pub offset: u64,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The bytes are zero: the file was made longer, but the batch was not written.
    #[error("expected a batch, found zeros")]
    Unwritten,
    /// The bytes are something else.
    #[error("expected the mark that a batch of this log begins with, found something else")]
    NotABatch,
    /// The file ends within the header.
    #[error(
        "expected a header of {HEADER_BYTES} bytes, found {bytes} bytes to the end of the file"
    )]
    HeaderCutShort {
        /// How many bytes there are.
        bytes: usize,
    },
    /// Another version of the file format.
    #[error("found a file of format version {format}; this program reads version {FORMAT}")]
    FormatUnknown {
        /// The version found.
        format: u16,
    },
    /// Another version of commands and events.
    #[error("found commands and events of version {schema}; this program reads version {SCHEMA}")]
    SchemaUnknown {
        /// The version found.
        schema: u16,
    },
    /// The header was changed.
    #[error("the checksum of the header does not fit its bytes")]
    HeaderChecksum,
    /// The file ends within the records.
    #[error("expected {expected} bytes of records, found {found} to the end of the file")]
    RecordsCutShort {
        /// What the header says.
        expected: u64,
        /// What there is.
        found: u64,
    },
    /// A record goes beyond its batch.
    #[error("the length of record {record} does not fit its batch")]
    RecordLength {
        /// Which one, from 0.
        record: u32,
    },
    /// A record was changed.
    #[error("the checksum of record {record} does not fit its bytes")]
    RecordChecksum {
        /// Which one, from 0.
        record: u32,
    },
    /// There are more or fewer records than the header says.
    #[error("expected {expected} records, found {found}")]
    RecordCount {
        /// What the header says.
        expected: u32,
        /// What there is.
        found: u32,
    },
    /// The batch was changed, and its checksums with it.
    #[error("the hash of the batch does not fit its bytes")]
    ChainValue,
    /// The batch does not follow the one before it.
    #[error("the batch names another one as the one before it: the hash chain is broken")]
    ChainBroken,
    /// Commands are missing or doubled.
    #[error("expected command {expected}, found command {found}")]
    CommandNumber {
        /// What follows the batch before.
        expected: u64,
        /// What the header says.
        found: u64,
    },
    /// Events are missing or doubled.
    #[error("expected event {expected}, found event {found}")]
    EventPosition {
        /// What the replay comes to.
        expected: u64,
        /// What the header says.
        found: u64,
    },
    /// The time goes back.
    #[error("the time of the batch is before that of the one before it")]
    TimeBackwards,
    /// The payload cannot be read, though its checksum is right.
    #[error("record {record} is not one that this program can read")]
    RecordUnreadable {
        /// Which one, from 0.
        record: u32,
    },
}

impl Fault {
    /// Whether a write that a crash interrupted can leave this at the end of a log.
    pub(crate) const fn may_be_torn(self) -> bool {
        match self {
            Self::Unwritten
            | Self::HeaderCutShort { .. }
            | Self::HeaderChecksum
            | Self::RecordsCutShort { .. }
            | Self::RecordLength { .. }
            | Self::RecordChecksum { .. }
            | Self::RecordCount { .. }
            | Self::ChainValue => true,
            Self::NotABatch
            | Self::FormatUnknown { .. }
            | Self::SchemaUnknown { .. }
            | Self::ChainBroken
            | Self::CommandNumber { .. }
            | Self::EventPosition { .. }
            | Self::TimeBackwards
            | Self::RecordUnreadable { .. } => false,
        }
    }

    /// What an operator can do.
    const fn remedy(self) -> &'static str {
        match self {
            Self::FormatUnknown { .. } | Self::SchemaUnknown { .. } => {
                "Nothing was changed. Start the version of the program that wrote this file, or start \
                 this one on an empty folder and keep the old one for the record; if no other version \
                 ever ran here, the file is damaged: restore it from a copy"
            }
            Self::RecordUnreadable { .. } => {
                "Start the version of the program that wrote this file; if there was no other \
                 version, the file is damaged: restore it from a copy"
            }
            Self::NotABatch => {
                "If the file does not belong here, move it away; else restore it from a copy"
            }
            Self::Unwritten
            | Self::HeaderCutShort { .. }
            | Self::HeaderChecksum
            | Self::RecordsCutShort { .. }
            | Self::RecordLength { .. }
            | Self::RecordChecksum { .. }
            | Self::RecordCount { .. }
            | Self::ChainValue
            | Self::ChainBroken
            | Self::CommandNumber { .. }
            | Self::EventPosition { .. }
            | Self::TimeBackwards => {
                "Restore this file from a copy; nothing was changed by this attempt to read it"
            }
        }
    }
}

/// The operating system refused something about a file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", file.display())]
pub struct FileError {
    /// What was tried: a verb.
    pub action: &'static str,
    /// With which file.
    pub file: PathBuf,
    /// Why it was refused.
    pub source: io::Error,
}

/// Says which action on which file failed.
pub(crate) trait At<T> {
    fn at(self, action: &'static str, file: &std::path::Path) -> Result<T, FileError>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, action: &'static str, file: &std::path::Path) -> Result<T, FileError> {
        self.map_err(|source| FileError {
            action,
            file: file.to_owned(),
            source,
        })
    }
}

/// A log file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// It was read, and is not as it was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
}
