//! Starting both sequence numbers again at 1, in step with the driver's store.

use crate::outputs::{Action, Outputs};
use crate::session::Session;
use crate::state::{Reset, State, Time};

impl Session {
    /// Asks the driver for a reset, and waits. What comes meanwhile is dropped and asked for again.
    pub(crate) fn begin_reset(&mut self, then: Reset, out: &mut Outputs) {
        self.held.clear();
        self.state = State::Resetting(then);
        out.actions.push_back(Action::ResetSequences);
    }

    /// The driver has made it durable that both sequence numbers start again at 1, because
    /// [`Action::ResetSequences`] asked for it, or of its own accord while there is no connection
    /// (the start of a new trading session). The Logon that waited for it is sent now.
    ///
    /// When the connection was lost in between, only the numbers are set.
    ///
    /// # Panics
    /// When Logons have been exchanged: the peer would count on.
    pub fn reset_done(&mut self, now: Time, out: &mut Outputs) {
        assert!(
            matches!(
                self.state,
                State::Resetting(_) | State::Disconnected | State::Closing
            ),
            "sequence numbers are reset before a session is logged on, not under it"
        );
        self.next_outgoing = 1;
        self.next_incoming = 1;
        if let State::Resetting(then) = self.state {
            match then {
                Reset::ThenLogOn => self.send_first_logon(now, true, out),
                Reset::ThenAnswer { heartbeat_seconds } => {
                    // The peer's Logon was number 1.
                    self.next_incoming = 2;
                    self.answer_logon(now, heartbeat_seconds, true, out);
                }
            }
        }
    }
}
