//! Holds a message against the data dictionary, in one pass over its fields.
//!
//! Fields are checked in the order of the message, each for: tag number, place (header, body or
//! trailer), tag defined for the message, tag not seen before, value there, data format, value allowed,
//! and, where a group begins, its entries. Then come required tags that are missing, lowest tag first.
//! The first thing wrong is what is reported.

use super::check::check;
use super::{
    DataType, GroupDefinition, HEADER, Member, MessageDefinition, Place, Section, TRAILER, TagKind,
    TagSet, ValidationOptions, data_tag, length_tag,
};
use crate::message::FieldsIter;
use crate::values::{FieldValue, ValueError};
use crate::{Field, Fields, Message, MsgType, SessionReject, SessionRejectReason, tags};

/// Tags from here on are user-defined (FIX 4.4 Volume 1, "User Defined Fields").
const USER_DEFINED_FIRST: u32 = 5_000;

/// The first three fields and the last one, which framing and decoding have checked.
const FRAMED: TagSet = TagSet::EMPTY
    .with(tags::BEGIN_STRING)
    .with(tags::BODY_LENGTH)
    .with(tags::MSG_TYPE)
    .with(tags::CHECK_SUM);

/// Holds `message` against its definition.
///
/// A message type of FIX 4.4 that the dictionary does not define is held against header and trailer
/// only: it is not wrong, merely unsupported, which BusinessMessageReject(j) says.
///
/// # Errors
/// [`SessionReject`]: what a Reject(3) for the first thing wrong says.
pub fn validate(message: &Message<'_>, options: ValidationOptions) -> Result<(), SessionReject> {
    if matches!(message.msg_type(), MsgType::Other(_)) {
        return Err(SessionReject::untagged(SessionRejectReason::InvalidMsgType));
    }
    let mut pass = Pass {
        definition: super::message(message.msg_type()),
        options,
        seen: FRAMED,
        place: Place::Header,
        awaited_data: None,
    };
    pass.run(message.fields().without_framing())
        .map_err(|Refusal { reason, tag }| SessionReject::new(reason, tag))
}

/// What is wrong, small enough to be handed back from every check in registers.
#[derive(Clone, Copy)]
struct Refusal {
    reason: SessionRejectReason,
    tag: u32,
}

impl Refusal {
    fn new(reason: SessionRejectReason, tag: u32) -> Self {
        Self { reason, tag }
    }
}

/// One pass over the fields of a message.
struct Pass {
    definition: Option<&'static MessageDefinition>,
    options: ValidationOptions,
    /// The tags seen outside of groups.
    seen: TagSet,
    /// The furthest part of the message that was seen.
    place: Place,
    /// The data field that must come next, after its length.
    awaited_data: Option<u32>,
}

impl Pass {
    fn run(&mut self, fields: Fields<'_>) -> Result<(), Refusal> {
        let mut rest = fields.iter();
        while let Some(field) = rest.next() {
            if let Some(group) = self.top_level(field)? {
                rest = self.entries(group, field, rest)?;
            }
        }
        // A message whose header lacks something is not decoded in the first place.
        let missing = self.awaited_data.or_else(|| {
            let definition = self.definition?;
            definition.body.required.first_missing_from(&self.seen)
        });
        match missing {
            Some(tag) => Err(Refusal::new(SessionRejectReason::RequiredTagMissing, tag)),
            None => Ok(()),
        }
    }

