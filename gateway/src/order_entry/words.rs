//! A few words on the stack: identifiers and remarks written out for a message, without allocating.

use std::fmt::{self, Write};

/// At most `N` bytes of text; what is longer is cut at a character.
#[derive(Clone, Copy)]
pub(crate) struct Words<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Words<N> {
    /// What `value` displays.
    pub(crate) fn of(value: impl fmt::Display) -> Self {
        let mut words = Self {
            bytes: [0; N],
            length: 0,
        };
        // The one error is that there is no more room: what fits is kept.
        match write!(words, "{value}") {
            Ok(()) | Err(fmt::Error) => words,
        }
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("cut at characters only")
    }
}

impl<const N: usize> Write for Words<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let taken = text.floor_char_boundary(N - self.length);
        self.bytes[self.length..self.length + taken].copy_from_slice(&text.as_bytes()[..taken]);
        self.length += taken;
        if taken == text.len() {
            Ok(())
        } else {
            Err(fmt::Error)
        }
    }
}

impl<const N: usize> PartialEq for Words<N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<const N: usize> fmt::Debug for Words<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn writes_what_fits() {
        for (text, expected) in [
            ("", ""),
            ("12345678", "12345678"),
            ("123456789", "12345678"),
            ("1234567é", "1234567"),
        ] {
            assert_eq!(Words::<8>::of(text).as_str(), expected);
        }
        assert_eq!(
            Words::<8>::of(format_args!("{}-{}", 12, 3)).as_str(),
            "12-3"
        );
    }
}
