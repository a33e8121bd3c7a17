//! Finds one whole message in a stream of bytes: BeginString(8), BodyLength(9) and CheckSum(10) are
//! right. What lies between is not looked at here.
//!
//! A garbled message is skipped up to the next `8=FIX` (FIX 4.4 Volume 2, "Garbled message
//! processing"). Every call does a bounded amount of work unless it also gives back bytes to drop, so
//! the cost of a stream is linear in its length however it is split and whatever it holds.

use memchr::memmem;

use crate::checksum::{checksum, checksum_digits};
use crate::{BEGIN_STRING, SOH};

/// What every message starts with.
const MESSAGE_START: &[u8] = b"8=FIX";
/// What a message of this version starts with, up to the digits of BodyLength(9).
const VERSION_START: &[u8] = b"8=FIX.4.4\x019=";
/// Bytes of `10=nnn` and its SOH.
pub(crate) const TRAILER_LENGTH: usize = 7;
/// The longest BeginString(8) value looked at.
const BEGIN_STRING_LENGTH_MAX: usize = 16;
/// The most digits of BodyLength(9) looked at; more than any message limit needs.
const BODY_LENGTH_DIGITS_MAX: usize = 9;

/// What stands at the start of a buffer; see [`next_frame`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing<'a> {
    /// Not all of the message is here; call again with more bytes after these.
    Incomplete,
    /// One whole message; drop [`Frame::len`] bytes once it is done with.
    Message(Frame<'a>),
    /// No message starts here: drop `skip` bytes (at least one) and call again. A receiver ignores
    /// what it dropped and does not count it (FIX 4.4 Volume 2).
    Garbled {
        /// How many bytes to drop.
        skip: usize,
        /// What was wrong with them.
        error: FrameError,
    },
}

/// Why bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The bytes before the next `8=FIX` belong to no message.
    #[error("bytes that belong to no message")]
    NotAMessage,
    /// BeginString(8) has no end within reach.
    #[error("BeginString(8) is malformed")]
    BeginString,
    /// BodyLength(9) is not the second field, is not a number, or does not lead to CheckSum(10).
    #[error("BodyLength(9) is missing or wrong")]
    BodyLength,
    /// The message would be longer than the caller's limit.
    #[error("the message is longer than the limit")]
    TooLong,
    /// CheckSum(10) does not match the bytes.
    #[error("CheckSum(10) is wrong")]
    CheckSum,
}

/// One whole message, as bytes, whose length and checksum are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    bytes: &'a [u8],
    begin_string: &'a [u8],
    content_and_trailer: &'a [u8],
}

impl<'a> Frame<'a> {
    /// All bytes, from `8=` to the SOH after CheckSum(10).
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// How many bytes the message takes.
    #[expect(clippy::len_without_is_empty, reason = "a frame is never empty")]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The value of BeginString(8).
    pub const fn begin_string(&self) -> &'a [u8] {
        self.begin_string
    }

    /// The fields between BodyLength(9) and CheckSum(10): those that BodyLength counts.
    pub(crate) fn content(&self) -> &'a [u8] {
        let length = self.content_and_trailer.len() - TRAILER_LENGTH;
        self.content_and_trailer.get(..length).unwrap_or_default()
    }

    /// The same with CheckSum(10) behind it.
    pub(crate) const fn content_and_trailer(&self) -> &'a [u8] {
        self.content_and_trailer
    }
}

/// Looks for one message at the start of `buffer`.
///
/// `max_length` limits a whole message, in bytes. A buffer of that length is enough to never get
/// [`Framing::Incomplete`] for ever.
pub fn next_frame(buffer: &[u8], max_length: usize) -> Framing<'_> {
    match parse(buffer, max_length) {
        Ok(frame) => Framing::Message(frame),
        Err(Halt::Incomplete) => Framing::Incomplete,
        Err(Halt::Skip(skip, error)) => Framing::Garbled { skip, error },
        Err(Halt::Resync(error)) => Framing::Garbled {
            skip: next_start(buffer),
            error,
        },
    }
}

/// Why there is no frame.
enum Halt {
    Incomplete,
    /// Drop so many bytes.
    Skip(usize, FrameError),
    /// Drop what comes before the next `8=FIX`.
    Resync(FrameError),
}

