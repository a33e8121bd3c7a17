//! Text and bytes: String, Currency, Country, Exchange, MonthYear, MultipleValueString, data.

use core::str::{self, Split};

use super::timestamp::digits;
use super::{FieldValue, ValueError};
use crate::BodyWriter;

impl<'a> FieldValue<'a> for &'a str {
    /// FIX 4.4 text is ASCII; all UTF-8 is taken.
    fn read(value: &'a [u8]) -> Result<Self, ValueError> {
        if value.is_empty() {
            return Err(ValueError::Missing);
        }
        str::from_utf8(value).map_err(|_| ValueError::Format)
    }

    #[inline]
    fn write(&self, out: &mut BodyWriter<'_>) {
        out.write_text(self);
    }
}

/// The value of a data field: any bytes, SOH among them.
pub type Data<'a> = &'a [u8];

/// A MonthYear: `YYYYMM`, `YYYYMMDD` or `YYYYMMwN`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MonthYear<'a>(&'a str);

impl<'a> MonthYear<'a> {
    /// The text of it.
    pub const fn as_str(&self) -> &'a str {
        self.0
    }
}

impl<'a> FieldValue<'a> for MonthYear<'a> {
    fn read(value: &'a [u8]) -> Result<Self, ValueError> {
        if value.is_empty() {
            return Err(ValueError::Missing);
        }
        let within = |part: &[u8], low, high| {
            digits(part).is_some_and(|number| (low..=high).contains(&number))
        };
        let (month, rest) = value.split_at_checked(6).ok_or(ValueError::Format)?;
        let (year, month) = month.split_at_checked(4).ok_or(ValueError::Format)?;
        let rest = match rest {
            [] | [b'w', b'1'..=b'5'] => true,
            day => day.len() == 2 && within(day, 1, 31),
        };
        if within(year, 0, 9999) && within(month, 1, 12) && rest {
            Ok(Self(str::from_utf8(value).map_err(|_| ValueError::Format)?))
        } else {
            Err(ValueError::Format)
        }
    }

    fn write(&self, out: &mut BodyWriter<'_>) {
        out.write_text(self.0);
    }
}

/// A MultipleValueString: tokens with one space between them.
#[derive(Clone, Copy, Debug)]
pub enum TokenList<'a> {
    /// As it stands on the wire.
    Text(&'a str),
    /// Token by token; none of them may be empty or hold a space.
    Tokens(&'a [&'a str]),
}

impl<'a> TokenList<'a> {
    /// Each token.
    pub fn iter(&self) -> Tokens<'a> {
        match self {
            Self::Text(text) => Tokens::Text(text.split(' ')),
            Self::Tokens(tokens) => Tokens::Slice(tokens.iter()),
        }
    }
}

impl PartialEq for TokenList<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for TokenList<'_> {}

impl<'a> IntoIterator for TokenList<'a> {
    type Item = &'a str;
    type IntoIter = Tokens<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &TokenList<'a> {
    type Item = &'a str;
    type IntoIter = Tokens<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Goes through the tokens of a [`TokenList`].
#[derive(Clone, Debug)]
pub enum Tokens<'a> {
    /// Of text.
    Text(Split<'a, char>),
    /// Of a slice.
    Slice(core::slice::Iter<'a, &'a str>),
}

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        match self {
            Self::Text(tokens) => tokens.next(),
            Self::Slice(tokens) => tokens.next().copied(),
        }
    }
}

impl<'a> FieldValue<'a> for TokenList<'a> {
    fn read(value: &'a [u8]) -> Result<Self, ValueError> {
        let text = <&str>::read(value)?;
        if text.split(' ').any(str::is_empty) {
            return Err(ValueError::Format);
        }
        Ok(Self::Text(text))
    }

    fn write(&self, out: &mut BodyWriter<'_>) {
        match self {
            Self::Text(text) => out.write_text(text),
            Self::Tokens(tokens) => {
                for (index, token) in tokens.iter().enumerate() {
                    if index > 0 {
                        out.write_bytes(b" ");
                    }
                    out.write_text(token);
                }
            }
        }
    }
}
