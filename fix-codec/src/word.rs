//! Digits eight at a time, in one 64-bit word: dates and times are read and written so, without a step for each digit.
//! Whatever is no digit is found in the same few operations.

use crate::SOH;

/// `00000000`, from which the digits of a word count.
const ZEROS: u64 = u64::from_le_bytes(*b"00000000");
/// `00:00:00`, the same with the colons of a time.
const MIDNIGHT: u64 = u64::from_le_bytes(*b"00:00:00");
/// The high bit of every byte.
const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
/// Carries every byte from 10 to 127 into its high bit, and no byte into the next one.
const BEYOND_NINE: u64 = u64::from_le_bytes([0x80 - 10; 8]);
/// The bytes of a time that are colons.
const COLONS: u64 = u64::from_le_bytes([0, 0, 0xFF, 0, 0, 0xFF, 0, 0]);

/// SOH in every byte.
const DELIMITERS: u64 = u64::from_le_bytes([SOH; 8]);
/// One in every byte.
const ONES: u64 = u64::from_le_bytes([1; 8]);

/// The high bits of the bytes that are SOH: the lowest of them is sure, those above it may stand for the byte after SOH.
#[inline(always)]
pub(crate) const fn delimiters(text: [u8; 8]) -> u64 {
    // A byte that is SOH becomes 0, which alone borrows into its high bit.
    let zeroed = u64::from_le_bytes(text) ^ DELIMITERS;
    zeroed.wrapping_sub(ONES) & !zeroed & HIGH_BITS
}

/// The low bits of the bytes with a number, where there are four.
const FOUR_PAIRS: u64 = u64::from_le_bytes([0x0F, 0, 0x0F, 0, 0x0F, 0, 0x0F, 0]);
/// The same where there are three, with a byte for a colon behind the first two.
const CLOCK_PAIRS: u64 = u64::from_le_bytes([0x0F, 0, 0, 0x0F, 0, 0, 0x0F, 0]);

/// Four numbers below 100 in eight digits; `None` when a byte is no digit.
#[inline(always)]
pub(crate) fn four_pairs(text: [u8; 8]) -> Option<[u8; 4]> {
    let digits = u64::from_le_bytes(text) ^ ZEROS;
    if has_no_digit(digits) {
        return None;
    }
    let [first, _, second, _, third, _, fourth, _] = tens_and_ones(digits);
    Some([first, second, third, fourth])
}

/// The three numbers below 100 of `HH:MM:SS`; `None` when a byte is no digit, or no colon where one belongs.
#[inline(always)]
pub(crate) fn clock_pairs(text: [u8; 8]) -> Option<[u8; 3]> {
    let digits = u64::from_le_bytes(text) ^ MIDNIGHT;
    if has_no_digit(digits) || digits & COLONS != 0 {
        return None;
    }
    let [hours, _, _, minutes, _, _, seconds, _] = tens_and_ones(digits);
    Some([hours, minutes, seconds])
}

/// Whether a byte is more than 9.
#[inline(always)]
fn has_no_digit(digits: u64) -> bool {
    (digits.wrapping_add(BEYOND_NINE) | digits) & HIGH_BITS != 0
}

/// In each byte: ten times the digit there, and the digit behind it. No byte exceeds 99.
#[inline(always)]
fn tens_and_ones(digits: u64) -> [u8; 8] {
    (digits * 10 + (digits >> 8)).to_le_bytes()
}

/// Eight digits of four numbers below 100.
#[inline(always)]
pub(crate) fn from_four_pairs(pairs: [u8; 4]) -> [u8; 8] {
    let [first, second, third, fourth] = pairs;
    let pairs = u64::from_le_bytes([first, 0, second, 0, third, 0, fourth, 0]);
    (split_pairs(pairs, FOUR_PAIRS) + ZEROS).to_le_bytes()
}

/// `HH:MM:SS` of three numbers below 100.
#[inline(always)]
pub(crate) fn from_clock_pairs(pairs: [u8; 3]) -> [u8; 8] {
    let [hours, minutes, seconds] = pairs;
    let pairs = u64::from_le_bytes([hours, 0, 0, minutes, 0, 0, seconds, 0]);
    (split_pairs(pairs, CLOCK_PAIRS) + MIDNIGHT).to_le_bytes()
}

/// The least number of more than eight digits.
pub(crate) const EIGHT_DIGITS_END: u32 = 100_000_000;

/// The eight digits, zeros before it among them, of a number below [`EIGHT_DIGITS_END`].
#[inline(always)]
pub(crate) fn eight_digits(number: u32) -> u64 {
    let (upper, lower) = (u64::from(number / 10_000), u64::from(number % 10_000));
    let fours = upper | (lower << 32);
    // 10,486 / 2^20 is as good as a hundredth up to 10,000.
    let hundreds = ((fours * 10_486) >> 20) & 0x0000_007F_0000_007F;
    let pairs = hundreds | ((fours - hundreds * 100) << 16);
    split_pairs(pairs, FOUR_PAIRS) + ZEROS
}

