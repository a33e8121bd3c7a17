//! One batch on disk: the unit that both logs are written in, and its bytes. Never touches a file.
//!
//! All numbers are little endian.
//!
//! | bytes | field |
//! |---|---|
//! | 0..4 | `CPJ1` in the journal, `CPE1` in the event log |
//! | 4..6 | version of this format |
//! | 6..8 | version of the encoding of commands and events |
//! | 8..16 | number of the first command |
//! | 16..24 | position of the first event |
//! | 24..32 | time of every command of the batch, in nanoseconds since 1970 |
//! | 32..36 | commands in the batch |
//! | 36..40 | records that follow: commands in the journal, events in the event log |
//! | 40..44 | bytes of the records |
//! | 44..48 | zero |
//! | 48..80 | chain value of the batch before this one |
//! | 80..112 | chain value: BLAKE3 of (bytes 48..80, bytes 0..48, the records) |
//! | 112..116 | CRC32C of bytes 0..112 |
//! | 116.. | records: length (4 bytes), CRC32C of the payload (4 bytes), payload (postcard) |

use engine::{CommandNumber, Timestamp};
use serde::Serialize;

use crate::damage::Fault;
use crate::encode;

/// Version of the layout above.
pub(crate) const FORMAT: u16 = 1;
/// Version of what the payloads mean. It grows when an older program could not read them, or a
/// newer engine would answer them differently.
pub(crate) const SCHEMA: u16 = 4;
/// Bytes before the records.
pub(crate) const HEADER_BYTES: usize = 116;
const HASHED_BYTES: usize = 48;
const CHAIN_AT: usize = 80;
const CHECKSUM_AT: usize = 112;
const RECORD_HEADER_BYTES: usize = 8;
const BUFFER_BYTES_AT_START: usize = 1 << 20;
/// What a buffer keeps between batches; one huge batch must not hold its memory for ever.
const BUFFER_BYTES_KEPT: usize = 16 << 20;

/// The largest encoded command, in bytes. Far above what a FIX message of any sensible size can
/// ask for: whoever takes commands from outside bounds its messages below this.
pub const COMMAND_BYTES_MAX: usize = 16 << 20;

/// Which of the two logs a batch belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    Journal,
    Events,
}

impl Log {
    pub(crate) const fn magic(self) -> [u8; 4] {
        match self {
            Self::Journal => *b"CPJ1",
            Self::Events => *b"CPE1",
        }
    }

    /// The folder of its segments, below the directory of the logs.
    pub(crate) const fn folder(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Events => "events",
        }
    }
}

/// A value of the hash chain: it depends on every byte of the log up to and including a batch.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ChainValue([u8; 32]);

impl ChainValue {
    /// The value before the first batch.
    pub(crate) fn genesis(log: Log) -> Self {
        Self(*blake3::hash(&log.magic()).as_bytes())
    }

    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Display for ChainValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for ChainValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// Where a batch stands in the order of commands and of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) first_command: CommandNumber,
    pub(crate) commands: u32,
    pub(crate) first_event: u64,
    pub(crate) time: Timestamp,
}

/// The header of a batch, read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) place: Place,
    pub(crate) records: u32,
    pub(crate) body_bytes: u32,
    pub(crate) previous: ChainValue,
    pub(crate) chain: ChainValue,
}

impl Header {
    /// Reads a header from the first bytes of a batch, as many of them as there are.
    pub(crate) fn parse(bytes: &[u8], log: Log) -> Result<Self, Fault> {
        let seen = &bytes[..bytes.len().min(4)];
        let written = seen
            .iter()
            .zip(log.magic())
            .take_while(|(byte, mark)| **byte == *mark)
            .count();
        if written < seen.len() {
            let unwritten = seen[written..].iter().all(|byte| *byte == 0);
            return Err(if unwritten {
                Fault::Unwritten
            } else {
                Fault::NotABatch
            });
        }
        let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else {
            return Err(Fault::HeaderCutShort { bytes: bytes.len() });
        };
        let mut fields = Fields(&header[4..]);
        let (format, schema) = (fields.u16(), fields.u16());
        // There was never a version 0: the rest of the header did not arrive.
        if format == 0 {
            return Err(Fault::Unwritten);
        }
        if format != FORMAT {
            return Err(Fault::FormatUnknown { format });
        }
        if crc32c::crc32c(&header[..CHECKSUM_AT]).to_le_bytes() != header[CHECKSUM_AT..] {
            return Err(Fault::HeaderChecksum);
        }
        if schema != SCHEMA {
            return Err(Fault::SchemaUnknown { schema });
        }
        let first_command = CommandNumber::new(fields.u64());
        let first_event = fields.u64();
        let time = Timestamp::from_nanos(fields.u64());
        let commands = fields.u32();
        let (records, body_bytes) = (fields.u32(), fields.u32());
        let _zero = fields.u32();
        Ok(Self {
            place: Place {
                first_command,
                commands,
                first_event,
                time,
            },
            records,
            body_bytes,
            previous: fields.chain(),
            chain: fields.chain(),
        })
    }

