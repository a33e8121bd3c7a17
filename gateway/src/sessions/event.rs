//! What can happen to a connection or a session, and how each is told: one structured line of the log and one count,
//! never one without the other. A client's mistake is never an error: those are the venue's own.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use engine::{FirmName, SessionName};
use tracing::field::display;

pub(crate) use super::reason::{Ended, Refusal, Rejection};
use crate::metrics::Metrics;
use crate::metrics::catalogue::{self as count, Metric};

/// Whom an event is about, as far as that is known.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About {
    /// The session.
    pub(crate) session: Option<SessionName>,
    /// Its firm.
    pub(crate) firm: Option<FirmName>,
    /// Where the connection comes from.
    pub(crate) peer: Option<SocketAddr>,
}

/// Something that happened.
#[derive(Clone, Copy)]
pub(crate) enum SessionEvent<'a> {
    /// The listener took a connection.
    ConnectionAccepted,
    /// A connection was closed before it had a session.
    ConnectionRefused {
        /// Why.
        reason: Refusal,
        /// What there is to say besides.
        detail: &'a dyn Display,
    },
    /// A connection was one too many.
    TurnedAway {
        /// In what.
        reason: Refusal,
        /// Of how many this was not said since the last time; `None`: nor of this one. All are counted.
        unsaid: Option<u64>,
    },
    /// A connection was given to its session.
    Connected,
    /// A connection of a member ended before its Logon(A) was taken.
    LogonRefused {
        /// Why.
        reason: Ended,
        /// Text(58) of the Logout(5) that said so, if one did.
        text: Option<&'a str>,
    },
    /// Both Logons are exchanged.
    LoggedOn {
        /// The interval agreed on.
        heartbeat: Option<Duration>,
    },
    /// Somebody failed too often and may not try for a while.
    LockedOut {
        /// What is locked.
        what: &'a dyn Display,
    },
    /// A client changed its password.
    PasswordChanged,
    /// A Logout(5) went out.
    LogoutSent {
        /// Text(58).
        text: Option<&'a str>,
    },
    /// A Logout(5) came.
    LogoutReceived {
        /// Text(58).
        text: Option<&'a str>,
    },
    /// The connection of a session ended.
    Disconnected {
        /// Why.
        reason: Ended,
        /// What there is to say besides.
        detail: Option<&'a dyn Display>,
    },
    /// A client left too much unread.
    SlowConsumer {
        /// What it had still to take.
        pending_bytes: usize,
        /// Which limit it went beyond.
        why: &'a str,
    },
    /// Bytes that are no message were passed over.
    Garbled {
        /// How many.
        bytes: usize,
    },
    /// Messages of the client are missing; they were asked for.
    GapFound {
        /// BeginSeqNo(7).
        begin: u64,
        /// EndSeqNo(16).
        end: u64,
    },
    /// The client asked for messages again, and gets them.
    ResendAsked {
        /// MsgSeqNum(34) of the first.
        begin: u64,
        /// MsgSeqNum(34) of the last.
        end: u64,
    },
    /// A message that was asked for again could not be sent: a gap fill stands for it.
    ResendFailed {
        /// Its MsgSeqNum(34).
        msg_seq_num: u64,
        /// Why.
        error: &'a dyn Display,
    },
    /// The client asked for messages that are no longer kept, and is told so.
    ResendGone {
        /// MsgSeqNum(34) of the first of them.
        begin: u64,
        /// MsgSeqNum(34) of the last.
        end: u64,
    },
    /// Old messages were dropped from the session's store.
    MessagesDropped {
        /// Files that are gone.
        files: usize,
        /// No MsgSeqNum(34) below this is kept.
        kept_from: u64,
    },
    /// The session's message store has failed: it takes no connections until the venue starts again.
    OutOfService {
        /// What happened.
        error: &'a dyn Display,
    },
    /// Both sequence numbers start at 1.
    SequencesReset {
        /// How often that has been so.
        epoch: u32,
    },
    /// Reports that the client had not received are made again under numbers that start again.
    ReportsCarriedOver {
        /// The position in the event log of the first.
        from: u64,
    },
    /// A SequenceReset(4) came.
    SequenceResetReceived {
        /// GapFillFlag(123).
        gap_fill: bool,
        /// NewSeqNo(36), as it was written.
        new_seq_no: &'a str,
    },
    /// A TestRequest(1) went out: the client was silent.
    TestRequestSent,
    /// A TestRequest(1) came.
    TestRequestReceived,
    /// A Reject(3) went out.
    RejectSent(&'a Rejection<'a>),
    /// A BusinessMessageReject(j) went out.
    BusinessRejectSent(&'a Rejection<'a>),
    /// A Reject(3) or BusinessMessageReject(j) came.
    RejectReceived(&'a Rejection<'a>),
}

