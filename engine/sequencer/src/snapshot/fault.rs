//! What can be wrong with a snapshot, so that it is passed over.

use std::path::PathBuf;

use crate::batch::SCHEMA;
use crate::damage::FileError;
use crate::snapshot::file::{FORMAT, HEADER_BYTES};

/// Why a snapshot is not started from.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotFault {
    /// The operating system refused.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file ends within the header.
    #[error("expected a header of {HEADER_BYTES} bytes, found {bytes} bytes")]
    HeaderCutShort {
        /// How many bytes there are.
        bytes: usize,
    },
    /// The bytes are something else.
    #[error("expected the mark that a snapshot begins with, found something else")]
    NotASnapshot,
    /// Another version of the file format.
    #[error("found a snapshot of format version {format}; this program reads version {FORMAT}")]
    FormatUnknown {
        /// The version found.
        format: u16,
    },
    /// Another version of the state.
    #[error("found a state of version {schema}; this program reads version {SCHEMA}")]
    SchemaUnknown {
        /// The version found.
        schema: u16,
    },
    /// The header was changed.
    #[error("the checksum of the header does not fit its bytes")]
    HeaderChecksum,
    /// The state was cut, or something is behind it.
    #[error("expected {expected} bytes of state, found {found}")]
    StateLength {
        /// What the header says.
        expected: u64,
        /// What there is.
        found: u64,
    },
    /// The state was changed.
    #[error("the hash of the state does not fit its bytes")]
    StateHash,
    /// The state cannot be read, though its hash is right.
    #[error("the state is not one that this program can read")]
    StateUnreadable,
    /// The file has another snapshot's name.
    #[error("the file is named for another command than the one in its header")]
    NameDiffers,
    /// The journal does not begin early enough.
    #[error("the journal no longer has the batch that it was made after")]
    JournalBeginsLater,
    /// The journal has another batch there.
    #[error(
        "the journal has another batch where this snapshot was made: they are not of one venue, or one was changed"
    )]
    JournalDiffers,
    /// The event log does not have the batch that the snapshot was made after.
    #[error("the event log does not have the batch that it was made after")]
    EventsMissing,
}

/// A snapshot that was not started from.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", file.display())]
pub struct PassedOver {
    /// The snapshot.
    pub file: PathBuf,
    /// Why.
    #[source]
    pub fault: SnapshotFault,
}
