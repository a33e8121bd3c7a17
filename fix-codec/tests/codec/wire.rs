//! Messages as text for tables of tests: `|` stands for SOH.

use fix_codec::frame::{Frame, Framing, next_frame};
use fix_codec::{DecodeError, Decoder, Message};

/// The longest message of the tests.
pub(crate) const MAX_LENGTH: usize = 131_072;

/// Text with `|` for SOH, as bytes.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    text.replace('|', "\u{1}").into_bytes()
}

/// Bytes as text, with `|` for SOH.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\u{1}', "|")
}

/// A whole message around the fields from MsgType(35) on, which `content` gives.
pub(crate) fn message(content: &str) -> Vec<u8> {
    let mut wire = bytes(&format!("8=FIX.4.4|9={}|{content}", content.len()));
    let sum = wire.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
    wire.extend(bytes(&format!("10={sum:03}|")));
    wire
}

/// A whole message of type `msg_type` with an ordinary header and the body `body`.
pub(crate) fn with_header(msg_type: &str, body: &str) -> Vec<u8> {
    message(&format!(
        "35={msg_type}|49=BANK|56=CLOUDPIT|34=2|52=20250115-10:15:30.123|{body}"
    ))
}

/// The one message that `wire` is.
pub(crate) fn frame(wire: &[u8]) -> Frame<'_> {
    let Framing::Message(frame) = next_frame(wire, MAX_LENGTH) else {
        panic!("not a message: {}", text(wire));
    };
    assert_eq!(
        frame.len(),
        wire.len(),
        "more than a message: {}",
        text(wire)
    );
    frame
}

/// Decodes `wire` and hands the result on.
pub(crate) fn decoded<T>(
    wire: &[u8],
    look: impl FnOnce(Result<Message<'_>, DecodeError<'_>>) -> T,
) -> T {
    look(Decoder::new().decode(frame(wire)))
}
