//! The grammar of one field, in nom: `tag=value<SOH>` (FIX 4.4 Volume 1, "tag=value" encoding).

use nom::bytes::complete::take;
use nom::character::complete::char;
use nom::error::{ErrorKind, ParseError};
use nom::sequence::{separated_pair, terminated};
use nom::{Err, IResult, Parser};

use crate::SOH;

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
    /// The input from its value on.
    pub(crate) from_value: &'a [u8],
    /// What follows its SOH.
    pub(crate) rest: &'a [u8],
}

impl Found<'_> {
    /// How long the value is.
    #[inline(always)]
    pub(crate) const fn length(&self) -> usize {
        self.from_value.len() - self.rest.len() - 1
    }
}

/// Finds the field at the start of the input; `None` when it does not follow the grammar.
///
/// Written out and not combined from parsers: it runs for every field of every message.
#[inline(always)]
pub(crate) fn find(input: &[u8]) -> Option<Found<'_>> {
    let (tag, from_value) = tag_and_equals(input)?;
    let rest = after_delimiter(from_value)?;
    Some(Found {
        tag,
        from_value,
        rest,
    })
}

/// The tag of a field, and what follows its `=`.
#[inline(always)]
fn tag_and_equals(input: &[u8]) -> Option<(u32, &[u8])> {
    let Some(head) = input.first_chunk::<8>() else {
        return long_tag_and_equals(input);
    };
    let mut tag = 0_u32;
    for (length, byte) in head.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return if *byte == b'=' && length > 0 {
                Some((tag, input.get(length + 1..)?))
            } else {
                None
            };
        }
        tag = tag * 10 + u32::from(digit);
    }
    long_tag_and_equals(input)
}

/// The same of a tag with many digits, or at the end of the input.
#[cold]
fn long_tag_and_equals(input: &[u8]) -> Option<(u32, &[u8])> {
    let (rest, tag) = tag_number(input).ok()?;
    Some((tag, rest.strip_prefix(b"=")?))
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
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let mut rest = input;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        // A byte that is SOH becomes 0, which alone borrows into its high bit.
        let zeroed = u64::from_le_bytes(*word) ^ (ONES * u64::from(SOH));
        let found = zeroed.wrapping_sub(ONES) & !zeroed & HIGHS;
        if found != 0 {
            let within = usize::try_from(found.trailing_zeros() / 8).unwrap_or_default();
            return rest.get(within + 1..);
        }
        rest = after;
    }
    let within = rest.iter().position(|byte| *byte == SOH)?;
    rest.get(within + 1..)
}
