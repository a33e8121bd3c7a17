//! What a Logon waits for: the market's word that it knows of the client, and that the numbers start again. It is read
//! here and not taken from the mail, which after an unclean stop may have weeks of events to go through first.

use engine::EventBody;
use sequencer::{EventBatch, EventLog, EventReader, ReadError};

use super::actor::{Actor, Failed};

/// Where a session reads the market's answers to what it has said of itself.
#[derive(Debug)]
pub(super) struct Answers {
    events: EventLog,
    /// While an answer is awaited.
    reader: Option<EventReader>,
    /// The latest epoch that was asked for.
    epoch: u32,
}

impl Answers {
    /// Nothing is awaited yet.
    pub(super) fn new(events: EventLog) -> Self {
        Self {
            events,
            reader: None,
            epoch: 0,
        }
    }

    /// A command is about to be submitted whose event is awaited.
    pub(super) fn expect(&mut self) {
        let events = &self.events;
        let _reader = self
            .reader
            .get_or_insert_with(|| events.reader(events.end()));
    }

    /// The same, of the reset that begins `epoch`.
    pub(super) fn expect_reset(&mut self, epoch: u32) {
        self.epoch = epoch;
        self.expect();
    }

    /// The next events, while an answer is awaited; never, where none is.
    pub(super) async fn next(&mut self) -> Result<EventBatch, ReadError> {
        match &mut self.reader {
            Some(reader) => reader.next().await,
            None => std::future::pending().await,
        }
    }
}

impl Actor {
    /// Looks through these events for what is awaited. A reset may be found before the mail has brought what was before
    /// it: those reports are made under the new numbers then.
    pub(super) fn hear(&mut self, read: Result<EventBatch, ReadError>) -> Result<(), Failed> {
        let batch = match read {
            Ok(batch) => batch,
            Err(ReadError::Ended(_)) => {
                // The venue stops: whoever waits is told so.
                self.answers.reader = None;
                return Ok(());
            }
            Err(source) => {
                return Err(Failed::Events {
                    session: self.profile.name,
                    source,
                });
            }
        };
        for (position, event) in batch.iter() {
            if let EventBody::SessionReset { session, epoch } = &event.body
                && *session == self.profile.name
            {
                let unhandled = self.store.handled();
                self.follow_reset(*epoch, position, event.time, unhandled)?;
            } else if let EventBody::SessionConnected { session, .. } = &event.body
                && *session == self.profile.name
            {
                self.admitted();
            }
        }
        if !self.watching.is_awaiting() && self.answers.epoch <= self.store.epoch() {
            self.answers.reader = None;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
