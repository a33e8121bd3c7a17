//! The message store of one FIX session: what was sent under which MsgSeqNum(34), kept on disk so
//! that it can be sent again, and the two sequence numbers, so that they outlive the process.
//!
//! One folder a session:
//!
//! | file | holds |
//! |---|---|
//! | `state` | both sequence numbers, the reserved block, the epoch, whether the stop was clean; replaced atomically |
//! | `outbound.EPOCH.log` | the messages sent in that epoch, append only; older epochs stay beside it |
//!
//! # What it promises
//! - **No number twice.** Numbers are reserved in blocks: before the first number of a block is used, the
//!   block's end is durable. After an unclean stop numbering goes on at the end of the reserved block,
//!   whatever the log lost. The numbers between are gap-filled when asked for.
//! - **Nothing lost.** A message is written (one `write` a batch) before it is transmitted, so that it
//!   outlives the process. Power loss may take the last messages, which were never synced: then
//!   [`Recovered::handled`] goes back to the last event whose reports survived, and the venue makes the
//!   later ones again with PossResend(97)=Y. A block grows from 1,024 numbers to 65,536 as a session
//!   proves busy, so that the syncs stay rare.
//! - **Nothing wrong served.** Every record carries a CRC32C that is checked on opening and again on each
//!   read. A torn tail is cut after an unclean stop. Anything else that is wrong is an error that names
//!   file and offset.
//!
//! # What it never does
//! It never decides what a message means, never reads a clock, and never waits for anything but the disk.
//! Its calls are plain blocking `std::fs` on purpose: an append is one small write into the page cache
//! (microseconds, less than a hop to a blocking thread and back), and a sync happens once a block,
//! on a reset and on a clean stop.

mod error;
mod founding;
mod index;
mod log;
mod reader;
mod record;
mod state;
#[cfg(test)]
mod tests;

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

pub use error::{Damage, StoreError};
use log::{Log, Survey};
pub use reader::{Chunk, MessageReader, StoredMessage};
pub use record::{MESSAGE_BYTES_MAX, Outgoing};
use state::State;

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
    log: Log,
    epoch: u32,
    next_outgoing: u64,
    next_incoming: u64,
    reserved_outgoing_end: u64,
    block: u64,
    handled: u64,
    broken: bool,
}

/// What opening a store found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// How the last run ended.
    pub stop: Stop,
    /// The position of the first event whose reports may be missing: every event before it was handled,
    /// that is, its reports are in the log or it had none for this session.
    pub handled: u64,
    /// The tail that was cut from the log, if any.
    pub cut: Option<Cut>,
}

/// How the last run of a store ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// There was no store: a new one was made, both numbers at 1.
    New,
    /// By [`Store::close`]: numbers go on exactly where they were.
    Clean,
    /// In any other way: outgoing numbers go on at the end of the reserved block, and reports of events
    /// from [`Recovered::handled`] on are to be made again, marked PossResend(97)=Y.
    Unclean,
}

/// A torn tail that was cut from a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The log.
    pub path: PathBuf,
    /// Where the good part ends, in bytes.
    pub offset: u64,
    /// How many bytes were cut.
    pub bytes: u64,
}

impl Store {
    /// Opens the store in `directory`, or makes it (and the folders above it).
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when a file is not what was written (beyond the torn tail of an unclean
    /// stop), [`StoreError::Missing`] when one of the two files is gone, [`StoreError::InUse`] when another
    /// process has it, [`StoreError::Io`] when the disk refuses.
    pub fn open(directory: &Path) -> Result<(Self, Recovered), StoreError> {
        Self::open_from(directory, 0)
    }

    /// As [`Store::open`]; a store that is made new regards the events before position `first` as handled: they
    /// were before its session.
    ///
    /// # Errors
    /// As [`Store::open`].
    pub fn open_from(directory: &Path, first: u64) -> Result<(Self, Recovered), StoreError> {
        fs::create_dir_all(directory).map_err(StoreError::io("create", directory))?;
        let Some(state) = State::read(directory)? else {
            return Self::create(directory, first);
        };
        let (log, survey) = Log::open(directory, &state)?;
        let stop = if state.clean {
            Stop::Clean
        } else {
            Stop::Unclean
        };
        let handled = survey.handled(&state);
        let store = Self {
            directory: directory.to_owned(),
            epoch: state.epoch,
            next_outgoing: if state.clean {
                state.next_outgoing
            } else {
                state.reserved_outgoing_end
            },
            next_incoming: state.next_incoming.max(survey.next_incoming),
            reserved_outgoing_end: state.reserved_outgoing_end,
            block: BLOCK_MIN,
            handled,
            broken: false,
            log,
        };
        Ok((
            store,
            Recovered {
                stop,
                handled,
                cut: survey.cut,
            },
        ))
    }

    fn create(directory: &Path, handled: u64) -> Result<(Self, Recovered), StoreError> {
        Log::refuse_orphans(directory)?;
        let log = Log::create(directory, FIRST_EPOCH)?;
        let store = Self {
            directory: directory.to_owned(),
            log,
            epoch: FIRST_EPOCH,
            next_outgoing: 1,
            next_incoming: 1,
            reserved_outgoing_end: 1,
            block: BLOCK_MIN,
            handled,
            broken: false,
        };
        store.state(true).replace(directory)?;
        Ok((
            store,
            Recovered {
                stop: Stop::New,
                handled,
                cut: None,
            },
        ))
    }

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
    /// this session. Goes to disk with the next reservation or the clean stop; never goes back.
    pub fn set_handled(&mut self, position: u64) {
        self.handled = self.handled.max(position);
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
        Ok(())
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
    pub fn reset(&mut self, epoch: u32) -> Result<(), StoreError> {
        if epoch <= self.epoch {
            return Err(StoreError::EpochNotLater {
                current: self.epoch,
                asked: epoch,
            });
        }
        self.log.sync()?;
        let log = Log::create(&self.directory, epoch)?;
        let state = State {
            epoch,
            next_incoming: 1,
            next_outgoing: 1,
            reserved_outgoing_end: 1,
            handled: self.handled,
            log_length: log.length(),
            // Not clean: whether reports before it may have been seen is still to be remembered.
            clean: false,
        };
        state.replace(&self.directory)?;
        self.log = log;
        self.epoch = epoch;
        self.next_outgoing = 1;
        self.next_incoming = 1;
        self.reserved_outgoing_end = 1;
        self.block = BLOCK_MIN;
        self.broken = false;
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
        self.block = (self.block * 2).min(BLOCK_MAX);
        Ok(())
    }

    fn state(&self, clean: bool) -> State {
        State {
            epoch: self.epoch,
            next_incoming: self.next_incoming,
            next_outgoing: self.next_outgoing,
            reserved_outgoing_end: self.reserved_outgoing_end,
            handled: self.handled,
            log_length: self.log.length(),
            clean,
        }
    }
}

impl Survey {
    /// The position of the first event whose reports may be missing.
    fn handled(&self, state: &State) -> u64 {
        // The state file may be durable while messages written before it are not: what it says of events
        // counts only when the log is at least as long as it was then.
        if self.length >= state.log_length {
            state.handled.max(self.last_cause)
        } else {
            self.last_cause
        }
    }
}
