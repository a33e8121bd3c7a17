//! From events to a session's messages: reports to their owner, copies to those who watch. A message is made
//! from one event and nothing else, so that it can be made again.

use chrono::{DateTime, Utc};
use config::Role;
use engine::{Event, EventBody};
use fix_session::SendOptions;
use sequencer::{EventBatch, EventPosition};

use super::actor::{Actor, Failed};
use crate::clock;
use crate::drop_copy;
use crate::order_entry;

impl Actor {
    /// Sends what these events of the batch call for, and keeps it. What was handled before a restart is
    /// passed over.
    pub(super) fn report(&mut self, batch: &EventBatch, picks: &[usize]) -> Result<(), Failed> {
        let now = clock::now();
        let mut handled = 0;
        for &place in picks {
            let Some(event) = batch.events().get(place) else {
                continue;
            };
            let position = position(batch, place);
            if self.put_off(position) {
                continue;
            }
            let next = position.get().saturating_add(1);
            if next <= self.store.handled() {
                continue;
            }
            if !self.take_event(now, position, event)? {
                handled = next;
            }
        }
        // The store may call these events handled only when it has what they called for.
        self.keep()?;
        if !self.is_making_up() {
            self.store.set_handled(handled);
        }
        Ok(())
    }

    /// Does what one event calls for. Whether a reset has gone back to events before it, which come first.
    pub(super) fn take_event(
        &mut self,
        now: DateTime<Utc>,
        position: EventPosition,
        event: &Event,
    ) -> Result<bool, Failed> {
        if let EventBody::SessionReset { session, epoch } = &event.body
            && *session == self.profile.name
        {
            let unsent = position.get().saturating_add(1);
            return self.follow_reset(*epoch, position, event.time, unsent);
        }
        let next = self.session.next_outgoing();
        self.send_reports(now, position, event);
        if self.session.next_outgoing() > next {
            self.note_report(position);
        }
        self.tell_of_phases(now, position, event);
        Ok(false)
    }

    fn send_reports(&mut self, now: DateTime<Utc>, position: EventPosition, event: &Event) {
        let options = SendOptions {
            cause: position.get().saturating_add(1),
            poss_resend: self.made_again.includes(position),
        };
        let (session, outputs) = (&mut self.session, &mut self.outputs);
        match &self.profile.role {
            Role::OrderEntry { .. } => {
                for report in order_entry::reports(event, &self.profile.name) {
                    session.send(now, &report, options, outputs);
                }
            }
            Role::DropCopy { of } => {
                for copy in drop_copy::copies(event, of) {
                    session.send(now, &copy, options, outputs);
                }
            }
        }
    }
}

/// The position in the event log of the event at this place of the batch.
fn position(batch: &EventBatch, place: usize) -> EventPosition {
    let place = u64::try_from(place).unwrap_or(u64::MAX);
    EventPosition::new(batch.first().get().saturating_add(place))
}