    /// Bytes of the whole batch.
    pub(crate) fn batch_bytes(&self) -> u64 {
        wide(HEADER_BYTES) + u64::from(self.body_bytes)
    }

    /// The number that the command after this batch has.
    pub(crate) fn next_command(&self) -> CommandNumber {
        CommandNumber::new(self.place.first_command.get() + u64::from(self.place.commands))
    }

    /// Checks the records of the batch that this header begins: their count, checksums and hash.
    pub(crate) fn check(&self, batch: &[u8]) -> Result<(), Fault> {
        let mut records = Records::of(batch);
        let mut count = 0_u32;
        while !records.rest.is_empty() {
            let (checksum, payload) = records
                .split()
                .ok_or(Fault::RecordLength { record: count })?;
            if crc32c::crc32c(payload) != checksum {
                return Err(Fault::RecordChecksum { record: count });
            }
            count += 1;
        }
        if count != self.records {
            return Err(Fault::RecordCount {
                expected: self.records,
                found: count,
            });
        }
        if chain(batch, self.previous) != self.chain {
            return Err(Fault::ChainValue);
        }
        Ok(())
    }
}

/// The payloads of a batch whose checks have passed.
pub(crate) struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    /// The records of one whole batch, header included.
    pub(crate) fn of(batch: &'a [u8]) -> Self {
        Self {
            rest: &batch[HEADER_BYTES..],
        }
    }

    fn split(&mut self) -> Option<(u32, &'a [u8])> {
        let (length, rest) = self.rest.split_first_chunk::<4>()?;
        let (checksum, rest) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (payload, rest) = rest.split_at_checked(length)?;
        self.rest = rest;
        Some((u32::from_le_bytes(*checksum), payload))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        self.split().map(|(_, payload)| payload)
    }
}

/// Reads header fields one after the other. The caller knows that there are enough bytes.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) = self
            .0
            .split_first_chunk()
            .expect("the header holds all its fields");
        self.0 = rest;
        *field
    }

    fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn chain(&mut self) -> ChainValue {
        ChainValue(self.take())
    }
}

/// The bytes of one batch as it is put together. Reused from batch to batch.
#[derive(Debug)]
pub(crate) struct BatchBuffer {
    log: Log,
    chain: ChainValue,
    bytes: Vec<u8>,
    records: u32,
}

impl BatchBuffer {
    /// For the batches that follow the one with this chain value.
    pub(crate) fn new(log: Log, chain: ChainValue) -> Self {
        let mut bytes = Vec::with_capacity(BUFFER_BYTES_AT_START);
        bytes.resize(HEADER_BYTES, 0);
        Self {
            log,
            chain,
            bytes,
            records: 0,
        }
    }

    /// The chain value of the batch that was sealed last.
    pub(crate) fn chain(&self) -> ChainValue {
        self.chain
    }

