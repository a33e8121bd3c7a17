//! From a frame to a [`Message`], or to why it is none.

use alloc::boxed::Box;

use crate::dictionary;
use crate::field::{TagValue, data_field, field};
use crate::frame::Frame;
use crate::message::Message;
use crate::scan::{Scan, number};
use crate::spans::{FieldSpan, Spans};
use crate::values::FieldValue;
use crate::{PartialHeader, SessionReject, SessionRejectReason, tags};

/// Why a frame is not a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}")]
pub struct DecodeError<'a> {
    /// What to do about it.
    pub fault: Fault,
    /// What could be read of its header.
    pub header: Box<PartialHeader<'a>>,
}

/// What a receiver does with a frame that is not a message (FIX 4.4 Volume 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The third field is not MsgType(35): the message is garbled. Ignore it, do not count it.
    #[error("garbled: the third field is not MsgType(35)")]
    Garbled,
    /// Answer with Reject(3) and count the message; when MsgSeqNum(34) could not be read, log out.
    #[error(transparent)]
    Reject(SessionReject),
}

/// Decodes messages one after the other. Keeps the buffer of field positions between them.
#[derive(Debug, Default)]
pub struct Decoder {
    spans: Spans,
}

impl Decoder {
    /// A decoder that has no buffer yet.
    pub const fn new() -> Self {
        Self {
            spans: Spans::new(),
        }
    }

    /// Reads the fields of `frame`, and its header.
    ///
    /// # Errors
    /// [`DecodeError`] when a field does not follow the grammar, a data field does not have its
    /// length, or the header lacks or misforms a field that every message has. What else the data
    /// dictionary says is checked by [`dictionary::validate`].
    pub fn decode<'a>(&'a mut self, frame: Frame<'a>) -> Result<Message<'a>, DecodeError<'a>> {
        let mut header = PartialHeader::default();
        let mut scan = Scan::new(frame, &mut self.spans, &mut header);
        let outcome = scan.run();
        let Scan {
            type_code,
            msg_type,
            header_fault,
            parts,
            ..
        } = scan;
        let fault = match (outcome, header_fault) {
            (Err(fault), _) => fault,
            (Ok(()), Some((error, tag))) => Fault::Reject(SessionReject::new(error.reason(), tag)),
            (Ok(()), None) => match header.complete(msg_type) {
                Ok(header) => {
                    return Ok(Message::new(
                        header,
                        frame.bytes(),
                        self.spans.as_slice(),
                        parts,
                    ));
                }
                Err(tag) => Fault::Reject(incomplete(tag, type_code, self.spans.as_slice())),
            },
        };
        header.msg_type = <&str>::read(type_code).ok();
        Err(DecodeError {
            fault,
            header: Box::new(header),
        })
    }
}

/// Refuses a header without the field `tag`: missing, there without a value, or a MsgType(35) that is none.
#[cold]
fn incomplete(tag: u32, type_code: &[u8], spans: &[FieldSpan]) -> SessionReject {
    let is_there = spans.iter().any(|span| span.tag == tag);
    if tag == tags::MSG_TYPE && !type_code.is_empty() {
        SessionReject::untagged(SessionRejectReason::InvalidMsgType)
    } else if is_there {
        SessionReject::new(SessionRejectReason::TagWithoutValue, tag)
    } else {
        SessionReject::new(SessionRejectReason::RequiredTagMissing, tag)
    }
}

/// A field read on its own, for [`crate::resend`].
pub(crate) fn field_or_data<'a>(
    input: &'a [u8],
    previous: Option<TagValue<'a>>,
) -> Option<(&'a [u8], TagValue<'a>)> {
    if let Some((tag, value)) = previous
        && let Some(data_tag) = dictionary::data_tag(tag)
        && let Some(length) = number(value)
        && let Ok((rest, (found, data))) = data_field(length)(input)
        && found == data_tag
    {
        return Some((rest, (found, data)));
    }
    field(input).ok()
}
