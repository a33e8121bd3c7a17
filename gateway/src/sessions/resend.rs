//! Messages that the client asks for again, from the store: a few at a time, and what is waiting in between.
//!
//! However long the range, a resend holds one buffer. A batch is sent when the client has taken most of what it was sent
//! before, so a client is resent to as fast as it reads; between two batches the session looks at its mail, its input and its
//! deadlines, and other sessions have their turn: those that resend take turns among themselves. Reports that wait go
//! first, but not for ever.

use fix_session::{ResendError, ResendRange};

use super::actor::{Actor, Failed};
use super::event::SessionEvent;
use super::turns::Turn;
use crate::clock;
use crate::store::{Chunk, MessageReader};

/// No more messages are read for a resend while the client has this many bytes still to take, besides what the system has
/// taken over: enough for it to go on with, and little to hold for one that asks and reads nothing.
const PENDING_BYTES: usize = 64 * 1024;

/// Nor while it has this part of what it may leave untaken: a resend alone must not make a client too slow.
const PENDING_PART: usize = 4;

/// Pieces of mail that go before the next batch at most.
const MAIL_FIRST: u32 = 16;

/// A range that the client asked for again, under way.
pub(super) struct Resend {
    pub(super) reader: MessageReader,
    chunk: Chunk,
    /// How much mail has gone before the next batch.
    mail: u32,
}

impl Actor {
    /// Takes up a range that the client asked for.
    pub(super) fn begin_resend(&mut self, range: ResendRange) {
        let (begin, end) = (range.begin, range.end);
        self.observer
            .event(SessionEvent::ResendAsked { begin, end });
        let begin = self.tell_dropped(range);
        self.resend = Some(Resend {
            reader: self.store.reader(begin..=range.end),
            chunk: Chunk::default(),
            mail: 0,
        });
    }

    /// Whether a resend is under way and the client has room for more of it.
    pub(super) fn can_resend(&self) -> bool {
        let part = self.profile.max_unsent_bytes / PENDING_PART;
        let room = |pending| pending <= part.min(PENDING_BYTES);
        self.resend.is_some()
            && self
                .connection
                .as_ref()
                .is_some_and(|connection| room(connection.pending()))
    }

    /// As [`can_resend`](Self::can_resend); stands in line for it then, and leaves the line otherwise.
    pub(super) fn stands_in_line(&mut self) -> bool {
        let can = self.can_resend();
        if !can {
            self.place.leave();
        }
        can
    }

    /// Sends the next batch of a resend that is under way, if it is its turn: this one, or one that has come since.
    pub(super) fn resend_some(&mut self, no_mail: bool, turn: Option<Turn>) -> Result<(), Failed> {
        if !self.can_resend() {
            return Ok(());
        }
        let Some(resend) = &mut self.resend else {
            return Ok(());
        };
        resend.mail += 1;
        if !no_mail && resend.mail < MAIL_FIRST {
            return Ok(());
        }
        let Some(_turn) = turn.or_else(|| self.place.now()) else {
            return Ok(());
        };
        resend.mail = 0;
        let read = self.store.read(
            &mut resend.reader,
            self.profile.resend_batch,
            &mut resend.chunk,
        );
        if let Err(source) = read {
            return Err(self.failed(source));
        }
        self.send_again();
        self.carry_out()
    }

    /// Sends what was read, or, when that was all, turns to the next range.
    fn send_again(&mut self) {
        let Some(resend) = &self.resend else { return };
        let now = clock::now();
        let mut resent = 0;
        for message in resend.chunk.iter().filter(|message| message.resendable) {
            let number = message.msg_seq_num;
            let again = self
                .session
                .resend_message(now, number, message.bytes, &mut self.outputs);
            match again {
                Ok(()) => resent += 1,
                Err(ResendError::NotAsked) => break,
                Err(error) => self.observer.event(SessionEvent::ResendFailed {
                    msg_seq_num: number,
                    error: &error,
                }),
            }
        }
        self.observer.resent(resent);
        if resend.chunk.is_empty() {
            self.resend = None;
            // An idle session holds no buffers.
            self.outputs.wire = bytes::BytesMut::new();
            self.session.resend_done(now, &mut self.outputs);
        }
    }
}
