//! What a session does for its own store: ends files that are full or old, and drops what is beyond the limits, but
//! nothing that its client is being sent again; and holds no file open where there are too many sessions for that.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use sequencer::{EventPosition, Hold};

use super::actor::{Actor, Failed};
use super::apart::apart;
use super::event::SessionEvent;
use crate::clock;

/// How many events a session may have handled without having it written down. After an unclean stop those are brought
/// again, before any new ones, to every session.
pub(crate) const UNWRITTEN_EVENTS: u64 = 1 << 17;

impl Actor {
    /// Every event before this position was brought. A session that has nothing to write for long writes that down: the
    /// venue's next start need not go back to the last message it was sent.
    pub(super) fn pass(&mut self, position: EventPosition, held: Arc<Hold>) -> Result<(), Failed> {
        if self.is_making_up() {
            // Its place is written down when it has made up: until then the earliest of what it was given is kept.
            self.held.get_or_insert(held);
            return Ok(());
        }
        self.held = None;
        self.store.set_handled(position.get());
        if self.store.unwritten_events() < UNWRITTEN_EVENTS {
            return Ok(());
        }
        apart(|| self.store.write_handled()).map_err(|source| self.failed(source))
    }

    /// When the store has something to do because time has passed. Not during a resend: what it reads stays.
    pub(super) fn housekeeping_due(&self) -> Option<DateTime<Utc>> {
        match &self.resend {
            Some(_) => None,
            None => self.store.upkeep_due(),
        }
    }

    /// Lets the store do what is due.
    pub(super) fn keep_house(&mut self) -> Result<(), Failed> {
        let now = clock::now();
        let reading = self.resend.as_ref().map(|resend| &resend.reader);
        let retired = if self.store.needs_upkeep(now) {
            apart(|| self.store.upkeep(now, reading))
        } else {
            Ok(None)
        };
        if let Some(retired) = retired.map_err(|source| self.failed(source))? {
            self.observer.event(SessionEvent::MessagesDropped {
                files: retired.files,
                kept_from: retired.kept_from,
            });
        }
        if self.profile.store_rests && self.resend.is_none() {
            self.store.rest();
        }
        Ok(())
    }
}
