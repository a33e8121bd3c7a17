//! CheckSum(10): the sum of all bytes before it, modulo 256, as three digits (FIX 4.4 Volume 2).

use crate::SOH;

/// The sum of `bytes` modulo 256.
#[inline]
pub(crate) fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// How many bytes [`checksum_and_delimiters`] takes at a step.
pub(crate) const LANES: usize = 32;

/// The sum of `bytes` modulo 256, and how many SOH are among them, in one pass. Each lane is added on its own, which a
/// compiler makes vectors of.
pub(crate) fn checksum_and_delimiters(bytes: &[u8]) -> (u8, usize) {
    /// As many steps as a lane can count.
    const RUN: usize = 255;
    let (steps, rest) = bytes.as_chunks::<LANES>();
    let mut sum = checksum(rest);
    let mut delimiters = rest.iter().filter(|byte| **byte == SOH).count();
    for run in steps.chunks(RUN) {
        let (mut sums, mut counts) = ([0_u8; LANES], [0_u8; LANES]);
        for step in run {
            for ((sum, count), byte) in sums.iter_mut().zip(&mut counts).zip(step) {
                *sum = sum.wrapping_add(*byte);
                *count += u8::from(*byte == SOH);
            }
        }
        sum = sum.wrapping_add(checksum(&sums));
        delimiters += counts
            .iter()
            .map(|count| usize::from(*count))
            .sum::<usize>();
    }
    (sum, delimiters)
}

/// The three digits of a checksum.
#[inline]
pub(crate) fn checksum_digits(sum: u8) -> [u8; 3] {
    [b'0' + sum / 100, b'0' + sum / 10 % 10, b'0' + sum % 10]
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn sum_and_delimiters_of_any_length() {
        let bytes: [u8; 700] =
            core::array::from_fn(|index| if index % 3 == 0 { SOH } else { 0xA7 });
        for length in 0..bytes.len() {
            let bytes = &bytes[..length];
            assert_eq!(
                checksum_and_delimiters(bytes),
                (checksum(bytes), length.div_ceil(3)),
                "{length}"
            );
        }
        assert_eq!(checksum_and_delimiters(&[SOH; 1_024]), (0, 1_024));
    }

    #[test]
    fn three_digits() {
        for (sum, digits) in [(0, b"000"), (7, b"007"), (42, b"042"), (255, b"255")] {
            assert_eq!(&checksum_digits(sum), digits);
        }
    }
}
