//! The session as its driver sees it: made, connected, asked, ticked and disconnected. What is done
//! with a message lies in `receive`, `logon`, `logout`, `sequence`, `resend`, `reset` and `send`.

use fix_codec::values::CancelOrdersOnDisconnect;

use crate::held::Held;
use crate::outputs::{Action, DisconnectReason, Outputs, ResendRange};
use crate::settings::{Resume, Role, Settings};
use crate::state::{AfterReset, AwaitingLogon, Reset, State, Status, Time};

/// One FIX 4.4 session with one peer. It outlives connections: sequence numbers go on from one to
/// the next.
#[derive(Debug)]
pub struct Session {
    pub(crate) settings: Settings,
    pub(crate) state: State,
    /// MsgSeqNum(34) of the next message that we send.
    pub(crate) next_outgoing: u64,
    /// MsgSeqNum(34) that we expect next.
    pub(crate) next_incoming: u64,
    pub(crate) held: Held,
    /// How far the driver is with a reset that it was asked for.
    pub(crate) reset: Reset,
    /// The Logon that is being decided on begins a new trading session.
    pub(crate) anew: bool,
    /// A reset was answered with 141=Y, and the peer has not counted from 1 since.
    pub(crate) reset_demanded: bool,
    pub(crate) garbled: u64,
    /// What the next Logon says in Text(58).
    pub(crate) logon_text: Option<String>,
    /// CancelOrdersOnDisconnect(8013) of our Logons.
    pub(crate) cancel_on_disconnect: Option<CancelOrdersOnDisconnect>,
}

impl Session {
    /// A session without a connection, which takes up its sequence numbers at `resume`.
    ///
    /// # Panics
    /// When a number in `resume` is 0.
    #[must_use]
    pub fn new(settings: Settings, resume: Resume) -> Self {
        assert!(resume.next_outgoing > 0, "MsgSeqNum(34) starts at 1");
        assert!(resume.next_incoming > 0, "MsgSeqNum(34) starts at 1");
        let held = Held::new(settings.hold_limit_bytes);
        let cancel_on_disconnect = settings.cancel_on_disconnect;
        Self {
            cancel_on_disconnect,
            settings,
            state: State::Disconnected,
            next_outgoing: resume.next_outgoing,
            next_incoming: resume.next_incoming,
            held,
            reset: Reset::Idle,
            anew: false,
            reset_demanded: false,
            garbled: 0,
            logon_text: None,
        }
    }

    /// Sets the session up otherwise, from the next connection on. Its numbers go on.
    ///
    /// # Panics
    /// When the session has a connection: what a Logon agreed on holds for as long as it lives.
    pub fn change_settings(&mut self, settings: Settings) {
        assert!(
            matches!(self.state, State::Disconnected),
            "settings change between connections"
        );
        self.held = Held::new(settings.hold_limit_bytes);
        self.settings = settings;
    }

    /// What the session was told last.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> Status {
        self.state.status()
    }

    /// What CancelOrdersOnDisconnect(8013) our Logons carry from now on: an acceptor's driver says so before it
    /// calls [`accept_logon`](Self::accept_logon), and answers the peer with what is in force.
    pub fn set_cancel_on_disconnect(&mut self, in_force: Option<CancelOrdersOnDisconnect>) {
        self.cancel_on_disconnect = in_force;
    }

    /// MsgSeqNum(34) of the next message that [`send`](Self::send) gives.
    #[must_use]
    pub fn next_outgoing(&self) -> u64 {
        self.next_outgoing
    }

    /// MsgSeqNum(34) that is expected next: every message below it has had its turn. A driver keeps
    /// it for [`Resume::next_incoming`]; keeping it late is safe, keeping it early is not.
    #[must_use]
    pub fn next_incoming(&self) -> u64 {
        self.next_incoming
    }

    /// How many garbled messages have been ignored in the life of this value.
    #[must_use]
    pub fn garbled(&self) -> u64 {
        self.garbled
    }

    /// How many bytes of messages from beyond a gap are kept, what keeping them costs counted in; never
    /// more than [`Settings::hold_limit_bytes`].
    #[must_use]
    pub fn held_bytes(&self) -> usize {
        self.held.size_bytes()
    }

    /// What the peer has asked for again and is still to get; its beginning moves on as messages
    /// are resent.
    #[must_use]
    pub fn resending(&self) -> Option<ResendRange> {
        self.state.link().and_then(|link| link.resends.current())
    }

    /// A connection is there. An initiator sends its Logon(A), after the reset if it is to start
    /// with one; an acceptor gives the peer [`Timeouts::logon`](crate::Timeouts::logon) to send one.
    ///
    /// # Panics
    /// When the session has a connection already: a driver refuses the second itself.
    pub fn connected(&mut self, now: Time, out: &mut Outputs) {
        assert!(
            matches!(self.state, State::Disconnected),
            "a session has one connection at a time"
        );
        match self.settings.role {
            Role::Acceptor { .. } => {
                let deadline = now + self.settings.timeouts.logon;
                self.state = State::AwaitingLogon(AwaitingLogon {
                    deadline,
                    sent: None,
                });
            }
            Role::Initiator {
                reset_on_logon: reset,
                ..
            } if reset || self.is_reset_pending() => {
                self.begin_reset(now, AfterReset::LogOn { reset }, out);
            }
            Role::Initiator { .. } => self.send_first_logon(now, false, out),
        }
    }

    /// The connection is gone, whoever closed it. What was held from beyond a gap is forgotten; it
    /// is asked for again after the next Logon.
    pub fn disconnected(&mut self) {
        self.state = State::Disconnected;
        self.logon_text = None;
        self.held.clear();
    }

    /// When [`tick`](Self::tick) has something to do next; `None`: not before another call.
    #[must_use]
    pub fn deadline(&self) -> Option<Time> {
        match &self.state {
            State::AwaitingLogon(AwaitingLogon { deadline, .. })
            | State::Authenticating { deadline, .. }
            | State::LoggingOut { deadline, .. } => Some(*deadline),
            State::Resetting { deadline, .. } => *deadline,
            State::LoggedOn(link) => link.deadline(),
            State::Disconnected | State::Closing => None,
        }
    }

    /// Does what is due at `now`: heartbeats, TestRequests, a gap asked for again, time-outs.
    /// Calling it early does nothing.
    pub fn tick(&mut self, now: Time, out: &mut Outputs) {
        match &self.state {
            State::AwaitingLogon(AwaitingLogon { deadline, .. })
            | State::Authenticating { deadline, .. }
            | State::Resetting {
                deadline: Some(deadline),
                ..
            } => {
                if now >= *deadline {
                    self.close(DisconnectReason::LogonTimeout, out);
                }
            }
            State::LoggingOut {
                deadline, reason, ..
            } => {
                if now >= *deadline {
                    let reason = *reason;
                    self.close(reason.when_unanswered(), out);
                }
            }
            State::LoggedOn(_) => self.tick_link(now, out),
            State::Resetting { deadline: None, .. } | State::Disconnected | State::Closing => {}
        }
    }

    /// Ends the conversation at once.
    pub(crate) fn close(&mut self, reason: DisconnectReason, out: &mut Outputs) {
        if self.state.link().is_some() {
            out.actions.push_back(Action::LoggedOut);
        }
        out.actions.push_back(Action::Disconnect(reason));
        self.state = State::Closing;
    }
}

impl DisconnectReason {
    /// The reason after a Logout(5) of ours that the peer left unanswered.
    fn when_unanswered(self) -> Self {
        if self == Self::LoggedOut {
            Self::LogoutTimeout
        } else {
            self
        }
    }
}
