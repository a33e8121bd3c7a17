//! How what passed is written: one line for each message or note, which `grep` finds and which can be turned back
//! into the bytes that passed.
//!
//! ```text
//! 2026-11-28T21:15:00.123456Z in  8=FIX.4.4|9=65|35=0|…|10=123|
//! ```
//!
//! SOH is `|`. A `|` or a `\` that was there, and every byte that is not printable ASCII, is `\xNN`.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use fix_codec::SOH;

use super::mask::{Mask, may_hold_secret};

/// Bytes that are made text at one time, where nothing about them is special.
const PIECE_BYTES: usize = 256;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole message that came.
    In,
    /// A whole message that went out.
    Out,
    /// Bytes that came and are no message.
    Garbled,
    /// Bytes that came and were left over when the connection ended: the beginning of a message.
    Unfinished,
    /// A remark of the venue's: a connection came or went.
    Note,
    /// The first bytes of a connection that was refused; each line is of another one.
    Refused,
    /// So many messages should stand here and do not; the text is the number.
    Missing,
}

impl Kind {
    /// The word of the line, as wide as its column.
    const fn word(self) -> &'static str {
        match self {
            Self::In => "in     ",
            Self::Out => "out    ",
            Self::Garbled => "garbled",
            Self::Unfinished => "cut off",
            Self::Note | Self::Missing => "note   ",
            Self::Refused => "refused",
        }
    }

    /// As one byte, between the session and the writer.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::In => 0,
            Self::Out => 1,
            Self::Garbled => 2,
            Self::Unfinished => 3,
            Self::Note => 4,
            Self::Refused => 5,
            Self::Missing => 6,
        }
    }

    /// The kind of that byte.
    pub(super) fn of(code: u8) -> Option<Self> {
        const ALL: [Kind; 7] = [
            Kind::In,
            Kind::Out,
            Kind::Garbled,
            Kind::Unfinished,
            Kind::Note,
            Kind::Refused,
            Kind::Missing,
        ];
        ALL.get(usize::from(code)).copied()
    }
}

/// Writes the lines of one session, secrets masked across them.
#[derive(Debug)]
pub(super) struct Lines {
    /// Where the bytes that came are. What goes out is our own, in whole messages.
    incoming: Mask,
    second: Second,
}

/// A second as it is written, kept for the many lines of that second.
#[derive(Debug)]
struct Second {
    timestamp: i64,
    /// Up to its end, `2026-11-28T21:15:00`; empty where none was written yet.
    text: String,
}

impl Second {
    /// Appends `time`, to the microsecond.
    fn write(&mut self, text: &mut String, time: DateTime<Utc>) {
        if self.text.is_empty() || self.timestamp != time.timestamp() {
            self.timestamp = time.timestamp();
            self.text = time.to_rfc3339_opts(SecondsFormat::Secs, true);
            self.text.pop();
        }
        text.push_str(&self.text);
        write!(text, ".{:06}Z", time.timestamp_subsec_micros()).expect("a String takes everything");
    }
}

impl Lines {
    /// At the beginning.
    pub(super) const fn new() -> Self {
        Self {
            incoming: Mask::new(),
            second: Second {
                timestamp: 0,
                text: String::new(),
            },
        }
    }

    /// Something is missing here, so that a secret may begin before what comes next.
    pub(super) fn lose(&mut self) {
        self.incoming = Mask::lost();
    }

    /// Appends one line to `text`.
    pub(super) fn line(
        &mut self,
        text: &mut String,
        time: DateTime<Utc>,
        kind: Kind,
        bytes: &[u8],
    ) {
        self.second.write(text, time);
        text.push(' ');
        text.push_str(kind.word());
        text.push(' ');
        match kind {
            Kind::In | Kind::Out | Kind::Refused => {
                // A whole message hides nothing of the next; nor does one connection of another.
                if may_hold_secret(bytes) {
                    Mask::new().pass(bytes, |byte| escape(text, byte));
                } else {
                    escape_all(text, bytes);
                }
                if kind == Kind::In {
                    self.incoming = Mask::new();
                }
            }
            Kind::Garbled | Kind::Unfinished => {
                self.incoming.pass(bytes, |byte| escape(text, byte));
            }
            Kind::Note => {
                // A connection comes or goes: what follows is another stream.
                self.incoming = Mask::new();
                bytes.iter().for_each(|byte| escape(text, *byte));
            }
            Kind::Missing => {
                self.lose();
                bytes.iter().for_each(|byte| escape(text, *byte));
                text.push_str(" messages not logged");
            }
        }
        text.push('\n');
    }
}

/// As [`escape`], of each byte: nearly all messages are plain, and then most of the work is a copy.
fn escape_all(text: &mut String, bytes: &[u8]) {
    for piece in bytes.chunks(PIECE_BYTES) {
        let is_plain =
            |byte: u8| byte == SOH || matches!(byte, b' '..=b'~') && byte != b'|' && byte != b'\\';
        // Without an early end, so that many bytes are looked at together.
        let plain = piece
            .iter()
            .fold(true, |plain, byte| plain & is_plain(*byte));
        if !plain {
            piece.iter().for_each(|byte| escape(text, *byte));
            continue;
        }
        let mut shown = [b'|'; PIECE_BYTES];
        for (shown, byte) in shown.iter_mut().zip(piece) {
            *shown = if *byte == SOH { b'|' } else { *byte };
        }
        let shown = shown.get(..piece.len()).unwrap_or_default();
        text.push_str(std::str::from_utf8(shown).expect("printable ASCII is UTF-8"));
    }
}

