//! What validation must know of a tag, whatever the message: one table, made at compile time.

use super::check::Check;
use super::sections::{Place, place};
use super::{DataType, TagSet, field};

/// What holds for every field with one tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// The part of a message that the field belongs to.
    pub(super) place: Place,
    /// How it stands to other fields.
    pub(super) role: Role,
    /// What there is to check of its value.
    pub(super) check: Check,
}

/// How a field stands to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The dictionary does not define it.
    Undefined,
    /// It is the body's, and stands for itself.
    Plain,
    /// It is the header's or the trailer's, and stands for itself.
    Beside,
    /// It announces the entries of a group, where the message has that.
    Count,
    /// It announces the length of a data field.
    Length,
    /// It is data.
    Data,
}

impl Role {
    const fn of(data_type: DataType, place: Place) -> Self {
        if matches!(data_type, DataType::NumInGroup) {
            Self::Count
        } else if matches!(data_type, DataType::Length) {
            Self::Length
        } else if matches!(data_type, DataType::Data) {
            Self::Data
        } else if matches!(place, Place::Body) {
            Self::Plain
        } else {
            Self::Beside
        }
    }
}

/// The rules by slot.
static RULES: [Rule; TagSet::SLOTS] = rules();

const UNDEFINED: Rule = Rule {
    place: Place::Body,
    role: Role::Undefined,
    check: Check::Any,
};

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "runs at compile time, which checks every index"
)]
const fn rules() -> [Rule; TagSet::SLOTS] {
    let mut rules = [UNDEFINED; TagSet::SLOTS];
    let mut slot = 1;
    while slot < TagSet::SLOTS {
        if let Some(definition) = field(TagSet::tag(slot as u32)) {
            let place = place(definition.tag);
            rules[slot] = Rule {
                place,
                role: Role::of(definition.data_type, place),
                check: Check::of(definition),
            };
        }
        slot += 1;
    }
    rules
}

/// The rule for the tag of a slot.
#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "the index is below SLOTS"
)]
#[inline(always)]
pub(super) fn rule(slot: u32) -> &'static Rule {
    &RULES[slot as usize % TagSet::SLOTS]
}
