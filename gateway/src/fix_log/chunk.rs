//! What a session gathers between two looks at the world, on its way to the writer: records one behind the other in
//! one buffer, so that a message costs the session one copy.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::line::Kind;

/// Kind, time and length before the bytes of a record.
const HEAD_BYTES: usize = 1 + 8 + 4;

/// Records of one session, in the order in which they happened.
#[derive(Debug, Default)]
pub(super) struct Records {
    bytes: Vec<u8>,
    count: u64,
}

impl Records {
    /// Adds one. Of bytes beyond 4 GiB, which no buffer of ours holds, the rest is left out.
    pub(super) fn add(&mut self, time: DateTime<Utc>, kind: Kind, bytes: &[u8]) {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let kept = usize::try_from(length).unwrap_or(usize::MAX);
        self.bytes.reserve(HEAD_BYTES + bytes.len());
        self.bytes.push(kind.code());
        self.bytes
            .extend_from_slice(&time.timestamp_micros().to_le_bytes());
        self.bytes.extend_from_slice(&length.to_le_bytes());
        self.bytes
            .extend_from_slice(bytes.get(..kept).unwrap_or(bytes));
        self.count += 1;
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// How many bytes they take.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Calls `visit` with each.
    pub(super) fn each(&self, mut visit: impl FnMut(DateTime<Utc>, Kind, &[u8])) {
        let mut rest = self.bytes.as_slice();
        while let Some((record, after)) = first(rest) {
            visit(record.time, record.kind, record.bytes);
            rest = after;
        }
        assert!(rest.is_empty(), "records are written whole");
    }
}

struct Record<'a> {
    time: DateTime<Utc>,
    kind: Kind,
    bytes: &'a [u8],
}

/// The first record, and what follows it.
fn first(bytes: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let (head, rest) = bytes.split_at_checked(HEAD_BYTES)?;
    let (code, head) = head.split_first()?;
    let (time, length) = head.split_first_chunk::<8>()?;
    let length = u32::from_le_bytes(length.try_into().ok()?);
    let (bytes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    let time = DateTime::from_timestamp_micros(i64::from_le_bytes(*time)).unwrap_or_default();
    let kind = Kind::of(*code)?;
    Some((Record { time, kind, bytes }, rest))
}

/// What goes to the writer.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The folder of the log that it belongs to.
    pub(super) folder: Arc<Path>,
    /// What to write.
    pub(super) records: Records,
    /// Nothing follows for that log: its file can be closed and forgotten.
    pub(super) last: bool,
}
