//! What one session is told once: who the two sides are, what they may ask, and how long each waits.

use core::fmt;
use core::ops::RangeInclusive;
use core::time::Duration;

use fix_codec::dictionary::ValidationOptions;
use fix_codec::values::{CancelOrdersOnDisconnect, TimePrecision};

/// Everything that a session is told at its start; nothing here changes while it has a connection.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Which side opens the conversation, with what only that side needs.
    pub role: Role,
    /// SenderCompID(49) of what this side sends, TargetCompID(56) of what it takes.
    pub sender_comp_id: String,
    /// TargetCompID(56) of what this side sends, SenderCompID(49) of what it takes.
    pub target_comp_id: String,
    /// How far SendingTime(52) may be from our clock, either way. `None`: it is not looked at.
    pub sending_time_tolerance: Option<Duration>,
    /// Whether the peer may ask for ResetSeqNumFlag(141)=Y.
    pub accept_reset: bool,
    /// CancelOrdersOnDisconnect(8013) of this side's first Logon(A), if it is to have one. An acceptor's driver
    /// may change it for each Logon: [`Session::set_cancel_on_disconnect`](crate::Session::set_cancel_on_disconnect).
    pub cancel_on_disconnect: Option<CancelOrdersOnDisconnect>,
    /// Whether LastMsgSeqNumProcessed(369) is put on every message.
    pub last_msg_seq_num_processed: bool,
    /// Whether NextExpectedMsgSeqNum(789) is put on our Logon(A), and heeded on the peer's: each side then sends what the
    /// other misses, without being asked by a ResendRequest(2) (FIX 4.4 Vol. 2, "Using NextExpectedMsgSeqNum").
    pub next_expected_msg_seq_num: bool,
    /// How finely times are written.
    pub precision: TimePrecision,
    /// How strictly a message's fields are checked before it is delivered.
    pub validation: ValidationOptions,
    /// How long this side waits for the other.
    pub timeouts: Timeouts,
    /// How many bytes of messages from beyond a gap are kept until the gap is filled. What does not
    /// fit is dropped, and asked for again.
    pub hold_limit_bytes: usize,
}

impl Settings {
    /// An acceptor that takes any heartbeat interval up to ten minutes, no interval too, needs no
    /// authentication, and allows SendingTime(52) to be 120 s off.
    #[must_use]
    pub fn acceptor(sender_comp_id: impl Into<String>, target_comp_id: impl Into<String>) -> Self {
        let role = Role::Acceptor {
            heartbeat_seconds: 0..=600,
            authenticate: false,
        };
        Self::of(role, sender_comp_id.into(), target_comp_id.into())
    }

    /// An initiator that asks for a heartbeat every `heartbeat_seconds` and keeps its sequence
    /// numbers from one connection to the next.
    #[must_use]
    pub fn initiator(
        sender_comp_id: impl Into<String>,
        target_comp_id: impl Into<String>,
        heartbeat_seconds: u32,
    ) -> Self {
        let role = Role::Initiator {
            heartbeat_seconds,
            reset_on_logon: false,
            credentials: None,
        };
        Self::of(role, sender_comp_id.into(), target_comp_id.into())
    }

    fn of(role: Role, sender_comp_id: String, target_comp_id: String) -> Self {
        Self {
            role,
            sender_comp_id,
            target_comp_id,
            sending_time_tolerance: Some(Duration::from_secs(120)),
            accept_reset: true,
            cancel_on_disconnect: None,
            last_msg_seq_num_processed: false,
            next_expected_msg_seq_num: false,
            precision: TimePrecision::Micros,
            validation: ValidationOptions::default(),
            timeouts: Timeouts::default(),
            hold_limit_bytes: 1 << 20,
        }
    }
}

/// Which side opens the conversation.
#[derive(Clone, Debug)]
pub enum Role {
    /// Waits for the peer's Logon(A).
    Acceptor {
        /// The HeartBtInt(108) that the peer may ask for, in seconds. 0 in the range allows a
        /// session without heartbeats.
        heartbeat_seconds: RangeInclusive<u32>,
        /// Whether the driver decides on each Logon: [`Received::Authenticate`] is returned and
        /// nothing is answered until [`accept_logon`] or [`refuse_logon`].
        ///
        /// [`Received::Authenticate`]: crate::Received::Authenticate
        /// [`accept_logon`]: crate::Session::accept_logon
        /// [`refuse_logon`]: crate::Session::refuse_logon
        authenticate: bool,
    },
    /// Sends the first Logon(A).
    Initiator {
        /// HeartBtInt(108) to ask for, in seconds; 0: no heartbeats.
        heartbeat_seconds: u32,
        /// Whether every Logon carries ResetSeqNumFlag(141)=Y.
        reset_on_logon: bool,
        /// Username(553) and Password(554), when the peer wants them.
        credentials: Option<Credentials>,
    },
}

/// Username(553) and Password(554) of an initiator.
#[derive(Clone)]
pub struct Credentials {
    /// Username(553).
    pub username: String,
    /// Password(554).
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .field("password", &"(secret)")
            .finish()
    }
}

/// How long this side waits for the other before it gives up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// From the connection to a completed Logon, a reset that it asks for counted in; from a Logon with
    /// ResetSeqNumFlag(141)=Y of a peer that is logged on to its answer. And how long a peer that was told to start again
    /// at 1 has to do so until it is asked with a TestRequest(1), and then to answer that.
    pub logon: Duration,
    /// From our Logout(5) to the peer's.
    pub logout: Duration,
    /// Without progress in a gap that we asked for; then it is asked for again, a few times.
    pub resend: Duration,
}

impl Default for Timeouts {
    /// 10 s for a Logon, 2 s for a Logout (FIX 4.4 Vol. 2 names no other figure), 10 s for a gap.
    fn default() -> Self {
        Self {
            logon: Duration::from_secs(10),
            logout: Duration::from_secs(2),
            resend: Duration::from_secs(10),
        }
    }
}

/// Where a session takes up its sequence numbers, from the driver's store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// MsgSeqNum(34) of the next message that we send; 1 for a new session. After an unclean stop
    /// the driver jumps past whatever it may have sent and lost; the hole is gap-filled on request.
    pub next_outgoing: u64,
    /// MsgSeqNum(34) that we expect next; 1 for a new session. One that lags behind is safe: what
    /// lies between is asked for and delivered again, with PossDupFlag(43)=Y.
    pub next_incoming: u64,
}

impl Default for Resume {
    fn default() -> Self {
        Self {
            next_outgoing: 1,
            next_incoming: 1,
        }
    }
}
