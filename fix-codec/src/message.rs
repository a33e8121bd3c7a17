//! A decoded message: its header, and its fields where they stand in the frame.

use core::slice;

use crate::dictionary::{self, GroupDefinition};
use crate::spans::FieldSpan;
use crate::{Header, MsgType, Routing, SessionReject, SessionRejectReason};

/// One field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The tag number.
    pub tag: u32,
    /// The value, without its SOH.
    pub value: &'a [u8],
}

/// Where the parts of a message begin, as indices of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// The first field that is not the header's.
    pub(crate) header_end: usize,
    /// The first field of the trailer.
    trailer_start: usize,
    /// Whether decoding has checked all that there is to check of the header: its fields stand at the beginning and
    /// nowhere else, each once, with a value that could be read.
    pub(crate) header_is_plain: bool,
}

impl Parts {
    /// The three fields that every message begins with, and nothing else so far.
    pub(crate) const FRAMING: Self = Self {
        header_end: 3,
        trailer_start: usize::MAX,
        header_is_plain: true,
    };

    /// A field of the trailer is at `index`.
    #[inline(always)]
    pub(crate) fn trailer_at(&mut self, index: usize) {
        self.trailer_start = self.trailer_start.min(index);
    }
}

/// A decoded message. Borrows the frame it was read from and the decoder that read it.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The standard header.
    pub header: Header<'a>,
    all: Fields<'a>,
    parts: Parts,
}

impl<'a> Message<'a> {
    #[inline(always)]
    pub(crate) const fn new(
        header: Header<'a>,
        bytes: &'a [u8],
        spans: &'a [FieldSpan],
        parts: Parts,
    ) -> Self {
        Self {
            header,
            all: Fields { bytes, spans },
            parts,
        }
    }

    /// MsgType(35).
    pub const fn msg_type(&self) -> MsgType {
        self.header.msg_type
    }

    /// Who within a firm sent it and is to have it, and on whose behalf. Read from the fields when it is asked for: few
    /// messages have it, and fewer receivers ask.
    pub fn routing(&self) -> Routing<'a> {
        Routing::of(self.all)
    }

    /// The whole message, as it came.
    pub const fn bytes(&self) -> &'a [u8] {
        self.all.bytes
    }

    /// The value of the first field `tag`, in header, body or trailer, be it in a group or not.
    pub fn get(&self, tag: u32) -> Option<&'a [u8]> {
        self.all.get(tag)
    }

    /// The entries of the body's group that `count_tag` announces, as the data dictionary defines it
    /// for this message type; `None` when it defines none or the message has none.
    ///
    /// # Errors
    /// [`SessionReject`] when the count is no number.
    pub fn group(&self, count_tag: u32) -> Option<Result<Entries<'a>, SessionReject>> {
        let definition = dictionary::message(self.header.msg_type)?
            .body
            .group(count_tag)?;
        self.body().group(definition)
    }

    /// Whether decoding has checked all that there is to check of the header.
    pub(crate) const fn is_header_plain(&self) -> bool {
        self.parts.header_is_plain
    }

    /// The fields that are left to be held against the data dictionary: all but the first three and the last, or, where
    /// decoding has checked the header, what follows that.
    pub(crate) fn unchecked(&self) -> Fields<'a> {
        let start = if self.parts.header_is_plain {
            self.parts.header_end
        } else {
            3
        };
        self.all.slice(start, self.all.len().saturating_sub(1))
    }

    /// Every field, from BeginString(8) to CheckSum(10).
    pub const fn fields(&self) -> Fields<'a> {
        self.all
    }

    /// The fields before the first one that is not the header's.
    pub fn header_fields(&self) -> Fields<'a> {
        self.all.slice(0, self.parts.header_end)
    }

    /// The fields between header and trailer.
    pub fn body(&self) -> Fields<'a> {
        self.all
            .slice(self.parts.header_end, self.parts.trailer_start)
    }

    /// The fields from the first one that is the trailer's.
    pub fn trailer_fields(&self) -> Fields<'a> {
        self.all.slice(self.parts.trailer_start, self.all.len())
    }
}

/// Fields in the order of the message: all of it, one part, or one entry of a group.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    spans: &'a [FieldSpan],
}