fn escape(text: &mut String, byte: u8) {
    match byte {
        SOH => text.push('|'),
        b'|' | b'\\' => hexadecimal(text, byte),
        b' '..=b'~' => text.push(char::from(byte)),
        _ => hexadecimal(text, byte),
    }
}

fn hexadecimal(text: &mut String, byte: u8) {
    write!(text, "\\x{byte:02X}").expect("a String takes everything");
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::{Kind, Lines, Mask, escape};

    const KINDS: [Kind; 7] = [
        Kind::In,
        Kind::Out,
        Kind::Garbled,
        Kind::Unfinished,
        Kind::Note,
        Kind::Refused,
        Kind::Missing,
    ];

    fn lines(records: &[(Kind, &[u8])]) -> String {
        let time = DateTime::from_timestamp_micros(1_796_000_000_123_456).expect("a time");
        let (mut lines, mut text) = (Lines::new(), String::new());
        for (kind, bytes) in records {
            lines.line(&mut text, time, *kind, bytes);
        }
        text
    }

    /// The bytes that a line was made of; the documented way back.
    fn back(line: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = line;
        while let Some(letter) = rest.chars().next() {
            let length = if letter == '\\' { 4 } else { 1 };
            let (one, after) = rest.split_at(length);
            bytes.push(match letter {
                '|' => 1,
                '\\' => u8::from_str_radix(&one[2..], 16).expect("two digits"),
                _ => one.as_bytes()[0],
            });
            rest = after;
        }
        bytes
    }

    #[test]
    fn a_line_says_when_which_way_and_what() {
        let shown = lines(&[
            (Kind::Note, b"connected from 127.0.0.1:1"),
            (Kind::In, b"8=FIX.4.4\x0135=A\x01554=secret\x0110=000\x01"),
            (Kind::Out, b"8=FIX.4.4\x0158=a|b\\c\xc3\xa9\x01"),
            (Kind::Garbled, b"noise\r\n554=sec"),
            (Kind::Garbled, b"ret\x01x"),
            (Kind::Missing, b"12"),
            (Kind::Garbled, b"secret\x01x"),
            (Kind::Unfinished, b"8=FIX"),
        ]);
        let time = "2026-11-30T00:53:20.123456Z";
        let expected = [
            "note    connected from 127.0.0.1:1",
            "in      8=FIX.4.4|35=A|554=***|10=000|",
            "out     8=FIX.4.4|58=a\\x7Cb\\x5Cc\\xC3\\xA9|",
            "garbled noise\\x0D\\x0A554=***",
            "garbled |x",
            "note    12 messages not logged",
            "garbled |x",
            "cut off 8=FIX",
        ];
        let expected: String = expected
            .iter()
            .map(|line| format!("{time} {line}\n"))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn every_kind_has_a_code_of_its_own() {
        for kind in KINDS {
            assert_eq!(Kind::of(kind.code()), Some(kind));
        }
        assert_eq!(Kind::of(7), None);
    }

    #[test]
    fn a_line_shows_its_own_second() {
        let (mut lines, mut text) = (Lines::new(), String::new());
        for micros in [0, 999_999, 1_000_000, -1, 1_000_001] {
            let time = DateTime::from_timestamp_micros(1_796_000_000_000_000 + micros);
            lines.line(&mut text, time.expect("a time"), Kind::In, b"");
        }
        let times = [
            "20.000000Z",
            "20.999999Z",
            "21.000000Z",
            "19.999999Z",
            "21.000001Z",
        ];
        let expected: String = times
            .iter()
            .map(|time| format!("2026-11-30T00:53:{time} in      \n"))
            .collect();
        assert_eq!(text, expected);
    }

    proptest! {
        #[test]
        fn a_message_is_shown_as_its_mask_lets_it(
            parts in vec(
                proptest::sample::select(vec![
                    "554=", "925=", "96=", "95=3", "0", "5", "9", "4", "=", "\u{1}", "|", "\\", "x", "\u{e9}",
                    "8=FIX.4.4\u{1}35=D\u{1}49=CLIENT\u{1}11=an identifier\u{1}",
                ]),
                0..40,
            )
        ) {
            let bytes = parts.concat().into_bytes();
            let mut masked = String::new();
            Mask::new().pass(&bytes, |byte| escape(&mut masked, byte));
            let shown = lines(&[(Kind::Out, &bytes)]);
            let start = "2026-11-30T00:53:20.123456Z out     ".len();
            prop_assert_eq!(shown[start..].trim_end_matches('\n'), masked);
        }

        #[test]
        fn any_bytes_are_one_line_and_can_be_turned_back(bytes in vec(any::<u8>(), 0..300)) {
            // Without `=` there is no field, and so no secret.
            let bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'=').collect();
            for kind in [Kind::In, Kind::Out, Kind::Garbled, Kind::Refused] {
                let text = lines(&[(kind, &bytes)]);
                prop_assert_eq!(text.lines().count(), 1);
                let start = "2026-11-30T00:53:20.123456Z garbled ".len();
                prop_assert_eq!(back(text[start..].trim_end_matches('\n')), bytes.clone());
            }
        }
    }
}
