//! The grammar of one field, in nom: `tag=value<SOH>` (FIX 4.4 Volume 1, "tag=value" encoding).

use nom::bytes::complete::take;
use nom::character::complete::char;
use nom::error::{ErrorKind, ParseError};
use nom::sequence::{separated_pair, terminated};
use nom::{Err, IResult, Parser};

use crate::SOH;
use crate::dictionary::TagSet;
use crate::word::delimiters;

/// The most digits of a tag number looked at; more than any tag has.
const TAG_DIGITS_MAX: usize = 9;

/// A field that does not follow the grammar. Which part is wrong is found by [`crate::decode`], off
/// the fast path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FieldError;

impl ParseError<&[u8]> for FieldError {
    fn from_error_kind(_: &[u8], _: ErrorKind) -> Self {
        Self
    }

    fn append(_: &[u8], _: ErrorKind, _: Self) -> Self {
        Self
    }
}

/// A tag and its value.
pub(crate) type TagValue<'a> = (u32, &'a [u8]);

/// What is left of the input, and what was read.
type Read<'a, T> = IResult<&'a [u8], T, FieldError>;

/// A field whose value ends at the first SOH. The value may be empty.
pub(crate) fn field(input: &[u8]) -> Read<'_, TagValue<'_>> {
    let found = find(input).ok_or(Err::Error(FieldError))?;
    let value = found.from_value.get(..found.length());
    Ok((found.rest, (found.tag, value.unwrap_or_default())))
}

/// A field whose value ends at the first SOH, as it was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) tag: u32,
    /// The slot of the tag.
    pub(crate) slot: u32,
    /// The input from its value on.
    pub(crate) from_value: &'a [u8],
    /// What follows its SOH.
    pub(crate) rest: &'a [u8],
}

impl<'a> Found<'a> {
    /// How long the value is.
    #[inline(always)]
    pub(crate) const fn length(&self) -> usize {
        self.from_value.len() - self.rest.len() - 1
    }

    /// The value.
    #[inline(always)]
    pub(crate) fn value(&self) -> &'a [u8] {
        self.from_value.get(..self.length()).unwrap_or_default()
    }
}

/// Finds the field at the start of the input; `None` when it does not follow the grammar.
///
/// Written out and not combined from parsers: it runs for every field of every message.
#[inline(always)]
pub(crate) fn find(input: &[u8]) -> Option<Found<'_>> {
    let Tag {
        number,
        slot,
        behind,
    } = match short_tag(input) {
        Some(tag) => tag,
        None => any_tag(input)?,
    };
    Some(Found {
        tag: number,
        slot,
        from_value: behind,
        rest: after_delimiter(behind)?,
    })
}

/// The tag of a field, and what follows its `=`.
struct Tag<'a> {
    number: u32,
    slot: u32,
    behind: &'a [u8],
}

/// A tag of one, two, three or five digits, as nearly all have; `None` leaves everything else to [`any_tag`].
#[inline(always)]
fn short_tag(input: &[u8]) -> Option<Tag<'_>> {
    // A tag of up to three digits is its own slot.
    let short = |number, behind| {
        Some(Tag {
            number,
            slot: number,
            behind,
        })
    };
    match input {
        [a, b, b'=', behind @ ..] => short(pair(*a, *b)?, behind),
        [a, b, c, b'=', behind @ ..] => short(digit(*a)? * 100 + pair(*b, *c)?, behind),
        [a, b'=', behind @ ..] => short(digit(*a)?, behind),
        [a, b, c, d, e, b'=', behind @ ..] => {
            let number = digit(*a)? * 10_000 + pair(*b, *c)? * 100 + pair(*d, *e)?;
            Some(Tag {
                number,
                slot: TagSet::slot(number),
                behind,
            })
        }
        _ => None,
    }
}

#[inline(always)]
fn digit(byte: u8) -> Option<u32> {
    let digit = byte.wrapping_sub(b'0');
    (digit <= 9).then_some(u32::from(digit))
}

/// The number that two digits stand for, both of which are looked at in one step.
#[inline(always)]
fn pair(tens: u8, ones: u8) -> Option<u32> {
    const ZEROS: u32 = 0x3030;
    /// Carries a byte from 10 to 127 into its high bit.
    const BEYOND_NINE: u32 = 0x7676;
    let digits = u32::from(u16::from_le_bytes([tens, ones])) ^ ZEROS;
    if (digits.wrapping_add(BEYOND_NINE) | digits) & 0x8080 != 0 {
        return None;
    }
    Some((digits & 0xFF) * 10 + (digits >> 8))
}

/// Any tag.
#[inline(never)]
fn any_tag(input: &[u8]) -> Option<Tag<'_>> {
    let (rest, number) = tag_number(input).ok()?;
    Some(Tag {
        number,
        slot: TagSet::slot(number),
        behind: rest.strip_prefix(b"=")?,
    })
}

/// A field of the type data: its value is `length` bytes of any kind.
pub(crate) fn data_field<'a>(length: usize) -> impl FnMut(&'a [u8]) -> Read<'a, TagValue<'a>> {
    move |input| {
        terminated(
            separated_pair(tag_number, char('='), take(length)),
            char('\u{1}'),
        )
        .parse(input)
    }
}

/// Digits.
fn tag_number(input: &[u8]) -> Read<'_, u32> {
    let mut tag = 0_u32;
    let mut rest = input;
    while let [byte, after @ ..] = rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        tag = tag.wrapping_mul(10).wrapping_add(u32::from(digit));
        rest = after;
    }
    let length = input.len() - rest.len();
    if length == 0 || length > TAG_DIGITS_MAX {
        return Err(Err::Error(FieldError));
    }
    Ok((rest, tag))
}

/// What follows the first SOH. Values are short: eight bytes at a time, in line, is faster here than a call to a search
/// for long texts.
#[inline(always)]
fn after_delimiter(input: &[u8]) -> Option<&[u8]> {
    let mut rest = input;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        let found = delimiters(*word);
        if found != 0 {
            let within = usize::try_from(found.trailing_zeros() / 8).unwrap_or_default();
            return rest.get(within + 1..);
        }
        rest = after;
    }
    let within = rest.iter().position(|byte| *byte == SOH)?;
    rest.get(within + 1..)
}
