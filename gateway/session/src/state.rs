//! The states of a session, each with the data that only it has.

use core::time::Duration;

use chrono::{DateTime, Utc};

use crate::outputs::DisconnectReason;
use crate::resend::Resends;
use crate::sequence::Gap;

/// A moment of the driver's clock.
pub(crate) type Time = DateTime<Utc>;

/// Where a session stands, for a reader outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// There is no connection.
    Disconnected,
    /// Connected; the peer's Logon(A) is awaited.
    AwaitingLogon,
    /// The driver is to accept or refuse the peer's Logon(A).
    Authenticating,
    /// The driver is to make a reset of both sequence numbers durable.
    Resetting,
    /// Logons are exchanged.
    LoggedOn,
    /// We have sent Logout(5) and await the peer's.
    LoggingOut,
    /// The driver is to close the connection.
    Closing,
}

/// Where a session stands.
#[derive(Debug)]
pub(crate) enum State {
    Disconnected,
    AwaitingLogon(AwaitingLogon),
    Authenticating {
        logon: PeerLogon,
        deadline: Time,
    },
    Resetting {
        then: AfterReset,
        /// Until when the reset must be durable, once the driver has begun with it; it is finished all the same, without
        /// this connection.
        deadline: Option<Time>,
    },
    LoggedOn(Link),
    LoggingOut {
        link: Link,
        deadline: Time,
        reason: DisconnectReason,
    },
    Closing,
}

impl State {
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Disconnected => Status::Disconnected,
            Self::AwaitingLogon(_) => Status::AwaitingLogon,
            Self::Authenticating { .. } => Status::Authenticating,
            Self::Resetting { .. } => Status::Resetting,
            Self::LoggedOn(_) => Status::LoggedOn,
            Self::LoggingOut { .. } => Status::LoggingOut,
            Self::Closing => Status::Closing,
        }
    }

    /// What two sides that have exchanged Logons know of each other.
    pub(crate) fn link(&self) -> Option<&Link> {
        match self {
            Self::LoggedOn(link) | Self::LoggingOut { link, .. } => Some(link),
            Self::Disconnected
            | Self::AwaitingLogon(_)
            | Self::Authenticating { .. }
            | Self::Resetting { .. }
            | Self::Closing => None,
        }
    }

    /// As [`link`](Self::link), to change it.
    pub(crate) fn link_mut(&mut self) -> Option<&mut Link> {
        match self {
            Self::LoggedOn(link) | Self::LoggingOut { link, .. } => Some(link),
            Self::Disconnected
            | Self::AwaitingLogon(_)
            | Self::Authenticating { .. }
            | Self::Resetting { .. }
            | Self::Closing => None,
        }
    }
}

/// The peer's Logon is awaited.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AwaitingLogon {
    pub(crate) deadline: Time,
    /// What the initiator has sent; `None` for an acceptor.
    pub(crate) sent: Option<SentLogon>,
}

/// The Logon that an initiator has sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentLogon {
    pub(crate) msg_seq_num: u64,
    pub(crate) reset: bool,
}

/// What counts of a peer's Logon after it was checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerLogon {
    pub(crate) msg_seq_num: u64,
    /// HeartBtInt(108); 0: none.
    pub(crate) heartbeat_seconds: u32,
    /// ResetSeqNumFlag(141)=Y.
    pub(crate) reset: bool,
    /// NextExpectedMsgSeqNum(789), where both sides go by it.
    pub(crate) next_expected: Option<u64>,
}

/// How far the driver is with a reset of both sequence numbers. It outlives connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reset {
    /// None is asked for.
    Idle,
    /// It was asked for, and the driver has others to do first.
    Asked,
    /// The driver is at it.
    Begun,
}

/// What follows when a reset of the sequence numbers is durable.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AfterReset {
    /// The initiator's first Logon.
    LogOn { reset: bool },
    /// A decision on the peer's Logon, which came while a reset was asked for on a connection
    /// before.
    Grant(PeerLogon),
    /// The answer to the peer's Logon with 141=Y.
    Answer { heartbeat_seconds: u32 },
    /// The answer to a Logon that goes on with numbers from before the reset: it has 141=Y, so that
    /// the peer starts again too.
    Demand { heartbeat_seconds: u32 },
}

/// Two sides that have exchanged Logons.
#[derive(Debug)]
pub(crate) struct Link {
    /// `None`: no heartbeats.
    pub(crate) heartbeat: Option<Duration>,
    pub(crate) last_sent: Time,
    pub(crate) last_received: Time,
    /// When a TestRequest was sent that nothing has followed yet.
    pub(crate) tested_at: Option<Time>,
    /// What the peer asked for again.
    pub(crate) resends: Resends,
    /// What we asked for again.
    pub(crate) gap: Option<Gap>,
    /// Where the peer was told to start again at 1, and has not yet.
    pub(crate) demand: Option<Demand>,
}

/// How long a peer that was told with ResetSeqNumFlag(141)=Y to start again at 1 has for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Demand {
    pub(crate) deadline: Time,
    /// It was asked with a TestRequest(1), which any peer can answer under its new numbers: there is no other chance.
    pub(crate) tested: bool,
}

impl Link {
    pub(crate) fn new(now: Time, heartbeat_seconds: u32) -> Self {
        let heartbeat = Duration::from_secs(u64::from(heartbeat_seconds));
        Self {
            heartbeat: (!heartbeat.is_zero()).then_some(heartbeat),
            last_sent: now,
            last_received: now,
            tested_at: None,
            resends: Resends::default(),
            gap: None,
            demand: None,
        }
    }
}
