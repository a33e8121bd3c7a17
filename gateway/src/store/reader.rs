//! Reading records from a log through one window of bounded size. It never writes, and it never hands
//! out a record whose checksum does not match.

use std::fs::File;
use std::io;
use std::ops::{Range, RangeInclusive};
use std::os::unix::fs::FileExt as _;

use super::error::{Damage, StoreError};
use super::log::{Log, open_sealed};
use super::record::{Head, RECORD_HEAD};
use super::segment::SEGMENT_HEAD;

/// Bytes read from disk at a time.
const WINDOW_BYTES: usize = 64 << 10;

/// A part of a file in memory, moving forward.
#[derive(Debug)]
pub(super) struct Window {
    bytes: Vec<u8>,
    /// Offset in the file of the first byte not yet used.
    offset: u64,
    /// Where that byte is in `bytes`.
    start: usize,
}

/// What lies at a place in a log.
pub(super) enum Step<'w> {
    /// A record as written: its head, its message, its offset.
    Record(Head, &'w [u8], u64),
    /// The end of the log.
    End,
    /// Something that is not a record.
    Bad(Damage),
}

impl Window {
    pub(super) fn new(offset: u64) -> Self {
        Self {
            bytes: Vec::new(),
            offset,
            start: 0,
        }
    }

    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// Reads the record at the window's place and moves behind it; `end` is the length of the log.
    pub(super) fn step(&mut self, file: &File, end: u64) -> io::Result<Step<'_>> {
        if self.offset >= end {
            return Ok(Step::End);
        }
        if !self.fill(file, end, RECORD_HEAD)? {
            return Ok(Step::Bad(Damage::Torn));
        }
        let head = match Head::parse(self.head()) {
            Ok(head) => head,
            Err(damage) => return Ok(Step::Bad(damage)),
        };
        if !self.fill(file, end, head.length)? {
            return Ok(Step::Bad(Damage::Torn));
        }
        let at = self.offset;
        let record = self.start..self.start + head.length;
        if !head.matches(&self.bytes[record.clone()]) {
            return Ok(Step::Bad(Damage::Checksum));
        }
        self.skip(head.length);
        Ok(Step::Record(
            head,
            &self.bytes[record.start + RECORD_HEAD..record.end],
            at,
        ))
    }

    /// The bytes of the window from its place on, at least `count` of them unless the log ends before.
    pub(super) fn peek(&mut self, file: &File, end: u64, count: usize) -> io::Result<&[u8]> {
        self.fill(file, end, count)?;
        Ok(&self.bytes[self.start..])
    }

    /// Moves forward by bytes that are in the window.
    pub(super) fn skip(&mut self, count: usize) {
        self.start += count;
        self.offset += to_u64(count);
    }

    fn head(&self) -> &[u8; RECORD_HEAD] {
        self.bytes[self.start..]
            .first_chunk()
            .expect("the window was filled")
    }

    /// Brings at least `count` bytes into the window; false when the log ends before.
    fn fill(&mut self, file: &File, end: u64, count: usize) -> io::Result<bool> {
        let held = self.bytes.len() - self.start;
        if held >= count {
            return Ok(true);
        }
        let wanted = to_u64(count.max(WINDOW_BYTES)).min(end - self.offset);
        let wanted = usize::try_from(wanted).expect("bounded by the longest record");
        self.bytes.copy_within(self.start.., 0);
        self.start = 0;
        self.bytes.resize(wanted.max(held), 0);
        file.read_exact_at(&mut self.bytes[held..], self.offset + to_u64(held))?;
        Ok(self.bytes.len() >= count)
    }
}

/// Reads the messages of a resend, chunk by chunk. See [`super::Store::reader`].
#[derive(Debug)]
pub struct MessageReader {
    epoch: u32,
    numbers: RangeInclusive<u64>,
    segment: u32,
    /// The segment, if it is one that is appended to no more.
    sealed: Option<(u32, File)>,
    window: Window,
    last_number: u64,
    done: bool,
}

