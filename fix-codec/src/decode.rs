//! From a frame to a [`Message`]: where each field is, and what the header says. No copying, and no
//! allocation once the decoder has grown to the messages it sees.

use alloc::boxed::Box;

use crate::dictionary::{self, Place, TagKind};
use crate::field::{Found, TagValue, data_field, field, find};
use crate::frame::{Frame, TRAILER_LENGTH};
use crate::message::{Message, Parts};
use crate::spans::{FieldSpan, Spans};
use crate::values::{FieldValue, ValueError};
use crate::{BEGIN_STRING, MsgType, PartialHeader, SOH, SessionReject, SessionRejectReason, tags};

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
        self.spans.clear();
        let mut header = PartialHeader::default();
        let mut scan = Scan {
            frame,
            spans: &mut self.spans,
            header: &mut header,
            type_code: &[],
            msg_type: None,
            header_fault: None,
            header_fields: 0,
            parts: Parts::FRAMING,
        };
        let outcome = scan.run();
        scan.read_header();
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

/// One pass over the fields of a frame.
struct Scan<'s, 'a> {
    frame: Frame<'a>,
    spans: &'s mut Spans,
    header: &'s mut PartialHeader<'a>,
    /// The first MsgType(35) that is neither empty nor unreadable.
    type_code: &'a [u8],
    /// What type that is.
    msg_type: Option<MsgType>,
    /// The first header field that could not be read.
    header_fault: Option<(ValueError, u32)>,
    /// How many fields of the header there are behind the first three.
    header_fields: usize,
    parts: Parts,
}

