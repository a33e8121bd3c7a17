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
///
/// Written out and not combined from parsers: it runs for every field of every message.
#[inline]
pub(crate) fn field(input: &[u8]) -> Read<'_, TagValue<'_>> {
    const MALFORMED: Err<FieldError> = Err::Error(FieldError);
    let (input, tag) = tag_number(input)?;
    let Some((b'=', input)) = input.split_first() else {
        return Err(MALFORMED);
    };
    let length = delimiter(input).ok_or(MALFORMED)?;
    match input.split_at_checked(length) {
        Some((value, [_, rest @ ..])) => Ok((rest, (tag, value))),
        Some(_) | None => Err(MALFORMED),
    }
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
#[inline]
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

/// The index of the first SOH. Values are short: eight bytes at a time, in line, is faster here than
/// a call to a search for long texts.
#[inline]
fn delimiter(input: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([0x01; 8]);
    const HIGHS: u64 = u64::from_le_bytes([0x80; 8]);
    let mut rest = input;
    while let Some((word, after)) = rest.split_first_chunk::<8>() {
        // A byte that is SOH becomes 0, which alone borrows into its high bit.
        let zeroed = u64::from_le_bytes(*word) ^ (ONES * u64::from(SOH));
        let found = zeroed.wrapping_sub(ONES) & !zeroed & HIGHS;
        if found != 0 {
            let within = usize::try_from(found.trailing_zeros() / 8).unwrap_or_default();
            return Some(input.len() - rest.len() + within);
        }
        rest = after;
    }
    let within = rest.iter().position(|byte| *byte == SOH)?;
    Some(input.len() - rest.len() + within)
}
