//! Disk images that boot in a tenth of a second, for the QEMU driver: one sector that says who it is.
//!
//! The guest prints one line of JSON on its first serial line when it starts, and again whenever it
//! is sent a line feed: a [`Beacon`](crate::api::Beacon) with the name inside the image, and what the
//! second disk's first sector says. Its source is `boot/boot.S`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Length of a disk sector in bytes.
pub const SECTOR_BYTES: usize = 512;
/// The longest name in an image, in bytes.
pub const NAME_BYTES_MAX: usize = 61;

const NAME_OFFSET: usize = 0x180;
const SIGNATURE_OFFSET: usize = SECTOR_BYTES - 2;
/// What makes a sector a boot sector.
const SIGNATURE: [u8; 2] = [0x55, 0xaa];

/// `boot/boot.S` from `start` to `code_end`, assembled; a test does it again and compares.
#[rustfmt::skip]
const CODE: [u8; 101] = [
    0x31, 0xc0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x7c, 0xfc,
    0xfb, 0xa2, 0x00, 0x7e, 0xb8, 0x01, 0x02, 0xb9, 0x01, 0x00, 0xba, 0x81,
    0x00, 0xbb, 0x00, 0x7e, 0xcd, 0x13, 0xbe, 0x5b, 0x7c, 0xe8, 0x1f, 0x00,
    0xbe, 0x80, 0x7d, 0xe8, 0x19, 0x00, 0xbe, 0x00, 0x7e, 0xe8, 0x13, 0x00,
    0xf4, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x01, 0x74, 0xf7, 0xba, 0xf8, 0x03,
    0xec, 0x3c, 0x0a, 0x74, 0xdd, 0xeb, 0xee, 0xac, 0x84, 0xc0, 0x74, 0x12,
    0x88, 0xc4, 0xba, 0xfd, 0x03, 0xec, 0xa8, 0x20, 0x74, 0xfb, 0x88, 0xe0,
    0xba, 0xf8, 0x03, 0xee, 0xeb, 0xe9, 0xc3, 0x7b, 0x22, 0x6e, 0x61, 0x6d,
    0x65, 0x22, 0x3a, 0x22, 0x00,
];

const _: () = assert!(CODE.len() <= NAME_OFFSET);
// The name and its zero end before the partition table at 446.
const _: () = assert!(NAME_OFFSET + NAME_BYTES_MAX < 446);

/// A name that cannot stand inside a boot sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the name of a boot sector has 1 to {NAME_BYTES_MAX} printable ASCII characters, no quote and no backslash"
)]
pub struct NameError;

/// A disk image of one sector with this name inside.
///
/// # Errors
/// [`NameError`] when the name is empty, too long, or would break the line of JSON.
pub fn image(name: &str) -> Result<[u8; SECTOR_BYTES], NameError> {
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) && !matches!(byte, b'"' | b'\\');
    if !(1..=NAME_BYTES_MAX).contains(&name.len()) || !name.as_bytes().iter().all(plain) {
        return Err(NameError);
    }
    let mut sector = [0; SECTOR_BYTES];
    put(&mut sector, 0, &CODE);
    put(&mut sector, NAME_OFFSET, name.as_bytes());
    put(&mut sector, SIGNATURE_OFFSET, &SIGNATURE);
    Ok(sector)
}

fn put(sector: &mut [u8; SECTOR_BYTES], offset: usize, bytes: &[u8]) {
    for (place, byte) in sector.iter_mut().skip(offset).zip(bytes) {
        *place = *byte;
    }
}

/// Whether a file can be booted from: whole sectors, the first of them a boot sector.
pub(crate) fn check(image: &Path) -> Result<(), &'static str> {
    match first_sector(image) {
        Ok(Some(sector)) if sector.ends_with(&SIGNATURE) => Ok(()),
        Ok(Some(_)) => Err("is no disk to boot from: its first sector does not end in 55 AA"),
        Ok(None) => Err("is no disk: it is not whole sectors of 512 bytes"),
        Err(_) => Err("cannot be read"),
    }
}

fn first_sector(image: &Path) -> io::Result<Option<[u8; SECTOR_BYTES]>> {
    let mut file = File::open(image)?;
    let length = file.metadata()?.len();
    if length == 0 || length % 512 != 0 {
        return Ok(None);
    }
    let mut sector = [0; SECTOR_BYTES];
    file.read_exact(&mut sector)?;
    Ok(Some(sector))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_keep_the_line_whole_are_taken() {
        let longest = "n".repeat(NAME_BYTES_MAX);
        for name in ["web-7", "a name of words", longest.as_str()] {
            let sector = image(name).expect("a name");
            assert!(
                sector
                    .windows(name.len())
                    .any(|window| window == name.as_bytes())
            );
            assert!(sector.ends_with(&SIGNATURE));
        }
        let too_long = "n".repeat(NAME_BYTES_MAX + 1);
        for name in ["", "a\"b", "a\\b", "a\nb", "ä", too_long.as_str()] {
            assert_eq!(image(name), Err(NameError), "{name:?}");
        }
    }
}
