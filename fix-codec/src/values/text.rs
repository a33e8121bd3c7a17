//! Text and bytes: String, Currency, Country, Exchange, MonthYear, MultipleValueString, data.

use core::str::{self, Split};

use super::timestamp::digits;
use super::{FieldValue, SHORT_TEXT_MAX, ShortRoom, TimeText, ValueError};
use crate::word::delimiters;
use crate::{BodyWriter, SOH};

impl<'a> FieldValue<'a> for &'a str {
    /// FIX 4.4 text is ASCII; all UTF-8 is taken.
    fn read(value: &'a [u8]) -> Result<Self, ValueError> {
        if value.is_empty() {
            return Err(ValueError::Missing);
        }
        str::from_utf8(value).map_err(|_| ValueError::Format)
    }

    fn write(&self, out: &mut BodyWriter<'_>) {
        out.write_text(self);
    }

    #[inline(always)]
    fn write_short(&self, room: &mut ShortRoom, _: &mut TimeText) -> Option<usize> {
        copy_short(self.as_bytes(), room)
    }
}

/// Copies a short text without SOH in it: two stores that overlap cost less than a call.
#[inline(always)]
fn copy_short(text: &[u8], room: &mut ShortRoom) -> Option<usize> {
    let length = text.len();
    if length > SHORT_TEXT_MAX {
        return None;
    }
    let room = room.get_mut(..length)?;
    let is_one_field = if length >= 16 {
        copy_ends::<16>(text, room, |first, last| {
            has_delimiter(first) | has_delimiter(last)
        })
    } else if length >= 8 {
        copy_ends::<8>(text, room, |first, last| {
            delimiters(*first) | delimiters(*last) != 0
        })
    } else if length >= 4 {
        copy_ends::<4>(text, room, |[a, b, c, d], [e, f, g, h]| {
            delimiters([*a, *b, *c, *d, *e, *f, *g, *h]) != 0
        })
    } else {
        copy_few(text, room)
    };
    is_one_field.then_some(length)
}

/// Whether SOH is among so many bytes as a vector holds, of which a compiler makes one.
#[inline(always)]
fn has_delimiter(bytes: &[u8; 16]) -> bool {
    bytes
        .iter()
        .fold(false, |found, byte| found | (*byte == SOH))
}

/// Copies at least `N` and at most twice `N` bytes; says whether no SOH is among them.
#[inline(always)]
fn copy_ends<const N: usize>(
    from: &[u8],
    to: &mut [u8],
    has_delimiter: impl Fn(&[u8; N], &[u8; N]) -> bool,
) -> bool {
    let (Some(first), Some(last)) = (from.first_chunk(), from.last_chunk()) else {
        return false;
    };
    if let Some(to) = to.first_chunk_mut() {
        *to = *first;
    }
    if let Some(to) = to.last_chunk_mut() {
        *to = *last;
    }
    !has_delimiter(first, last)
}

/// Copies up to three bytes; says whether no SOH is among them.
#[inline(always)]
fn copy_few(from: &[u8], to: &mut [u8]) -> bool {
    let mut is_one_field = true;
    for (to, from) in to.iter_mut().zip(from).take(3) {
        *to = *from;
        is_one_field &= *from != SOH;
    }
    is_one_field
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

    #[inline(always)]
    fn write_short(&self, room: &mut ShortRoom, _: &mut TimeText) -> Option<usize> {
        match self {
            Self::Text(text) => copy_short(text.as_bytes(), room),
            Self::Tokens(_) => None,
        }
    }
}
