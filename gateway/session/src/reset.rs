//! Starting both sequence numbers again at 1, in step with the driver's store.

use crate::outputs::{Action, DisconnectReason, Outputs};
use crate::session::Session;
use crate::state::{AfterReset, Demand, PeerLogon, Reset, State, Time};

impl Session {
    /// The Logon that waits for [`accept_logon`](Self::accept_logon) begins a new trading session:
    /// when it is accepted, both sequence numbers start again at 1 before it is answered.
    ///
    /// A peer whose Logon is number 1 (and expects number 1, if it says so) has started again itself, and its Logon counts. One that goes on
    /// with its old numbers would find ours too low: the answer to it has 141=Y, and it is to answer that
    /// with a Logon of its own, number 1 and 141=Y, or with any message numbered 1.
    pub fn number_anew(&mut self) {
        self.anew = matches!(self.state, State::Authenticating { .. });
    }

    /// Whether the numbers have started again with an answer that has 141=Y, and the peer has not counted from 1 since. A
    /// driver keeps it, before it does what [`Action::ResetSequences`] asks for, and gives it back with
    /// [`demand_reset`](Self::demand_reset): a peer that goes on with its old numbers must not be asked for what it
    /// sent under them.
    #[must_use]
    pub fn demands_reset(&self) -> bool {
        self.reset_demanded
    }

    /// Takes up a demand that an earlier value of this session made, where nothing has come under the new numbers.
    ///
    /// # Panics
    /// When something has come, or there is a connection.
    pub fn demand_reset(&mut self) {
        assert!(
            self.next_incoming == 1 && matches!(self.state, State::Disconnected),
            "a demand is taken up before anything comes"
        );
        self.reset_demanded = true;
    }

    /// While the peer is to start again at 1, whatever else it sends is of its old numbers: it is neither kept nor asked
    /// for, for what was sent under them would be taken as new. True when it was refused.
    pub(crate) fn refuse_old_run(
        &mut self,
        now: Time,
        received: u64,
        poss_dup: bool,
        out: &mut Outputs,
    ) -> bool {
        let old = self.reset_demanded && (received != 1 || poss_dup);
        if old {
            let dup = if poss_dup {
                " with PossDupFlag(43)=Y"
            } else {
                ""
            };
            let text = format!("MsgSeqNum starts again at 1, but received {received}{dup}");
            let reason = DisconnectReason::SequenceNotReset { received };
            self.log_out_at_once(now, &text, reason, out);
        }
        old
    }

    /// Begins the reset that goes before the answer to this Logon.
    pub(crate) fn begin_anew(&mut self, now: Time, logon: PeerLogon, out: &mut Outputs) {
        let heartbeat_seconds = logon.heartbeat_seconds;
        // Kept beyond the connection: until the peer has counted from 1, it may come with its old numbers.
        self.reset_demanded = logon.msg_seq_num != 1 || logon.next_expected.unwrap_or(1) != 1;
        let then = if self.reset_demanded {
            AfterReset::Demand { heartbeat_seconds }
        } else {
            AfterReset::Grant(logon)
        };
        self.begin_reset(now, then, out);
    }

    /// Asks the driver for a reset, and waits. What comes meanwhile is dropped and asked for again.
    pub(crate) fn begin_reset(&mut self, now: Time, then: AfterReset, out: &mut Outputs) {
        self.held.clear();
        if !self.is_reset_pending() {
            self.reset = Reset::Asked;
            out.actions.push_back(Action::ResetSequences);
        }
        self.await_reset(now, then);
    }

    /// Waits for a reset that the driver was asked for: no longer than a Logon may take from when the driver has begun with
    /// it, so that neither a connection nor what it holds waits for ever on a driver that does not get on with it. Before,
    /// the peer waits for its turn among others.
    pub(crate) fn await_reset(&mut self, now: Time, then: AfterReset) {
        let deadline = match self.reset {
            Reset::Begun => Some(now + self.settings.timeouts.logon),
            Reset::Idle | Reset::Asked => None,
        };
        self.state = State::Resetting { then, deadline };
    }

    /// Whether the driver was asked for a reset and has not said that it is done.
    pub(crate) fn is_reset_pending(&self) -> bool {
        self.reset != Reset::Idle
    }

    /// The driver has begun with the reset that [`Action::ResetSequences`] asked for, after others that it does in turn:
    /// the connection waits for it from `now` on as long as a Logon may take, [`Timeouts::logon`](crate::Timeouts::logon),
    /// and without end before. Does nothing where none is asked for; a driver that does a reset at once need not call it.
    pub fn reset_begun(&mut self, now: Time) {
        if self.reset != Reset::Asked {
            return;
        }
        self.reset = Reset::Begun;
        if let State::Resetting { deadline, .. } = &mut self.state {
            *deadline = Some(now + self.settings.timeouts.logon);
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
        let may_reset = self.is_reset_pending() || matches!(self.state, State::Disconnected);
        assert!(
            may_reset,
            "sequence numbers are not reset under a connection"
        );
        self.reset = Reset::Idle;
        self.next_outgoing = 1;
        self.next_incoming = 1;
        if let State::Resetting { then, .. } = self.state {
            match then {
                AfterReset::LogOn { reset } => self.send_first_logon(now, reset, out),
                AfterReset::Grant(logon) => self.grant(now, logon, out),
                AfterReset::Answer { heartbeat_seconds } => {
                    // The peer's Logon was number 1.
                    self.next_incoming = 2;
                    self.reset_demanded = false;
                    self.answer_logon(now, heartbeat_seconds, true, out);
                }
                // The peer's Logon had a number of its own, which counts no more.
                AfterReset::Demand { heartbeat_seconds } => {
                    self.answer_logon(now, heartbeat_seconds, true, out);
                    self.await_start(now);
                }
            }
        }
    }

    /// The peer was told to start again at 1, and is to show that it has.
    fn await_start(&mut self, now: Time) {
        let deadline = now + self.settings.timeouts.logon;
        if let Some(link) = self.state.link_mut() {
            link.demand = Some(Demand {
                deadline,
                tested: false,
            });
        }
    }

    /// A peer that was told to start again has not shown in time that it has. One that has nothing to say is asked; one
    /// that does not answer that under its new numbers never will.
    pub(crate) fn press_demand(&mut self, now: Time, out: &mut Outputs) {
        let Some(demand) = self.state.link().and_then(|link| link.demand) else {
            return;
        };
        if demand.tested {
            let text = "MsgSeqNum starts again at 1, but nothing came with it";
            return self.log_out_at_once(now, text, DisconnectReason::ResetTimeout, out);
        }
        self.send_test_request(now, out);
        let deadline = now + self.settings.timeouts.logon;
        if let Some(link) = self.state.link_mut() {
            link.demand = Some(Demand {
                deadline,
                tested: true,
            });
        }
    }
}
