//! Our own messages, told apart and looked into.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{TEXT_CHARACTERS, Whole, field, msg_type, text};

/// A message of this type with this body, as the venue encodes one.
fn message(msg_type: &str, body: &str) -> Vec<u8> {
    let body = format!("35={msg_type}\u{1}{body}");
    format!("8=FIX.4.4\u{1}9={}\u{1}{body}10=000\u{1}", body.len()).into_bytes()
}

#[test]
fn messages_are_told_apart_and_their_fields_found() {
    let (one, two) = (
        message("5", "34=7\u{1}58=bye\u{1}"),
        message("AK", "34=8\u{1}"),
    );
    let wire = [one.as_slice(), &two, &one].concat();
    let found: Vec<&[u8]> = Whole(&wire).collect();
    assert_eq!(found, [one.as_slice(), &two, &one]);
    assert_eq!(msg_type(&one), b"5");
    assert_eq!(msg_type(&two), b"AK");
    assert_eq!(field(&one, b"58="), b"bye");
    assert_eq!(field(&two, b"58="), b"");
}

#[test]
fn what_a_log_shows_is_short_and_printable() {
    assert_eq!(text(b"a\nb\x1b[2J"), "a\u{fffd}b\u{fffd}[2J");
    assert_eq!(text(&[b'x'; 10_000]).len(), TEXT_CHARACTERS);
}

proptest! {
    #[test]
    fn no_bytes_are_lost_or_make_it_panic(bytes in vec(any::<u8>(), 0..200), pieces in vec("[0-9=\u{1}A-F.]{0,9}", 0..9)) {
        for bytes in [bytes, pieces.concat().into_bytes()] {
            let parts: Vec<&[u8]> = Whole(&bytes).collect();
            prop_assert_eq!(parts.concat(), bytes.clone());
            for part in parts {
                msg_type(part);
                text(field(part, b"58="));
            }
        }
    }
}
