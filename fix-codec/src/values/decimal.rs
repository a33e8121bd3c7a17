//! Decimal numbers, exactly: float, Qty, Price, PriceOffset, Amt, Percentage.

use rust_decimal::Decimal;

use super::number::number_short;
use super::{FieldValue, ShortRoom, TimeText, ValueError, put};
use crate::BodyWriter;
use crate::word::{EIGHT_DIGITS_END, short_decimal, short_number};

/// The most digits that a 64-bit number holds whatever they are.
const FAST_DIGITS_MAX: usize = 19;
/// The most digits after the point that [`Decimal`] holds.
const SCALE_MAX: u32 = 28;

impl FieldValue<'_> for Decimal {
    /// Reads `-`, digits and at most one point. No exponent, no `+` (FIX 4.4 Volume 1, "float"). A
    /// number that [`Decimal`] cannot hold exactly is out of range.
    fn read(value: &[u8]) -> Result<Self, ValueError> {
        let (negative, number) = match value {
            [] => return Err(ValueError::Missing),
            [b'-', number @ ..] => (true, number),
            number => (false, number),
        };
        let (mantissa, scale) = if number.len() <= FAST_DIGITS_MAX {
            let (mantissa, scale) = mantissa_short(number)?;
            (i128::from(mantissa), scale)
        } else {
            mantissa_long(number)?
        };
        let signed = if negative { -mantissa } else { mantissa };
        Self::try_from_i128_with_scale(signed, scale).map_err(|_| ValueError::Range)
    }

    /// Writes every digit after the point that the number carries.
    fn write(&self, out: &mut BodyWriter<'_>) {
        out.write_decimal(self.mantissa(), self.scale());
    }

    #[inline(always)]
    fn write_short(&self, room: &mut ShortRoom, _: &mut TimeText) -> Option<usize> {
        let parts = self.unpack();
        if parts.negative || parts.hi | parts.mid != 0 {
            return None;
        }
        if parts.scale == 0 && parts.lo < 10 {
            return number_short(u64::from(parts.lo), room);
        }
        let (text, length) = short_text(parts.lo, parts.scale)?;
        put(room, text.to_le_bytes());
        Some(length)
    }
}

/// A number of up to eight characters, and how many they are.
#[inline(never)]
fn short_text(mantissa: u32, scale: u32) -> Option<(u64, usize)> {
    if scale > 0 {
        short_decimal(mantissa, scale)
    } else if mantissa < EIGHT_DIGITS_END {
        Some(short_number(mantissa))
    } else {
        None
    }
}

/// Whether a value has the format of a decimal number, however many digits it has.
#[inline(always)]
pub(crate) fn is_decimal(value: &[u8]) -> bool {
    let number = value.strip_prefix(b"-").unwrap_or(value);
    let mut point = false;
    for byte in number {
        if byte.wrapping_sub(b'0') > 9 {
            if *byte != b'.' || point {
                return false;
            }
            point = true;
        }
    }
    number.len() > usize::from(point)
}

/// A number of up to [`FAST_DIGITS_MAX`] digits: without its point, and the digits behind that.
fn mantissa_short(number: &[u8]) -> Result<(u64, u32), ValueError> {
    let mut mantissa = 0_u64;
    let mut digits = 0_u32;
    let mut digits_before_point = None;
    for byte in number {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(u64::from(digit));
            digits += 1;
        } else if *byte == b'.' && digits_before_point.is_none() {
            digits_before_point = Some(digits);
        } else {
            return Err(ValueError::Format);
        }
    }
    if digits == 0 {
        return Err(ValueError::Format);
    }
    Ok((mantissa, digits - digits_before_point.unwrap_or(digits)))
}

/// A number of any length. Zeros that change nothing, before and behind, are let go.
#[cold]
fn mantissa_long(number: &[u8]) -> Result<(i128, u32), ValueError> {
    let mut parts = number.splitn(2, |byte| *byte == b'.');
    let whole = parts.next().unwrap_or_default();
    let fraction = parts.next().unwrap_or_default();
    if !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return Err(ValueError::Format);
    }
    let zeros = if fraction.len() > 1 {
        fraction
            .iter()
            .rev()
            .take_while(|byte| **byte == b'0')
            .count()
    } else {
        0
    };
    let kept = fraction.get(..fraction.len() - zeros).unwrap_or_default();
    let fraction = if fraction.len() > 28 { kept } else { fraction };
    let mantissa = whole
        .iter()
        .chain(fraction)
        .try_fold(0_i128, |mantissa, byte| {
            mantissa
                .checked_mul(10)?
                .checked_add(i128::from(byte - b'0'))
        })
        .ok_or(ValueError::Range)?;
    let scale = u32::try_from(fraction.len()).map_err(|_| ValueError::Range)?;
    if scale > SCALE_MAX {
        Err(ValueError::Range)
    } else {
        Ok((mantissa, scale))
    }
}
