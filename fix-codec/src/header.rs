//! The standard header, read: what the session layer needs of every message (FIX 4.4 Volume 1).

use chrono::{DateTime, Utc};

use crate::values::{FieldValue, ValueError};
use crate::{Fields, MsgType, tags};

/// The optional routing fields of a header: who within a firm, and on whose behalf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Routing<'a> {
    /// SenderSubID(50).
    pub sender_sub_id: Option<&'a str>,
    /// SenderLocationID(142).
    pub sender_location_id: Option<&'a str>,
    /// TargetSubID(57).
    pub target_sub_id: Option<&'a str>,
    /// TargetLocationID(143).
    pub target_location_id: Option<&'a str>,
    /// OnBehalfOfCompID(115).
    pub on_behalf_of_comp_id: Option<&'a str>,
    /// OnBehalfOfSubID(116).
    pub on_behalf_of_sub_id: Option<&'a str>,
    /// OnBehalfOfLocationID(144).
    pub on_behalf_of_location_id: Option<&'a str>,
    /// DeliverToCompID(128).
    pub deliver_to_comp_id: Option<&'a str>,
    /// DeliverToSubID(129).
    pub deliver_to_sub_id: Option<&'a str>,
    /// DeliverToLocationID(145).
    pub deliver_to_location_id: Option<&'a str>,
}

impl<'a> Routing<'a> {
    /// What fields whose values could be read say of it: of each tag the first field that is not empty.
    pub(crate) fn of(fields: Fields<'a>) -> Self {
        let mut routing = Self::default();
        for field in fields {
            routing.take(field.tag, field.value).unwrap_or_default();
        }
        routing
    }

    /// Takes one header field in, as [`PartialHeader::take`] does.
    #[inline(never)]
    fn take(&mut self, tag: u32, value: &'a [u8]) -> Result<bool, ValueError> {
        match tag {
            tags::SENDER_SUB_ID => put(&mut self.sender_sub_id, value),
            tags::SENDER_LOCATION_ID => put(&mut self.sender_location_id, value),
            tags::TARGET_SUB_ID => put(&mut self.target_sub_id, value),
            tags::TARGET_LOCATION_ID => put(&mut self.target_location_id, value),
            tags::ON_BEHALF_OF_COMP_ID => put(&mut self.on_behalf_of_comp_id, value),
            tags::ON_BEHALF_OF_SUB_ID => put(&mut self.on_behalf_of_sub_id, value),
            tags::ON_BEHALF_OF_LOCATION_ID => put(&mut self.on_behalf_of_location_id, value),
            tags::DELIVER_TO_COMP_ID => put(&mut self.deliver_to_comp_id, value),
            tags::DELIVER_TO_SUB_ID => put(&mut self.deliver_to_sub_id, value),
            tags::DELIVER_TO_LOCATION_ID => put(&mut self.deliver_to_location_id, value),
            _ => Ok(false),
        }
    }

    /// Whether nothing is said.
    #[inline(always)]
    pub(crate) const fn is_empty(&self) -> bool {
        self.sender_sub_id.is_none()
            && self.sender_location_id.is_none()
            && self.target_sub_id.is_none()
            && self.target_location_id.is_none()
            && self.on_behalf_of_comp_id.is_none()
            && self.on_behalf_of_sub_id.is_none()
            && self.on_behalf_of_location_id.is_none()
            && self.deliver_to_comp_id.is_none()
            && self.deliver_to_sub_id.is_none()
            && self.deliver_to_location_id.is_none()
    }

    /// The routing of an answer: each field changes places with its counterpart.
    pub const fn reversed(&self) -> Self {
        Self {
            sender_sub_id: self.target_sub_id,
            sender_location_id: self.target_location_id,
            target_sub_id: self.sender_sub_id,
            target_location_id: self.sender_location_id,
            on_behalf_of_comp_id: self.deliver_to_comp_id,
            on_behalf_of_sub_id: self.deliver_to_sub_id,
            on_behalf_of_location_id: self.deliver_to_location_id,
            deliver_to_comp_id: self.on_behalf_of_comp_id,
            deliver_to_sub_id: self.on_behalf_of_sub_id,
            deliver_to_location_id: self.on_behalf_of_location_id,
        }
    }
}

