//! Carrying out what a session decided: keep, then transmit, then act.

use fix_session::{Action, DisconnectReason, Stored};

use super::actor::{Actor, Failed};
use super::apart::apart;
use super::event::{Ended, SessionEvent};
use crate::clock;
use crate::store::Outgoing;

impl Actor {
    /// Keeps and transmits what the session has put out, and does what it asks, until nothing is left to do.
    pub(super) fn carry_out(&mut self) -> Result<(), Failed> {
        loop {
            self.keep()?;
            self.transmit();
            let actions = std::mem::take(&mut self.outputs.actions);
            self.outputs.clear();
            for action in actions {
                self.act(action);
            }
            if self.outputs.is_empty() {
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
        let last = outputs.stored.last().map_or(0, |last| last.msg_seq_num);
        let kept = if self.store.reserves(last) {
            apart(|| self.store.append(messages))
        } else {
            self.store.append(messages)
        };
        kept.map_err(|source| self.failed(source))?;
        self.outputs.stored.clear();
        Ok(())
    }

    pub(super) fn transmit(&mut self) {
        if self.outputs.wire.is_empty() {
            return;
        }
        let Some(connection) = &mut self.connection else {
            return;
        };
        self.observer.sent(&self.outputs.wire);
        if let Err(error) = connection.transmit(&self.outputs.wire) {
            self.disconnect(Ended::Broken, Some(&error));
            return;
        }
        connection.note_pending(clock::now(), self.profile.max_unsent_time);
        let most = self.profile.max_unsent_bytes;
        if connection.pending() > most {
            self.cut(&format!("it left more than {most} bytes unread"));
        }
    }

    /// Forgets what was to be done with a connection that has ended, but not a reset, which outlives it. Why it was to be
    /// ended, if it was.
    pub(super) fn drop_actions(&mut self) -> Option<DisconnectReason> {
        let actions = &mut self.outputs.actions;
        let planned = actions.iter().find_map(|action| match action {
            Action::Disconnect(reason) => Some(*reason),
            Action::LoggedOn { .. }
            | Action::Resend(_)
            | Action::ResetSequences
            | Action::LoggedOut => None,
        });
        actions.retain(|action| matches!(action, Action::ResetSequences));
        planned
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::LoggedOn { heartbeat } => {
                self.observer.event(SessionEvent::LoggedOn { heartbeat });
                self.record_logon();
                self.mark_logged_on();
            }
            // The Logouts were seen as they passed, and why the connection ends follows.
            Action::LoggedOut => {}
            Action::Resend(range) => self.begin_resend(range),
            Action::ResetSequences => self.stand_in_line_to_reset(),
            Action::Disconnect(reason) => self.hang_up(reason),
        }
    }

    pub(super) fn failed(&self, source: crate::store::StoreError) -> Failed {
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
