//! Whole numbers, flags and single characters: int, Length, NumInGroup, SeqNum, Boolean, char.

use super::{FieldValue, ShortRoom, TimeText, ValueError, put};
use crate::BodyWriter;
use crate::word::{EIGHT_DIGITS_END, short_number};

/// The most digits that a 64-bit number holds whatever they are.
pub(super) const DIGITS_ALWAYS_HELD: usize = 19;

/// Digits of any number, leading zeros included, as FIX 4.4 allows them.
#[inline]
pub(super) fn unsigned(digits: &[u8]) -> Result<u64, ValueError> {
    if digits.len() > DIGITS_ALWAYS_HELD {
        return unsigned_long(digits);
    }
    if digits.is_empty() {
        return Err(ValueError::Missing);
    }
    let mut number = 0_u64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(ValueError::Format);
        }
        number = number * 10 + u64::from(digit);
    }
    Ok(number)
}

/// As [`unsigned`], of so many digits that the number may be out of range.
#[cold]
fn unsigned_long(digits: &[u8]) -> Result<u64, ValueError> {
    digits.iter().try_fold(0_u64, |number, byte| {
        let digit = u64::from(byte.wrapping_sub(b'0'));
        if digit > 9 {
            return Err(ValueError::Format);
        }
        number
            .checked_mul(10)
            .and_then(|number| number.checked_add(digit))
            .ok_or(ValueError::Range)
    })
}

/// Writes a number of up to eight digits.
#[inline(always)]
pub(crate) fn number_short(number: u64, room: &mut ShortRoom) -> Option<usize> {
    let number = u32::try_from(number).ok()?;
    if number < 10 {
        put(room, [b'0' + u8::try_from(number).ok()?]);
        return Some(1);
    }
    if number >= EIGHT_DIGITS_END {
        return None;
    }
    let (digits, length) = short_number(number);
    put(room, digits.to_le_bytes());
    Some(length)
}

macro_rules! unsigned {
    ($($type:ty)*) => {$(
        impl FieldValue<'_> for $type {
            fn read(value: &[u8]) -> Result<Self, ValueError> {
                Self::try_from(unsigned(value)?).map_err(|_| ValueError::Range)
            }

            fn write(&self, out: &mut BodyWriter<'_>) {
                out.write_number(u64::from(*self));
            }

            #[inline(always)]
            fn write_short(&self, room: &mut ShortRoom, _: &mut TimeText) -> Option<usize> {
                number_short(u64::from(*self), room)
            }
        }
    )*};
}
unsigned!(u8 u16 u32 u64);

impl FieldValue<'_> for i64 {
    fn read(value: &[u8]) -> Result<Self, ValueError> {
        match value {
            [] => Err(ValueError::Missing),
            [b'-', digits @ ..] if !digits.is_empty() => {
                Self::checked_sub_unsigned(0, unsigned(digits)?).ok_or(ValueError::Range)
            }
            digits => Self::try_from(unsigned(digits)?).map_err(|_| ValueError::Range),
        }
    }

    fn write(&self, out: &mut BodyWriter<'_>) {
        if *self < 0 {
            out.write_bytes(b"-");
        }
        out.write_number(self.unsigned_abs());
    }
}

impl FieldValue<'_> for bool {
    fn read(value: &[u8]) -> Result<Self, ValueError> {
        match value {
            b"Y" => Ok(true),
            b"N" => Ok(false),
            [] => Err(ValueError::Missing),
            _ => Err(ValueError::Format),
        }
    }

    fn write(&self, out: &mut BodyWriter<'_>) {
        out.write_bytes(if *self { b"Y" } else { b"N" });
    }

    #[inline(always)]
    fn write_short(&self, room: &mut ShortRoom, _: &mut TimeText) -> Option<usize> {
        put(room, [if *self { b'Y' } else { b'N' }]);
        Some(1)
    }
}
