//! What can happen to a connection or a session, and how each is told: one structured line of the log and one count,
//! never one without the other. A client's mistake is never an error: those are the venue's own.

mod count;
mod line;

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::{CancelScope, DisconnectCause, FirmName, SessionName};

pub(crate) use super::reason::{Beyond, Ended, Refusal, Rejection};
use crate::metrics::Metrics;
use count::Count;

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
    /// A connection that had come could not be taken: the system is short of something.
    NotAccepted {
        /// Why.
        error: &'a dyn Display,
        /// Of how many this was not said since the last time; `None`: nor of this one. All are counted.
        unsaid: Option<u64>,
    },
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
    /// A password could not be checked or kept: the venue's own fault.
    PasswordFault {
        /// What happened.
        error: &'a dyn Display,
    },
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
    /// A client sent more than it may, or what it may not.
    LimitExceeded {
        /// What came of it.
        beyond: Beyond,
        /// Which limit.
        why: &'a dyn Display,
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
    /// The end of the session's message store was torn when it was opened, and was cut.
    StoreCut {
        /// The file.
        file: &'a dyn Display,
        /// Where the good part ends.
        offset: u64,
        /// How many bytes were cut.
        bytes: u64,
    },
    /// What the client has received could not be written down: reports may come twice, marked.
    ReceiptsFailed {
        /// What happened.
        error: &'a dyn Display,
    },
    /// The session's message store has failed: it takes no connections until the venue starts again.
    OutOfService {
        /// What happened.
        error: &'a dyn Display,
    },
    /// Both sequence numbers are to start at 1, when it is this session's turn.
    ResetAwaited,
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
    /// A client was told that its hours end soon.
    EndNotice {
        /// Text(58) of the News(B).
        text: &'a str,
    },
    /// The hours of a client are over: it is logged out.
    HoursOver {
        /// Text(58) of the Logout(5).
        text: &'a str,
    },
    /// A client is gone whose orders are cancelled unless it comes back.
    CancelArmed {
        /// How it went.
        why: DisconnectCause,
        /// When they are cancelled; `None`: beyond the calendar.
        cancels_at: Option<DateTime<Utc>>,
    },
    /// A client is gone that was watched, and its orders stay.
    OrdersKept {
        /// How it went.
        why: DisconnectCause,
    },
    /// A client came back before its orders were cancelled.
    CancelCalledOff {
        /// When they would have been; `None`: beyond the calendar.
        cancels_at: Option<DateTime<Utc>>,
    },
    /// A client did not come back in time: orders are cancelled.
    CancelFired {
        /// Whose.
        scope: CancelScope,
        /// How many.
        orders: u64,
    },
    /// A change of the configuration was taken while the venue runs.
    ChangeTaken {
        /// What is different.
        change: &'a str,
    },
    /// A change of the configuration needs a restart.
    ChangeWaits {
        /// What is as it was.
        change: &'a str,
    },
    /// A configuration was not taken.
    ReloadRefused {
        /// Why.
        error: &'a dyn Display,
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

impl SessionEvent<'_> {
    /// Writes the event to the log and counts it.
    pub(crate) fn tell(self, about: &About, metrics: &Metrics) {
        let Count {
            metric,
            value,
            by,
            besides,
        } = self.log(about);
        let firm = about.firm.as_ref().map_or("", |firm| firm.as_str());
        for (metric, by) in [(metric, by)].into_iter().chain(besides) {
            let values = metric.labels.iter().map(|label| match *label {
                "firm" => firm,
                _ => value,
            });
            let values: Vec<&str> = values.collect();
            metrics.counter(metric, &values).increment(by);
        }
    }
}

#[cfg(test)]
mod tests;
