//! Carrying out what a session decided: keep, then transmit, then act; and messages that the client asks for again.

use fix_session::{Action, DisconnectReason, ResendError, Stored};

use super::actor::{Actor, Failed};
use crate::clock;
use crate::store::{Chunk, MessageReader, Outgoing};

/// Messages read from the store at a time while a client gets a range again, between live ones.
const RESEND_MESSAGES: usize = 64;

/// No more messages are read for a resend while the client has this many bytes still to take.
const RESEND_PENDING_BYTES: usize = 256 * 1024;

/// Nor while it has this part of what it may leave untaken: a resend alone must not make a client too slow.
const RESEND_PENDING_PART: usize = 4;

/// A range that the client asked for again, under way.
pub(super) struct Resend {
    reader: MessageReader,
    chunk: Chunk,
}

impl Actor {
    /// Keeps and transmits what the session has put out, does what it asks, and goes on with a resend,
    /// until there is nothing to do but to wait.
    pub(super) fn carry_out(&mut self) -> Result<(), Failed> {
        loop {
            self.keep()?;
            self.transmit();
            let actions = std::mem::take(&mut self.outputs.actions);
            self.outputs.clear();
            for action in actions {
                self.act(action);
            }
            if self.outputs.is_empty() && !self.continue_resend()? {
                return Ok(());
            }
        }
    }

    /// Appends to the store before anything is transmitted: no number is ever used twice.
    pub(super) fn keep(&mut self) -> Result<(), Failed> {
        if self.outputs.stored.is_empty() {
            return Ok(());
        }
        let outputs = &self.outputs;
        let messages = outputs
            .stored
            .iter()
            .map(|stored| outgoing(outputs, stored));
        let kept = self.store.append(messages);
        kept.map_err(|source| self.failed(source))?;
        self.outputs.stored.clear();
        Ok(())
    }

    fn transmit(&mut self) {
        if self.outputs.wire.is_empty() {
            return;
        }
        let Some(connection) = &mut self.connection else {
            return;
        };
        if let Err(error) = connection.transmit(&self.outputs.wire) {
            self.disconnect(&error.to_string());
        } else if connection.pending() > self.profile.max_unsent_bytes {
            tracing::warn!(session = %self.profile.name, pending = connection.pending(), "slow consumer: cut; it gets what it missed when it comes back");
            self.disconnect("the client is too slow");
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::LoggedOn { heartbeat } => {
                tracing::info!(session = %self.profile.name, ?heartbeat, "logged on");
            }
            Action::LoggedOut => tracing::info!(session = %self.profile.name, "logged out"),
            Action::Resend(range) => {
                tracing::info!(session = %self.profile.name, begin = range.begin, end = range.end, "messages are asked for again");
                self.resend = Some(Resend {
                    reader: self.store.reader(range.begin..=range.end),
                    chunk: Chunk::default(),
                });
            }
            Action::ResetSequences => self.ask_for_reset(),
            Action::Disconnect(reason) => self.hang_up(reason),
        }
    }

    /// Both sequence numbers start again at 1: that is journaled first, and answered when it is durable.
    fn ask_for_reset(&mut self) {
        let epoch = self.store.epoch().saturating_add(1);
        self.decoded.push(engine::Input {
            origin: engine::Origin::Venue,
            command: engine::Command::ResetSession {
                session: self.profile.name,
                epoch,
            },
        });
    }

    /// The reset of the session's numbers is durable in the journal; now the store follows, and the Logon is answered.
    pub(super) fn reset(&mut self, epoch: u32) -> Result<(), Failed> {
        if epoch <= self.store.epoch() {
            return Ok(());
        }
        // What was put out under the old numbers belongs to the old epoch.
        self.keep()?;
        self.transmit();
        self.outputs.clear();
        let reset = self.store.reset(epoch);
        reset.map_err(|source| self.failed(source))?;
        self.session.reset_done(clock::now(), &mut self.outputs);
        // Whatever the client sent right behind its Logon has waited for this.
        self.take_input();
        Ok(())
    }

    /// Closes the connection once the client has taken what is pending, or has had its time for it. The session
    /// does not wait for that.
    fn hang_up(&mut self, reason: DisconnectReason) {
        if let Some(mut connection) = self.connection.take() {
            tracing::info!(session = %self.profile.name, ?reason, "disconnected");
            let time = self.profile.goodbye_time;
            while self.last_words.try_join_next().is_some() {}
            self.last_words.spawn(async move {
                let flushed = tokio::time::timeout(time, connection.flush()).await;
                tracing::debug!(?flushed, "the last bytes of a connection");
            });
        }
        self.disconnected();
    }

    /// Sends the next few messages of a range that was asked for again. Live messages go between.
    fn continue_resend(&mut self) -> Result<bool, Failed> {
        let Some(connection) = &self.connection else {
            self.resend = None;
            return Ok(false);
        };
        let part = self.profile.max_unsent_bytes / RESEND_PENDING_PART;
        if connection.pending() > part.min(RESEND_PENDING_BYTES) {
            return Ok(false);
        }
        let Some(resend) = &mut self.resend else {
            return Ok(false);
        };
        let read = self
            .store
            .read(&mut resend.reader, RESEND_MESSAGES, &mut resend.chunk);
        if let Err(source) = read {
            return Err(self.failed(source));
        }
        let now = clock::now();
        for message in resend.chunk.iter().filter(|message| message.resendable) {
            let number = message.msg_seq_num;
            let again = self
                .session
                .resend_message(now, number, message.bytes, &mut self.outputs);
            match again {
                Ok(()) => {}
                Err(ResendError::NotAsked) => break,
                Err(error) => {
                    tracing::error!(session = %self.profile.name, number, %error, "a message could not be sent again");
                }
            }
        }
        if resend.chunk.is_empty() {
            self.resend = None;
            self.session.resend_done(now, &mut self.outputs);
        }
        Ok(true)
    }

    fn failed(&self, source: crate::store::StoreError) -> Failed {
        Failed::Store {
            session: self.profile.name,
            source,
        }
    }
}

fn outgoing<'a>(outputs: &'a fix_session::Outputs, stored: &Stored) -> Outgoing<'a> {
    Outgoing {
        msg_seq_num: stored.msg_seq_num,
        resendable: stored.resendable,
        cause: stored.cause,
        bytes: outputs.bytes(stored),
    }
}
