//! The grammar of one field, in nom: `tag=value<SOH>` (FIX 4.4 Volume 1, "tag=value" encoding).

use nom::bytes::complete::{take, take_till};
use nom::character::complete::{char, u32 as tag_number};
use nom::error::{ErrorKind, ParseError};
use nom::sequence::{separated_pair, terminated};
use nom::{IResult, Parser};

use crate::SOH;

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

/// A field whose value ends at the first SOH. The value may be empty.
pub(crate) fn field(input: &[u8]) -> IResult<&[u8], TagValue<'_>, FieldError> {
    terminated(
        separated_pair(tag_number, char('='), take_till(|byte| byte == SOH)),
        char('\u{1}'),
    )
    .parse(input)
}

/// A field of the type data: its value is `length` bytes of any kind.
pub(crate) fn data_field(
    length: usize,
) -> impl FnMut(&[u8]) -> IResult<&[u8], TagValue<'_>, FieldError> {
    move |input| {
        terminated(
            separated_pair(tag_number, char('='), take(length)),
            char('\u{1}'),
        )
        .parse(input)
    }
}