/// What an event adds to.
struct Count {
    metric: &'static Metric,
    /// The value of its label that is not the firm, if it has one.
    value: &'static str,
    by: u64,
}

impl SessionEvent<'_> {
    /// Writes the event to the log and counts it.
    pub(crate) fn tell(self, about: &About, metrics: &Metrics) {
        let Count { metric, value, by } = self.log(about);
        let firm = about.firm.as_ref().map_or("", |firm| firm.as_str());
        let values = metric.labels.iter().map(|label| match *label {
            "firm" => firm,
            _ => value,
        });
        let values: Vec<&str> = values.collect();
        metrics.counter(metric, &values).increment(by);
    }

    /// One line of the log; gives what it adds to, so that no event can be logged without being counted.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each event, read as a table"
    )]
    fn log(self, about: &About) -> Count {
        let session = about.session.map(display);
        let peer = about.peer.map(display);
        match self {
            Self::ConnectionAccepted => {
                tracing::debug!(event = "connection_accepted", peer, "connection accepted");
                once(&count::CONNECTIONS_ACCEPTED)
            }
            Self::ConnectionRefused { reason, detail } => {
                let reason = reason.as_str();
                // One that says nothing and goes (a port scan, a health check) is no mistake.
                if reason == Refusal::Closed.as_str() {
                    tracing::debug!(event = "connection_refused", peer, reason, %detail, "connection refused");
                } else {
                    tracing::warn!(event = "connection_refused", session, peer, reason, %detail, "connection refused");
                }
                of(&count::CONNECTIONS_REFUSED, reason)
            }
            Self::TurnedAway { reason, unsaid } => {
                let reason = reason.as_str();
                if let Some(unsaid) = unsaid {
                    tracing::warn!(
                        event = "connection_refused",
                        peer,
                        reason,
                        unsaid,
                        "one connection too many"
                    );
                }
                of(&count::CONNECTIONS_REFUSED, reason)
            }
            Self::Connected => {
                tracing::info!(event = "connected", session, peer, "connected");
                once(&count::SESSION_CONNECTIONS)
            }
            Self::LogonRefused { reason, text } => {
                let reason = reason.as_str();
                tracing::warn!(
                    event = "logon_refused",
                    session,
                    peer,
                    reason,
                    text,
                    "logon refused"
                );
                of(&count::LOGONS_REFUSED, reason)
            }
            Self::LoggedOn { heartbeat } => {
                tracing::info!(event = "logon", session, peer, ?heartbeat, "logged on");
                once(&count::LOGONS)
            }
            Self::LockedOut { what } => {
                tracing::warn!(event = "locked_out", session, peer, %what, "lock-out");
                once(&count::LOCK_OUTS)
            }
            Self::PasswordChanged => {
                tracing::info!(
                    event = "password_changed",
                    session,
                    peer,
                    "the password was changed"
                );
                once(&count::PASSWORDS_CHANGED)
            }
            Self::LogoutSent { text } => {
                tracing::info!(event = "logout_sent", session, peer, text, "logout sent");
                of(&count::LOGOUTS, "venue")
            }
            Self::LogoutReceived { text } => {
                tracing::info!(
                    event = "logout_received",
                    session,
                    peer,
                    text,
                    "logout received"
                );
                of(&count::LOGOUTS, "client")
            }
            Self::Disconnected { reason, detail } => {
                let (reason, detail) = (reason.as_str(), detail.map(display));
                tracing::info!(
                    event = "disconnected",
                    session,
                    peer,
                    reason,
                    detail,
                    "disconnected"
                );
                of(&count::DISCONNECTS, reason)
            }
            Self::SlowConsumer { pending_bytes, why } => {
                tracing::warn!(
                    event = "slow_consumer",
                    session,
                    peer,
                    pending_bytes,
                    why,
                    "slow consumer: cut; it gets what it missed when it comes back"
                );
                once(&count::SLOW_CONSUMERS)
            }
            Self::Garbled { bytes } => {
                tracing::warn!(event = "garbled", session, peer, bytes, "garbled: skipped");
                many(&count::GARBLED_BYTES, bytes)
            }
            Self::GapFound { begin, end } => {
                tracing::info!(
                    event = "gap_found",
                    session,
                    peer,
                    begin,
                    end,
                    "messages are missing: asked for"
                );
                once(&count::GAPS)
            }
            Self::ResendAsked { begin, end } => {
                tracing::info!(
                    event = "resend_asked",
                    session,
                    peer,
                    begin,
                    end,
                    "messages are asked for again"
                );
                once(&count::RESENDS)
            }
            Self::ResendFailed { msg_seq_num, error } => {
                tracing::error!(
                    event = "resend_failed", session, peer, msg_seq_num, %error,
                    "a message could not be sent again"
                );
                once(&count::RESEND_FAILURES)
            }
            Self::ResendGone { begin, end } => {
                tracing::warn!(
                    event = "resend_gone",
                    session,
                    peer,
                    begin,
                    end,
                    "messages are asked for that are no longer kept"
                );
                once(&count::RESENDS_GONE)
            }
            Self::MessagesDropped { files, kept_from } => {
                tracing::info!(
                    event = "messages_dropped",
                    session,
                    files,
                    kept_from,
                    "old messages were dropped"
                );
                many(&count::FILES_DROPPED, files)
            }
            Self::OutOfService { error } => {
                tracing::error!(
                    event = "out_of_service", session, %error,
                    "out of service: others go on; restore its message store and start the venue again"
                );
                once(&count::OUT_OF_SERVICE)
            }
            Self::SequencesReset { epoch } => {
                tracing::info!(
                    event = "sequences_reset",
                    session,
                    peer,
                    epoch,
                    "sequence numbers start again"
                );
                once(&count::SEQUENCE_RESETS)
            }
            Self::ReportsCarriedOver { from } => {
                tracing::info!(event = "reports_carried_over", session, peer, %from, "reports are carried over");
                once(&count::CARRY_OVERS)
            }
            Self::SequenceResetReceived {
                gap_fill,
                new_seq_no,
            } => {
                tracing::info!(
                    event = "sequence_reset_received",
                    session,
                    peer,
                    gap_fill,
                    new_seq_no,
                    "sequence reset received"
                );
                let mode = if gap_fill { "gap_fill" } else { "reset" };
                of(&count::SEQUENCE_RESETS_RECEIVED, mode)
            }
            Self::TestRequestSent => {
                tracing::info!(
                    event = "test_request_sent",
                    session,
                    peer,
                    "the client is silent: asked whether it is there"
                );
                of(&count::TEST_REQUESTS, "venue")
            }
            Self::TestRequestReceived => {
                tracing::debug!(
                    event = "test_request_received",
                    session,
                    peer,
                    "test request received"
                );
                of(&count::TEST_REQUESTS, "client")
            }
            Self::RejectSent(rejection) => {
                let Rejection {
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id,
                    reason,
                    text,
                } = *rejection;
                tracing::info!(
                    event = "reject_sent",
                    session,
                    peer,
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id,
                    reason,
                    text,
                    "a message was rejected"
                );
                of(&count::REJECTS_SENT, code(reason))
            }
            Self::BusinessRejectSent(rejection) => {
                let Rejection {
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id: _,
                    reason,
                    text,
                } = *rejection;
                tracing::info!(
                    event = "business_reject_sent",
                    session,
                    peer,
                    ref_seq_num,
                    ref_msg_type,
                    reason,
                    text,
                    "an application message was rejected"
                );
                of(&count::BUSINESS_REJECTS_SENT, code(reason))
            }
            Self::RejectReceived(rejection) => {
                let Rejection {
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id,
                    reason,
                    text,
                } = *rejection;
                tracing::warn!(
                    event = "reject_received",
                    session,
                    peer,
                    ref_seq_num,
                    ref_msg_type,
                    ref_tag_id,
                    reason,
                    text,
                    "the client rejected a message"
                );
                once(&count::REJECTS_RECEIVED)
            }
        }
    }
}

fn once(metric: &'static Metric) -> Count {
    of(metric, "")
}

fn of(metric: &'static Metric, value: &'static str) -> Count {
    Count {
        metric,
        value,
        by: 1,
    }
}

fn many(metric: &'static Metric, by: usize) -> Count {
    Count {
        metric,
        value: "",
        by: u64::try_from(by).unwrap_or(u64::MAX),
    }
}

/// The codes of SessionRejectReason(373) and BusinessRejectReason(380), which are few.
const CODES: [&str; 20] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "99",
];

/// A reason as a label: one of few values, whatever was written.
fn code(reason: &str) -> &'static str {
    let known = CODES.iter().find(|code| **code == reason);
    known.copied().unwrap_or("other")
}

#[cfg(test)]
mod tests;