impl<'a> Scan<'_, 'a> {
    /// Finds every field.
    #[inline(always)]
    fn run(&mut self) -> Result<(), Fault> {
        self.leading_fields()?;
        let mut rest = self.third_field()?;
        while rest.len() > TRAILER_LENGTH {
            rest = self.next_field(rest)?;
        }
        self.parts.trailer_at(self.spans.len());
        self.spans.push_last(FieldSpan {
            tag: tags::CHECK_SUM,
            start: self.frame.len() - b"nnn|".len(),
            length: b"nnn".len(),
        });
        Ok(())
    }

    /// BeginString(8) and BodyLength(9), whose places framing has found.
    fn leading_fields(&mut self) -> Result<(), Fault> {
        let begin_string = FieldSpan {
            tag: tags::BEGIN_STRING,
            start: b"8=".len(),
            length: self.frame.begin_string().len(),
        };
        let body_length_start = begin_string.start + begin_string.length + b"|9=".len();
        let content_start = self.frame.len() - self.frame.content_and_trailer().len();
        self.push(begin_string)?;
        self.push(FieldSpan {
            tag: tags::BODY_LENGTH,
            start: body_length_start,
            length: content_start - b"|".len() - body_length_start,
        })
    }

    /// Reads the third field, which must be MsgType(35); gives back what follows.
    #[inline(always)]
    fn third_field(&mut self) -> Result<&'a [u8], Fault> {
        let content = self.frame.content_and_trailer();
        if !content.starts_with(b"35=") {
            return Err(Fault::Garbled);
        }
        let found = find(content).ok_or_else(|| self.malformed(content))?;
        let span = self.span(found);
        self.push(span)?;
        self.msg_type(span.value(self.frame.bytes()));
        Ok(found.rest)
    }

    /// Takes MsgType(35) in. One that is empty, or no text, leaves the place to another.
    #[inline(always)]
    fn msg_type(&mut self, code: &'a [u8]) {
        self.msg_type = MsgType::from_code(code);
        if self.msg_type.is_none() && core::str::from_utf8(code).is_err() {
            self.header_fault
                .get_or_insert((ValueError::Format, tags::MSG_TYPE));
        } else {
            self.type_code = code;
        }
    }

    /// Finds one field, or a length and its data; gives back what follows.
    #[inline(always)]
    fn next_field(&mut self, input: &'a [u8]) -> Result<&'a [u8], Fault> {
        let found = find(input).ok_or_else(|| self.malformed(input))?;
        let span = self.span(found);
        self.push(span)?;
        let kind = dictionary::kind(found.tag);
        if kind == TagKind::Body {
            return Ok(found.rest);
        }
        if kind == TagKind::Header {
            self.header_fields += 1;
            return Ok(found.rest);
        }
        self.unusual_field(found.tag, found.rest)
    }

    /// Does what there is to do about the field found last, which is not just one of header or body; gives back what
    /// follows it, or the data that it announces.
    #[cold]
    fn unusual_field(&mut self, tag: u32, rest: &'a [u8]) -> Result<&'a [u8], Fault> {
        if tag == 0 {
            return Err(no_tag());
        }
        let index = self.spans.len() - 1;
        self.note_place(tag, index);
        match self.spans.get(index) {
            Some(span) if dictionary::kind(tag) == TagKind::Length => self.data(span, rest),
            Some(_) | None => Ok(rest),
        }
    }

    /// Finds the data behind its length, if it is there; gives back what follows.
    fn data(&mut self, length: FieldSpan, input: &'a [u8]) -> Result<&'a [u8], Fault> {
        let announced = number(length.value(self.frame.bytes()));
        // A length that is no number, or that no data field follows, is for validation to reject.
        let (Some(data_tag), Some(announced)) = (dictionary::data_tag(length.tag), announced)
        else {
            return Ok(input);
        };
        // Data ends where the content does.
        let content_left = input.len() - TRAILER_LENGTH;
        let content = input.get(..content_left).unwrap_or_default();
        match data_field(announced)(content) {
            Ok((after, (found, data))) if found == data_tag => {
                let rest = input.get(content_left - after.len()..).unwrap_or_default();
                self.note_place(found, self.spans.len());
                self.push(FieldSpan {
                    tag: found,
                    start: self.frame.len() - rest.len() - b"|".len() - data.len(),
                    length: data.len(),
                })?;
                Ok(rest)
            }
            Ok(_) => Ok(input),
            Err(_) => match field(content) {
                Ok((_, (found, _))) if found == data_tag => Err(Fault::Reject(SessionReject::new(
                    SessionRejectReason::IncorrectValue,
                    length.tag,
                ))),
                Ok(_) | Err(_) => Ok(input),
            },
        }
    }

    /// Notes to which part of the message the field with this index belongs.
    fn note_place(&mut self, tag: u32, index: usize) {
        match dictionary::place(tag) {
            Place::Header => self.header_fields += 1,
            Place::Body => {}
            Place::Trailer => self.parts.trailer_at(index),
        }
    }

    /// Reads the header from the fields that were found.
    #[inline(always)]
    fn read_header(&mut self) {
        self.header.begin_string = match self.frame.begin_string() {
            value if value == BEGIN_STRING.as_bytes() => BEGIN_STRING,
            value => core::str::from_utf8(value).unwrap_or_default(),
        };
        let mut index = Parts::FRAMING.header_end;
        while let Some(span) = self.spans.get(index) {
            if dictionary::kind(span.tag) != TagKind::Header
                && dictionary::place(span.tag) != Place::Header
            {
                break;
            }
            self.header_field(span);
            index += 1;
        }
        self.parts.header_end = index.min(self.spans.len());
        if self.header_fields > index - Parts::FRAMING.header_end {
            self.read_misplaced(index);
        }
    }

    /// Reads the fields of the header that stand behind it, from the field `index` on.
    #[cold]
    fn read_misplaced(&mut self, index: usize) {
        self.parts.header_is_plain = false;
        for index in index..self.spans.len() {
            if let Some(span) = self.spans.get(index)
                && dictionary::place(span.tag) == Place::Header
            {
                self.header_field(span);
            }
        }
    }

    /// Takes a field of the header in.
    #[inline(always)]
    fn header_field(&mut self, span: FieldSpan) {
        let value = span.value(self.frame.bytes());
        match self.header.take(span.tag, value) {
            Ok(true) => {}
            Ok(false) => self.unusual_header_field(span.tag, value),
            Err(error) => {
                self.header_fault.get_or_insert((error, span.tag));
            }
        }
    }

    /// Leaves a header field to validation: one that is empty, comes again, or is not read here.
    #[cold]
    fn unusual_header_field(&mut self, tag: u32, value: &'a [u8]) {
        self.parts.header_is_plain = false;
        if tag == tags::MSG_TYPE && self.type_code.is_empty() {
            self.msg_type(value);
        }
    }

    /// Where a field stands that was found.
    #[inline(always)]
    fn span(&self, found: Found<'a>) -> FieldSpan {
        FieldSpan {
            tag: found.tag,
            start: self.frame.len() - found.from_value.len(),
            length: found.length(),
        }
    }

    #[inline(always)]
    fn push(&mut self, span: FieldSpan) -> Result<(), Fault> {
        self.spans.push(span).map_err(|_| too_many(span.tag))
    }

    /// Says what is wrong with the field at the start of `input`.
    #[cold]
    fn malformed(&self, input: &[u8]) -> Fault {
        let text = input.split(|byte| *byte == SOH).next().unwrap_or_default();
        let Some(equals) = text.iter().position(|byte| *byte == b'=') else {
            // What stands before this is a value that went on behind its delimiter.
            let previous = self.spans.as_slice().last().map(|span| i64::from(span.tag));
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

/// Refuses the tag 0.
#[cold]
fn no_tag() -> Fault {
    Fault::Reject(SessionReject::new(SessionRejectReason::InvalidTagNumber, 0))
}

/// Refuses one field too many.
#[cold]
fn too_many(tag: u32) -> Fault {
    Fault::Reject(SessionReject {
        reason: SessionRejectReason::Other,
        ref_tag: Some(i64::from(tag)),
        text: "Too many fields",
    })
}

/// The value of a length field; `None` if it is not a number.
fn number(value: &[u8]) -> Option<usize> {
    core::str::from_utf8(value).ok()?.parse().ok()
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