/// The digits of a number below [`EIGHT_DIGITS_END`], and how many they are. The bytes behind them are 0.
#[inline(always)]
pub(crate) fn short_number(number: u32) -> (u64, usize) {
    let digits = eight_digits(number);
    let zeros = leading_zeros(digits, 1);
    (digits >> (8 * zeros), length_without(8, zeros))
}

/// The digits of a number with a point before the last `scale` of them, 1 or more, and how many characters these are;
/// the bytes behind them are 0. `None` for more than eight characters.
#[inline(always)]
pub(crate) fn short_decimal(mantissa: u32, scale: u32) -> Option<(u64, usize)> {
    if mantissa >= EIGHT_DIGITS_END / 10 || scale > 6 {
        return None;
    }
    let padded = eight_digits(mantissa);
    let zeros = leading_zeros(padded, scale + 1);
    let digits = padded >> (8 * zeros);
    let point_at = 8 * (8 - zeros - scale);
    let whole = digits & ((1 << point_at) - 1);
    let text = whole | (u64::from(b'.') << point_at) | ((digits ^ whole) << 8);
    Some((text, length_without(9, zeros)))
}

/// How many of eight digits are zeros before a number that is to keep at least `digits_min`.
#[inline(always)]
fn leading_zeros(digits: u64, digits_min: u32) -> u32 {
    // The lowest byte that is not `0` is the first digit that counts.
    ((digits ^ ZEROS).trailing_zeros() / 8).min(8 - digits_min)
}

#[inline(always)]
fn length_without(length: u32, zeros: u32) -> usize {
    usize::try_from(length - zeros).unwrap_or_default()
}

/// Parts numbers below 100 into their tens, which stay in the byte of the number, and their ones, which go to the byte
/// behind it. `lanes` has the low bits of the bytes that hold a number.
#[inline(always)]
fn split_pairs(pairs: u64, lanes: u64) -> u64 {
    // 103 / 1024 is as good as a tenth up to 178.
    let tens = ((pairs * 103) >> 10) & lanes;
    tens | ((pairs - tens * 10) << 8)
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn pairs_go_there_and_back() {
        for number in 0..100 {
            let text = from_four_pairs([number, 99 - number, number, 7]);
            assert_eq!(four_pairs(text), Some([number, 99 - number, number, 7]));
            let text = from_clock_pairs([number, 99 - number, number]);
            assert_eq!(clock_pairs(text), Some([number, 99 - number, number]));
        }
        assert_eq!(&from_four_pairs([20, 25, 1, 15]), b"20250115");
        assert_eq!(&from_clock_pairs([10, 5, 59]), b"10:05:59");
    }

    #[test]
    fn numbers_as_text() {
        for number in (0..EIGHT_DIGITS_END).step_by(997).chain([7, 99_999_999]) {
            let text = alloc::format!("{number:08}");
            assert_eq!(&eight_digits(number).to_le_bytes(), text.as_bytes());
        }
        for (number, text) in [
            (0, "0"),
            (7, "7"),
            (1_050, "1050"),
            (12_345_678, "12345678"),
        ] {
            let (digits, length) = short_number(number);
            assert_eq!(&digits.to_le_bytes()[..length], text.as_bytes(), "{number}");
        }
        for (mantissa, scale, text) in [
            (0, 1, "0.0"),
            (0, 6, "0.000000"),
            (5, 3, "0.005"),
            (105_000, 4, "10.5000"),
            (1_234_567, 1, "123456.7"),
            (9_999_999, 6, "9.999999"),
        ] {
            let (digits, length) = short_decimal(mantissa, scale).expect("a short one");
            assert_eq!(
                &digits.to_le_bytes()[..length],
                text.as_bytes(),
                "{mantissa} {scale}"
            );
        }
        assert_eq!(short_decimal(10_000_000, 1), None);
        assert_eq!(short_decimal(1, 7), None);
    }

    #[test]
    fn every_byte_that_is_no_digit_is_found() {
        for position in 0..8 {
            for byte in 0..=u8::MAX {
                let mut date = *b"20250115";
                let mut time = *b"10:05:59";
                date[position] = byte;
                time[position] = byte;
                let colon = position == 2 || position == 5;
                assert_eq!(four_pairs(date).is_some(), byte.is_ascii_digit());
                assert_eq!(
                    clock_pairs(time).is_some(),
                    if colon {
                        byte == b':'
                    } else {
                        byte.is_ascii_digit()
                    },
                );
            }
        }
    }
}
