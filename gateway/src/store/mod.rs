//! The message store of one FIX session: what was sent under which MsgSeqNum(34), kept on disk so
//! that it can be sent again, and the two sequence numbers, so that they outlive the process.
//!
//! One folder a session:
//!
//! | file | holds |
//! |---|---|
//! | `state` | both sequence numbers, the reserved block, the epoch, whether the stop was clean; replaced atomically |
//! | `outbound.EPOCH.SEGMENT.log` | the messages sent in that epoch, append only, in files of about [`Limits::segment_bytes`]; earlier epochs stay beside it until retention drops them |
//!
//! # What it promises
//! - **No number twice.** Numbers are reserved in blocks: before the first number of a block is used, the
//!   block's end is durable. After an unclean stop numbering goes on at the end of the reserved block,
//!   whatever the log lost. The numbers between are gap-filled when asked for.
//! - **Nothing lost.** A message is written (one `write` a batch) before it is transmitted, so that it
//!   outlives the process. Power loss may take the last messages, which were never synced: then
//!   [`Recovered::handled`] goes back to the last event whose reports survived, and the venue makes the
//!   later ones again with PossResend(97)=Y. A segment is durable before the next one is begun. A block grows from 1,024 numbers to 65,536 as a session
//!   proves busy, so that the syncs stay rare.
//! - **Nothing wrong served.** Every record carries a CRC32C that is checked on opening and again on each
//!   read. A torn tail is cut after an unclean stop. Anything else that is wrong is an error that names
//!   file and offset.
//! - **Nothing dropped in silence.** Retention drops whole files, the oldest first, and which of their messages a peer
//!   could have asked for is durable before they go: see [`Store::dropped`].
//!
//! # What it never does
//! It never decides what a message means, never reads a clock, and never waits for anything but the disk.
//! Its calls are plain blocking `std::fs` on purpose: an append is one small write into the page cache
//! (microseconds, less than a hop to a blocking thread and back), and a sync happens once a block, once a segment (most of
//! which a thread of its own has synced before), on a reset and on a clean stop.

mod earlier;
mod error;
mod founding;
mod index;
mod log;
mod opening;
mod reader;
mod record;
mod retention;
mod runs;
mod segment;
mod state;
mod survey;
#[cfg(test)]
mod tests;
mod upkeep;

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use earlier::Earlier;
pub use error::{Damage, StoreError};
use log::Log;
pub use opening::{Cut, Opening, Recovered, Stop};
pub use reader::{Chunk, MessageReader, StoredMessage};
pub use record::{MESSAGE_BYTES_MAX, Outgoing};
use retention::Ended;
pub use retention::Limits;
use runs::Runs;
use state::State;
use upkeep::EarlySync;
pub use upkeep::{Dropped, Retired};

/// The epoch of a session that was never reset.
pub const FIRST_EPOCH: u32 = 0;

/// Numbers reserved at a time by a quiet session.
pub const BLOCK_MIN: u64 = 1_024;

/// Numbers reserved at a time by a busy session: each reservation of a run doubles the block up to this.
pub const BLOCK_MAX: u64 = 65_536;

const _: () =
    assert!(BLOCK_MIN.is_power_of_two() && BLOCK_MAX.is_power_of_two() && BLOCK_MIN <= BLOCK_MAX);

/// The store of one session, open. One owner: the file is locked against a second process.
///
/// Dropping it without [`Store::close`] is an unclean stop.
#[derive(Debug)]
pub struct Store {
    directory: PathBuf,
    limits: Limits,
    identity: u64,
    log: Log,
    /// The files of earlier epochs, the oldest first.
    earlier: VecDeque<Earlier>,
    /// What was dropped of this epoch and could have been asked for.
    dropped: Runs,
    early_sync: Option<EarlySync>,
    /// Files have come about by an opening or a reset that the limits have not been held against.
    unchecked: bool,
    epoch: u32,
    next_outgoing: u64,
    next_incoming: u64,
    reserved_outgoing_end: u64,
    block: u64,
    handled: u64,
    /// What a file says of it at least.
    handled_written: u64,
    broken: bool,
}

impl Store {
    /// MsgSeqNum(34) of the next message sent.
    pub fn next_outgoing(&self) -> u64 {
        self.next_outgoing
    }

