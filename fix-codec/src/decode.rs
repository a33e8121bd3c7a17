//! From a frame to a [`Message`]: where each field is, and what the header says. No copying, and no
//! allocation once the decoder has grown to the messages it sees.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::dictionary::{self, Place};
use crate::field::{TagValue, data_field, field};
use crate::frame::Frame;
use crate::message::{FieldSpan, Message};
use crate::values::ValueError;
use crate::{BEGIN_STRING, PartialHeader, SOH, SessionReject, SessionRejectReason, tags};

/// The most fields of one message. More of them are rejected.
pub const FIELDS_MAX: usize = 16_384;
/// A decoder that has grown past this for one message shrinks again.
const FIELDS_KEPT: usize = 1_024;

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
    spans: Vec<FieldSpan>,
}

impl Decoder {
    /// A decoder that has no buffer yet.
    pub const fn new() -> Self {
        Self { spans: Vec::new() }
    }

    /// Reads the fields of `frame`, and its header.
    ///
    /// # Errors
    /// [`DecodeError`] when a field does not follow the grammar, a data field does not have its
    /// length, or the header lacks or misforms a field that every message has. What else the data
    /// dictionary says is checked by [`dictionary::validate`].
    pub fn decode<'a>(&'a mut self, frame: Frame<'a>) -> Result<Message<'a>, DecodeError<'a>> {
        if self.spans.capacity() > FIELDS_KEPT {
            self.spans = Vec::new();
        }
        self.spans.clear();
        let mut header = PartialHeader::default();
        let mut scan = Scan {
            bytes: frame.bytes(),
            spans: &mut self.spans,
            header: &mut header,
            header_fault: None,
            header_end: None,
            trailer_start: None,
        };
        let parts = match scan.run(frame) {
            Ok(()) => (scan.header_end, scan.trailer_start),
            Err(fault) => {
                return Err(DecodeError {
                    fault,
                    header: Box::new(header),
                });
            }
        };
        let complete = match scan.header_fault {
            None => header
                .complete()
                .map_err(|missing| if_empty(missing, &self.spans)),
            Some((error, tag)) => Err(SessionReject::new(error.reason(), tag)),
        };
        match complete {
            Ok(header) => Ok(Message::new(header, frame.bytes(), &self.spans, parts)),
            Err(reject) => Err(DecodeError {
                fault: Fault::Reject(reject),
                header: Box::new(header),
            }),
        }
    }
}

/// A required field that is there without a value is not missing.
#[cold]
fn if_empty(missing: SessionReject, spans: &[FieldSpan]) -> SessionReject {
    let is_there = |tag| spans.iter().any(|span| i64::from(span.tag) == tag);
    if missing.ref_tag.is_some_and(is_there) {
        let reason = SessionRejectReason::TagWithoutValue;
        return SessionReject {
            reason,
            text: reason.text(),
            ..missing
        };
    }
    missing
}

/// One pass over the fields of a frame.
struct Scan<'s, 'a> {
    bytes: &'a [u8],
    spans: &'s mut Vec<FieldSpan>,
    header: &'s mut PartialHeader<'a>,
    /// The first header field that could not be read.
    header_fault: Option<(ValueError, u32)>,
    /// The index of the first field that is not the header's.
    header_end: Option<usize>,
    /// The index of the first field of the trailer.
    trailer_start: Option<usize>,
}

