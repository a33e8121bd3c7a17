//! Holds a message against the data dictionary, in one pass over its fields.
//!
//! Fields are checked in the order of the message, each for: tag number, place (header, body or
//! trailer), tag defined for the message, tag not seen before, value there, data format, value allowed,
//! and, where a group begins, its entries. Then come required tags that are missing, lowest tag first.
//! The first thing wrong is what is reported.

use super::check::Check;
use super::definition::outside_groups;
use super::rules::{Role, Rule, rule};
use super::{
    GroupDefinition, HEADER, Member, MessageDefinition, Place, Section, TRAILER, TagSet,
    ValidationOptions, data_tag, length_tag,
};
use crate::values::FieldValue;
use crate::{Field, Fields, Message, MsgType, SessionReject, SessionRejectReason};

/// Tags from here on are user-defined (FIX 4.4 Volume 1, "User Defined Fields").
const USER_DEFINED_FIRST: u32 = 5_000;

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
    let definition = super::message(message.msg_type());
    let body_only = message.is_header_plain();
    let mut pass = Pass {
        definition,
        options,
        left: *definition.map_or(&UNSUPPORTED, |definition| &definition.outside_groups),
        place: if body_only {
            Place::Body
        } else {
            Place::Header
        },
        awaited_data: None,
        is_straight: body_only && definition.is_some(),
    };
    pass.run(message.unchecked())
        .map_err(|Refusal { reason, tag }| SessionReject::new(reason, tag))
}

/// The tags outside of groups of a message that the dictionary does not define.
static UNSUPPORTED: TagSet = outside_groups(&TagSet::EMPTY);

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
    /// The tags that the message has outside of groups and that did not come yet.
    left: TagSet,
    /// The furthest part of the message that was seen.
    place: Place,
    /// The data field that must come next, after its length.
    awaited_data: Option<u32>,
    /// Whether the next field may be one of the body that stands for itself: see [`Pass::straight`].
    is_straight: bool,
}

impl Pass {
    fn run(&mut self, fields: Fields<'_>) -> Result<(), Refusal> {
        let mut next = 0;
        loop {
            if self.is_straight {
                next += self.straight(fields.from(next))?;
            }
            if next >= fields.len() {
                break;
            }
            next = self.unusual(fields, next)?;
        }
        // A message whose header lacks something is not decoded in the first place.
        let missing = self.awaited_data.or_else(|| {
            let definition = self.definition?;
            definition.body.required.first_also_in(&self.left)
        });
        match missing {
            Some(tag) => Err(Refusal::new(SessionRejectReason::RequiredTagMissing, tag)),
            None => Ok(()),
        }
    }

    /// Checks fields as long as they are of the body and of no group, have a value, and come for the first time, as most
    /// do; gives back how many these were. All others are checked one thing after the other.
    #[inline(always)]
    fn straight(&mut self, fields: Fields<'_>) -> Result<usize, Refusal> {
        let mut count = 0;
        for span in fields.spans() {
            let rule = rule(span.slot);
            if rule.role != Role::Plain || span.is_empty() || !self.left.withdraw(span.slot) {
                break;
            }
            if rule.check != Check::Any
                && let Err(error) = rule.check.hold(fields.value(span))
            {
                return Err(Refusal::new(error.reason(), span.tag));
            }
            count += 1;
        }
        Ok(count)
    }

    /// Checks the field with the index `next`, and the group that it begins; gives back the index of what follows.
    #[inline(never)]
    fn unusual(&mut self, fields: Fields<'_>, next: usize) -> Result<usize, Refusal> {
        let Some(Field { tag, value }) = fields.at(next) else {
            return Ok(next);
        };
        let next = next + 1;
        let slot = TagSet::slot(tag);
        let rule = rule(slot);
        let section = self.section(tag, rule.place)?;
        let group = match section {
            None => {
                self.value(tag, rule, value)?;
                None
            }
            Some(section) if !section.own.contains(tag) => {
                self.not_a_member(section, tag, rule, value)?;
                None
            }
            Some(_) if !self.left.withdraw(slot) => {
                let reason = SessionRejectReason::TagAppearsMoreThanOnce;
                return Err(Refusal::new(reason, tag));
            }
            Some(section) => {
                self.member(tag, rule, value)?;
                section.group(tag)
            }
        };
        self.is_straight =
            self.place == Place::Body && self.definition.is_some() && self.awaited_data.is_none();
        match group {
            Some(group) => self.entries(group, fields, next),
            None => Ok(next),
        }
    }

