//! Why a message is rejected at session level: Reject(3), FIX 4.4 Volume 2.

use crate::values::int_codes;

int_codes! {
    /// SessionRejectReason(373).
    pub enum SessionRejectReason {
        /// The tag is not defined in FIX 4.4, or is no tag number at all.
        InvalidTagNumber = 0,
        /// A required tag is missing.
        RequiredTagMissing = 1,
        /// The tag is defined, but not for this message type.
        TagNotDefinedForMessage = 2,
        /// The tag is undefined.
        UndefinedTag = 3,
        /// The tag has no value.
        TagWithoutValue = 4,
        /// The value is out of range for the tag.
        IncorrectValue = 5,
        /// The value has not the data format of the tag.
        IncorrectDataFormat = 6,
        /// A decryption problem.
        DecryptionProblem = 7,
        /// A signature problem.
        SignatureProblem = 8,
        /// SenderCompID(49) or TargetCompID(56) is not the session's.
        CompIdProblem = 9,
        /// SendingTime(52) is too far from now.
        SendingTimeAccuracy = 10,
        /// MsgType(35) is none of FIX 4.4.
        InvalidMsgType = 11,
        /// XML validation failed.
        XmlValidation = 12,
        /// The tag is there more than once.
        TagAppearsMoreThanOnce = 13,
        /// A field of header, body or trailer stands in another part.
        TagOutOfOrder = 14,
        /// The fields of a repeating group are out of order.
        GroupFieldsOutOfOrder = 15,
        /// The number of entries is not the one announced.
        IncorrectGroupCount = 16,
        /// A value that is not data holds the field delimiter.
        DelimiterInValue = 17,
        /// Another reason, given in Text(58).
        Other = 99,
    }
}

impl SessionRejectReason {
    /// The words of FIX 4.4 for this reason, for Text(58).
    pub const fn text(self) -> &'static str {
        match self {
            Self::InvalidTagNumber => "Invalid tag number",
            Self::RequiredTagMissing => "Required tag missing",
            Self::TagNotDefinedForMessage => "Tag not defined for this message type",
            Self::UndefinedTag => "Undefined Tag",
            Self::TagWithoutValue => "Tag specified without a value",
            Self::IncorrectValue => "Value is incorrect (out of range) for this tag",
            Self::IncorrectDataFormat => "Incorrect data format for value",
            Self::DecryptionProblem => "Decryption problem",
            Self::SignatureProblem => "Signature problem",
            Self::CompIdProblem => "CompID problem",
            Self::SendingTimeAccuracy => "SendingTime accuracy problem",
            Self::InvalidMsgType => "Invalid MsgType",
            Self::XmlValidation => "XML Validation error",
            Self::TagAppearsMoreThanOnce => "Tag appears more than once",
            Self::TagOutOfOrder => "Tag specified out of required order",
            Self::GroupFieldsOutOfOrder => "Repeating group fields out of order",
            Self::IncorrectGroupCount => "Incorrect NumInGroup count for repeating group",
            Self::DelimiterInValue => "Non \"data\" value includes field delimiter (SOH character)",
            Self::Other => "Other",
        }
    }
}

/// Why a message is rejected: what a Reject(3) for it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text} (SessionRejectReason {}, RefTagID {ref_tag:?})", reason.code())]
pub struct SessionReject {
    /// SessionRejectReason(373).
    pub reason: SessionRejectReason,
    /// RefTagID(371). Signed: a sender can write a tag like `-1`.
    pub ref_tag: Option<i64>,
    /// Text(58).
    pub text: &'static str,
}

impl SessionReject {
    /// A reject for `reason` that refers to `tag`, with the standard's words.
    pub fn new(reason: SessionRejectReason, tag: u32) -> Self {
        Self {
            reason,
            ref_tag: Some(i64::from(tag)),
            text: reason.text(),
        }
    }

    /// A reject for `reason` that refers to no tag, with the standard's words.
    pub const fn untagged(reason: SessionRejectReason) -> Self {
        Self {
            reason,
            ref_tag: None,
            text: reason.text(),
        }
    }
}