impl<'a> Fields<'a> {
    /// How many fields these are.
    pub const fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// The first field.
    pub fn first(&self) -> Option<Field<'a>> {
        self.at(0)
    }

    /// Where each field stands.
    #[inline(always)]
    pub(crate) const fn spans(&self) -> &'a [FieldSpan] {
        self.spans
    }

    /// The fields from this index on.
    #[inline(always)]
    pub(crate) fn from(&self, index: usize) -> Self {
        self.slice(index, self.len())
    }

    /// The value of a field that stands there.
    #[inline(always)]
    pub(crate) fn value(&self, span: &FieldSpan) -> &'a [u8] {
        span.value(self.bytes)
    }

    /// The field with this index.
    #[inline(always)]
    pub(crate) fn at(&self, index: usize) -> Option<Field<'a>> {
        self.spans.get(index).map(|span| self.field(span))
    }

    /// The value of the first field `tag`.
    pub fn get(&self, tag: u32) -> Option<&'a [u8]> {
        self.spans
            .iter()
            .find(|span| span.tag == tag)
            .map(|span| self.field(span).value)
    }

    /// Each field in turn.
    pub fn iter(&self) -> FieldsIter<'a> {
        FieldsIter {
            bytes: self.bytes,
            spans: self.spans.iter(),
        }
    }

    /// The entries of the group that `definition` describes; `None` when its count is not here.
    ///
    /// # Errors
    /// [`SessionReject`] when the count is no number.
    pub fn group(
        &self,
        definition: &'static GroupDefinition,
    ) -> Option<Result<Entries<'a>, SessionReject>> {
        let index = self
            .spans
            .iter()
            .position(|span| span.tag == definition.count_tag)?;
        let count = self.field(self.spans.get(index)?).value;
        let after = self.slice(index + 1, self.len());
        Some(Entries::new(definition, count, after))
    }

    /// The first `length` fields and the others.
    pub(crate) fn split(&self, length: usize) -> (Self, Self) {
        (
            self.slice(0, length),
            self.slice(length.min(self.len()), self.len()),
        )
    }

    fn slice(&self, start: usize, end: usize) -> Self {
        let end = end.min(self.len());
        Self {
            bytes: self.bytes,
            spans: self.spans.get(start..end).unwrap_or_default(),
        }
    }

    #[inline(always)]
    fn field(&self, span: &FieldSpan) -> Field<'a> {
        Field {
            tag: span.tag,
            value: span.value(self.bytes),
        }
    }
}

impl<'a> IntoIterator for Fields<'a> {
    type Item = Field<'a>;
    type IntoIter = FieldsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &Fields<'a> {
    type Item = Field<'a>;
    type IntoIter = FieldsIter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Goes through [`Fields`].
#[derive(Clone, Debug)]
pub struct FieldsIter<'a> {
    bytes: &'a [u8],
    spans: slice::Iter<'a, FieldSpan>,
}

impl<'a> FieldsIter<'a> {
    /// The fields not yet given out.
    pub fn rest(&self) -> Fields<'a> {
        Fields {
            bytes: self.bytes,
            spans: self.spans.as_slice(),
        }
    }
}

impl<'a> Iterator for FieldsIter<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        let span = self.spans.next()?;
        Some(self.rest().field(span))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.spans.size_hint()
    }
}

impl ExactSizeIterator for FieldsIter<'_> {}

/// The entries of one repeating group, each as its fields. Gives out what is there, be it more or less
/// than announced; [`dictionary::validate`] compares.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    definition: &'static GroupDefinition,
    announced: usize,
    rest: Fields<'a>,
}

impl<'a> Entries<'a> {
    /// Reads the group announced by the value `count`; `after` is what follows the count.
    pub(crate) fn new(
        definition: &'static GroupDefinition,
        count: &[u8],
        after: Fields<'a>,
    ) -> Result<Self, SessionReject> {
        let announced = core::str::from_utf8(count)
            .ok()
            .filter(|count| count.bytes().all(|digit| digit.is_ascii_digit()))
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| {
                let reason = SessionRejectReason::IncorrectDataFormat;
                SessionReject::new(reason, definition.count_tag)
            })?;
        let extent = after
            .spans
            .iter()
            .take_while(|span| definition.all.contains(span.tag))
            .count();
        Ok(Self {
            definition,
            announced,
            rest: after.split(extent).0,
        })
    }

    /// How many entries the message announces.
    pub const fn announced(&self) -> usize {
        self.announced
    }

    /// How many fields the entries not yet given out take in the message.
    pub(crate) const fn extent(&self) -> usize {
        self.rest.len()
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Fields<'a>;

    fn next(&mut self) -> Option<Fields<'a>> {
        let delimiter = self.definition.delimiter;
        let (_, others) = self.rest.spans.split_first()?;
        let length = 1 + others
            .iter()
            .take_while(|span| span.tag != delimiter)
            .count();
        let (entry, rest) = self.rest.split(length);
        self.rest = rest;
        Some(entry)
    }
}
