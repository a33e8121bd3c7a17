//! Whether a value has the data type of its field, and is one of the values allowed.

use chrono::NaiveDate;

use super::{DataType, FieldDefinition, Values};
use crate::values::{
    FieldValue, MonthYear, TokenList, ValueError, is_decimal, is_timestamp, time_of,
};

/// What there is to check of a value: the data type and the allowed values of a field in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Nothing.
    Any,
    /// One byte.
    Char,
    /// One of these characters; more than one byte is no character.
    CharOf(CharSet),
    /// One of these characters, as text: more than one byte is none of them.
    CodeOf(CharSet),
    /// Tokens, each one of these characters.
    TokensOf(CharSet),
    /// Tokens.
    Tokens,
    /// A number in a range, or the one beside it.
    NumberOf { first: u16, last: u16, other: u16 },
    /// One of these words.
    WordOf(&'static [&'static str]),
    /// A decimal number.
    Decimal,
    /// Y or N.
    Boolean,
    /// A whole number.
    Int,
    /// A whole number without a sign.
    Unsigned,
    /// `YYYYMMDD`.
    Date,
    /// A month, with a day or a week or without.
    MonthYear,
    /// A time of day.
    Time,
    /// A date and time.
    Timestamp,
}

impl Check {
    /// What there is to check of the values of a field.
    pub(super) const fn of(definition: &FieldDefinition) -> Self {
        match (definition.values, definition.data_type) {
            (Values::Chars(allowed), DataType::MultipleValueString) => {
                Self::TokensOf(CharSet::new(allowed))
            }
            (Values::Chars(allowed), DataType::Char) => Self::CharOf(CharSet::new(allowed)),
            (Values::Chars(allowed), _) => Self::CodeOf(CharSet::new(allowed)),
            (Values::Numbers { first, last, other }, _) => Self::NumberOf { first, last, other },
            (Values::Words(allowed), _) => Self::WordOf(allowed),
            (Values::Any, data_type) => Self::of_type(data_type),
        }
    }

    const fn of_type(data_type: DataType) -> Self {
        use DataType as T;
        match data_type {
            T::String | T::Currency | T::Country | T::Exchange | T::Data => Self::Any,
            T::Amt | T::Float | T::Percentage | T::Price | T::PriceOffset | T::Qty => Self::Decimal,
            T::Boolean => Self::Boolean,
            T::Char => Self::Char,
            T::Int => Self::Int,
            T::Length | T::NumInGroup | T::SeqNum => Self::Unsigned,
            T::LocalMktDate | T::UtcDateOnly => Self::Date,
            T::MonthYear => Self::MonthYear,
            T::MultipleValueString => Self::Tokens,
            T::UtcTimeOnly => Self::Time,
            T::UtcTimestamp => Self::Timestamp,
        }
    }

    /// Holds a value that is not empty against this.
    ///
    /// # Errors
    /// [`ValueError::Format`] for one that is not of the data type, [`ValueError::Range`] for one that is none of the
    /// values allowed.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others go one way")]
    #[inline(always)]
    pub(super) fn hold(&self, value: &[u8]) -> Result<(), ValueError> {
        // What most fields of most orders are; the others are kept apart, so that these stay few instructions.
        match self {
            Self::Any => Ok(()),
            Self::CharOf(allowed) => match value {
                [code] => in_range(allowed.has(*code)),
                _ => Err(ValueError::Format),
            },
            Self::Decimal => is_of_type(is_decimal(value)),
            _ => self.hold_other(value),
        }
    }

    #[inline(never)]
    fn hold_other(&self, value: &[u8]) -> Result<(), ValueError> {
        match self {
            Self::Any | Self::CharOf(_) | Self::Decimal => self.hold(value),
            Self::Timestamp => is_of_type(is_timestamp(value)),
            Self::Char => is_of_type(value.len() == 1),
            Self::CodeOf(allowed) => one_of(allowed, value),
            Self::TokensOf(allowed) => TokenList::read(value)?
                .iter()
                .try_for_each(|token| one_of(allowed, token.as_bytes())),
            Self::Tokens => TokenList::read(value).map(drop),
            Self::NumberOf { first, last, other } => number_of(*first, *last, *other, value),
            Self::WordOf(allowed) => in_range(allowed.iter().any(|word| word.as_bytes() == value)),
            Self::Boolean => bool::read(value).map(drop),
            Self::Int => i64::read(value).map(drop).map_err(|_| ValueError::Format),
            Self::Unsigned => u64::read(value).map(drop).map_err(|_| ValueError::Format),
            Self::Date => NaiveDate::read(value).map(drop),
            Self::MonthYear => MonthYear::read(value).map(drop),
            Self::Time => time_of(value).map(drop),
        }
    }
}

/// A set of ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CharSet {
    /// Bit n is the character n.
    below_64: u64,
    /// Bit n is the character 64 + n.
    from_64: u64,
}

impl CharSet {
    /// Of the characters whose bits are set.
    #[expect(
        clippy::as_conversions,
        reason = "the halves of a number, at compile time"
    )]
    const fn new(bits: u128) -> Self {
        Self {
            below_64: bits as u64,
            from_64: (bits >> 64) as u64,
        }
    }

    #[inline(always)]
    const fn has(&self, code: u8) -> bool {
        let half = if code < 64 {
            self.below_64
        } else {
            self.from_64
        };
        code < 128 && (half >> (code % 64)) & 1 == 1
    }
}

#[inline(always)]
fn is_of_type(is: bool) -> Result<(), ValueError> {
    if is { Ok(()) } else { Err(ValueError::Format) }
}

#[inline(always)]
fn in_range(is: bool) -> Result<(), ValueError> {
    if is { Ok(()) } else { Err(ValueError::Range) }
}

fn one_of(allowed: &CharSet, token: &[u8]) -> Result<(), ValueError> {
    match token {
        [code] => in_range(allowed.has(*code)),
        _ => Err(ValueError::Range),
    }
}

fn number_of(first: u16, last: u16, other: u16, value: &[u8]) -> Result<(), ValueError> {
    let number = i64::read(value).map_err(|_| ValueError::Format)?;
    let allowed = (i64::from(first)..=i64::from(last)).contains(&number);
    in_range(allowed || number == i64::from(other))
}
