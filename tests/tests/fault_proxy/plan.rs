//! What happens to each message on its way: drawn from a seed, told as it happens.
//!
//! Damage stays within one message: CheckSum(10) is a sum of bytes, and pieces of two messages can make a third that is
//! right. No session could tell.

use std::time::Duration;

use tests::random::Random;

/// What is carried between two breaks of a connection, about.
const MESSAGES_BETWEEN_BREAKS: u64 = 90;

/// What happens to one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrives.
    Pass,
    /// It arrives in two pieces, with this much time between.
    Split(usize, Duration),
    /// It arrives late, and all behind it.
    Delay(Duration),
    /// It does not arrive.
    Lose,
    /// It arrives twice.
    Double,
    /// It arrives after the one behind it.
    Swap,
    /// A bit of it is turned.
    Flip(usize, u8),
    /// So many of its bytes are missing.
    Drop(usize, usize),
    /// So many of its bytes come twice.
    Repeat(usize, usize),
    /// Bytes that are no message come before it.
    Garbage,
    /// The connection is reset when so many of its bytes are through.
    Reset(usize),
    /// The connection is closed behind it.
    Close,
    /// This direction is closed behind it; the other stays open.
    HalfClose,
}

impl Fate {
    /// The fate of a message of `length` bytes.
    pub(crate) fn draw(random: &mut Random, length: usize) -> Self {
        if random.percent(82) {
            return Self::Pass;
        }
        let at = place(random, length);
        let some = 1 + place(random, 8);
        if random.below(MESSAGES_BETWEEN_BREAKS / 5) == 0 {
            return match random.below(4) {
                0 => Self::Close,
                1 => Self::HalfClose,
                _ => Self::Reset(at),
            };
        }
        match random.below(12) {
            0..=2 => Self::Split(at, millis(random, 5)),
            3 => Self::Delay(millis(random, 30)),
            4 if random.percent(5) => Self::Delay(Duration::from_millis(2_600)),
            4 | 5 => Self::Lose,
            6 => Self::Double,
            7 => Self::Swap,
            8 => {
                let bit = u8::try_from(random.below(8)).unwrap_or(0);
                Self::Flip(at, bit)
            }
            9 => Self::Drop(at, some),
            10 => Self::Repeat(at, some),
            _ => Self::Garbage,
        }
    }

    /// Where in its bytes there is a pause, and how long.
    pub(crate) fn pause(self) -> (usize, Option<Duration>) {
        if let Self::Split(at, time) = self {
            (at, Some(time))
        } else if let Self::Delay(time) = self {
            (0, Some(time))
        } else {
            (0, None)
        }
    }

    /// The bytes that come through for `message`, where only they are changed.
    pub(crate) fn applied(self, message: &[u8]) -> Vec<u8> {
        let mut bytes = message.to_vec();
        match self {
            Self::Pass
            | Self::Split(..)
            | Self::Delay(_)
            | Self::Swap
            | Self::Close
            | Self::HalfClose => {}
            Self::Lose => bytes.clear(),
            Self::Double => bytes.extend_from_slice(message),
            Self::Flip(at, bit) => bytes[at] ^= 1 << bit,
            Self::Drop(at, count) => drop(bytes.drain(at..message.len().min(at + count))),
            Self::Repeat(at, count) => {
                let piece = &message[at..message.len().min(at + count)];
                bytes.splice(at..at, piece.iter().copied());
            }
            Self::Garbage => drop(bytes.splice(0..0, *b"8=FIX.4.4\x019=12\x01nonsense\x01")),
            Self::Reset(at) => bytes.truncate(at),
        }
        bytes
    }
}

fn place(random: &mut Random, length: usize) -> usize {
    let limit = u64::try_from(length.max(1)).unwrap_or(1);
    usize::try_from(random.below(limit)).unwrap_or(0)
}

fn millis(random: &mut Random, limit: u64) -> Duration {
    Duration::from_millis(1 + random.below(limit))
}
