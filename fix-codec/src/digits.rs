//! Numbers as decimal digits, without the machinery of formatting.

use crate::SOH;

/// Room for every number: the 29 digits of a decimal, its sign and its point, or 20 of a `u64`.
const LENGTH_MAX: usize = 32;
/// The most digits behind the point of a decimal.
const SCALE_MAX: u32 = 28;

/// The two digits of every number below 100.
static PAIRS: [[u8; 2]; 100] = pairs();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "runs at compile time, which checks every index"
)]
const fn pairs() -> [[u8; 2]; 100] {
    let mut pairs = [[b'0'; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8];
        number += 1;
    }
    pairs
}

/// The two last digits of a number.
#[inline(always)]
fn pair(number: u32) -> [u8; 2] {
    usize::try_from(number % 100)
        .ok()
        .and_then(|index| PAIRS.get(index))
        .copied()
        .unwrap_or_default()
}

/// The three digits of every number below 1,000, and SOH behind them.
static TRIPLES: [[u8; 4]; 1_000] = triples();

#[expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "runs at compile time, which checks every index"
)]
const fn triples() -> [[u8; 4]; 1_000] {
    let mut triples = [[SOH; 4]; 1_000];
    let mut number = 0;
    while number < 1_000 {
        let tens = b'0' + (number / 10 % 10) as u8;
        let ones = b'0' + (number % 10) as u8;
        triples[number] = [b'0' + (number / 100) as u8, tens, ones, SOH];
        number += 1;
    }
    triples
}

/// The three digits of a number below 1,000, zeros before it among them, and SOH; `None` for a larger one.
#[inline(always)]
pub(crate) fn three_digits(number: usize) -> Option<[u8; 4]> {
    TRIPLES.get(number).copied()
}

/// The digits of a number, right-aligned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Digits {
    bytes: [u8; LENGTH_MAX],
    start: usize,
}

impl Digits {
    /// The digits of `number`, without leading zeros.
    #[inline]
    pub(crate) fn new(number: u64) -> Self {
        let mut digits = Self {
            bytes: [b'0'; LENGTH_MAX],
            start: LENGTH_MAX,
        };
        digits.prepend(number);
        digits
    }

    /// The text.
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Puts the digits of `number` before what is there.
    #[inline]
    fn prepend(&mut self, mut number: u64) {
        loop {
            if number < 10 {
                return self.put(b'0' + u8::try_from(number).unwrap_or_default());
            }
            let [tens, ones] = pair(u32::try_from(number % 100).unwrap_or_default());
            self.put(ones);
            self.put(tens);
            number /= 100;
            if number == 0 {
                return;
            }
        }
    }

    /// Puts a decimal number before what is there.
    #[inline]
    fn prepend_decimal(&mut self, mut number: u64, scale: u32) {
        let mut behind_point = scale;
        while behind_point >= 2 {
            let [tens, ones] = pair(u32::try_from(number % 100).unwrap_or_default());
            self.put(ones);
            self.put(tens);
            number /= 100;
            behind_point -= 2;
        }
        if behind_point == 1 {
            self.put(b'0' + u8::try_from(number % 10).unwrap_or_default());
            number /= 10;
        }
        if scale > 0 {
            self.put(b'.');
        }
        self.prepend(number);
    }

    /// Puts a decimal number of more than 64 bits before what is there.
    #[cold]
    fn prepend_long_decimal(&mut self, mut number: u128, scale: u32) {
        let mut digits = 0;
        while number > 0 || digits <= scale {
            if digits == scale && scale > 0 {
                self.put(b'.');
            }
            self.put(b'0' + u8::try_from(number % 10).unwrap_or_default());
            number /= 10;
            digits += 1;
        }
    }

    /// Puts one byte before what is there.
    #[inline(always)]
    fn put(&mut self, byte: u8) {
        self.start = self.start.saturating_sub(1);
        if let Some(room) = self.bytes.get_mut(self.start) {
            *room = byte;
        }
    }
}

/// A decimal number of `mantissa` with `scale` digits behind the point.
#[inline]
pub(crate) fn decimal(mantissa: i128, scale: u32) -> Digits {
    let scale = scale.min(SCALE_MAX);
    let mut digits = Digits {
        bytes: [b'0'; LENGTH_MAX],
        start: LENGTH_MAX,
    };
    let magnitude = mantissa.unsigned_abs();
    match u64::try_from(magnitude) {
        Ok(magnitude) => digits.prepend_decimal(magnitude, scale),
        Err(_) => digits.prepend_long_decimal(magnitude, scale),
    }
    if mantissa < 0 {
        digits.put(b'-');
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_text() {
        for (number, text) in [
            (0, "0"),
            (9, "9"),
            (10, "10"),
            (99, "99"),
            (100, "100"),
            (1_234, "1234"),
            (12_345, "12345"),
            (u64::MAX, "18446744073709551615"),
        ] {
            assert_eq!(Digits::new(number).as_bytes(), text.as_bytes(), "{number}");
        }
    }

    #[test]
    fn three_digits_and_their_end() {
        for number in 0..1_000 {
            let text = alloc::format!("{number:03}\u{1}");
            let digits = three_digits(number).expect("below 1,000");
            assert_eq!(digits, text.as_bytes(), "{number}");
        }
        assert_eq!(three_digits(1_000), None);
    }

    #[test]
    fn decimals_as_text() {
        for (mantissa, scale, text) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (5, 3, "0.005"),
            (-5, 1, "-0.5"),
            (123, 1, "12.3"),
            (-10_500, 4, "-1.0500"),
            (1_000_000_000_000_000_000_000, 0, "1000000000000000000000"),
            (
                79_228_162_514_264_337_593_543_950_335,
                0,
                "79228162514264337593543950335",
            ),
            (
                -79_228_162_514_264_337_593_543_950_335,
                28,
                "-7.9228162514264337593543950335",
            ),
            (1, 28, "0.0000000000000000000000000001"),
        ] {
            let digits = decimal(mantissa, scale);
            assert_eq!(digits.as_bytes(), text.as_bytes(), "{mantissa} at {scale}");
        }
    }
}
