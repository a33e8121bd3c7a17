//! Why connections are refused and why they end, what comes of limits, and the word for each that logs and metrics show.

use engine::{CancelScope, DisconnectCause};
use fix_session::DisconnectReason;

/// Why a connection was closed before it had a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There are as many connections as there may be.
    TooManyConnections,
    /// There are as many from its address as there may be.
    TooManyFromAddress,
    /// Too many came from its address in a second.
    TooFast,
    /// There are as many without a Logon as there may be.
    TooManyStrangers,
    /// It broke before its first message was whole.
    Broken,
    /// It was closed by the other side before its first message was whole.
    Closed,
    /// What came first is no message.
    NotAMessage,
    /// Its SenderCompID(49) is no session's.
    UnknownCompId,
    /// Its first message was not whole in time.
    LogonTimeout,
    /// The session has a connection.
    SessionInUse,
    /// It is locked out after failures.
    Locked,
    /// It does not come from where the session's client must.
    Address,
    /// It does not have a certificate of the session's client.
    Certificate,
    /// It did not encrypt.
    NoHandshake,
    /// The session's message store has failed.
    OutOfService,
}

impl Refusal {
    /// The reason as metrics and logs have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TooManyConnections => "too_many_connections",
            Self::TooManyFromAddress => "too_many_from_address",
            Self::TooFast => "too_fast",
            Self::TooManyStrangers => "too_many_strangers",
            Self::Broken => "broken",
            Self::Closed => "closed",
            Self::NotAMessage => "not_a_message",
            Self::UnknownCompId => "unknown_comp_id",
            Self::LogonTimeout => "logon_timeout",
            Self::SessionInUse => "session_in_use",
            Self::Locked => "locked",
            Self::Address => "address",
            Self::Certificate => "certificate",
            Self::NoHandshake => "no_handshake",
            Self::OutOfService => "out_of_service",
        }
    }
}

/// Why the connection of a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The session decided so.
    By(DisconnectReason),
    /// The client closed it.
    ClosedByClient,
    /// It broke.
    Broken,
    /// The client left too much unread.
    SlowConsumer,
}

impl Ended {
    /// The reason as metrics and logs have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::By(reason) => match reason {
                DisconnectReason::NotLogon => "not_logon",
                DisconnectReason::RefusedByPeer => "refused_by_peer",
                DisconnectReason::BeginString => "begin_string",
                DisconnectReason::CompId => "comp_id",
                DisconnectReason::SendingTime => "sending_time",
                DisconnectReason::LogonInvalid => "logon_invalid",
                DisconnectReason::LogonRefused => "logon_refused",
                DisconnectReason::LogonTimeout => "logon_timeout",
                DisconnectReason::SequenceTooLow { .. } => "sequence_too_low",
                DisconnectReason::SequenceNotReset { .. } => "sequence_not_reset",
                DisconnectReason::ResetTimeout => "reset_timeout",
                DisconnectReason::SequenceMissing => "sequence_missing",
                DisconnectReason::ResendTimeout => "resend_timeout",
                DisconnectReason::TestRequestTimeout => "test_request_timeout",
                DisconnectReason::LogoutTimeout => "logout_timeout",
                DisconnectReason::LoggedOut => "logged_out",
                DisconnectReason::Expelled => "expelled",
            },
            Self::ClosedByClient => "closed_by_client",
            Self::Broken => "broken",
            Self::SlowConsumer => "slow_consumer",
        }
    }
}

/// What a Reject(3) or BusinessMessageReject(j) says, as it was written; empty where it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rejection<'a> {
    /// RefSeqNum(45).
    pub(crate) ref_seq_num: &'a str,
    /// RefMsgType(372).
    pub(crate) ref_msg_type: &'a str,
    /// RefTagID(371).
    pub(crate) ref_tag_id: &'a str,
    /// SessionRejectReason(373) or BusinessRejectReason(380).
    pub(crate) reason: &'a str,
    /// Text(58).
    pub(crate) text: &'a str,
}

/// What came of a limit that a client went beyond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// The message was refused.
    Refused,
    /// The message waits, and what is behind it.
    HeldBack,
    /// The client is logged out.
    LoggedOut,
}

impl Beyond {
    /// The outcome as metrics and logs have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::HeldBack => "held_back",
            Self::LoggedOut => "logged_out",
        }
    }
}

/// How a client went, as logs have it.
pub(super) fn why_gone(why: DisconnectCause) -> &'static str {
    match why {
        DisconnectCause::Lost => "lost",
        DisconnectCause::LoggedOut => "logged_out",
        DisconnectCause::ByVenue => "by_venue",
        DisconnectCause::VenueStopped => "venue_stopped",
        DisconnectCause::HoursOver => "hours_over",
    }
}

/// Whose orders are cancelled, as logs have it.
pub(super) fn scope_word(scope: CancelScope) -> &'static str {
    match scope {
        CancelScope::Session => "session",
        CancelScope::Firm => "firm",
    }
}