/// The header of a decoded message: every required field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// BeginString(8). Not compared with anything here.
    pub begin_string: &'a str,
    /// MsgType(35).
    pub msg_type: MsgType,
    /// MsgSeqNum(34).
    pub msg_seq_num: u64,
    /// SenderCompID(49).
    pub sender_comp_id: &'a str,
    /// TargetCompID(56).
    pub target_comp_id: &'a str,
    /// SendingTime(52).
    pub sending_time: DateTime<Utc>,
    /// OrigSendingTime(122).
    pub orig_sending_time: Option<DateTime<Utc>>,
    /// PossDupFlag(43).
    pub poss_dup: bool,
    /// PossResend(97).
    pub poss_resend: bool,
    /// LastMsgSeqNumProcessed(369).
    pub last_msg_seq_num_processed: Option<u64>,
}

/// What could be read of the header of a message that could not be decoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartialHeader<'a> {
    /// BeginString(8).
    pub begin_string: &'a str,
    /// MsgType(35), as it stands in the message; it may be no valid type.
    pub msg_type: Option<&'a str>,
    /// MsgSeqNum(34).
    pub msg_seq_num: Option<u64>,
    /// SenderCompID(49).
    pub sender_comp_id: Option<&'a str>,
    /// TargetCompID(56).
    pub target_comp_id: Option<&'a str>,
    /// SendingTime(52).
    pub sending_time: Option<DateTime<Utc>>,
    /// OrigSendingTime(122).
    pub orig_sending_time: Option<DateTime<Utc>>,
    /// PossDupFlag(43).
    pub poss_dup: bool,
    /// PossResend(97).
    pub poss_resend: bool,
    /// LastMsgSeqNumProcessed(369).
    pub last_msg_seq_num_processed: Option<u64>,
    /// Sub ids, location ids, and on whose behalf.
    pub routing: Routing<'a>,
}

impl<'a> PartialHeader<'a> {
    /// Takes one header field in; says whether there is nothing left to check of it. A field that has come before is
    /// left as it was. An empty value counts as absent: that it is empty is for validation to say, except where it is
    /// required.
    #[inline(always)]
    pub(crate) fn take(&mut self, tag: u32, value: &'a [u8]) -> Result<bool, ValueError> {
        match tag {
            tags::MSG_SEQ_NUM => put(&mut self.msg_seq_num, value),
            tags::SENDER_COMP_ID => put(&mut self.sender_comp_id, value),
            tags::TARGET_COMP_ID => put(&mut self.target_comp_id, value),
            tags::SENDING_TIME => put(&mut self.sending_time, value),
            tags::ORIG_SENDING_TIME => put(&mut self.orig_sending_time, value),
            tags::POSS_DUP_FLAG => flag(&mut self.poss_dup, value),
            tags::POSS_RESEND => flag(&mut self.poss_resend, value),
            tags::LAST_MSG_SEQ_NUM_PROCESSED => put(&mut self.last_msg_seq_num_processed, value),
            _ => self.routing.take(tag, value),
        }
    }

    /// The header, with its type.
    ///
    /// # Errors
    /// The first tag that is required and not there.
    #[inline(always)]
    pub(crate) fn complete(&self, msg_type: Option<MsgType>) -> Result<Header<'a>, u32> {
        Ok(Header {
            begin_string: self.begin_string,
            msg_type: msg_type.ok_or(tags::MSG_TYPE)?,
            msg_seq_num: self.msg_seq_num.ok_or(tags::MSG_SEQ_NUM)?,
            sender_comp_id: self.sender_comp_id.ok_or(tags::SENDER_COMP_ID)?,
            target_comp_id: self.target_comp_id.ok_or(tags::TARGET_COMP_ID)?,
            sending_time: self.sending_time.ok_or(tags::SENDING_TIME)?,
            orig_sending_time: self.orig_sending_time,
            poss_dup: self.poss_dup,
            poss_resend: self.poss_resend,
            last_msg_seq_num_processed: self.last_msg_seq_num_processed,
        })
    }
}

/// Fills a field in; says whether it did.
#[inline(always)]
fn put<'a, T: FieldValue<'a>>(slot: &mut Option<T>, value: &'a [u8]) -> Result<bool, ValueError> {
    if slot.is_some() || value.is_empty() {
        return Ok(false);
    }
    *slot = Some(T::read(value)?);
    Ok(true)
}

/// Sets a flag. It has no place for "not said", so that one said twice is left for validation to find.
fn flag(slot: &mut bool, value: &[u8]) -> Result<bool, ValueError> {
    if !value.is_empty() {
        *slot |= bool::read(value)?;
    }
    Ok(false)
}