impl MessageReader {
    pub(super) fn new(epoch: u32, numbers: RangeInclusive<u64>, log: &Log) -> Self {
        let segment = log.segment_of(*numbers.start());
        let place = log.source(segment).map_or(to_u64(SEGMENT_HEAD), |source| {
            source.place_before(*numbers.start())
        });
        Self {
            epoch,
            numbers,
            segment,
            sealed: None,
            window: Window::new(place),
            last_number: 0,
            done: false,
        }
    }

    pub(super) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The segment that it reads: neither this nor any later one may go yet.
    pub(super) fn segment(&self) -> Option<u32> {
        (!self.done).then_some(self.segment)
    }

    pub(super) fn read(
        &mut self,
        log: &Log,
        messages_max: usize,
        chunk: &mut Chunk,
    ) -> Result<(), StoreError> {
        while !self.done && chunk.len() < messages_max && chunk.bytes.len() < Chunk::BYTES_MAX {
            self.read_one(log, chunk)?;
        }
        Ok(())
    }

    fn read_one(&mut self, log: &Log, chunk: &mut Chunk) -> Result<(), StoreError> {
        let Some(segment) = log.source(self.segment) else {
            self.done = true;
            return Ok(());
        };
        let active = log.active_file(self.segment)?;
        if active.is_none() && !matches!(self.sealed, Some((open, _)) if open == self.segment) {
            self.sealed = Some((self.segment, open_sealed(segment)?));
        }
        let sealed = self.sealed.as_ref().map(|(_, file)| file);
        let file = active
            .or(sealed)
            .expect("a sealed segment was opened just now");
        let offset = self.window.offset();
        let damaged = |damage| StoreError::damaged(&segment.path, offset, damage);
        let step = self.window.step(file, segment.length);
        match step.map_err(StoreError::io("read", &segment.path))? {
            Step::Record(head, message, _) => {
                if head.msg_seq_num <= self.last_number || head.msg_seq_num < segment.head.floor {
                    return Err(damaged(Damage::NumberNotAscending));
                }
                self.last_number = head.msg_seq_num;
                if head.msg_seq_num > *self.numbers.end() {
                    self.done = true;
                } else if head.msg_seq_num >= *self.numbers.start() {
                    chunk.push(&head, message);
                }
            }
            Step::Bad(damage) => return Err(damaged(damage)),
            Step::End if active.is_some() => self.done = true,
            Step::End => {
                self.segment += 1;
                self.window = Window::new(to_u64(SEGMENT_HEAD));
            }
        }
        Ok(())
    }
}

/// Messages read from a store: a buffer to use again and again.
#[derive(Debug, Default)]
pub struct Chunk {
    bytes: Vec<u8>,
    messages: Vec<(Head, Range<usize>)>,
}

/// One message as it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredMessage<'a> {
    /// MsgSeqNum(34).
    pub msg_seq_num: u64,
    /// Whether the peer gets it again when it asks; any other is gap-filled.
    pub resendable: bool,
    /// The position of the event that it reports, plus 1; 0 when it reports none.
    pub cause: u64,
    /// The whole message as it was sent first.
    pub bytes: &'a [u8],
}

impl Chunk {
    /// A chunk takes no further message once it holds this many bytes.
    pub const BYTES_MAX: usize = 256 << 10;

    /// The number of messages.
    pub fn len(&self) -> usize {
        self.messages.len()
    }

    /// Whether there is none: the end of what was asked for.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// The messages, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = StoredMessage<'_>> {
        self.messages.iter().map(|(head, range)| StoredMessage {
            msg_seq_num: head.msg_seq_num,
            resendable: head.resendable,
            cause: head.cause,
            bytes: &self.bytes[range.clone()],
        })
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.messages.clear();
    }

    fn push(&mut self, head: &Head, message: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(message);
        self.messages.push((*head, start..self.bytes.len()));
    }
}

pub(super) fn to_u64(count: usize) -> u64 {
    u64::try_from(count).expect("a length fits in 64 bits")
}
