//! CheckSum(10): the sum of all bytes before it, modulo 256, as three digits (FIX 4.4 Volume 2).

use crate::digits::three_digits;

/// How many bytes are added in one step: each lane on its own, which a compiler makes a vector of.
const LANES: usize = 16;

/// The sum of `bytes` modulo 256.
#[inline(always)]
pub(crate) fn checksum(bytes: &[u8]) -> u8 {
    let (steps, rest) = bytes.as_chunks::<LANES>();
    let mut sums = [0_u8; LANES];
    for step in steps {
        for (sum, byte) in sums.iter_mut().zip(step) {
            *sum = sum.wrapping_add(*byte);
        }
    }
    let (words, rest) = rest.as_chunks::<8>();
    [
        add_up(&sums),
        words.first().map_or(0, add_up),
        rest.iter().fold(0, |sum, byte| sum.wrapping_add(*byte)),
    ]
    .iter()
    .fold(0, |sum, part| sum.wrapping_add(*part))
}

/// The sum of a few bytes modulo 256.
#[inline(always)]
fn add_up<const N: usize>(bytes: &[u8; N]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// The three digits of a checksum, and SOH.
#[inline(always)]
pub(crate) fn checksum_digits(sum: u8) -> [u8; 4] {
    three_digits(usize::from(sum)).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn sum_of_any_length() {
        let bytes: [u8; 700] =
            core::array::from_fn(|index| [0x01, 0xA7, 0x30, 0xFF, 0x7E][index % 5]);
        let mut sum = 0_u8;
        for length in 0..bytes.len() {
            assert_eq!(checksum(&bytes[..length]), sum, "{length}");
            sum = sum.wrapping_add(bytes[length]);
        }
    }

    #[test]
    fn three_digits() {
        for (sum, digits) in [
            (0, b"000\x01"),
            (7, b"007\x01"),
            (42, b"042\x01"),
            (255, b"255\x01"),
        ] {
            assert_eq!(&checksum_digits(sum), digits);
        }
    }
}