impl<'a> Scan<'_, 'a> {
    fn run(&mut self, frame: Frame<'a>) -> Result<(), Fault> {
        self.header.begin_string = match frame.begin_string() {
            value if value == BEGIN_STRING.as_bytes() => BEGIN_STRING,
            value => core::str::from_utf8(value).unwrap_or_default(),
        };
        let content = frame.content();
        if !content.starts_with(b"35=") {
            return Err(Fault::Garbled);
        }
        self.leading_fields(frame);
        let mut rest = content;
        while !rest.is_empty() {
            rest = self.next_field(rest)?;
        }
        let trailer = frame.bytes().len() - b"nnn|".len();
        self.trailer_start.get_or_insert(self.spans.len());
        self.push(tags::CHECK_SUM, trailer, trailer + 3);
        self.header_end
            .get_or_insert(self.spans.len().saturating_sub(1));
        Ok(())
    }

    /// BeginString(8) and BodyLength(9), whose places framing has found.
    fn leading_fields(&mut self, frame: Frame<'a>) {
        let begin_string_end = b"8=".len() + frame.begin_string().len();
        self.push(tags::BEGIN_STRING, b"8=".len(), begin_string_end);
        let body_length_end = frame.bytes().len() - frame.content().len() - b"|10=nnn|".len();
        self.push(
            tags::BODY_LENGTH,
            begin_string_end + b"|9=".len(),
            body_length_end,
        );
    }

    /// Reads one field, or a length and its data; gives back what follows.
    fn next_field(&mut self, input: &'a [u8]) -> Result<&'a [u8], Fault> {
        let (rest, (tag, value)) = field(input).map_err(|_| self.malformed(input))?;
        if !self.take(tag, value, rest)? {
            return Ok(rest);
        }
        // A length that is no number, or that no data field follows, is for validation to reject.
        let (Some(data_tag), Some(length)) = (dictionary::data_tag(tag), length(value)) else {
            return Ok(rest);
        };
        match data_field(length)(rest) {
            Ok((after, (found, data))) if found == data_tag => {
                self.take(found, data, after)?;
                Ok(after)
            }
            Ok(_) => Ok(rest),
            Err(_) => match field(rest) {
                Ok((_, (found, _))) if found == data_tag => Err(Fault::Reject(SessionReject::new(
                    SessionRejectReason::IncorrectValue,
                    tag,
                ))),
                Ok(_) | Err(_) => Ok(rest),
            },
        }
    }

    /// Notes one field; says whether it announces the length of a data field. `rest` is what
    /// follows it.
    #[inline]
    fn take(&mut self, tag: u32, value: &'a [u8], rest: &'a [u8]) -> Result<bool, Fault> {
        let index = self.spans.len();
        if tag == 0 || index >= FIELDS_MAX {
            return Err(refuse(tag));
        }
        let kind = dictionary::kind(tag);
        match kind.place {
            Place::Header => {
                if let Err(error) = self.header.take(tag, value) {
                    self.header_fault.get_or_insert((error, tag));
                }
            }
            Place::Body => {
                self.header_end.get_or_insert(index);
            }
            Place::Trailer => {
                self.header_end.get_or_insert(index);
                self.trailer_start.get_or_insert(index);
            }
        }
        // `content` ends where the trailer starts, 7 bytes before the end of the frame.
        let end = self.bytes.len() - b"10=nnn|".len() - rest.len() - 1;
        self.push(tag, end - value.len(), end);
        Ok(kind.is_length)
    }

    fn push(&mut self, tag: u32, start: usize, end: usize) {
        self.spans.push(FieldSpan { tag, start, end });
    }

    /// Says what is wrong with the field at the start of `input`.
    #[cold]
    fn malformed(&self, input: &[u8]) -> Fault {
        let text = input.split(|byte| *byte == SOH).next().unwrap_or_default();
        let Some(equals) = text.iter().position(|byte| *byte == b'=') else {
            // What stands before this is a value that went on behind its delimiter.
            let previous = self.spans.last().map(|span| i64::from(span.tag));
            let reason = SessionRejectReason::DelimiterInValue;
            return Fault::Reject(SessionReject {
                reason,
                ref_tag: previous,
                text: reason.text(),
            });
        };
        let tag = text
            .get(..equals)
            .and_then(|tag| core::str::from_utf8(tag).ok());
        let reason = SessionRejectReason::InvalidTagNumber;
        let ref_tag = tag.and_then(|tag| tag.parse().ok());
        Fault::Reject(SessionReject {
            reason,
            ref_tag,
            text: reason.text(),
        })
    }
}

/// Refuses a field with the tag 0, or one too many.
#[cold]
fn refuse(tag: u32) -> Fault {
    Fault::Reject(if tag == 0 {
        SessionReject::new(SessionRejectReason::InvalidTagNumber, tag)
    } else {
        SessionReject {
            reason: SessionRejectReason::Other,
            ref_tag: Some(i64::from(tag)),
            text: "Too many fields",
        }
    })
}

/// The value of a length field; `None` if it is not a number.
fn length(value: &[u8]) -> Option<usize> {
    core::str::from_utf8(value).ok()?.parse().ok()
}

/// A field read on its own, for [`crate::resend`].
pub(crate) fn field_or_data<'a>(
    input: &'a [u8],
    previous: Option<TagValue<'a>>,
) -> Option<(&'a [u8], TagValue<'a>)> {
    if let Some((tag, value)) = previous
        && let Some(data_tag) = dictionary::data_tag(tag)
        && let Some(length) = length(value)
        && let Ok((rest, (found, data))) = data_field(length)(input)
        && found == data_tag
    {
        return Some((rest, (found, data)));
    }
    field(input).ok()
}