fn parse(buffer: &[u8], max_length: usize) -> Result<Frame<'_>, Halt> {
    let (begin_string, rest) = match buffer.strip_prefix(VERSION_START) {
        Some(rest) => (BEGIN_STRING.as_bytes(), rest),
        None => any_version(buffer)?,
    };
    let (body_length, rest) = match body_length(rest) {
        Some(read) => read,
        None => body_length_slow(rest)?,
    };

    let content_start = buffer.len() - rest.len();
    let trailer_start = content_start.saturating_add(body_length);
    let end = trailer_start.saturating_add(TRAILER_LENGTH);
    if end > max_length {
        return Err(Halt::Resync(FrameError::TooLong));
    }
    let bytes = buffer.get(..end).ok_or(Halt::Incomplete)?;
    let (before, trailer) = bytes
        .split_at_checked(trailer_start)
        .ok_or(Halt::Resync(FrameError::BodyLength))?;
    let content_and_trailer = bytes.get(content_start..).unwrap_or_default();
    let content = before.get(content_start..).unwrap_or_default();
    let (&[b'1', b'0', b'=', a, b, c, d @ SOH], [.., SOH]) = (trailer, content) else {
        return Err(Halt::Resync(FrameError::BodyLength));
    };
    if [a, b, c, d] != checksum_digits(checksum(before)) {
        // BodyLength(9) led to a CheckSum(10), so the message ends here. Nothing inside of it is
        // taken for a message: its data fields are the sender's, not the session's.
        return Err(Halt::Skip(end, FrameError::CheckSum));
    }
    Ok(Frame {
        bytes,
        begin_string,
        content_and_trailer,
    })
}

/// BeginString(8), whatever it is, and what follows the `9=` behind it.
#[cold]
fn any_version(buffer: &[u8]) -> Result<(&[u8], &[u8]), Halt> {
    let Some(rest) = buffer.strip_prefix(MESSAGE_START) else {
        return Err(if MESSAGE_START.starts_with(buffer) {
            Halt::Incomplete
        } else {
            Halt::Resync(FrameError::NotAMessage)
        });
    };
    let (suffix, rest) = value(rest, BEGIN_STRING_LENGTH_MAX, FrameError::BeginString)?;
    let begin_string = buffer
        .get(b"8=".len()..MESSAGE_START.len() + suffix.len())
        .unwrap_or_default();
    match rest.strip_prefix(b"9=") {
        Some(rest) => Ok((begin_string, rest)),
        None if b"9=".starts_with(rest) => Err(Halt::Incomplete),
        None => Err(Halt::Resync(FrameError::BodyLength)),
    }
}

/// BodyLength(9) as most messages have it, two to four digits, and what follows its SOH. `None` leaves it to
/// [`body_length_slow`].
#[inline(always)]
fn body_length(rest: &[u8]) -> Option<(usize, &[u8])> {
    let (digits, rest) = match rest {
        [a, b, c, SOH, rest @ ..] => ([b'0', *a, *b, *c], rest),
        [a, b, SOH, rest @ ..] => ([b'0', b'0', *a, *b], rest),
        [a, b, c, d, SOH, rest @ ..] => ([*a, *b, *c, *d], rest),
        _ => return None,
    };
    Some((number(&digits)?, rest))
}

/// BodyLength(9) and what follows its SOH.
#[cold]
fn body_length_slow(rest: &[u8]) -> Result<(usize, &[u8]), Halt> {
    let (digits, rest) = value(rest, BODY_LENGTH_DIGITS_MAX, FrameError::BodyLength)?;
    let body_length = number(digits).ok_or(Halt::Resync(FrameError::BodyLength))?;
    Ok((body_length, rest))
}

/// Splits a value of at most `length_max` bytes from what follows its SOH.
fn value(bytes: &[u8], length_max: usize, error: FrameError) -> Result<(&[u8], &[u8]), Halt> {
    match bytes
        .iter()
        .take(length_max + 1)
        .position(|byte| *byte == SOH)
    {
        Some(end) => match bytes.split_at_checked(end) {
            Some((value, [_, rest @ ..])) => Ok((value, rest)),
            _ => Err(Halt::Incomplete),
        },
        None if bytes.len() > length_max => Err(Halt::Resync(error)),
        None => Err(Halt::Incomplete),
    }
}

/// A number of at most [`BODY_LENGTH_DIGITS_MAX`] digits.
fn number(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_usize, |number, digit| {
        let digit = usize::from(digit.wrapping_sub(b'0'));
        (digit <= 9).then(|| number.saturating_mul(10).saturating_add(digit))
    })
}

/// The index, at least 1, where the next message may start: the next `8=FIX`, or the beginning of one
/// that the end of the buffer cuts off, or the end.
fn next_start(buffer: &[u8]) -> usize {
    let after_first = buffer.get(1..).unwrap_or_default();
    if let Some(found) = memmem::find(after_first, MESSAGE_START) {
        return found + 1;
    }
    let cut_off = (1..MESSAGE_START.len()).rev().find(|length| {
        MESSAGE_START
            .get(..*length)
            .is_some_and(|start| after_first.ends_with(start))
    });
    buffer.len() - cut_off.unwrap_or(0)
}
