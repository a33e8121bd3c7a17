//! The last step of a client's Logon, and what follows from the end of its connection: the market hears of both, where
//! something is to become of the session's orders. What it hears, `watching` decides.

use engine::{Command, Input, Origin};
use fix_session::Status;

use super::actor::Actor;
use super::reason::Ended;
use super::watching::Admission;
use crate::clock;

impl Actor {
    /// Nothing else speaks against the client's Logon: answers it, with `text`, at once or when the market knows of the
    /// client. What the answer promises of its orders holds from then on, should even the venue end.
    pub(super) fn admit(&mut self, text: Option<String>) {
        let now = clock::now();
        // A Logon that is refused is no client that comes: what its loss leads to goes on.
        if !self
            .session
            .check_logon(now, text.as_deref(), &mut self.outputs)
        {
            return;
        }
        match self.watching.admit() {
            Ok((admission, answer)) => {
                self.session.set_cancel_on_disconnect(answer);
                match admission {
                    Admission::Now => {
                        self.session
                            .accept_logon_saying(now, text.as_deref(), &mut self.outputs);
                    }
                    Admission::After(policy) => {
                        self.watching.saying = text;
                        self.answers.expect();
                        let session = self.profile.name;
                        let come = Command::ConnectSession { session, policy };
                        self.decoded.push(by_venue(come));
                    }
                }
            }
            Err(refused) => {
                self.record_refused_terms(refused);
                self.session
                    .refuse_logon(now, &refused.to_string(), &mut self.outputs);
            }
        }
    }

    /// The market knows that a client has come: its Logon is answered, if it is still the one that waits.
    pub(super) fn admitted(&mut self) {
        if self.watching.has_come() && self.session.status() == Status::Authenticating {
            let text = self.watching.saying.take();
            self.session
                .accept_logon_saying(clock::now(), text.as_deref(), &mut self.outputs);
            // Whatever the client sent right behind its Logon has waited for this.
            self.take_input();
        }
    }

    /// The connection is gone, however it ended. The market hears of it, where something is to become of the session's
    /// orders.
    pub(super) fn disconnected(&mut self, ended: Ended) {
        self.resend = None;
        self.verdict = None;
        self.demands.disconnected();
        self.forget_questions();
        self.session.disconnected();
        if let Some(why) = self.watching.go(ended) {
            let session = self.profile.name;
            let gone = Command::DisconnectSession { session, why };
            self.decoded.push(by_venue(gone));
        }
    }
}

fn by_venue(command: Command) -> Input {
    Input {
        origin: Origin::Venue,
        command,
    }
}

#[cfg(test)]
mod tests;
