//! Whether a value has the data type of its field, and is one of the values allowed.

use chrono::{DateTime, NaiveDate, Utc};

use super::{DataType, FieldDefinition, Values};
use crate::values::{FieldValue, MonthYear, TokenList, ValueError, is_decimal, time_of};

/// Holds a value against the definition of its field.
///
/// # Errors
/// [`ValueError::Missing`] for an empty value, [`ValueError::Format`] for one that is not of the data
/// type, [`ValueError::Range`] for one that is none of the values allowed.
#[inline(always)]
pub(super) fn check(definition: &FieldDefinition, value: &[u8]) -> Result<(), ValueError> {
    if value.is_empty() {
        return Err(ValueError::Missing);
    }
    match definition.values {
        Values::Chars(allowed) => characters(definition.data_type, allowed, value),
        Values::Numbers { first, last, other } => {
            let number = i64::read(value).map_err(|_| ValueError::Format)?;
            let allowed = (i64::from(first)..=i64::from(last)).contains(&number);
            if allowed || number == i64::from(other) {
                Ok(())
            } else {
                Err(ValueError::Range)
            }
        }
        Values::Words(allowed) => words(allowed, value),
        Values::Any if definition.data_type == DataType::String => Ok(()),
        Values::Any => format(definition.data_type, value),
    }
}

#[inline]
fn characters(data_type: DataType, allowed: u128, value: &[u8]) -> Result<(), ValueError> {
    let one_of = |token: &[u8]| match token {
        [code] if code.is_ascii() && allowed >> *code & 1 == 1 => Ok(()),
        _ => Err(ValueError::Range),
    };
    if data_type == DataType::MultipleValueString {
        TokenList::read(value)?
            .iter()
            .try_for_each(|token| one_of(token.as_bytes()))
    } else if data_type == DataType::Char && value.len() != 1 {
        Err(ValueError::Format)
    } else {
        one_of(value)
    }
}

#[inline(never)]
fn words(allowed: &[&str], value: &[u8]) -> Result<(), ValueError> {
    if allowed.iter().any(|word| word.as_bytes() == value) {
        Ok(())
    } else {
        Err(ValueError::Range)
    }
}

fn format(data_type: DataType, value: &[u8]) -> Result<(), ValueError> {
    use DataType as T;
    match data_type {
        T::String | T::Currency | T::Country | T::Exchange | T::Data => Ok(()),
        T::Amt | T::Float | T::Percentage | T::Price | T::PriceOffset | T::Qty => {
            if is_decimal(value) {
                Ok(())
            } else {
                Err(ValueError::Format)
            }
        }
        T::Boolean => bool::read(value).map(drop),
        T::Char => {
            if value.len() == 1 {
                Ok(())
            } else {
                Err(ValueError::Format)
            }
        }
        T::Int => i64::read(value).map(drop).map_err(|_| ValueError::Format),
        T::Length | T::NumInGroup | T::SeqNum => {
            u64::read(value).map(drop).map_err(|_| ValueError::Format)
        }
        T::LocalMktDate | T::UtcDateOnly => NaiveDate::read(value).map(drop),
        T::MonthYear => MonthYear::read(value).map(drop),
        T::MultipleValueString => TokenList::read(value).map(drop),
        T::UtcTimeOnly => time_of(value).map(drop),
        T::UtcTimestamp => DateTime::<Utc>::read(value).map(drop),
    }
}
