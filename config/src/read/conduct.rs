//! Reads how a session keeps to FIX 4.4: what its messages are checked for, and which optional parts of the session
//! layer it uses.

use std::time::Duration;

use super::settings;
use crate::mistake::Report;
use crate::table::Table;
use crate::validation::Validation;
use crate::value;

const VALIDATIONS: [(&str, Validation); 2] = [
    ("strict", Validation::STRICT),
    ("relaxed", Validation::RELAXED),
];

/// The one word, and what single keys say besides.
pub(super) fn validation(table: &Table<'_>, report: &mut Report) -> Validation {
    let choice = |v| value::choice(v, &VALIDATIONS);
    let word = table.or("validation", Validation::STRICT, choice, report);
    let mut flag = |key, default| table.or(key, default, value::boolean, report);
    Validation {
        field_order: flag("validate_field_order", word.field_order),
        field_values: flag("validate_field_values", word.field_values),
        user_defined_fields: flag("validate_user_defined_fields", word.user_defined_fields),
        allow_unknown_fields: flag("allow_unknown_fields", word.allow_unknown_fields),
    }
}

/// How far SendingTime(52) may be off; `Some(None)`: it is not looked at. `venue` is what holds where the session does not
/// say.
pub(super) fn sending_time_tolerance(
    table: &Table<'_>,
    venue: Option<Duration>,
    report: &mut Report,
) -> Option<Option<Duration>> {
    let tolerance = settings::sending_time_tolerance(table, report).or(venue);
    let check = table.or("check_sending_time", true, value::boolean, report);
    if check {
        tolerance.map(Some)
    } else {
        Some(None)
    }
}