    /// MsgSeqNum(34) of the next message expected from the peer, as last told by
    /// [`Store::set_next_incoming`].
    pub fn next_incoming(&self) -> u64 {
        self.next_incoming
    }

    /// How often the numbers of this session were set back to 1 by a reset.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The position of the next event to handle. See [`Recovered::handled`].
    pub fn handled(&self) -> u64 {
        self.handled
    }

    /// Notes the next number expected from the peer. It is kept in memory and goes to disk with the next
    /// message, the next reservation or the clean stop, whichever is first.
    ///
    /// **The rule**: what is stored must never lead what is journaled. Call this for a number only when
    /// the message before it needs no journal (an administrative message) or is in it; a number noted too
    /// early makes a crash lose the message, for the peer is never asked for it again. Noting it late
    /// costs a resend of what the engine knows already and ignores.
    pub fn set_next_incoming(&mut self, next_incoming: u64) {
        self.next_incoming = next_incoming;
    }

    /// Notes that every event before `position` is handled: its reports are appended, or it has none for
    /// this session. Goes to disk with the next reservation, [`Store::write_handled`] or the clean stop; never goes back.
    pub fn set_handled(&mut self, position: u64) {
        self.handled = self.handled.max(position);
    }

    /// How many events were handled that no file tells of.
    pub fn unwritten_events(&self) -> u64 {
        self.handled.saturating_sub(self.handled_written)
    }

    /// Makes durable which events are handled. Costs a sync of the state file.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the disk refuses: then nothing has changed.
    pub fn write_handled(&mut self) -> Result<(), StoreError> {
        self.state(false).replace(&self.directory)?;
        self.handled_written = self.handled;
        Ok(())
    }

    /// Goes back: the reports of the events from `position` on are made once more, in the epoch that begins next. Goes
    /// to disk with that [`Store::reset`].
    pub fn rewind(&mut self, position: u64) {
        self.handled = self.handled.min(position);
    }

