//! A stored message, once more: as FIX 4.4 Volume 2 says of an answer to ResendRequest(2).

use core::ops::Range;

use bytes::BytesMut;
use chrono::{DateTime, Utc};

use crate::decode::field_or_data;
use crate::dictionary::HEADER;
use crate::field::TagValue;
use crate::frame::{Framing, next_frame};
use crate::values::{TimePrecision, TimeText};
use crate::{BodyWriter, tags};

/// Why stored bytes cannot be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ResendError {
    /// They are not exactly one whole message.
    #[error("the stored bytes are not one whole message")]
    NotOneMessage,
    /// The message has no SendingTime(52) among its header fields.
    #[error("the stored message has no SendingTime(52)")]
    NoSendingTime,
}

/// Appends the message `stored` to `out` as a possible duplicate: PossDupFlag(43) is Y,
/// SendingTime(52) is `sending_time`, OrigSendingTime(122) is what SendingTime was, BodyLength(9) and
/// CheckSum(10) are made anew, all else stays. Gives back where in `out` it stands.
///
/// # Errors
/// [`ResendError`] when `stored` is not one message with a SendingTime; `out` is left as it was.
pub fn encode_resend(
    stored: &[u8],
    sending_time: DateTime<Utc>,
    out: &mut BytesMut,
) -> Result<Range<usize>, ResendError> {
    let Framing::Message(frame) = next_frame(stored, stored.len()) else {
        return Err(ResendError::NotOneMessage);
    };
    let begin_string =
        core::str::from_utf8(frame.begin_string()).map_err(|_| ResendError::NotOneMessage)?;
    if frame.len() != stored.len() {
        return Err(ResendError::NotOneMessage);
    }
    let original = header_fields(frame.content())
        .find(|((tag, _), _)| *tag == tags::SENDING_TIME)
        .map(|((_, value), _)| value)
        .ok_or(ResendError::NoSendingTime)?;
    // A message that was resent before keeps the time it was first sent.
    let first_sent = header_fields(frame.content())
        .find(|((tag, _), _)| *tag == tags::ORIG_SENDING_TIME)
        .map_or(original, |((_, value), _)| value);

    let mut times = TimeText::new(TimePrecision::of(original));
    let mut writer = BodyWriter::new(out, &mut times);
    let open = writer.begin(begin_string);
    let mut body = frame.content();
    for ((tag, value), rest) in header_fields(frame.content()) {
        body = rest;
        match tag {
            tags::POSS_DUP_FLAG | tags::ORIG_SENDING_TIME => {}
            tags::SENDING_TIME => {
                writer.field(tags::POSS_DUP_FLAG, &true);
                writer.field(tags::SENDING_TIME, &sending_time);
                writer.bytes_field(tags::ORIG_SENDING_TIME, first_sent);
            }
            _ => writer.bytes_field(tag, value),
        }
    }
    writer.write_bytes(body);
    Ok(writer.end(open))
}

/// Each header field of a message with what follows it, up to the first field of the body.
fn header_fields(content: &[u8]) -> impl Iterator<Item = (TagValue<'_>, &[u8])> {
    let mut rest = content;
    let mut previous = None;
    core::iter::from_fn(move || {
        let (after, field) = field_or_data(rest, previous)?;
        if !HEADER.own.contains(field.0) && !HEADER.nested.contains(field.0) {
            return None;
        }
        rest = after;
        previous = Some(field);
        Some((field, after))
    })
}
