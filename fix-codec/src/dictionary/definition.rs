//! What a definition is: fields, components, groups and messages, as static data.

use super::{HEADER, TRAILER, TagSet};
use crate::{MsgType, tags};

/// The data type of a field (FIX 4.4 Volume 1, "Data Types").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of FIX 4.4")]
pub enum DataType {
    Amt,
    Boolean,
    Char,
    Country,
    Currency,
    Data,
    Exchange,
    Float,
    Int,
    Length,
    LocalMktDate,
    MonthYear,
    MultipleValueString,
    NumInGroup,
    Percentage,
    Price,
    PriceOffset,
    Qty,
    SeqNum,
    String,
    UtcDateOnly,
    UtcTimeOnly,
    UtcTimestamp,
}

/// The values that a field may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Whatever its data type allows.
    Any,
    /// One of these characters (each token of a MultipleValueString is one): bit n is ASCII n.
    Chars(u128),
    /// A number in this range, or the one beside it (by custom 99, "other").
    Numbers {
        /// The lowest.
        first: u16,
        /// The highest.
        last: u16,
        /// One more; equal to `last` when there is none.
        other: u16,
    },
    /// One of these words.
    Words(&'static [&'static str]),
}

impl Values {
    pub(super) const ANY: Self = Self::Any;

    #[expect(
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "runs at compile time, which checks every index"
    )]
    pub(super) const fn chars(self, chars: &str) -> Self {
        let bytes = chars.as_bytes();
        let mut mask = 0;
        let mut index = 0;
        while index < bytes.len() {
            assert!(
                bytes[index].is_ascii_graphic(),
                "values are printable ASCII"
            );
            mask |= 1 << bytes[index] as u32;
            index += 1;
        }
        Self::Chars(mask)
    }

    pub(super) const fn numbers(self, first: u16, last: u16) -> Self {
        Self::Numbers {
            first,
            last,
            other: last,
        }
    }

    pub(super) const fn or(self, other: u16) -> Self {
        match self {
            Self::Numbers { first, last, .. } => Self::Numbers { first, last, other },
            Self::Any | Self::Chars(_) | Self::Words(_) => self,
        }
    }

    pub(super) const fn words(self, words: &'static [&'static str]) -> Self {
        Self::Words(words)
    }
}

/// A field: what its tag means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldDefinition {
    /// The tag number.
    pub tag: u32,
    /// The name in FIX 4.4.
    pub name: &'static str,
    /// The data type.
    pub data_type: DataType,
    /// The values allowed.
    pub values: Values,
}

/// A part of a message, group or component.
#[derive(Clone, Copy, Debug)]
pub enum Member {
    /// A field.
    Field {
        /// Its tag.
        tag: u32,
        /// Whether it must be there.
        required: bool,
    },
    /// A repeating group.
    Group {
        /// Its definition.
        group: &'static GroupDefinition,
        /// Whether its count must be there.
        required: bool,
    },
    /// A component block: its members stand in its place.
    Component {
        /// Its definition.
        component: &'static ComponentDefinition,
        /// Whether its required fields must be there.
        required: bool,
    },
}

/// A component block (FIX 4.4 Volume 1).
#[derive(Debug)]
pub struct ComponentDefinition {
    /// The name in FIX 4.4.
    pub name: &'static str,
    /// Its members, in order.
    pub members: &'static [Member],
}

/// A repeating group.
#[derive(Debug)]
pub struct GroupDefinition {
    /// The field that announces how many entries follow.
    pub count_tag: u32,
    /// The first field of every entry.
    pub delimiter: u32,
    /// The members of an entry, in order.
    pub members: &'static [Member],
    /// The fields of an entry itself, counts of nested groups included.
    pub own: TagSet,
    /// The fields of an entry and of everything nested in it.
    pub all: TagSet,
    /// The fields that every entry must have.
    pub required: TagSet,
}

impl GroupDefinition {
    pub(super) const fn new(count_tag: u32, members: &'static [Member]) -> Self {
        let summary = summary(members, true);
        Self {
            count_tag,
            delimiter: first(members),
            members,
            own: summary.own,
            all: summary.own.union(summary.nested),
            required: summary.required,
        }
    }
}

/// A header, body or trailer.
#[derive(Debug)]
pub struct Section {
    /// Its members, in order.
    pub members: &'static [Member],
    /// Its fields, counts of groups included.
    pub own: TagSet,
    /// The fields inside of its groups.
    pub nested: TagSet,
    /// The counts of its groups.
    pub groups: TagSet,
    /// The fields that must be there.
    pub required: TagSet,
}

impl Section {
    pub(super) const fn new(members: &'static [Member]) -> Self {
        let Summary {
            own,
            nested,
            groups,
            required,
        } = summary(members, true);
        Self {
            members,
            own,
            nested,
            groups,
            required,
        }
    }

    /// The group, not nested in another, that `count_tag` announces.
    pub fn group(&self, count_tag: u32) -> Option<&'static GroupDefinition> {
        if self.groups.contains(count_tag) {
            group_among(self.members, count_tag)
        } else {
            None
        }
    }
}

/// A message.
#[derive(Debug)]
pub struct MessageDefinition {
    /// Its type.
    pub msg_type: MsgType,
    /// The name in FIX 4.4.
    pub name: &'static str,
    /// What stands between header and trailer.
    pub body: Section,
    /// The tags of header, body and trailer outside of groups, but for those that framing and decoding have checked.
    pub(super) outside_groups: TagSet,
}