    /// Goes on to the part of the message to which a field belongs; `None` for the body of a message that the dictionary
    /// does not define.
    fn section(&mut self, tag: u32, place: Place) -> Result<Option<&'static Section>, Refusal> {
        if self.options.require_field_order && place < self.place {
            return Err(Refusal::new(SessionRejectReason::TagOutOfOrder, tag));
        }
        self.place = self.place.max(place);
        Ok(match place {
            Place::Header => Some(&HEADER),
            Place::Body => self.definition.map(|definition| &definition.body),
            Place::Trailer => Some(&TRAILER),
        })
    }

    /// Checks a field that the message has at this place. What most fields of header and trailer say was read, and so
    /// checked, by framing and decoding.
    fn member(&mut self, tag: u32, rule: &Rule, value: &[u8]) -> Result<(), Refusal> {
        let is_beside = rule.place != Place::Body && self.awaited_data.is_none();
        match rule.role {
            Role::Beside if is_beside && !value.is_empty() => Ok(()),
            Role::Beside | Role::Count | Role::Data if is_beside && value.is_empty() => {
                self.empty(tag)
            }
            Role::Undefined
            | Role::Plain
            | Role::Beside
            | Role::Count
            | Role::Length
            | Role::Data => self.value(tag, rule, value),
        }
    }

    /// Says what is wrong with a field that the message does not have at this place.
    #[cold]
    fn not_a_member(
        &mut self,
        section: &Section,
        tag: u32,
        rule: &Rule,
        value: &[u8],
    ) -> Result<(), Refusal> {
        let reason = if self.may_be_unknown(tag) && !section.nested.contains(tag) {
            return self.value(tag, rule, value);
        } else if section.nested.contains(tag) {
            SessionRejectReason::GroupFieldsOutOfOrder
        } else if rule.role != Role::Undefined {
            SessionRejectReason::TagNotDefinedForMessage
        } else {
            SessionRejectReason::InvalidTagNumber
        };
        Err(Refusal::new(reason, tag))
    }

    /// Checks the value of a field, and that data follows its length.
    fn value(&mut self, tag: u32, rule: &Rule, value: &[u8]) -> Result<(), Refusal> {
        self.company(tag, rule, value)?;
        if value.is_empty() {
            return self.empty(tag);
        }
        rule.check
            .hold(value)
            .map_err(|error| Refusal::new(error.reason(), tag))
    }

    /// Checks that data stands behind its length and nowhere else, and that a field is defined or may be unknown.
    fn company(&mut self, tag: u32, rule: &Rule, value: &[u8]) -> Result<(), Refusal> {
        let reject = |reason, tag| Err(Refusal::new(reason, tag));
        let awaited = self.awaited_data.take();
        if let Some(data_tag) = awaited
            && data_tag != tag
        {
            return reject(SessionRejectReason::RequiredTagMissing, data_tag);
        }
        match rule.role {
            Role::Undefined if !self.may_be_unknown(tag) => {
                reject(SessionRejectReason::InvalidTagNumber, tag)
            }
            Role::Data if awaited.is_none() => reject(
                SessionRejectReason::RequiredTagMissing,
                length_tag(tag).unwrap_or(tag),
            ),
            Role::Length if !value.is_empty() => {
                self.awaited_data = data_tag(tag);
                Ok(())
            }
            Role::Undefined
            | Role::Data
            | Role::Length
            | Role::Plain
            | Role::Beside
            | Role::Count => Ok(()),
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

    /// Checks the entries of the group whose count is the field before `next`; gives back the index of what follows
    /// them.
    fn entries(
        &mut self,
        group: &'static GroupDefinition,
        fields: Fields<'_>,
        mut next: usize,
    ) -> Result<usize, Refusal> {
        let refused = |reason| Refusal::new(reason, group.count_tag);
        let count = fields
            .at(next - 1)
            .map(|field| field.value)
            .unwrap_or_default();
        if count.is_empty() {
            // That it may be, the check of its value has said.
            return Ok(next);
        }
        let announced = u64::read(count).map_err(|error| refused(error.reason()))?;
        for _ in 0..announced {
            match fields.at(next) {
                Some(field) if field.tag == group.delimiter => {}
                Some(field) if group.all.contains(field.tag) => {
                    let reason = SessionRejectReason::GroupFieldsOutOfOrder;
                    return Err(Refusal::new(reason, field.tag));
                }
                Some(_) | None => return Err(refused(SessionRejectReason::IncorrectGroupCount)),
            }
            next = self.entry(group, fields, next)?;
        }
        match fields.at(next) {
            Some(field) if field.tag == group.delimiter => {
                Err(refused(SessionRejectReason::IncorrectGroupCount))
            }
            Some(_) | None => Ok(next),
        }
    }

    /// Checks the entry that starts with the group's delimiter at `next`; gives back the index of what follows it.
    fn entry(
        &mut self,
        group: &'static GroupDefinition,
        fields: Fields<'_>,
        mut next: usize,
    ) -> Result<usize, Refusal> {
        let mut left = group.own;
        let mut position = 0;
        while let Some(field) = fields.at(next) {
            let reject = |reason| Err(Refusal::new(reason, field.tag));
            let slot = TagSet::slot(field.tag);
            if !group.own.contains(field.tag) {
                break;
            }
            if !left.withdraw(slot) {
                if field.tag == group.delimiter {
                    break;
                }
                return reject(SessionRejectReason::TagAppearsMoreThanOnce);
            }
            if self.options.require_field_order {
                let before = position;
                position = position_of(group.members, field.tag);
                if position < before {
                    return reject(SessionRejectReason::GroupFieldsOutOfOrder);
                }
            }
            self.value(field.tag, rule(slot), field.value)?;
            next += 1;
            if let Some(nested) = group.group(field.tag) {
                next = self.entries(nested, fields, next)?;
            }
        }
        match group.required.first_also_in(&left) {
            Some(tag) => Err(Refusal::new(SessionRejectReason::RequiredTagMissing, tag)),
            None => Ok(next),
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
