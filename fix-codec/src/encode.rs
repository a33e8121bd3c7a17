//! From a message body and its header to bytes, BodyLength(9) and CheckSum(10) included.

use core::ops::Range;

use bytes::BytesMut;
use chrono::{DateTime, Utc};

use crate::values::{TimePrecision, TimeText};
use crate::writer::TagText;
use crate::{BEGIN_STRING, BodyWriter, MsgType, Routing, tags};

/// The header of a message to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeHeader<'a> {
    /// BeginString(8): [`BEGIN_STRING`] but in tests.
    pub begin_string: &'a str,
    /// MsgSeqNum(34).
    pub msg_seq_num: u64,
    /// SenderCompID(49).
    pub sender_comp_id: &'a str,
    /// TargetCompID(56).
    pub target_comp_id: &'a str,
    /// SendingTime(52).
    pub sending_time: DateTime<Utc>,
    /// OrigSendingTime(122); with `poss_dup`.
    pub orig_sending_time: Option<DateTime<Utc>>,
    /// PossDupFlag(43); written when true.
    pub poss_dup: bool,
    /// PossResend(97); written when true.
    pub poss_resend: bool,
    /// LastMsgSeqNumProcessed(369).
    pub last_msg_seq_num_processed: Option<u64>,
    /// Sub ids, location ids, and on whose behalf.
    pub routing: Routing<'a>,
    /// The precision of every time in the message, body included.
    pub precision: TimePrecision,
}

impl<'a> EncodeHeader<'a> {
    /// A header with what every message must have, and nothing else.
    pub fn new(
        sender_comp_id: &'a str,
        target_comp_id: &'a str,
        msg_seq_num: u64,
        sending_time: DateTime<Utc>,
    ) -> Self {
        Self {
            begin_string: BEGIN_STRING,
            msg_seq_num,
            sender_comp_id,
            target_comp_id,
            sending_time,
            orig_sending_time: None,
            poss_dup: false,
            poss_resend: false,
            last_msg_seq_num_processed: None,
            routing: Routing::default(),
            precision: TimePrecision::default(),
        }
    }

    #[inline(always)]
    fn write<'b>(&self, msg_type: MsgType, mut out: BodyWriter<'b>) -> BodyWriter<'b> {
        out = out
            .member(const { &TagText::new(tags::MSG_TYPE) }, &msg_type.as_str())
            .member(
                const { &TagText::new(tags::SENDER_COMP_ID) },
                &self.sender_comp_id,
            )
            .member(
                const { &TagText::new(tags::TARGET_COMP_ID) },
                &self.target_comp_id,
            )
            .member(
                const { &TagText::new(tags::MSG_SEQ_NUM) },
                &self.msg_seq_num,
            );
        if self.poss_dup {
            out = out.member(const { &TagText::new(tags::POSS_DUP_FLAG) }, &true);
        }
        if self.poss_resend {
            out = out.member(const { &TagText::new(tags::POSS_RESEND) }, &true);
        }
        out = out.member(
            const { &TagText::new(tags::SENDING_TIME) },
            &self.sending_time,
        );
        if let Some(time) = &self.orig_sending_time {
            out = out.member(const { &TagText::new(tags::ORIG_SENDING_TIME) }, time);
        }
        if let Some(number) = &self.last_msg_seq_num_processed {
            out = out.member(
                const { &TagText::new(tags::LAST_MSG_SEQ_NUM_PROCESSED) },
                number,
            );
        }
        if !self.routing.is_empty() {
            out = out.other(|out| self.write_routing(out));
        }
        out
    }

    #[cold]
    #[inline(never)]
    fn write_routing(&self, out: &mut BodyWriter<'_>) {
        let routing = &self.routing;
        out.optional(tags::SENDER_SUB_ID, &routing.sender_sub_id);
        out.optional(tags::SENDER_LOCATION_ID, &routing.sender_location_id);
        out.optional(tags::TARGET_SUB_ID, &routing.target_sub_id);
        out.optional(tags::TARGET_LOCATION_ID, &routing.target_location_id);
        out.optional(tags::ON_BEHALF_OF_COMP_ID, &routing.on_behalf_of_comp_id);
        out.optional(tags::ON_BEHALF_OF_SUB_ID, &routing.on_behalf_of_sub_id);
        out.optional(
            tags::ON_BEHALF_OF_LOCATION_ID,
            &routing.on_behalf_of_location_id,
        );
        out.optional(tags::DELIVER_TO_COMP_ID, &routing.deliver_to_comp_id);
        out.optional(tags::DELIVER_TO_SUB_ID, &routing.deliver_to_sub_id);
        out.optional(
            tags::DELIVER_TO_LOCATION_ID,
            &routing.deliver_to_location_id,
        );
    }
}

/// The body of a message that can be written.
pub trait EncodeBody {
    /// MsgType(35).
    fn msg_type(&self) -> MsgType;

    /// Writes every field between header and trailer.
    fn encode_body(&self, out: &mut BodyWriter<'_>);
}

/// Appends one whole message to `out`; gives back where in `out` it stands.
pub fn encode(
    header: &EncodeHeader<'_>,
    body: &impl EncodeBody,
    out: &mut BytesMut,
) -> Range<usize> {
    let mut times = TimeText::new(header.precision);
    let mut writer = BodyWriter::new(out, &mut times);
    let open = writer.begin(header.begin_string);
    writer = header.write(body.msg_type(), writer);
    body.encode_body(&mut writer);
    writer.end(open)
}

/// A body of any type, given field by field: for messages that have no type of their own here, and for
/// tests that write what nobody should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawBody<'a> {
    /// MsgType(35).
    pub msg_type: MsgType,
    /// Tags and values, written as they are.
    pub fields: &'a [(u32, &'a str)],
}

impl EncodeBody for RawBody<'_> {
    fn msg_type(&self) -> MsgType {
        self.msg_type
    }

    fn encode_body(&self, out: &mut BodyWriter<'_>) {
        for (tag, value) in self.fields {
            out.bytes_field(*tag, value.as_bytes());
        }
    }
}
