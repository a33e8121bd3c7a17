//! Whole numbers, flags and single characters: int, Length, NumInGroup, SeqNum, Boolean, char.

use super::{FieldValue, ValueError};
use crate::BodyWriter;

/// Digits of any number, leading zeros included, as FIX 4.4 allows them.
pub(super) fn unsigned(digits: &[u8]) -> Result<u64, ValueError> {
    if digits.is_empty() {
        return Err(ValueError::Missing);
    }
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

macro_rules! unsigned {
    ($($type:ty)*) => {$(
        impl FieldValue<'_> for $type {
            fn read(value: &[u8]) -> Result<Self, ValueError> {
                Self::try_from(unsigned(value)?).map_err(|_| ValueError::Range)
            }

            #[inline]
            fn write(&self, out: &mut BodyWriter<'_>) {
                out.write_number(u64::from(*self));
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
}