    /// Writes messages, before they are transmitted, with one `write`. All messages of one cause belong
    /// in one call.
    ///
    /// Numbers ascend, and none lies below [`Store::next_outgoing`]; skipping some is allowed. The first
    /// number of a new block costs a sync of the state file.
    ///
    /// # Errors
    /// [`StoreError::MessageTooLong`], or [`StoreError::Io`] when the disk refuses: then none of these
    /// messages may be transmitted. When even the log's old length could not be restored, the store is
    /// [`StoreError::Broken`] until it is opened again.
    ///
    /// # Panics
    /// When a number was used already: two messages under one MsgSeqNum is our bug.
    pub fn append<'a>(
        &mut self,
        messages: impl IntoIterator<Item = Outgoing<'a>>,
    ) -> Result<(), StoreError> {
        if self.broken {
            return Err(StoreError::Broken {
                directory: self.directory.clone(),
            });
        }
        let mut next = self.next_outgoing;
        let mut cause = 0;
        let mut batch = self.log.batch(self.next_incoming);
        for message in messages {
            assert!(
                message.msg_seq_num >= next,
                "MsgSeqNum {} used twice",
                message.msg_seq_num
            );
            next = message.msg_seq_num + 1;
            cause = cause.max(message.cause);
            batch.push(&message)?;
        }
        let batch = batch.finish();
        self.reserve(next)?;
        if let Err(error) = self.log.write(batch) {
            self.broken = self.log.restore().is_err();
            return Err(error);
        }
        self.next_outgoing = next;
        self.handled = self.handled.max(cause);
        self.handled_written = self.handled_written.max(cause);
        Ok(())
    }

    /// Holds no file open, and little memory, until the next use. For a store among so many that each cannot have a file
    /// of its own.
    pub fn rest(&mut self) {
        if self.early_sync.is_none() {
            self.log.rest();
        }
    }

    /// Whether a message with this number is the first of a new block, and costs a sync.
    pub fn reserves(&self, msg_seq_num: u64) -> bool {
        msg_seq_num >= self.reserved_outgoing_end
    }

    /// A reader over the messages with these numbers, for a resend. It holds one buffer of fixed size,
    /// however many messages are asked for.
    pub fn reader(&self, numbers: RangeInclusive<u64>) -> MessageReader {
        MessageReader::new(self.epoch, numbers, &self.log)
    }

    /// Reads the next messages, at most `messages_max` and about [`Chunk::BYTES_MAX`] bytes, into `chunk`
    /// (cleared first). Numbers that were never used, or whose message was lost, are left out. An empty
    /// chunk is the end.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a record is not what was written, [`StoreError::Io`] when the disk refuses.
    pub fn read(
        &self,
        reader: &mut MessageReader,
        messages_max: usize,
        chunk: &mut Chunk,
    ) -> Result<(), StoreError> {
        chunk.clear();
        if reader.epoch() != self.epoch {
            return Ok(()); // The messages asked for belong to numbers that were reset since.
        }
        reader.read(&self.log, messages_max, chunk)
    }

    /// Starts `epoch`: both numbers at 1 and an empty log; the old log stays in the folder under its
    /// epoch. All of it is durable when this returns, and a crash in between leaves the old epoch whole.
    ///
    /// # Errors
    /// [`StoreError::EpochNotLater`], or [`StoreError::Io`] when the disk refuses: the old epoch is then still
    /// the current one.
    pub fn reset(&mut self, epoch: u32, now: DateTime<Utc>) -> Result<(), StoreError> {
        if epoch <= self.epoch {
            return Err(StoreError::EpochNotLater {
                current: self.epoch,
                asked: epoch,
            });
        }
        self.sync_early()?;
        self.log.sync()?;
        let log = Log::create(&self.directory, epoch, self.identity, now)?;
        let state = State {
            identity: self.identity,
            epoch,
            next_incoming: 1,
            next_outgoing: 1,
            reserved_outgoing_end: 1,
            handled: self.handled,
            first_segment: 0,
            last_segment: 0,
            log_length: log.active().length,
            dropped: Runs::default(),
            // Not clean: whether reports before it may have been seen is still to be remembered.
            clean: false,
        };
        state.replace(&self.directory)?;
        let before = std::mem::replace(&mut self.log, log);
        self.epoch = epoch;
        self.next_outgoing = 1;
        self.next_incoming = 1;
        self.reserved_outgoing_end = 1;
        self.block = BLOCK_MIN;
        self.dropped = Runs::default();
        self.handled_written = self.handled;
        self.broken = false;
        self.unchecked = true;
        if before.is_empty() {
            return upkeep::remove(&before.paths());
        }
        let last = Ended {
            bytes: before.active().length,
            at: now,
        };
        let ended = before.ended().chain([last]);
        let files = before.paths().into_iter().zip(ended);
        self.earlier
            .extend(files.map(|(path, ended)| Earlier { path, ended }));
        Ok(())
    }

    /// Stops cleanly: syncs everything and says so in the state file, so that the next opening goes on
    /// with exactly these numbers.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the disk refuses, [`StoreError::Broken`] after a failed append: the stop is then an
    /// unclean one.
    pub fn close(mut self) -> Result<(), StoreError> {
        if self.broken {
            return Err(StoreError::Broken {
                directory: self.directory,
            });
        }
        self.sync_early()?;
        self.log.sync()?;
        self.reserved_outgoing_end = self.next_outgoing;
        self.state(true).replace(&self.directory)
    }

    /// Makes sure that every number below `next` is reserved durably.
    fn reserve(&mut self, next: u64) -> Result<(), StoreError> {
        if next <= self.reserved_outgoing_end {
            return Ok(());
        }
        let before = self.reserved_outgoing_end;
        self.reserved_outgoing_end = (next - 1) + self.block;
        if let Err(error) = self.state(false).replace(&self.directory) {
            self.reserved_outgoing_end = before;
            return Err(error);
        }
        self.handled_written = self.handled;
        self.block = (self.block * 2).min(BLOCK_MAX);
        Ok(())
    }

    fn state(&self, clean: bool) -> State {
        State {
            identity: self.identity,
            epoch: self.epoch,
            next_incoming: self.next_incoming,
            next_outgoing: self.next_outgoing,
            reserved_outgoing_end: self.reserved_outgoing_end,
            handled: self.handled,
            first_segment: self.log.first().head.segment,
            last_segment: self.log.active().head.segment,
            log_length: self.log.active().length,
            dropped: self.dropped.clone(),
            clean,
        }
    }
}
