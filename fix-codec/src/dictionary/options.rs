//! How much of the data dictionary a message is held to. Only data.

/// What [`validate`](super::validate) is to let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ValidationOptions {
    /// Take user-defined fields (tag 5000 and up) that the dictionary does not have for a message.
    pub allow_unknown_user_defined: bool,
    /// Take other fields (tag below 5000) that the dictionary does not have for a message, or not at all.
    pub allow_unknown: bool,
    /// Insist on header, body, trailer in this order, and on the order of fields inside of groups.
    pub require_field_order: bool,
    /// Insist that every field has a value; otherwise one without counts as absent. The fields of the header that
    /// every message has need theirs either way.
    pub require_values: bool,
}

impl ValidationOptions {
    /// Nothing but what the dictionary says.
    pub const STRICT: Self = Self {
        allow_unknown_user_defined: false,
        allow_unknown: false,
        require_field_order: true,
        require_values: true,
    };
    /// Unknown user-defined fields, and fields in any order.
    pub const RELAXED: Self = Self {
        allow_unknown_user_defined: true,
        allow_unknown: false,
        require_field_order: false,
        require_values: true,
    };
}

impl Default for ValidationOptions {
    fn default() -> Self {
        Self::STRICT
    }
}