impl MessageDefinition {
    pub(super) const fn new(
        msg_type: MsgType,
        name: &'static str,
        members: &'static [Member],
    ) -> Self {
        let body = Section::new(members);
        Self {
            msg_type,
            name,
            outside_groups: outside_groups(&body.own),
            body,
        }
    }
}

/// The tags of a message outside of groups whose body has `body`, but for the first three fields and the last one, which
/// framing and decoding have checked.
pub(super) const fn outside_groups(body: &TagSet) -> TagSet {
    HEADER
        .own
        .union(*body)
        .union(TRAILER.own)
        .without(tags::BEGIN_STRING)
        .without(tags::BODY_LENGTH)
        .without(tags::MSG_TYPE)
        .without(tags::CHECK_SUM)
}

impl GroupDefinition {
    /// The group directly inside of this one that `count_tag` announces.
    pub fn group(&self, count_tag: u32) -> Option<&'static Self> {
        group_among(self.members, count_tag)
    }
}

fn group_among(members: &[Member], count_tag: u32) -> Option<&'static GroupDefinition> {
    members.iter().find_map(|member| match member {
        Member::Group { group, .. } if group.count_tag == count_tag => Some(*group),
        Member::Component { component, .. } => group_among(component.members, count_tag),
        Member::Group { .. } | Member::Field { .. } => None,
    })
}

/// What the members of something amount to.
struct Summary {
    own: TagSet,
    nested: TagSet,
    groups: TagSet,
    required: TagSet,
}

#[expect(
    clippy::indexing_slicing,
    reason = "runs at compile time, which checks every index"
)]
const fn summary(members: &[Member], required_here: bool) -> Summary {
    let mut sum = Summary {
        own: TagSet::EMPTY,
        nested: TagSet::EMPTY,
        groups: TagSet::EMPTY,
        required: TagSet::EMPTY,
    };
    let mut index = 0;
    while index < members.len() {
        match members[index] {
            Member::Field { tag, required } => {
                sum.own = sum.own.with(tag);
                if required && required_here {
                    sum.required = sum.required.with(tag);
                }
            }
            Member::Group { group, required } => {
                sum.own = sum.own.with(group.count_tag);
                sum.groups = sum.groups.with(group.count_tag);
                sum.nested = sum.nested.union(group.all);
                if required && required_here {
                    sum.required = sum.required.with(group.count_tag);
                }
            }
            Member::Component {
                component,
                required,
            } => {
                let inner = summary(component.members, required && required_here);
                sum.own = sum.own.union(inner.own);
                sum.nested = sum.nested.union(inner.nested);
                sum.groups = sum.groups.union(inner.groups);
                sum.required = sum.required.union(inner.required);
            }
        }
        index += 1;
    }
    sum
}

/// The first field, which is the delimiter of a group.
#[expect(
    clippy::indexing_slicing,
    reason = "runs at compile time, which checks every index"
)]
const fn first(members: &[Member]) -> u32 {
    match members[0] {
        Member::Field { tag, .. } => tag,
        Member::Group { group, .. } => group.count_tag,
        Member::Component { component, .. } => first(component.members),
    }
}

/// Turns tables of members into definitions. `TAG` is a field, `[GROUP]` a group, `(COMPONENT)` a
/// component; `Y` after one means that it must be there, as in the tables of FIX 4.4.
macro_rules! definitions {
    (@member [$group:ident] $required:expr) => {
        $crate::dictionary::Member::Group {
            group: &$crate::dictionary::groups::$group,
            required: $required,
        }
    };
    (@member ($component:ident) $required:expr) => {
        $crate::dictionary::Member::Component {
            component: &$crate::dictionary::components::$component,
            required: $required,
        }
    };
    (@member $tag:ident $required:expr) => {
        $crate::dictionary::Member::Field { tag: $crate::tags::$tag, required: $required }
    };
    (@required) => { false };
    (@required Y) => { true };
    (@define $doc:literal message $name:ident $fix_name:ident $members:expr) => {
        #[doc = $doc]
        pub static $name: $crate::dictionary::MessageDefinition =
            $crate::dictionary::MessageDefinition::new(
                $crate::MsgType::$fix_name,
                stringify!($fix_name),
                $members,
            );
    };
    (@define $doc:literal group $name:ident $count:ident $members:expr) => {
        #[doc = $doc]
        pub static $name: $crate::dictionary::GroupDefinition =
            $crate::dictionary::GroupDefinition::new($crate::tags::$count, $members);
    };
    (@define $doc:literal section $name:ident $fix_name:ident $members:expr) => {
        #[doc = $doc]
        pub static $name: $crate::dictionary::Section = $crate::dictionary::Section::new($members);
    };
    (@define $doc:literal component $name:ident $fix_name:ident $members:expr) => {
        #[doc = $doc]
        pub static $name: $crate::dictionary::ComponentDefinition =
            $crate::dictionary::ComponentDefinition {
                name: stringify!($fix_name),
                members: $members,
            };
    };
    ($(
        #[doc = $doc:literal]
        $kind:ident $name:ident = $of:ident { $($member:tt $($required:ident)?),* $(,)? }
    )*) => {
        $(
            definitions!(@define $doc $kind $name $of &[
                $(definitions!(@member $member definitions!(@required $($required)?)),)*
            ]);
        )*
    };
}
pub(super) use definitions;
