//! Reads where a secret is kept. What a secret holds is never read here.

use std::path::Path;

use toml::Spanned;
use toml::de::DeValue;

use crate::mistake::{Fault, Report};
use crate::secret::Secret;
use crate::table::Table;
use crate::value;

/// Exactly one of a file and an environment variable.
pub(super) fn one_of(
    table: &Table<'_>,
    file_key: &'static str,
    variable_key: &'static str,
    config_file: &Path,
    report: &mut Report,
) -> Option<Secret> {
    let file = table.optional(file_key, file_name, report);
    let variable = table.optional(variable_key, variable_name, report);
    if table.has(file_key) && table.has(variable_key) {
        let fault = Fault::new(
            format!("says where a secret is that {file_key} names as well"),
            format!("Keep {file_key} or {variable_key}, not both"),
        );
        table.forbid(variable_key, fault, report);
        return None;
    }
    if !table.has(file_key) && !table.has(variable_key) {
        table.missing(file_key, report);
        return None;
    }
    let folder = config_file.parent().unwrap_or(Path::new(""));
    file.map(|file| Secret::File(folder.join(file.value)))
        .or(variable.map(|variable| Secret::Environment(variable.value.to_owned())))
}

pub(super) fn file_name<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<&'a str, Fault> {
    let text = value::string(value)?;
    let printable = !text.chars().any(char::is_control);
    if !text.trim().is_empty() && printable && !text.contains("://") {
        return Ok(text);
    }
    // What stands here may be the secret itself: it is not repeated.
    Err(Fault::new(
        "is not the name of a file",
        "Write the file's name, such as \"acme.token\", and the secret into the file",
    ))
}

fn variable_name<'a>(value: &'a Spanned<DeValue<'a>>) -> Result<&'a str, Fault> {
    let text = value::string(value)?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let starts = text
        .bytes()
        .next()
        .is_some_and(|byte| !byte.is_ascii_digit());
    if starts && text.bytes().all(fits) {
        return Ok(text);
    }
    // What stands here may be the secret itself: it is not repeated.
    Err(Fault::new(
        "is not the name of an environment variable",
        "Write the variable's name, such as \"ACME_TOKEN\", and the secret into the variable",
    ))
}