    /// Forgets the batch that was put together before.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.bytes.shrink_to(BUFFER_BYTES_KEPT);
        self.bytes.resize(HEADER_BYTES, 0);
        self.records = 0;
    }

    /// Appends one record and tells how long its payload is.
    pub(crate) fn push(&mut self, record: &impl Serialize) -> Result<usize, postcard::Error> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(&[0; RECORD_HEADER_BYTES]);
        encode::append(&mut self.bytes, record)?;
        let payload = &self.bytes[start + RECORD_HEADER_BYTES..];
        let length = payload.len();
        let checksum = crc32c::crc32c(payload).to_le_bytes();
        let narrow = u32::try_from(length).map_err(|_| postcard::Error::SerializeBufferFull)?;
        self.bytes[start..start + 4].copy_from_slice(&narrow.to_le_bytes());
        self.bytes[start + 4..start + 8].copy_from_slice(&checksum);
        self.records += 1;
        Ok(length)
    }

    /// Writes the header, which makes this the last batch of the chain, and gives the bytes.
    /// Nothing if the batch is larger than 4 GiB.
    pub(crate) fn seal(&mut self, place: Place) -> Option<&[u8]> {
        let body_bytes = u32::try_from(self.bytes.len() - HEADER_BYTES).ok()?;
        let header = &mut self.bytes[..HEADER_BYTES];
        let mut at = 0;
        let mut put = |field: &[u8]| {
            header[at..at + field.len()].copy_from_slice(field);
            at += field.len();
        };
        put(&self.log.magic());
        put(&FORMAT.to_le_bytes());
        put(&SCHEMA.to_le_bytes());
        put(&place.first_command.get().to_le_bytes());
        put(&place.first_event.to_le_bytes());
        put(&place.time.nanos().to_le_bytes());
        put(&place.commands.to_le_bytes());
        put(&self.records.to_le_bytes());
        put(&body_bytes.to_le_bytes());
        put(&0_u32.to_le_bytes());
        put(self.chain.bytes());
        self.chain = chain(&self.bytes, self.chain);
        self.bytes[CHAIN_AT..CHECKSUM_AT].copy_from_slice(self.chain.bytes());
        let checksum = crc32c::crc32c(&self.bytes[..CHECKSUM_AT]).to_le_bytes();
        self.bytes[CHECKSUM_AT..HEADER_BYTES].copy_from_slice(&checksum);
        Some(&self.bytes)
    }

    /// The sealed batch.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

fn chain(batch: &[u8], previous: ChainValue) -> ChainValue {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous.bytes());
    hasher.update(&batch[..HASHED_BYTES]);
    hasher.update(&batch[HEADER_BYTES..]);
    ChainValue(*hasher.finalize().as_bytes())
}

/// A length in memory as a length in a file.
pub(crate) fn wide(length: usize) -> u64 {
    u64::try_from(length).expect("a length in memory fits 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pins the format: when this fails, older logs can no longer be read, and [`FORMAT`] must grow.
    #[test]
    fn the_bytes_of_a_batch_are_as_documented() {
        let mut buffer = BatchBuffer::new(Log::Journal, ChainValue::genesis(Log::Journal));
        buffer.push(&0xAA_u8).expect("it is encoded");
        buffer.push(&300_u16).expect("it is encoded");
        let place = Place {
            first_command: CommandNumber::new(7),
            commands: 2,
            first_event: 9,
            time: Timestamp::from_nanos(0x0102),
        };
        let bytes = buffer.seal(place).expect("it is small").to_vec();
        let start = b"CPJ1\x01\0\x04\0\x07\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\x02\x01\0\0\0\0\0\0\
            \x02\0\0\0\x02\0\0\0\x13\0\0\0\0\0\0\0";
        assert_eq!(bytes[..HASHED_BYTES], *start);
        assert_eq!(
            bytes[HASHED_BYTES..CHAIN_AT],
            *blake3::hash(b"CPJ1").as_bytes()
        );
        let mut hashed = bytes[HASHED_BYTES..CHAIN_AT].to_vec();
        hashed.extend_from_slice(&bytes[..HASHED_BYTES]);
        hashed.extend_from_slice(&bytes[HEADER_BYTES..]);
        assert_eq!(
            bytes[CHAIN_AT..CHECKSUM_AT],
            *blake3::hash(&hashed).as_bytes()
        );
        let checksum = crc32c::crc32c(&bytes[..CHECKSUM_AT]).to_le_bytes();
        assert_eq!(bytes[CHECKSUM_AT..HEADER_BYTES], checksum);
        let record = |payload: &[u8]| {
            let length = u8::try_from(payload.len()).expect("short");
            let checksum = crc32c::crc32c(payload).to_le_bytes();
            [&[length, 0, 0, 0], &checksum[..], payload].concat()
        };
        let records = [record(&[0xAA]), record(&[0xAC, 0x02])].concat();
        assert_eq!(bytes[HEADER_BYTES..], records);

        let header = Header::parse(&bytes, Log::Journal).expect("it was just written");
        assert_eq!(
            (header.place, header.records, header.body_bytes),
            (place, 2, 19)
        );
        assert_eq!(header.check(&bytes), Ok(()));
        assert_eq!(header.next_command(), CommandNumber::new(9));
        assert_eq!(
            Records::of(&bytes).collect::<Vec<_>>(),
            [&[0xAA][..], &[0xAC, 0x02]]
        );
        assert_eq!(Header::parse(&bytes, Log::Events), Err(Fault::NotABatch));
    }
}
