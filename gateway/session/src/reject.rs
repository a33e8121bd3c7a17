//! Reject(3), BusinessMessageReject(j) and other answers, sent back the way that the message came.

use fix_codec::messages::{BusinessMessageReject, Reject};
use fix_codec::values::BusinessRejectReason;
use fix_codec::{EncodeBody, Message, MsgType, PartialHeader, Routing, SessionReject};

use crate::outputs::Outputs;
use crate::send::{Emission, SendOptions};
use crate::session::Session;
use crate::state::Time;

/// What a Reject says of the message that it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused<'a> {
    /// RefSeqNum(45).
    pub(crate) msg_seq_num: u64,
    /// RefMsgType(372).
    msg_type: Option<&'a str>,
    /// How the message came.
    routing: Routing<'a>,
}

impl<'a> Refused<'a> {
    pub(crate) fn new(message: &'a Message<'a>) -> Self {
        let header = &message.header;
        Self {
            msg_seq_num: header.msg_seq_num,
            msg_type: Some(header.msg_type.as_str()),
            routing: message.routing(),
        }
    }

    pub(crate) fn unreadable(msg_seq_num: u64, header: &PartialHeader<'a>) -> Self {
        Self {
            msg_seq_num,
            msg_type: header.msg_type,
            routing: header.routing,
        }
    }

    /// It is resent like a message of the application, for it is the answer to one.
    fn emission(&self) -> Emission<'a> {
        Emission {
            place: None,
            resendable: true,
            options: SendOptions::default(),
            routing: self.routing.reversed(),
        }
    }
}

impl Session {
    /// Rejects `message`, which [`receive`](Self::receive) gave to the caller as an application
    /// message, at session level: Reject(3). Its MsgSeqNum(34) is used up already. Returns the
    /// MsgSeqNum(34) of the Reject.
    pub fn reject(
        &mut self,
        now: Time,
        message: &Message<'_>,
        why: &SessionReject,
        out: &mut Outputs,
    ) -> u64 {
        self.emit_reject(now, Refused::new(message), why, out)
    }

    /// Rejects `message` for what it asks, where no message of its own says so:
    /// BusinessMessageReject(j). Returns the MsgSeqNum(34) of the reject.
    pub fn reject_business(
        &mut self,
        now: Time,
        message: &Message<'_>,
        why: &BusinessReject<'_>,
        out: &mut Outputs,
    ) -> u64 {
        let refused = Refused::new(message);
        let body = BusinessMessageReject {
            ref_seq_num: Some(refused.msg_seq_num),
            ref_msg_type: message.header.msg_type.as_str(),
            business_reject_ref_id: why.reference,
            business_reject_reason: why.reason,
            text: why.text,
        };
        self.emit(now, &body, refused.emission(), out)
    }

    /// Sends an application message that answers `message`, back the way that it came: OnBehalfOfCompID(115) of the one
    /// is DeliverToCompID(128) of the other, SenderSubID(50) is TargetSubID(57), and so on (FIX 4.4 Vol. 1, "Third
    /// party"). Returns its MsgSeqNum(34).
    pub fn answer(
        &mut self,
        now: Time,
        message: &Message<'_>,
        body: &impl EncodeBody,
        out: &mut Outputs,
    ) -> u64 {
        let answered = Refused::new(message);
        self.emit(now, body, answered.emission(), out)
    }

    /// Sends Reject(3), except about a Reject: two sides that find each other's Rejects wrong would
    /// never stop.
    pub(crate) fn send_reject(
        &mut self,
        now: Time,
        refused: Refused<'_>,
        why: &SessionReject,
        out: &mut Outputs,
    ) {
        if refused.msg_type != Some(MsgType::Reject.as_str()) {
            self.emit_reject(now, refused, why, out);
        }
    }

    fn emit_reject(
        &mut self,
        now: Time,
        refused: Refused<'_>,
        why: &SessionReject,
        out: &mut Outputs,
    ) -> u64 {
        let body = Reject {
            ref_seq_num: refused.msg_seq_num,
            ref_tag_id: why.ref_tag,
            ref_msg_type: refused.msg_type,
            session_reject_reason: Some(why.reason.code()),
            text: Some(why.text),
        };
        self.emit(now, &body, refused.emission(), out)
    }
}

/// Why a message is rejected for what it asks; see [`Session::reject_business`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusinessReject<'a> {
    /// BusinessRejectReason(380).
    pub reason: BusinessRejectReason,
    /// BusinessRejectRefID(379): the identifier by which the peer knows what it asked for.
    pub reference: Option<&'a str>,
    /// Text(58).
    pub text: Option<&'a str>,
}
