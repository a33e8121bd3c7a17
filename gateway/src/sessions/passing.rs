//! Messages as they pass: our own told apart by their lengths, and what a log wants to know of one. Never checks
//! anything: what we sent is right, and what came has been checked.

use fix_codec::SOH;

/// What is kept of a value for the log, in characters.
const TEXT_CHARACTERS: usize = 200;

/// Splits our own messages, one behind the other, by their BodyLength(9).
pub(super) struct Whole<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Whole<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let length = message_length(self.0).unwrap_or(self.0.len());
        let (message, rest) = self.0.split_at_checked(length).unwrap_or((self.0, &[]));
        self.0 = rest;
        Some(message)
    }
}

/// How long the message at the start is.
fn message_length(bytes: &[u8]) -> Option<usize> {
    /// `10=nnn` and its SOH.
    const TRAILER: usize = 7;
    let begin_string = bytes.iter().position(|byte| *byte == SOH)?;
    let mut place = begin_string + 1 + b"9=".len();
    let mut body_length = 0_usize;
    loop {
        let byte = *bytes.get(place)?;
        place += 1;
        if byte == SOH {
            return place.checked_add(body_length)?.checked_add(TRAILER);
        }
        let digit = usize::from(byte.wrapping_sub(b'0'));
        body_length = body_length.checked_mul(10)?.checked_add(digit)?;
    }
}

/// MsgType(35) of a message of ours: it is the third field.
pub(super) fn msg_type(message: &[u8]) -> &[u8] {
    let third = message.split(|byte| *byte == SOH).nth(2);
    third
        .and_then(|field| field.strip_prefix(b"35="))
        .unwrap_or_default()
}

/// The value of the first field that begins with this; empty when there is none.
pub(super) fn field<'a>(message: &'a [u8], tag: &[u8]) -> &'a [u8] {
    let mut fields = message.split(|byte| *byte == SOH);
    fields
        .find_map(|field| field.strip_prefix(tag))
        .unwrap_or_default()
}

/// As much of a value as a log wants of it.
pub(super) fn text(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    let printable = text.chars().map(|letter| match letter.is_control() {
        true => '\u{fffd}',
        false => letter,
    });
    printable.take(TEXT_CHARACTERS).collect()
}

#[cfg(test)]
mod tests;
