//! Turns a list of fields into a type that reads and writes them. `required`, `optional`, `data` and
//! `group` say how a field stands in the message; fields are written in the order of the list.

use crate::values::FieldValue;
use crate::{SessionReject, SessionRejectReason};

/// Reads one value; says which tag it was if it cannot be read.
pub(super) fn read<'a, T: FieldValue<'a>>(tag: u32, value: &'a [u8]) -> Result<T, SessionReject> {
    T::read(value).map_err(|error| SessionReject::new(error.reason(), tag))
}

/// Asks for a value that must be there.
pub(super) fn require<T>(tag: u32, value: Option<T>) -> Result<T, SessionReject> {
    value.ok_or_else(|| SessionReject::new(SessionRejectReason::RequiredTagMissing, tag))
}

/// The type of a member.
macro_rules! member_type {
    (required $type:ty) => { $type };
    (optional $type:ty) => { Option<$type> };
    (data $type:ty) => { Option<$type> };
    (group $type:ty) => { $crate::messages::Group<'a, $type> };
}

/// What a member is while the message is being read.
macro_rules! member_slot {
    (required $type:ty) => {
        Option::<$type>::None
    };
    (optional $type:ty) => {
        Option::<$type>::None
    };
    (data $type:ty) => {
        Option::<$type>::None
    };
    (group $type:ty) => {
        Option::<$crate::messages::Group<'a, $type>>::None
    };
}

/// Takes one field in, if it is the first of its tag. One without a value, where validation let it pass, counts as
/// absent.
macro_rules! member_read {
    (data $slot:ident $type:ty, $field:ident $iter:ident) => {
        if $slot.is_none() && !$field.value.is_empty() {
            $slot = Some($field.value);
        }
    };
    (group $slot:ident $type:ty, $field:ident $iter:ident) => {
        if $field.value.is_empty() {
            continue;
        }
        let definition = <$type as $crate::messages::GroupEntry<'a>>::DEFINITION;
        let entries = $crate::Entries::new(definition, $field.value, $iter.rest())?;
        $iter = $iter.rest().split(entries.extent()).1.iter();
        if $slot.is_none() {
            $slot = Some($crate::messages::Group::read(entries)?);
        }
    };
    ($kind:ident $slot:ident $type:ty, $field:ident $iter:ident) => {
        if $slot.is_none() && !$field.value.is_empty() {
            $slot = Some($crate::messages::macros::read::<$type>(
                $field.tag,
                $field.value,
            )?);
        }
    };
}

/// What a member is once the message has been read.
macro_rules! member_finish {
    (required $slot:ident $tag:path) => {
        $crate::messages::macros::require($tag, $slot)?
    };
    (optional $slot:ident $tag:path) => {
        $slot
    };
    (data $slot:ident $tag:path) => {
        $slot
    };
    (group $slot:ident $tag:path) => {
        $slot.unwrap_or_default()
    };
}

/// Writes a member with a writer that is handed on.
macro_rules! member_write {
    (required $out:ident $value:expr, $tag:path) => {
        $out = $out.member(const { &$crate::writer::TagText::new($tag) }, $value);
    };
    (optional $out:ident $value:expr, $tag:path) => {
        if let Some(value) = $value {
            $out = $out.member(const { &$crate::writer::TagText::new($tag) }, value);
        }
    };
    (data $out:ident $value:expr, $tag:path) => {
        if let (Some(data), Some(length)) = ($value, $crate::dictionary::length_tag($tag)) {
            $out = $out.other(|out| out.data(length, $tag, data));
        }
    };
    (group $out:ident $value:expr, $tag:path) => {
        if !$value.is_empty() {
            $out = $out.other(|out| out.group($value));
        }
    };
}

/// Writes all members.
macro_rules! write_members {
    ($out:ident, $($kind:ident $value:expr, $tag:path;)*) => {
        let mut fields = $out.lent();
        $($crate::messages::macros::member_write!($kind fields $value, $tag);)*
        let end = fields.position();
        $out.resume(end);
    };
}

/// Reads all members from fields.
macro_rules! read_members {
    ($fields:expr, $($kind:ident $field:ident: $type:ty = $tag:path,)*) => {{
        $(let mut $field = $crate::messages::macros::member_slot!($kind $type);)*
        let mut iter = $fields.iter();
        while let Some(field) = iter.next() {
            match field.tag {
                $($tag => {
                    $crate::messages::macros::member_read!($kind $field $type, field iter);
                })*
                _ => {}
            }
        }
        Ok(Self {
            $($field: $crate::messages::macros::member_finish!($kind $field $tag),)*
        })
    }};
}

/// A constructor that asks for the required members and leaves the others out.
macro_rules! constructor {
    ([$($argument:ident: $argument_type:ty,)*] [$($member:tt)*]) => {
        /// With the required fields, in the order in which they are declared, and no others.
        #[allow(clippy::too_many_arguments, reason = "as many as FIX 4.4 requires")]
        #[allow(clippy::new_without_default, reason = "one way to make each message")]
        pub fn new($($argument: $argument_type),*) -> Self {
            Self { $($argument,)* $($member)* }
        }
    };
    ([$($arguments:tt)*] [$($member:tt)*] required $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::messages::macros::constructor!(
            [$($arguments)* $field: $type,] [$($member)*] $($rest)*
        );
    };
    ([$($arguments:tt)*] [$($member:tt)*] group $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::messages::macros::constructor!(
            [$($arguments)*] [$($member)* $field: Default::default(),] $($rest)*
        );
    };
    ([$($arguments:tt)*] [$($member:tt)*] $kind:ident $field:ident: $type:ty, $($rest:tt)*) => {
        $crate::messages::macros::constructor!(
            [$($arguments)*] [$($member)* $field: None,] $($rest)*
        );
    };
}

/// Defines messages. `empty` groups are always written, with the count 0: FIX 4.4 requires their counts
/// where the venue has nothing to say.
macro_rules! messages {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident $(<$lifetime:lifetime>)? {
            $($(#[$field_meta:meta])* $kind:ident $field:ident: $type:ty = $tag:path,)*
        }
        $(empty [$($empty:path),*])?
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name $(<$lifetime>)? {
            $(
                $(#[$field_meta])*
                pub $field: $crate::messages::macros::member_type!($kind $type),
            )*
        }

        impl $(<$lifetime>)? $name $(<$lifetime>)? {
            $crate::messages::macros::constructor!([] [] $($kind $field: $type,)*);
        }

        impl<'a> TryFrom<&$crate::Message<'a>> for $name $(<$lifetime>)? {
            type Error = $crate::SessionReject;

            fn try_from(message: &$crate::Message<'a>) -> Result<Self, Self::Error> {
                let fields = message.body();
                $crate::messages::macros::read_members!(
                    fields, $($kind $field: $type = $tag,)*
                )
            }
        }

        impl $(<$lifetime>)? $crate::EncodeBody for $name $(<$lifetime>)? {
            fn msg_type(&self) -> $crate::MsgType {
                $crate::MsgType::$name
            }

            #[inline]
            fn encode_body(&self, out: &mut $crate::BodyWriter<'_>) {
                $crate::messages::macros::write_members!(
                    out,
                    $($kind &self.$field, $tag;)*
                    $($(required &0_u8, $empty;)*)?
                );
            }
        }
    )*};
}

/// Defines entries of repeating groups.
macro_rules! group_entries {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident<'a> in $definition:path {
            $($(#[$field_meta:meta])* $kind:ident $field:ident: $type:ty = $tag:path,)*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct $name<'a> {
            $(
                $(#[$field_meta])*
                pub $field: $crate::messages::macros::member_type!($kind $type),
            )*
        }

        impl<'a> $name<'a> {
            $crate::messages::macros::constructor!([] [] $($kind $field: $type,)*);
        }

        impl<'a> $crate::messages::GroupEntry<'a> for $name<'a> {
            const DEFINITION: &'static $crate::dictionary::GroupDefinition = &$definition;

            fn read(fields: $crate::Fields<'a>) -> Result<Self, $crate::SessionReject> {
                $crate::messages::macros::read_members!(
                    fields, $($kind $field: $type = $tag,)*
                )
            }

            fn write(&self, out: &mut $crate::BodyWriter<'_>) {
                $crate::messages::macros::write_members!(out, $($kind &self.$field, $tag;)*);
            }
        }
    )*};
}

pub(super) use {
    constructor, group_entries, member_finish, member_read, member_slot, member_type, member_write,
    messages, read_members, write_members,
};
