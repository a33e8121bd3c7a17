//! Letting a client log on: its Logon goes to the doorkeeper, whose verdict comes while the session waits; and what
//! the audit log is told of a client's coming and going.

use fix_session::DisconnectReason;
use tokio::sync::oneshot;

use super::actor::Actor;
use super::event::Refusal;
use super::watching::NotAllowed;
use crate::audit::{Entry, Outcome, What};
use crate::clock;
use crate::identity::{Claim, Peer, Verdict};

/// What is said when the doorkeeper has no verdict: it has failed.
const NO_VERDICT: &str = "the Logon cannot be checked now";

impl Actor {
    /// Asks the doorkeeper about a Logon. Nothing more is read until it has answered.
    pub(super) fn authenticate(&mut self, claim: Claim) {
        let mut verdict = self
            .doorkeeper
            .authenticate(self.profile.name, self.peer(), claim);
        match verdict.try_recv() {
            Ok(verdict) => self.decide(verdict),
            Err(_) => self.verdict = Some(verdict),
        }
    }

    /// Does what the doorkeeper decided.
    pub(super) fn decide(&mut self, verdict: Verdict) {
        self.verdict = None;
        let now = clock::now();
        match verdict {
            // The hours come second: whoever has yet to show who it is learns nothing of them, and its failures count.
            Verdict::Accepted(text) => match self.enter(now) {
                Ok(()) => {
                    self.let_in();
                    self.admit(text);
                }
                Err(closed) => {
                    let said = text.map_or_else(String::new, |text| format!("; {text}"));
                    let text = format!("{closed}{said}");
                    self.session.refuse_logon(now, &text, &mut self.outputs);
                    self.record_closed(closed);
                }
            },
            Verdict::Refused(text) => {
                self.session.refuse_logon(now, &text, &mut self.outputs);
            }
        }
    }

    /// Who is at the other side of the connection.
    pub(super) fn peer(&self) -> Peer {
        let connection = self.connection.as_ref();
        connection.map_or(Peer::UNKNOWN, |connection| connection.peer())
    }

    /// Puts on record that the client is logged on.
    pub(super) fn record_logon(&mut self) {
        if !std::mem::replace(&mut self.on_record, true) {
            self.record(What::Logon, Outcome::Done, String::new());
        }
    }

    /// Puts on record that the client is not logged on any more, or why it never was.
    pub(super) fn record_end(&mut self, why: &str) {
        if std::mem::replace(&mut self.on_record, false) {
            self.record(What::Logout, Outcome::Done, why.to_owned());
        }
    }

    /// Puts on record why a client was not let in, where the doorkeeper has not done so.
    pub(super) fn record_refusal(&mut self, reason: DisconnectReason) {
        if self.on_record || reason == DisconnectReason::LogonRefused {
            return;
        }
        self.record(What::Logon, Outcome::Refused, format!("{reason:?}"));
        if reason == DisconnectReason::LogonInvalid {
            let (session, peer) = (self.profile.name, self.peer());
            self.doorkeeper.refused_unknown(session, peer);
        }
    }

    /// Puts on record that a client came while the session was closed.
    pub(super) fn record_closed(&self, text: String) {
        self.record(What::Logon, Outcome::Refused, text);
    }

    /// Puts on record that a client was not let in that asked for what its session may not have.
    pub(super) fn record_refused_terms(&self, refused: NotAllowed) {
        self.record(What::Logon, Outcome::Refused, refused.to_string());
    }

    /// Turns a second client away, and puts that on record.
    pub(super) fn refuse_second(&self, peer: Peer) {
        self.observer.refused(peer, Refusal::SessionInUse);
        let entry = Entry::new(What::Logon, Outcome::Refused, "the session is in use");
        let entry = entry.of(self.profile.name).from(peer);
        self.doorkeeper.audit().record(&entry);
    }

    fn record(&self, what: What, outcome: Outcome, detail: String) {
        let entry = Entry::new(what, outcome, detail).of(self.profile.name);
        self.doorkeeper.audit().record(&entry.from(self.peer()));
    }
}

/// Waits for the doorkeeper, for ever where nothing was asked.
pub(super) async fn verdict(waiting: &mut Option<oneshot::Receiver<Verdict>>) -> Verdict {
    match waiting {
        Some(verdict) => verdict
            .await
            .unwrap_or_else(|_| Verdict::Refused(NO_VERDICT.to_owned())),
        None => std::future::pending().await,
    }
}
