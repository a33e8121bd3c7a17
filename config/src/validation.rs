//! How far the messages of a session are held to FIX 4.4. Only data.

/// How the messages of a session are checked. Each is one of the options that QuickFIX has, under its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validation {
    /// Header, body and trailer come in this order, and so do the fields of a repeating group's entry
    /// (`ValidateFieldsOutOfOrder`).
    pub field_order: bool,
    /// Every field has a value; otherwise one without counts as absent (`ValidateFieldsHaveValues`).
    pub field_values: bool,
    /// User-defined fields (tag 5000 and up) are those of the rules of engagement, each in its messages; otherwise
    /// others are passed over (`ValidateUserDefinedFields`).
    pub user_defined_fields: bool,
    /// Other fields that the message does not have are passed over, and so are those that FIX 4.4 does not have
    /// (`AllowUnknownMsgFields`).
    pub allow_unknown_fields: bool,
}

impl Validation {
    /// To the letter of FIX 4.4.
    pub const STRICT: Self = Self {
        field_order: true,
        field_values: true,
        user_defined_fields: true,
        allow_unknown_fields: false,
    };
    /// Unknown user-defined fields are passed over, and fields come in any order.
    pub const RELAXED: Self = Self {
        field_order: false,
        field_values: true,
        user_defined_fields: false,
        allow_unknown_fields: false,
    };
}
