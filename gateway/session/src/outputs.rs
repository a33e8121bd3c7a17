//! What a session wants done, as data: bytes to transmit, messages to keep, things to do.

use core::ops::Range;
use core::time::Duration;
use std::collections::VecDeque;

use bytes::BytesMut;

/// The effects of one or more calls into a session. One value is reused for the life of a
/// connection: the driver carries it out, then calls [`clear`](Self::clear).
///
/// The driver carries it out in this order: append [`stored`](Self::stored) to its store, then
/// transmit [`wire`](Self::wire), then do the [`actions`](Self::actions) one by one. So a
/// `Disconnect` comes after the Logout that explains it, and no MsgSeqNum(34) is ever seen by the
/// peer that a crash could make us use again.
#[derive(Debug, Default)]
pub struct Outputs {
    /// Whole messages to transmit, in this order.
    pub wire: BytesMut,
    /// Whole messages that are kept but not transmitted now, for there is no one to take them; the
    /// peer asks for them after it logs on.
    pub unsent: BytesMut,
    /// One entry for every MsgSeqNum(34) used, ascending; to be made durable before anything
    /// in `wire` is transmitted.
    pub stored: Vec<Stored>,
    /// What to do after that, in this order.
    pub actions: VecDeque<Action>,
}

impl Outputs {
    /// Nothing yet, no memory taken.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets everything, keeps the memory.
    pub fn clear(&mut self) {
        self.wire.clear();
        self.unsent.clear();
        self.stored.clear();
        self.actions.clear();
    }

    /// Whether there is nothing to carry out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stored.is_empty() && self.wire.is_empty() && self.actions.is_empty()
    }

    /// The whole message that `stored` is about.
    ///
    /// # Panics
    /// When `stored` is not from these outputs.
    #[must_use]
    pub fn bytes(&self, stored: &Stored) -> &[u8] {
        match stored.place {
            Place::Wire => &self.wire[stored.range.clone()],
            Place::Unsent => &self.unsent[stored.range.clone()],
        }
    }
}

/// One new outgoing message, to be kept before it is transmitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// MsgSeqNum(34) of the message.
    pub msg_seq_num: u64,
    /// The buffer that holds it.
    pub place: Place,
    /// Where in that buffer it lies; see [`Outputs::bytes`].
    pub range: Range<usize>,
    /// Whether the peer gets it again when it asks: every application message, and Reject(3), which
    /// is the answer to one (FIX 4.4 Vol. 2 names it as the exception). For any other only the
    /// number must be kept, and a store may drop the bytes.
    pub resendable: bool,
    /// What the sender gave with it in [`SendOptions`](crate::SendOptions); 0 for the session's own.
    pub cause: u64,
}

/// Which buffer of [`Outputs`] holds a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// [`Outputs::wire`]: it is transmitted.
    Wire,
    /// [`Outputs::unsent`]: it is only kept.
    Unsent,
}

/// Something that only the driver can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Both Logons are exchanged, for the first time on this connection or again after a reset; what
    /// is sent from now on is transmitted.
    LoggedOn {
        /// The interval agreed on; `None`: no heartbeats.
        heartbeat: Option<Duration>,
    },
    /// The peer asked for messages again: while [`Session::resending`](crate::Session::resending)
    /// names a range, read it from the store and pass it to
    /// [`resend_message`](crate::Session::resend_message), as many at a time as the driver likes,
    /// then [`resend_done`](crate::Session::resend_done).
    Resend(ResendRange),
    /// Both sequence numbers are to start again at 1. The driver makes that durable, then calls
    /// [`Session::reset_done`](crate::Session::reset_done); nothing is answered before. One that has others to do first says
    /// with [`Session::reset_begun`](crate::Session::reset_begun) when it begins.
    ResetSequences,
    /// The session that was logged on has ended; a `Disconnect` follows.
    LoggedOut,
    /// Transmit what is in `wire`, then close the connection and call
    /// [`Session::disconnected`](crate::Session::disconnected).
    Disconnect(DisconnectReason),
}

/// Messages that the peer has asked for again and has not got yet, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResendRange {
    /// MsgSeqNum(34) of the first.
    pub begin: u64,
    /// MsgSeqNum(34) of the last; never 0, and always one that we have used.
    pub end: u64,
}

/// Why a session wants its connection closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisconnectReason {
    /// The first message was not a Logon(A).
    NotLogon,
    /// The initiator's Logon was answered with a Logout(5).
    RefusedByPeer,
    /// BeginString(8) was not FIX.4.4.
    BeginString,
    /// SenderCompID(49) or TargetCompID(56) was not as agreed.
    CompId,
    /// SendingTime(52) or OrigSendingTime(122) was not acceptable.
    SendingTime,
    /// The Logon(A) asked for something that we do not grant; our Logout said what.
    LogonInvalid,
    /// The driver refused the Logon(A).
    LogonRefused,
    /// No Logon came in time.
    LogonTimeout,
    /// MsgSeqNum(34) was lower than expected without PossDupFlag(43)=Y.
    SequenceTooLow {
        /// The number that we expected.
        expected: u64,
        /// The number that came.
        received: u64,
    },
    /// The peer was told with ResetSeqNumFlag(141)=Y to start again at 1, and went on with its old numbers.
    SequenceNotReset {
        /// The number that came.
        received: u64,
    },
    /// The peer was told with ResetSeqNumFlag(141)=Y to start again at 1, and nothing with that number came in time.
    ResetTimeout,
    /// A message had no MsgSeqNum(34) that could be read.
    SequenceMissing,
    /// The peer never sent what we asked for again.
    ResendTimeout,
    /// Nothing came after a TestRequest(1).
    TestRequestTimeout,
    /// The peer did not answer our Logout(5) in time.
    LogoutTimeout,
    /// Both Logouts were exchanged.
    LoggedOut,
    /// The driver has ended the connection without the peer's say: it went beyond its limits, or there was no Logon yet to
    /// log out from.
    Expelled,
}

/// What the driver has to do with the message it gave to the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "an application message is the caller's to handle"]
pub enum Received {
    /// It is an application message and its turn has come: handle it now. Each is returned once in
    /// the life of a MsgSeqNum(34), in order.
    Application,
    /// It is a Logon(A) that is in order but for the right to log on: look at its Username(553),
    /// Password(554) and whatever else, then call [`accept_logon`] or [`refuse_logon`].
    ///
    /// [`accept_logon`]: crate::Session::accept_logon
    /// [`refuse_logon`]: crate::Session::refuse_logon
    Authenticate,
    /// Nothing is left to do with it.
    Handled,
}
