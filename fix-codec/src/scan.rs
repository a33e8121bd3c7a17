//! One pass over a frame: where each field stands, and what those of the header say. Allocates nothing once the table of
//! fields has grown to the messages it sees.

use crate::dictionary::{self, Place, TagKind};
use crate::field::{Found, data_field, field, find};
use crate::frame::{Frame, TRAILER_LENGTH};
use crate::message::Parts;
use crate::spans::{FieldSpan, Spans};
use crate::values::ValueError;
use crate::{
    BEGIN_STRING, Fault, MsgType, PartialHeader, SOH, SessionReject, SessionRejectReason, tags,
};

/// What a pass over the fields of a frame finds.
pub(crate) struct Scan<'s, 'a> {
    frame: Frame<'a>,
    spans: &'s mut Spans,
    header: &'s mut PartialHeader<'a>,
    /// The first MsgType(35) that is neither empty nor unreadable.
    pub(crate) type_code: &'a [u8],
    /// What type that is.
    pub(crate) msg_type: Option<MsgType>,
    /// The first header field that could not be read.
    pub(crate) header_fault: Option<(ValueError, u32)>,
    pub(crate) parts: Parts,
}

impl<'s, 'a> Scan<'s, 'a> {
    /// A pass over `frame`, before its first step, that notes the fields in `spans` and fills `header` in.
    #[inline(always)]
    pub(crate) fn new(
        frame: Frame<'a>,
        spans: &'s mut Spans,
        header: &'s mut PartialHeader<'a>,
    ) -> Self {
        spans.clear();
        header.begin_string = match frame.begin_string() {
            value if value == BEGIN_STRING.as_bytes() => BEGIN_STRING,
            value => core::str::from_utf8(value).unwrap_or_default(),
        };
        Self {
            frame,
            spans,
            header,
            type_code: &[],
            msg_type: None,
            header_fault: None,
            parts: Parts::FRAMING,
        }
    }

    /// Finds every field, and reads those of the header as they come.
    ///
    /// # Errors
    /// [`Fault`] for the first field that does not follow the grammar. Those before it were found.
    #[inline(always)]
    pub(crate) fn run(&mut self) -> Result<(), Fault> {
        self.leading_fields()?;
        let mut rest = self.third_field()?;
        while rest.len() > TRAILER_LENGTH {
            rest = self.next_field(rest)?;
        }
        self.parts.trailer_at(self.spans.len());
        self.spans.push_last(FieldSpan {
            start: self.frame.len() - b"nnn|".len(),
            end: self.frame.len() - b"|".len(),
            ..FieldSpan::of_tag(tags::CHECK_SUM)
        });
        Ok(())
    }

    /// BeginString(8) and BodyLength(9), whose places framing has found.
    fn leading_fields(&mut self) -> Result<(), Fault> {
        let begin_string = FieldSpan {
            start: b"8=".len(),
            end: b"8=".len() + self.frame.begin_string().len(),
            ..FieldSpan::of_tag(tags::BEGIN_STRING)
        };
        let content_start = self.frame.len() - self.frame.content_and_trailer().len();
        self.push(begin_string)?;
        self.push(FieldSpan {
            start: begin_string.end + b"|9=".len(),
            end: content_start - b"|".len(),
            ..FieldSpan::of_tag(tags::BODY_LENGTH)
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
        self.push(self.span(found))?;
        self.msg_type(found.value());
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
        self.push(self.span(found))?;
        match dictionary::kind(found.slot) {
            TagKind::Body => Ok(found.rest),
            TagKind::Header => {
                self.header_field(found.tag, found.value());
                Ok(found.rest)
            }
            TagKind::Trailer | TagKind::Length | TagKind::Unlisted => {
                self.unusual_field(found.rest)
            }
        }
    }

    /// Does what there is to do about the field found last, which is not just one of header or body; gives back what
    /// follows it, or the data that it announces.
    #[cold]
    #[inline(never)]
    fn unusual_field(&mut self, rest: &'a [u8]) -> Result<&'a [u8], Fault> {
        let Some(span) = self.spans.as_slice().last().copied() else {
            return Ok(rest);
        };
        if span.tag == 0 {
            return Err(no_tag());
        }
        let value = span.value(self.frame.bytes());
        self.note_place(span.tag, value);
        if dictionary::kind(span.slot) == TagKind::Length {
            self.data(span.tag, value, rest)
        } else {
            Ok(rest)
        }
    }

    /// Finds the data behind its length, if it is there; gives back what follows.
    fn data(&mut self, length_tag: u32, length: &[u8], input: &'a [u8]) -> Result<&'a [u8], Fault> {
        // A length that is no number, or that no data field follows, is for validation to reject.
        let (Some(data_tag), Some(announced)) = (dictionary::data_tag(length_tag), number(length))
        else {
            return Ok(input);
        };
        // Data ends where the content does.
        let content_left = input.len() - TRAILER_LENGTH;
        let content = input.get(..content_left).unwrap_or_default();
        match data_field(announced)(content) {
            Ok((after, (found, data))) if found == data_tag => {
                let rest = input.get(content_left - after.len()..).unwrap_or_default();
                let end = self.frame.len() - rest.len() - b"|".len();
                self.push(FieldSpan {
                    start: end - data.len(),
                    end,
                    ..FieldSpan::of_tag(found)
                })?;
                self.note_place(found, data);
                Ok(rest)
            }
            Ok(_) => Ok(input),
            Err(_) => match field(content) {
                Ok((_, (found, _))) if found == data_tag => Err(Fault::Reject(SessionReject::new(
                    SessionRejectReason::IncorrectValue,
                    length_tag,
                ))),
                Ok(_) | Err(_) => Ok(input),
            },
        }
    }

    /// Notes to which part of the message the field found last belongs.
    fn note_place(&mut self, tag: u32, value: &'a [u8]) {
        match dictionary::place(tag) {
            Place::Header => self.header_field(tag, value),
            Place::Body => {}
            Place::Trailer => self.parts.trailer_at(self.spans.len() - 1),
        }
    }

    /// Takes the field found last in, which is the header's, wherever it stands.
    #[inline(always)]
    fn header_field(&mut self, tag: u32, value: &'a [u8]) {
        if self.parts.header_end + 1 == self.spans.len() {
            self.parts.header_end += 1;
        } else {
            self.parts.header_is_plain = false;
        }
        match self.header.take(tag, value) {
            Ok(true) => {}
            Ok(false) => self.unusual_header_field(tag, value),
            Err(error) => {
                self.header_fault.get_or_insert((error, tag));
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
            slot: found.slot,
            start: self.frame.len() - found.from_value.len(),
            end: self.frame.len() - found.rest.len() - b"|".len(),
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
pub(crate) fn number(value: &[u8]) -> Option<usize> {
    core::str::from_utf8(value).ok()?.parse().ok()
}
