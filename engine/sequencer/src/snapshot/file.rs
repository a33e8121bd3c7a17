//! One snapshot as a file: its header, how it is written so that it is there whole or not at all, and how it is
//! read and checked.
//!
//! All numbers are little endian.
//!
//! | bytes | field |
//! |---|---|
//! | 0..4 | `CPS1` |
//! | 4..6 | version of this format |
//! | 6..8 | version of the encoding of the state: that of commands and events |
//! | 8..16 | number of the next command |
//! | 16..24 | position of the next event |
//! | 24..32 | time of the latest command, in nanoseconds since 1970 |
//! | 32..40 | first command of the segment, of both logs, that has the latest batch |
//! | 40..48 | where that batch begins in the segment of the journal |
//! | 48..56 | where it begins in the segment of the event log |
//! | 56..64 | bytes of the state |
//! | 64..96 | chain value of that batch in the journal |
//! | 96..128 | chain value of it in the event log |
//! | 128..160 | BLAKE3 of the state |
//! | 160..164 | CRC32C of bytes 0..160 |
//! | 164.. | the state of the engine (postcard) |

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use engine::{CommandNumber, Engine, Timestamp};

use crate::batch::{ChainValue, SCHEMA, wide};
use crate::checkpoint::{BatchPlace, Checkpoint};
use crate::damage::{At, FileError};
use crate::disk::decode;
use crate::log_file::sync_folder;
use crate::snapshot::fault::SnapshotFault;
use crate::snapshot::folder::stem;
use crate::snapshot::state::{EncodeStateError, StateHash, encode};

/// Version of the layout above.
pub(crate) const FORMAT: u16 = 2;
pub(crate) const HEADER_BYTES: usize = 164;
const MAGIC: [u8; 4] = *b"CPS1";
const CHECKSUM_AT: usize = 160;
/// The disk is asked to take so many bytes at a time: what the journal waits for is never behind more.
const SYNC_BYTES: u64 = 4 << 20;

/// What a snapshot says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) next_command: CommandNumber,
    pub(crate) next_event: u64,
    pub(crate) time: Timestamp,
    pub(crate) latest: BatchPlace,
    pub(crate) state_bytes: u64,
    pub(crate) journal_chain: ChainValue,
    pub(crate) event_chain: ChainValue,
    pub(crate) state_hash: StateHash,
}

/// Why a snapshot was not written.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// The operating system refused.
    File(FileError),
    /// The venue stops; nothing is left behind.
    Stopped,
}

impl From<FileError> for WriteError {
    fn from(error: FileError) -> Self {
        Self::File(error)
    }
}

impl Header {
    fn new(at: &Checkpoint, latest: BatchPlace, state_bytes: u64, state_hash: StateHash) -> Self {
        Self {
            next_command: at.next_command,
            next_event: at.next_event,
            time: at.time,
            latest,
            state_bytes,
            journal_chain: at.journal_chain,
            event_chain: at.event_chain,
            state_hash,
        }
    }

    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let mut at = 0;
        let mut put = |field: &[u8]| {
            bytes[at..at + field.len()].copy_from_slice(field);
            at += field.len();
        };
        put(&MAGIC);
        put(&FORMAT.to_le_bytes());
        put(&SCHEMA.to_le_bytes());
        for number in [
            self.next_command.get(),
            self.next_event,
            self.time.nanos(),
            self.latest.segment.get(),
            self.latest.journal_offset,
            self.latest.event_offset,
            self.state_bytes,
        ] {
            put(&number.to_le_bytes());
        }
        put(self.journal_chain.bytes());
        put(self.event_chain.bytes());
        put(self.state_hash.bytes());
        let checksum = crc32c::crc32c(&bytes[..CHECKSUM_AT]).to_le_bytes();
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum);
        bytes
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, SnapshotFault> {
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(SnapshotFault::HeaderCutShort { bytes: bytes.len() });
        };
        if header[..4] != MAGIC {
            return Err(SnapshotFault::NotASnapshot);
        }
        let version = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
        let (format, schema) = (version(4), version(6));
        if format != FORMAT {
            return Err(SnapshotFault::FormatUnknown { format });
        }
        if crc32c::crc32c(&header[..CHECKSUM_AT]).to_le_bytes() != header[CHECKSUM_AT..] {
            return Err(SnapshotFault::HeaderChecksum);
        }
        if schema != SCHEMA {
            return Err(SnapshotFault::SchemaUnknown { schema });
        }
        let number = |at: usize| u64::from_le_bytes(field(header, at));
        let chain = |at: usize| ChainValue::new(field(header, at));
        Ok(Self {
            next_command: CommandNumber::new(number(8)),
            next_event: number(16),
            time: Timestamp::from_nanos(number(24)),
            latest: BatchPlace {
                segment: CommandNumber::new(number(32)),
                journal_offset: number(40),
                event_offset: number(48),
            },
            state_bytes: number(56),
            journal_chain: chain(64),
            event_chain: chain(96),
            state_hash: StateHash::new(field(header, 128)),
        })
    }
}

