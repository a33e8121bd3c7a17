//! Every field of FIX 4.4 and of the venue: tag number, name, data type, allowed values.

use super::{FieldDefinition, TagSet};

mod from_1;
mod from_200;
mod from_400;
mod from_600;
mod from_800;
mod venue;
mod words;

pub(crate) mod tags {
    //! The tag constants of all tables.
    pub use super::from_1::tags::*;
    pub use super::from_200::tags::*;
    pub use super::from_400::tags::*;
    pub use super::from_600::tags::*;
    pub use super::from_800::tags::*;
    pub use super::venue::tags::*;
}

/// Turns a table of fields into tag constants and definitions.
macro_rules! fields {
    ($($tag:ident = $number:literal $name:ident $data_type:ident
        $(chars $chars:literal)? $(numbers $first:literal..=$last:literal $(or $other:literal)?)?
        $(words $words:path)?;)*
    ) => {
        pub(crate) mod tags {
            //! The tag constants of this table.
            $(
                #[doc = concat!(stringify!($name), "(", $number, ").")]
                pub const $tag: u32 = $number;
            )*
        }

        pub(super) const TABLE: &[$crate::dictionary::FieldDefinition] = &[
            $(
                $crate::dictionary::FieldDefinition {
                    tag: $number,
                    name: stringify!($name),
                    data_type: $crate::dictionary::DataType::$data_type,
                    values: $crate::dictionary::Values::ANY
                        $(.chars($chars))?
                        $(.numbers($first, $last) $(.or($other))?)?
                        $(.words($words))?,
                },
            )*
        ];
    };
}
use fields;

const TABLES: [&[FieldDefinition]; 6] = [
    from_1::TABLE,
    from_200::TABLE,
    from_400::TABLE,
    from_600::TABLE,
    from_800::TABLE,
    venue::TABLE,
];

/// Definitions by the slot of their tag.
static BY_SLOT: [Option<FieldDefinition>; TagSet::SLOTS] = by_slot();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "runs at compile time, which checks every index"
)]
const fn by_slot() -> [Option<FieldDefinition>; TagSet::SLOTS] {
    let mut slots = [const { None }; TagSet::SLOTS];
    let mut table = 0;
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            let definition = TABLES[table][row];
            let slot = TagSet::slot(definition.tag) as usize;
            assert!(
                slot != 0 && slots[slot].is_none(),
                "every tag has a slot of its own"
            );
            slots[slot] = Some(definition);
            row += 1;
        }
        table += 1;
    }
    slots
}

/// The definition of the field `tag`; `None` when neither FIX 4.4 nor the venue defines it.
#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "slots are below SLOTS"
)]
pub const fn field(tag: u32) -> Option<&'static FieldDefinition> {
    BY_SLOT[TagSet::slot(tag) as usize].as_ref()
}

/// Every defined field, in the order of the tags.
pub fn all() -> impl Iterator<Item = &'static FieldDefinition> {
    BY_SLOT.iter().flatten()
}
