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

use super::mask::Mask;

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
}

impl Lines {
    /// At the beginning.
    pub(super) const fn new() -> Self {
        Self {
            incoming: Mask::new(),
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
        let time = time.to_rfc3339_opts(SecondsFormat::Micros, true);
        text.push_str(&time);
        text.push(' ');
        text.push_str(kind.word());
        text.push(' ');
        match kind {
            Kind::In | Kind::Out | Kind::Refused => {
                // A whole message hides nothing of the next; nor does one connection of another.
                Mask::new().pass(bytes, |byte| escape(text, byte));
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

    use super::{Kind, Lines};

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

    proptest! {
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
