//! Logout(5): ours, the peer's, and the one that explains why we will not go on.

use fix_codec::Header;
use fix_codec::messages::Logout;

use crate::outputs::{DisconnectReason, Outputs};
use crate::send::Emission;
use crate::sequence::Position;
use crate::session::Session;
use crate::state::{State, Time};

impl Session {
    /// Ends the session in good order: sends Logout(5) and waits for the peer's, at most
    /// [`Timeouts::logout`](crate::Timeouts::logout). What is sent after it is only kept; what
    /// comes before the peer's Logout is still delivered. Before the Logons are exchanged it ends
    /// the connection at once, as [`expel`](Self::expel) does: no Logouts are exchanged then.
    pub fn logout(&mut self, now: Time, text: Option<&str>, out: &mut Outputs) {
        match self.state {
            State::LoggedOn(_) => self.log_out(now, text, DisconnectReason::LoggedOut, out),
            State::AwaitingLogon(_) | State::Authenticating { .. } | State::Resetting { .. } => {
                self.close(DisconnectReason::Expelled, out);
            }
            State::Disconnected | State::LoggingOut { .. } | State::Closing => {}
        }
    }

    /// Ends the session with a peer that has gone beyond the driver's limits: sends Logout(5) with
    /// `text` and does not wait for the answer. What comes after it is not looked at; its numbers are
    /// not used up, so the peer is asked for it at its next Logon. Before the Logons are exchanged it
    /// ends the connection without a word; where none is, it does nothing.
    pub fn expel(&mut self, now: Time, text: &str, out: &mut Outputs) {
        let reason = DisconnectReason::Expelled;
        match self.state {
            State::LoggedOn(_) | State::LoggingOut { .. } => {
                self.log_out_at_once(now, text, reason, out);
            }
            State::AwaitingLogon(_) | State::Authenticating { .. } | State::Resetting { .. } => {
                self.close(reason, out);
            }
            State::Disconnected | State::Closing => {}
        }
    }

    /// Sends Logout(5) and awaits the peer's; `reason` is why.
    pub(crate) fn log_out(
        &mut self,
        now: Time,
        text: Option<&str>,
        reason: DisconnectReason,
        out: &mut Outputs,
    ) {
        if !self.is_logged_on() {
            return;
        }
        self.send_logout(now, text, out);
        if let State::LoggedOn(link) = core::mem::replace(&mut self.state, State::Closing) {
            let deadline = now + self.settings.timeouts.logout;
            self.state = State::LoggingOut {
                link,
                deadline,
                reason,
            };
        }
    }

    /// Sends Logout(5), unless one was sent, and ends the connection without waiting for the
    /// peer's.
    pub(crate) fn log_out_at_once(
        &mut self,
        now: Time,
        text: &str,
        reason: DisconnectReason,
        out: &mut Outputs,
    ) {
        if !matches!(self.state, State::LoggingOut { .. }) {
            // What the answer to a Logon was to say is said all the same.
            let said = self.logon_text.take();
            let said = said.map_or_else(String::new, |said| format!("; {said}"));
            self.send_logout(now, Some(&format!("{text}{said}")), out);
        }
        self.close(reason, out);
    }

    /// A Logout(5) from the peer. A first one is answered and the connection ended at once; an
    /// answer to ours ends it too.
    ///
    /// One from beyond a gap is answered just so, and not counted: what is missing is found and
    /// asked for at the next Logon.
    pub(crate) fn receive_logout(&mut self, now: Time, header: &Header<'_>, out: &mut Outputs) {
        if self.position(header.msg_seq_num) == Position::Expected {
            self.advance(now);
        }
        match self.state {
            State::LoggedOn(_) => {
                self.send_logout(now, None, out);
                self.close(DisconnectReason::LoggedOut, out);
            }
            State::LoggingOut { reason, .. } => self.close(reason, out),
            State::Disconnected
            | State::AwaitingLogon(_)
            | State::Authenticating { .. }
            | State::Resetting { .. }
            | State::Closing => {}
        }
    }

    fn send_logout(&mut self, now: Time, text: Option<&str>, out: &mut Outputs) {
        self.emit(now, &Logout { text }, Emission::handshake(), out);
    }
}
