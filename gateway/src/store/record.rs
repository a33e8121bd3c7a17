//! One record of the outbound log, to bytes and back. Pure: it never touches a file.
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 4 | length of the message |
//! | 4 | 4 | CRC32C of the record without this field |
//! | 8 | 8 | MsgSeqNum(34) |
//! | 16 | 8 | cause |
//! | 24 | 8 | next number expected from the peer when this was written |
//! | 32 | 1 | flags: 1 resendable, 2 last of its write |
//! | 33 | | the message |
//!
//! Integers are little-endian.

use super::error::{Damage, StoreError};

/// Length of a record without its message.
pub(super) const RECORD_HEAD: usize = 33;

/// The longest message that is stored, in bytes.
pub const MESSAGE_BYTES_MAX: usize = 1 << 20;

const CHECKSUM: std::ops::Range<usize> = 4..8;
const FLAGS: usize = 32;
const RESENDABLE: u8 = 1;
const LAST_OF_WRITE: u8 = 2;

/// A message about to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outgoing<'a> {
    /// MsgSeqNum(34).
    pub msg_seq_num: u64,
    /// Whether the peer gets it again when it asks; any other is gap-filled, and its bytes may be left out.
    pub resendable: bool,
    /// The position of the event that it reports, plus 1; 0 when it reports none.
    pub cause: u64,
    /// The whole message, from BeginString(8) to CheckSum(10).
    pub bytes: &'a [u8],
}

/// The head of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) msg_seq_num: u64,
    pub(super) cause: u64,
    pub(super) next_incoming: u64,
    pub(super) resendable: bool,
    pub(super) last_of_write: bool,
    /// Length of the whole record.
    pub(super) length: usize,
    checksum: u32,
}

impl Head {
    /// Reads a head, without checking the checksum.
    pub(super) fn parse(bytes: &[u8; RECORD_HEAD]) -> Result<Self, Damage> {
        let message = usize::try_from(u32_at(bytes, 0)).map_err(|_| Damage::Length)?;
        if message > MESSAGE_BYTES_MAX {
            return Err(Damage::Length);
        }
        let flags = bytes[FLAGS];
        if flags > RESENDABLE | LAST_OF_WRITE {
            return Err(Damage::Checksum);
        }
        Ok(Self {
            msg_seq_num: u64_at(bytes, 8),
            cause: u64_at(bytes, 16),
            next_incoming: u64_at(bytes, 24),
            resendable: flags & RESENDABLE != 0,
            last_of_write: flags & LAST_OF_WRITE != 0,
            length: RECORD_HEAD + message,
            checksum: u32_at(bytes, CHECKSUM.start),
        })
    }

    /// Whether `record`, which is all of it, is what was written.
    pub(super) fn matches(&self, record: &[u8]) -> bool {
        record.len() == self.length && self.checksum == checksum(record)
    }
}

/// Appends one record to `out`.
pub(super) fn write(
    message: &Outgoing<'_>,
    next_incoming: u64,
    out: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let bytes = message.bytes.len();
    if bytes > MESSAGE_BYTES_MAX {
        return Err(StoreError::MessageTooLong { bytes });
    }
    let length = u32::try_from(bytes).expect("a message length below the limit fits");
    let start = out.len();
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&message.msg_seq_num.to_le_bytes());
    out.extend_from_slice(&message.cause.to_le_bytes());
    out.extend_from_slice(&next_incoming.to_le_bytes());
    out.push(if message.resendable { RESENDABLE } else { 0 });
    out.extend_from_slice(message.bytes);
    seal(&mut out[start..]);
    Ok(())
}

/// Marks the record as the last of its write.
pub(super) fn mark_last(record: &mut [u8]) {
    record[FLAGS] |= LAST_OF_WRITE;
    seal(record);
}

fn seal(record: &mut [u8]) {
    let sum = checksum(record);
    record[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
}

fn checksum(record: &[u8]) -> u32 {
    crc32c::crc32c_append(
        crc32c::crc32c(&record[..CHECKSUM.start]),
        &record[CHECKSUM.end..],
    )
}

fn u32_at(bytes: &[u8; RECORD_HEAD], at: usize) -> u32 {
    let mut field = [0; 4];
    field.copy_from_slice(&bytes[at..at + 4]);
    u32::from_le_bytes(field)
}

fn u64_at(bytes: &[u8; RECORD_HEAD], at: usize) -> u64 {
    let mut field = [0; 8];
    field.copy_from_slice(&bytes[at..at + 8]);
    u64::from_le_bytes(field)
}
