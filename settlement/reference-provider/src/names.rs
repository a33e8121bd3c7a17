//! Names that come from outside: which are taken, and the sentence for those that are not.

use crate::api::Tags;
use crate::error::{ApiError, ErrorCode};
use crate::limits::{NAME_BYTES_MAX, TAGS_MAX, TEXT_BYTES_MAX};

/// An account, holder, image or instance type: 1 to 64 printable ASCII characters, no space or quote.
pub(crate) fn is_name(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\' | b'<');
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.as_bytes().iter().all(plain)
}

/// A slot: a name that is also safe as the name of one directory.
pub(crate) fn is_file_name(text: &str) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=48).contains(&text.len()) && !text.starts_with('.') && text.as_bytes().iter().all(plain)
}

pub(crate) fn name_rule(field: &str, text: &str) -> String {
    let shown: String = text.chars().take(NAME_BYTES_MAX).collect();
    format!(
        "{field} {shown:?} is not a name: use 1 to {NAME_BYTES_MAX} printable ASCII characters \
         without spaces or quotes"
    )
}

pub(crate) fn file_name_rule(text: &str) -> String {
    format!("{text:?} is not usable: use 1 to 48 of a-z A-Z 0-9 - _ . and no leading dot")
}

/// Refuses what is not a name.
pub(crate) fn check_name(field: &str, text: &str) -> Result<(), ApiError> {
    if is_name(text) {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::BadRequest, name_rule(field, text)))
}

/// Refuses text that is too long or would break a log line.
pub(crate) fn check_text(field: &str, text: &str) -> Result<(), ApiError> {
    if text.len() <= TEXT_BYTES_MAX && !text.chars().any(char::is_control) {
        return Ok(());
    }
    let what =
        format!("{field} is not usable: at most {TEXT_BYTES_MAX} bytes, no control characters");
    Err(ApiError::new(ErrorCode::BadRequest, what))
}

/// Refuses too many tags, or tags that are not usable.
pub(crate) fn check_tags(tags: &Tags) -> Result<(), ApiError> {
    if tags.len() > TAGS_MAX {
        let what = format!("{} tags are too many: at most {TAGS_MAX}", tags.len());
        return Err(ApiError::new(ErrorCode::BadRequest, what));
    }
    for (key, value) in tags {
        check_name("tag", key)?;
        if key.contains(':') {
            let what = format!(
                "tag {key:?} has a colon: choose a key without, so that it can be looked for"
            );
            return Err(ApiError::new(ErrorCode::BadRequest, what));
        }
        check_text("tag value", value)?;
    }
    Ok(())
}
