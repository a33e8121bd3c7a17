//! The data dictionary: what every field, group and message of FIX 4.4 (and of the venue) is, as
//! typed static data, and [`validate`], which holds a message against it.

mod check;
pub mod components;
mod definition;
pub mod fields;
pub mod groups;
pub mod messages;
mod options;
mod rules;
mod sections;
mod tag_set;
mod validate;

pub use definition::{
    ComponentDefinition, DataType, FieldDefinition, GroupDefinition, Member, MessageDefinition,
    Section, Values,
};
pub use fields::field;
pub use messages::message;
pub use options::ValidationOptions;
pub use sections::{HEADER, TRAILER, data_tag, length_tag};
pub(crate) use sections::{Place, TagKind, kind, place};
pub use tag_set::TagSet;
pub use validate::validate;
