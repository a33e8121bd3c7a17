//! CheckSum(10): the sum of all bytes before it, modulo 256, as three digits (FIX 4.4 Volume 2).

/// The sum of `bytes` modulo 256.
#[inline]
pub(crate) fn checksum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}

/// The three digits of a checksum.
#[inline]
pub(crate) fn checksum_digits(sum: u8) -> [u8; 3] {
    [b'0' + sum / 100, b'0' + sum / 10 % 10, b'0' + sum % 10]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits() {
        for (sum, digits) in [(0, b"000"), (7, b"007"), (42, b"042"), (255, b"255")] {
            assert_eq!(&checksum_digits(sum), digits);
        }
    }
}