/// The field of so many bytes that begins there. The header holds all its fields.
fn field<const N: usize>(header: &[u8; HEADER_BYTES], at: usize) -> [u8; N] {
    *header[at..]
        .first_chunk()
        .expect("the header holds all its fields")
}

/// The checkpoint of a snapshot whose bytes were checked.
pub(crate) fn checkpoint(header: &Header, bytes: &[u8]) -> Result<Checkpoint, SnapshotFault> {
    let engine: Engine = decode(&bytes[HEADER_BYTES..]).ok_or(SnapshotFault::StateUnreadable)?;
    // The header and the state were written together; that they agree is asked all the same.
    if engine.last_command().and_then(CommandNumber::next) != Some(header.next_command) {
        return Err(SnapshotFault::StateUnreadable);
    }
    Ok(Checkpoint {
        engine,
        next_command: header.next_command,
        next_event: header.next_event,
        time: header.time,
        journal_chain: header.journal_chain,
        event_chain: header.event_chain,
        latest: Some(header.latest),
        day_end: None,
    })
}

/// Reads a whole snapshot and checks its sums; does not look into its state.
pub(crate) fn check(path: &Path) -> Result<(Header, Vec<u8>), SnapshotFault> {
    let bytes = fs::read(path).at("read", path)?;
    let header = Header::parse(&bytes)?;
    if path.file_stem().and_then(|stem| stem.to_str()) != Some(&stem(header.next_command)) {
        return Err(SnapshotFault::NameDiffers);
    }
    let state = &bytes[HEADER_BYTES..];
    if wide(state.len()) != header.state_bytes {
        let (expected, found) = (header.state_bytes, wide(state.len()));
        return Err(SnapshotFault::StateLength { expected, found });
    }
    if StateHash::of_bytes(state) != header.state_hash {
        return Err(SnapshotFault::StateHash);
    }
    Ok((header, bytes))
}

/// Writes a snapshot under a name that it is not looked for under, syncs it, and gives it its own name. It is
/// durable when this returns; after a crash before that it is not there.
pub(crate) fn write(
    folder: &Path,
    (partial, path): (&Path, &Path),
    at: &Checkpoint,
    stop: &AtomicBool,
) -> Result<Header, WriteError> {
    let written = write_partial(partial, at, stop);
    match &written {
        Ok(_) => {
            fs::rename(partial, path).at("rename to", path)?;
            sync_folder(folder)?;
        }
        // What is left of it is in nobody's way; the next start removes it too.
        Err(_) => drop(fs::remove_file(partial)),
    }
    written
}

fn write_partial(partial: &Path, at: &Checkpoint, stop: &AtomicBool) -> Result<Header, WriteError> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(partial);
    let file = file.at("create", partial)?;
    let latest = at
        .latest
        .expect("a snapshot is of a market that has had commands");
    let mut offset = wide(HEADER_BYTES);
    let mut synced = 0;
    let encoded = encode(&at.engine, |piece| {
        if stop.load(Ordering::Relaxed) {
            return Err(WriteError::Stopped);
        }
        file.write_all_at(piece, offset).at("write to", partial)?;
        offset += wide(piece.len());
        if offset - synced >= SYNC_BYTES {
            file.sync_data().at("sync", partial)?;
            synced = offset;
        }
        Ok(())
    });
    let encoded = encoded.map_err(|error| match error {
        EncodeStateError::Taker(error) => error,
        EncodeStateError::Encode(error) => {
            let source = io::Error::new(io::ErrorKind::InvalidData, error);
            WriteError::File(FileError {
                action: "encode the state for",
                file: PathBuf::from(partial),
                source,
            })
        }
    })?;
    let header = Header::new(at, latest, encoded.bytes, encoded.hash);
    file.write_all_at(&header.to_bytes(), 0)
        .at("write to", partial)?;
    file.sync_all().at("sync", partial)?;
    Ok(header)
}
