//! What a session does for its own store: ends files that are full or old, and drops what is beyond the limits, but
//! nothing that its client is being sent again; and holds no file open where there are too many sessions for that.

use chrono::{DateTime, Utc};

use super::actor::{Actor, Failed};
use super::event::SessionEvent;
use crate::clock;

impl Actor {
    /// When the store has something to do because time has passed. Not during a resend: what it reads stays.
    pub(super) fn housekeeping_due(&self) -> Option<DateTime<Utc>> {
        match &self.resend {
            Some(_) => None,
            None => self.store.upkeep_due(),
        }
    }

    /// Lets the store do what is due.
    pub(super) fn keep_house(&mut self) -> Result<(), Failed> {
        let reading = self.resend.as_ref().map(|resend| &resend.reader);
        let retired = self.store.upkeep(clock::now(), reading);
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
