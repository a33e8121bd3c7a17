//! Starting both sequence numbers again at 1, in step with the driver's store.

use crate::outputs::{Action, Outputs};
use crate::session::Session;
use crate::state::{AfterReset, State, Time};

impl Session {
    /// Asks the driver for a reset, and waits. What comes meanwhile is dropped and asked for again.
    pub(crate) fn begin_reset(&mut self, then: AfterReset, out: &mut Outputs) {
        self.held.clear();
        self.state = State::Resetting(then);
        if !self.reset_pending {
            self.reset_pending = true;
            out.actions.push_back(Action::ResetSequences);
        }
    }

    /// The driver has made it durable that both sequence numbers start again at 1, because
    /// [`Action::ResetSequences`] asked for it, or of its own accord while there is no connection
    /// (the start of a new trading session). The Logon that waited for it is sent now.
    ///
    /// A reset that was asked for outlives its connection: when that is lost, the driver still
    /// finishes the reset and calls this. A Logon on a new connection waits until then.
    ///
    /// # Panics
    /// When a Logon of ours has been sent and nobody asked for a reset: the peer would count on.
    pub fn reset_done(&mut self, now: Time, out: &mut Outputs) {
        let may_reset = self.reset_pending || matches!(self.state, State::Disconnected);
        assert!(
            may_reset,
            "sequence numbers are not reset under a connection"
        );
        self.reset_pending = false;
        self.next_outgoing = 1;
        self.next_incoming = 1;
        if let State::Resetting(then) = self.state {
            match then {
                AfterReset::LogOn { reset } => self.send_first_logon(now, reset, out),
                AfterReset::Grant(logon) => self.grant(now, logon, out),
                AfterReset::Answer { heartbeat_seconds } => {
                    // The peer's Logon was number 1.
                    self.next_incoming = 2;
                    self.answer_logon(now, heartbeat_seconds, true, out);
                }
            }
        }
    }
}