    /// Checks a field that is in no group; gives back the group that it begins.
    #[inline(always)]
    fn top_level(
        &mut self,
        Field { tag, value }: Field<'_>,
    ) -> Result<Option<&'static GroupDefinition>, Refusal> {
        let reject = |reason| Err(Refusal::new(reason, tag));
        let TagKind { place, is_length } = super::kind(tag);
        if self.options.require_field_order && place < self.place {
            return reject(SessionRejectReason::TagOutOfOrder);
        }
        self.place = self.place.max(place);
        let section = match place {
            Place::Header => Some(&HEADER),
            Place::Body => self.definition.map(|definition| &definition.body),
            Place::Trailer => Some(&TRAILER),
        };
        match section {
            Some(section) if section.own.contains(tag) => {
                if !self.seen.insert(tag) {
                    return reject(SessionRejectReason::TagAppearsMoreThanOnce);
                }
                // What header and trailer say was read, and so checked, by framing and decoding.
                if place == Place::Body || is_length || self.awaited_data.is_some() {
                    self.value(tag, value)?;
                } else {
                    self.known(tag, value)?;
                }
                Ok(section.group(tag))
            }
            Some(section) => self.not_a_member(section, tag, value).map(|()| None),
            None => self.value(tag, value).map(|()| None),
        }
    }

    /// Checks what is left to check of a header field that decoding has read.
    #[inline(always)]
    fn known(&mut self, tag: u32, value: &[u8]) -> Result<(), Refusal> {
        if value.is_empty() {
            return self.empty(tag);
        }
        if matches!(
            tag,
            tags::SECURE_DATA | tags::XML_DATA | tags::SIGNATURE | tags::NO_HOPS
        ) {
            return self.value(tag, value);
        }
        Ok(())
    }

    /// Says what is wrong with a field that the message does not have at this place.
    #[cold]
    fn not_a_member(&mut self, section: &Section, tag: u32, value: &[u8]) -> Result<(), Refusal> {
        let reason = if self.may_be_unknown(tag) && !section.nested.contains(tag) {
            return self.value(tag, value);
        } else if section.nested.contains(tag) {
            SessionRejectReason::GroupFieldsOutOfOrder
        } else if super::field(tag).is_some() {
            SessionRejectReason::TagNotDefinedForMessage
        } else {
            SessionRejectReason::InvalidTagNumber
        };
        Err(Refusal::new(reason, tag))
    }

    /// Checks the value of a field, and that data follows its length.
    #[inline(always)]
    fn value(&mut self, tag: u32, value: &[u8]) -> Result<(), Refusal> {
        let reject = |reason, tag| Err(Refusal::new(reason, tag));
        let awaited = self.awaited_data.take();
        if let Some(data_tag) = awaited
            && data_tag != tag
        {
            return reject(SessionRejectReason::RequiredTagMissing, data_tag);
        }
        let Some(definition) = super::field(tag) else {
            return self.undefined(tag, value);
        };
        if definition.data_type == DataType::Data && awaited.is_none() {
            let length_tag = length_tag(tag).unwrap_or(tag);
            return reject(SessionRejectReason::RequiredTagMissing, length_tag);
        }
        if definition.data_type == DataType::Length && !value.is_empty() {
            self.awaited_data = data_tag(tag);
        }
        match check(definition, value) {
            Ok(()) => Ok(()),
            Err(ValueError::Missing) => self.empty(tag),
            Err(error) => Err(Refusal::new(error.reason(), tag)),
        }
    }

    /// Whether a field that the dictionary does not have here is taken all the same.
    fn may_be_unknown(&self, tag: u32) -> bool {
        if tag < USER_DEFINED_FIRST {
            self.options.allow_unknown
        } else {
            self.options.allow_unknown_user_defined
        }
    }

    /// A field without a value.
    #[cold]
    fn empty(&self, tag: u32) -> Result<(), Refusal> {
        if self.options.require_values {
            return Err(Refusal::new(SessionRejectReason::TagWithoutValue, tag));
        }
        Ok(())
    }

    /// Checks the value of a field that the dictionary does not define.
    #[cold]
    fn undefined(&self, tag: u32, value: &[u8]) -> Result<(), Refusal> {
        if !self.may_be_unknown(tag) {
            return Err(Refusal::new(SessionRejectReason::InvalidTagNumber, tag));
        }
        if value.is_empty() {
            return self.empty(tag);
        }
        Ok(())
    }

    /// Checks the entries of the group that `count` announces; gives back what follows them.
    fn entries<'a>(
        &mut self,
        group: &'static GroupDefinition,
        count: Field<'a>,
        mut rest: FieldsIter<'a>,
    ) -> Result<FieldsIter<'a>, Refusal> {
        let incorrect_count =
            || Refusal::new(SessionRejectReason::IncorrectGroupCount, group.count_tag);
        if count.value.is_empty() {
            // That it may be, the check of its value has said.
            return Ok(rest);
        }
        let announced = u64::read(count.value)
            .map_err(|error| Refusal::new(error.reason(), group.count_tag))?;
        for _ in 0..announced {
            match rest.rest().first() {
                Some(field) if field.tag == group.delimiter => {}
                Some(field) if group.all.contains(field.tag) => {
                    let reason = SessionRejectReason::GroupFieldsOutOfOrder;
                    return Err(Refusal::new(reason, field.tag));
                }
                Some(_) | None => return Err(incorrect_count()),
            }
            rest = self.entry(group, rest)?;
        }
        match rest.rest().first() {
            Some(field) if field.tag == group.delimiter => Err(incorrect_count()),
            Some(_) | None => Ok(rest),
        }
    }

    /// Checks one entry, which starts with the group's delimiter; gives back what follows it.
    fn entry<'a>(
        &mut self,
        group: &'static GroupDefinition,
        mut rest: FieldsIter<'a>,
    ) -> Result<FieldsIter<'a>, Refusal> {
        let mut seen = TagSet::EMPTY;
        let mut position = 0;
        while let Some(field) = rest.rest().first() {
            let reject = |reason| Err(Refusal::new(reason, field.tag));
            let again = seen.contains(field.tag);
            if !group.own.contains(field.tag) || (again && field.tag == group.delimiter) {
                break;
            }
            if again {
                return reject(SessionRejectReason::TagAppearsMoreThanOnce);
            }
            seen.insert(field.tag);
            if self.options.require_field_order {
                let before = position;
                position = position_of(group.members, field.tag);
                if position < before {
                    return reject(SessionRejectReason::GroupFieldsOutOfOrder);
                }
            }
            self.value(field.tag, field.value)?;
            rest.next();
            if let Some(nested) = group.group(field.tag) {
                rest = self.entries(nested, field, rest)?;
            }
        }
        match group.required.first_missing_from(&seen) {
            Some(tag) => Err(Refusal::new(SessionRejectReason::RequiredTagMissing, tag)),
            None => Ok(rest),
        }
    }
}

/// The place of a field among the members of a group, those of components counted in.
fn position_of(members: &[Member], tag: u32) -> usize {
    fn seek(members: &[Member], tag: u32, before: &mut usize) -> bool {
        members.iter().any(|member| match member {
            Member::Component { component, .. } => seek(component.members, tag, before),
            Member::Field { tag: own, .. } => *own == tag || step(before),
            Member::Group { group, .. } => group.count_tag == tag || step(before),
        })
    }
    fn step(before: &mut usize) -> bool {
        *before += 1;
        false
    }
    let mut position = 0;
    seek(members, tag, &mut position);
    position
}
