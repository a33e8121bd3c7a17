//! The standard header and trailer (FIX 4.4 Volume 1), and which length announces which data field.

use super::TagSet;
use super::definition::definitions;
use crate::tags;

definitions! {
    /// The standard header.
    section HEADER = StandardHeader {
        BEGIN_STRING Y, BODY_LENGTH Y, MSG_TYPE Y, SENDER_COMP_ID Y, TARGET_COMP_ID Y,
        ON_BEHALF_OF_COMP_ID, DELIVER_TO_COMP_ID, SECURE_DATA_LEN, SECURE_DATA, MSG_SEQ_NUM Y,
        SENDER_SUB_ID, SENDER_LOCATION_ID, TARGET_SUB_ID, TARGET_LOCATION_ID, ON_BEHALF_OF_SUB_ID,
        ON_BEHALF_OF_LOCATION_ID, DELIVER_TO_SUB_ID, DELIVER_TO_LOCATION_ID, POSS_DUP_FLAG,
        POSS_RESEND, SENDING_TIME Y, ORIG_SENDING_TIME, XML_DATA_LEN, XML_DATA, MESSAGE_ENCODING,
        LAST_MSG_SEQ_NUM_PROCESSED, [NO_HOPS],
    }
    /// The standard trailer.
    section TRAILER = StandardTrailer {
        SIGNATURE_LENGTH, SIGNATURE, CHECK_SUM Y,
    }
}

/// Every length field of FIX 4.4 with the data field that it announces.
const DATA_PAIRS: [(u32, u32); 16] = [
    (tags::SECURE_DATA_LEN, tags::SECURE_DATA),
    (tags::SIGNATURE_LENGTH, tags::SIGNATURE),
    (tags::RAW_DATA_LENGTH, tags::RAW_DATA),
    (tags::XML_DATA_LEN, tags::XML_DATA),
    (tags::ENCODED_ISSUER_LEN, tags::ENCODED_ISSUER),
    (tags::ENCODED_SECURITY_DESC_LEN, tags::ENCODED_SECURITY_DESC),
    (
        tags::ENCODED_LIST_EXEC_INST_LEN,
        tags::ENCODED_LIST_EXEC_INST,
    ),
    (tags::ENCODED_TEXT_LEN, tags::ENCODED_TEXT),
    (tags::ENCODED_SUBJECT_LEN, tags::ENCODED_SUBJECT),
    (tags::ENCODED_HEADLINE_LEN, tags::ENCODED_HEADLINE),
    (tags::ENCODED_ALLOC_TEXT_LEN, tags::ENCODED_ALLOC_TEXT),
    (
        tags::ENCODED_UNDERLYING_ISSUER_LEN,
        tags::ENCODED_UNDERLYING_ISSUER,
    ),
    (
        tags::ENCODED_UNDERLYING_SECURITY_DESC_LEN,
        tags::ENCODED_UNDERLYING_SECURITY_DESC,
    ),
    (
        tags::ENCODED_LIST_STATUS_TEXT_LEN,
        tags::ENCODED_LIST_STATUS_TEXT,
    ),
    (tags::ENCODED_LEG_ISSUER_LEN, tags::ENCODED_LEG_ISSUER),
    (
        tags::ENCODED_LEG_SECURITY_DESC_LEN,
        tags::ENCODED_LEG_SECURITY_DESC,
    ),
];

/// A part of a message, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Header,
    Body,
    Trailer,
}

/// The part of a message that the field `tag` belongs to.
pub(crate) const fn place(tag: u32) -> Place {
    if HEADER.own.contains(tag) || HEADER.nested.contains(tag) {
        Place::Header
    } else if TRAILER.own.contains(tag) {
        Place::Trailer
    } else {
        Place::Body
    }
}

/// What decoding does with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TagKind {
    /// It is the body's, and decoding only notes it.
    Body,
    /// It is the header's.
    Header,
    /// It is the trailer's.
    Trailer,
    /// It announces the length of a data field, in whatever part.
    Length,
    /// No table has a place for it: it is 0, or a number beyond those that are defined.
    Unlisted,
}

/// The kinds of tags, by slot.
static KINDS: [TagKind; TagSet::SLOTS] = kinds();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "runs at compile time, which checks every index"
)]
const fn kinds() -> [TagKind; TagSet::SLOTS] {
    let mut kinds = [TagKind::Body; TagSet::SLOTS];
    kinds[0] = TagKind::Unlisted;
    let mut tag = 1;
    while tag < TagSet::STANDARD_END {
        kinds[TagSet::slot(tag) as usize] = match place(tag) {
            Place::Header => TagKind::Header,
            Place::Body => TagKind::Body,
            Place::Trailer => TagKind::Trailer,
        };
        tag += 1;
    }
    let mut pair = 0;
    while pair < DATA_PAIRS.len() {
        kinds[TagSet::slot(DATA_PAIRS[pair].0) as usize] = TagKind::Length;
        pair += 1;
    }
    kinds
}

/// The kind of the tag of a slot.
#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "the index is below SLOTS"
)]
#[inline(always)]
pub(crate) const fn kind(slot: u32) -> TagKind {
    KINDS[slot as usize % TagSet::SLOTS]
}

/// The data field that the length field `length_tag` announces.
pub fn data_tag(length_tag: u32) -> Option<u32> {
    DATA_PAIRS
        .iter()
        .find(|(length, _)| *length == length_tag)
        .map(|(_, data)| *data)
}

/// The length field that announces the data field `data_tag`.
pub fn length_tag(data_tag: u32) -> Option<u32> {
    DATA_PAIRS
        .iter()
        .find(|(_, data)| *data == data_tag)
        .map(|(length, _)| *length)
}
