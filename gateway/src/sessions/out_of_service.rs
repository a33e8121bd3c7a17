//! A session whose own message store cannot be used any more: it alone is out of service until the venue starts again
//! with a good store. Its client is told and cut; its mail is taken and dropped, so that nobody waits for it: the reports
//! are made from the event log at that start.

use tokio::sync::watch;

use super::Letterbox;
use super::actor::{Actor, Failed};
use super::event::{Refusal, SessionEvent};
use super::mail::Mail;
use super::reset::TurnToReset;
use super::unreceived::Goodbye;
use crate::clock;

/// Text(58) of the Logout(5).
const TEXT: &str =
    "this session is out of service: its message store has failed; ask the operator of the venue";

impl Actor {
    /// Waits for the end of the venue, and gives the failure back then.
    pub(super) async fn stand_by(
        mut self,
        failed: Failed,
        letterbox: &mut Letterbox,
        draining: &mut watch::Receiver<bool>,
    ) -> Failed {
        let error = anyhow::Error::new(failed);
        let whole = format!("{error:#}");
        self.observer
            .event(SessionEvent::OutOfService { error: &whole });
        self.cut_off();
        self.show(letterbox);
        if let Err(failed) = self.submit().await {
            return failed;
        }
        loop {
            tokio::select! {
                _ = draining.wait_for(|draining| *draining), if self.takes_orders() => self.take_no_more_orders(),
                mail = letterbox.mail.recv() => match mail {
                    None => break,
                    // The next start needs the events that this store knows nothing of.
                    Some(Mail::Passed(_, held)) => {
                        self.held.get_or_insert(held);
                    }
                    Some(Mail::Events { .. } | Mail::End(_)) => {}
                },
                Some(control) = letterbox.control.recv() => drop(control),
                Some(connection) = letterbox.connections.recv() => {
                    self.observer.refused(connection.peer(), Refusal::OutOfService);
                }
            }
        }
        self.await_last_words().await;
        error.downcast().unwrap_or(Failed::Sequencer)
    }

    /// Says why, if the store still takes the Logout: a number that is not kept may be used again. Then hangs up.
    fn cut_off(&mut self) {
        self.resend = None;
        self.place.leave();
        self.turn_to_reset = TurnToReset::NotWanted;
        self.outputs.clear();
        // What the client sent is not taken; that it has gone before is told all the same.
        self.decoded
            .retain(|input| matches!(input.command, engine::Command::DisconnectSession { .. }));
        self.session
            .logout(clock::now(), Some(TEXT), &mut self.outputs);
        if self.keep().is_ok() {
            self.transmit();
        }
        self.outputs.clear();
        self.watching.note(self.session.status());
        // Nobody has answered: what the client has is not known.
        self.part(Goodbye::None);
        self.hang_up(fix_session::DisconnectReason::Expelled);
        if let Some(newcomer) = self.newcomer.take() {
            let peer = newcomer.connection.peer();
            self.observer.refused(peer, Refusal::OutOfService);
        }
    }
}
