//! Writes fields one after the other into a buffer. No value can end its field early: SOH in a text
//! becomes a space.

use core::ops::Range;

use bytes::BytesMut;

use crate::checksum::{checksum, checksum_digits};
use crate::digits::{Digits, decimal, three_digits};
use crate::messages::{Group, GroupEntry};
use crate::values::{FieldValue, SHORT_ROOM, TimePrecision, TimeText};
use crate::{BEGIN_STRING, SOH};

/// What a message starts with, but for the digits of BodyLength(9).
const VERSION_START: &[u8] = b"8=FIX.4.4\x019=000\x01";
/// How far the buffer grows at a time, in bytes.
const GROWTH: usize = 512;
/// Room for a field with a short value: up to eight bytes of tag, the value, and SOH.
const SHORT_FIELD: usize = 8 + SHORT_ROOM;
/// Digits of BodyLength(9) that room is left for.
const BODY_LENGTH_DIGITS: usize = 3;

/// Writes the fields of one message.
///
/// What writes many fields in a row takes `BodyWriter::lent` and hands that on by value, from field to field: so it
/// stays in registers.
#[derive(Debug)]
pub struct BodyWriter<'b> {
    /// Ends after what is written; the bytes after `position` are room.
    buffer: &'b mut BytesMut,
    position: usize,
    times: &'b mut TimeText,
}

/// A tag and the `=` behind it, made at compile time for the messages that have types.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TagText {
    bytes: [u8; 8],
    length: usize,
}

impl TagText {
    #[expect(
        clippy::indexing_slicing,
        clippy::as_conversions,
        reason = "runs at compile time, which checks every index"
    )]
    pub(crate) const fn new(tag: u32) -> Self {
        let mut bytes = [0; 8];
        let mut length = 1;
        let mut rest = tag;
        while rest >= 10 {
            rest /= 10;
            length += 1;
        }
        rest = tag;
        let mut index = length;
        while index > 0 {
            index -= 1;
            bytes[index] = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        bytes[length] = b'=';
        Self {
            bytes,
            length: length + 1,
        }
    }
}

impl<'b> BodyWriter<'b> {
    /// Writes behind what is in `buffer`.
    pub(crate) fn new(buffer: &'b mut BytesMut, times: &'b mut TimeText) -> Self {
        let position = buffer.len();
        buffer.resize(position + GROWTH, 0);
        Self {
            buffer,
            position,
            times,
        }
    }

    /// How times are written.
    pub const fn precision(&self) -> TimePrecision {
        self.times.precision()
    }

    /// What writes times.
    pub(crate) fn times(&mut self) -> &mut TimeText {
        self.times
    }

    /// A writer that goes on from here. What it wrote counts once [`BodyWriter::resume`] is told where it ended.
    #[inline(always)]
    pub(crate) fn lent(&mut self) -> BodyWriter<'_> {
        BodyWriter {
            buffer: self.buffer,
            position: self.position,
            times: self.times,
        }
    }

    /// Where the next byte goes.
    #[inline(always)]
    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// Goes on from where a lent writer ended.
    #[inline(always)]
    pub(crate) fn resume(&mut self, position: usize) {
        self.position = position;
    }

    /// Writes a field. A value that is empty, which FIX 4.4 has no place for, leaves no field.
    pub fn field<'a>(&mut self, tag: u32, value: &impl FieldValue<'a>) {
        let start = self.position;
        self.tag(tag);
        self.value(start, value);
    }

    /// Writes a field that may be absent.
    pub fn optional<'a>(&mut self, tag: u32, value: &Option<impl FieldValue<'a>>) {
        if let Some(value) = value {
            self.field(tag, value);
        }
    }

    /// Writes a field whose tag is known at compile time.
    #[inline(always)]
    pub(crate) fn member<'a>(mut self, tag: &TagText, value: &impl FieldValue<'a>) -> Self {
        self.position = match self.member_short(tag, value) {
            Some(end) => end,
            None => member_long(self.buffer, self.position, self.times, tag, value),
        };
        self
    }

    /// Writes a field with a short value, for which there is room: that is made sure of once. Gives back where it ends;
    /// `None` leaves it to [`BodyWriter::member_long`].
    #[inline(always)]
    fn member_short<'a>(&mut self, tag: &TagText, value: &impl FieldValue<'a>) -> Option<usize> {
        let room: &mut [u8; SHORT_FIELD] =
            self.buffer.get_mut(self.position..)?.first_chunk_mut()?;
        // All eight bytes in one store; what is too much is written over.
        *room.first_chunk_mut()? = tag.bytes;
        let value_room = room.get_mut(tag.length..)?.first_chunk_mut()?;
        let length = value.write_short(value_room, self.times)?;
        if length == 0 {
            return Some(self.position);
        }
        *room.get_mut(tag.length + length)? = SOH;
        Some(self.position + tag.length + length + 1)
    }

    /// Writes the value of a field that begins at `start`, and its SOH.
    fn value<'a>(&mut self, start: usize, value: &impl FieldValue<'a>) {
        let value_start = self.position;
        value.write(self);
        if self.position == value_start {
            self.position = start;
        } else {
            self.delimiter();
        }
    }

    fn delimiter(&mut self) {
        self.write_bytes(&[SOH]);
    }

    /// Writes a field whose value is copied from a message, SOH included where it is data.
    pub(crate) fn bytes_field(&mut self, tag: u32, value: &[u8]) {
        self.tag(tag);
        self.write_bytes(value);
        self.delimiter();
    }

    /// Writes a data field with its length; nothing if there is no data.
    pub fn data(&mut self, length_tag: u32, tag: u32, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        self.tag(length_tag);
        self.write_number(u64::try_from(data.len()).unwrap_or(u64::MAX));
        self.delimiter();
        self.bytes_field(tag, data);
    }

    /// Writes a repeating group with its count; nothing if it has no entries.
    pub fn group<'a, E: GroupEntry<'a>>(&mut self, group: &Group<'a, E>) {
        let count = group.len();
        if count == 0 {
            return;
        }
        self.tag(E::DEFINITION.count_tag);
        self.write_number(u64::try_from(count).unwrap_or(u64::MAX));
        self.delimiter();
        for entry in group.iter() {
            entry.write(self);
        }
    }

    /// Writes what is not one field with a short value; gives the writer back, of which only its place is handed to and
    /// fro.
    #[inline(always)]
    pub(crate) fn other(mut self, write: impl FnOnce(&mut BodyWriter<'_>)) -> Self {
        self.position = apart(self.buffer, self.position, self.times, write);
        self
    }

    fn tag(&mut self, tag: u32) {
        self.write_number(u64::from(tag));
        self.write_bytes(b"=");
    }

    /// Writes bytes as they are. They hold no SOH, or are data.
    #[inline]
    pub(crate) fn write_bytes(&mut self, bytes: &[u8]) {
        let end = self.position + bytes.len();
        if end > self.buffer.len() {
            self.grow(end);
        }
        if let Some(room) = self.buffer.get_mut(self.position..end) {
            room.copy_from_slice(bytes);
        }
        self.position = end;
    }

    /// Writes text. SOH in it becomes a space, so that no text can add a field.
    pub(crate) fn write_text(&mut self, text: &str) {
        let start = self.position;
        self.write_bytes(text.as_bytes());
        let written = self
            .buffer
            .get_mut(start..self.position)
            .unwrap_or_default();
        written
            .iter_mut()
            .filter(|byte| **byte == SOH)
            .for_each(|byte| *byte = b' ');
    }

    /// Writes a number.
    pub(crate) fn write_number(&mut self, number: u64) {
        self.write_bytes(Digits::new(number).as_bytes());
    }

    /// Writes a decimal number with all of its `scale` digits behind the point.
    pub(crate) fn write_decimal(&mut self, mantissa: i128, scale: u32) {
        self.write_bytes(decimal(mantissa, scale).as_bytes());
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, end: usize) {
        self.buffer.resize(end + GROWTH, 0);
    }

    /// Begins a message: BeginString(8) and room for BodyLength(9). Gives back what
    /// [`BodyWriter::end`] needs.
    #[inline(always)]
    pub(crate) fn begin(&mut self, begin_string: &str) -> Open {
        let start = self.position;
        if begin_string == BEGIN_STRING {
            // All of it at once.
            self.write_bytes(VERSION_START);
        } else {
            self.begin_any(begin_string);
        }
        Open {
            start,
            length_at: self.position - BODY_LENGTH_DIGITS - 1,
        }
    }

    #[cold]
    fn begin_any(&mut self, begin_string: &str) {
        self.write_bytes(b"8=");
        self.write_text(begin_string);
        self.write_bytes(b"\x019=000\x01");
    }

    /// Ends the message: writes its BodyLength(9) and CheckSum(10), and gives back where it is.
    #[inline(always)]
    pub(crate) fn end(mut self, open: Open) -> Range<usize> {
        let body_at = open.length_at + BODY_LENGTH_DIGITS + 1;
        let body_length = self.position - body_at;
        self.write_body_length(open.length_at, body_at, body_length);
        let message = self.buffer.get(open.start..self.position);
        let [a, b, c, d] = checksum_digits(checksum(message.unwrap_or_default()));
        self.write_bytes(&[b'1', b'0', b'=', a, b, c, d]);
        self.buffer.truncate(self.position);
        open.start..self.position
    }

    #[inline(always)]
    fn write_body_length(&mut self, length_at: usize, body_at: usize, body_length: usize) {
        let room = self
            .buffer
            .get_mut(length_at..)
            .and_then(<[u8]>::first_chunk_mut);
        match (three_digits(body_length), room) {
            (Some(digits), Some(room)) if body_length >= 100 => *room = digits,
            _ => self.move_body(length_at, body_at, body_length),
        }
    }

    /// Makes room for a BodyLength(9) that is not of three digits, and writes it.
    #[cold]
    fn move_body(&mut self, length_at: usize, body_at: usize, body_length: usize) {
        let digits = Digits::new(u64::try_from(body_length).unwrap_or(u64::MAX));
        let length = digits.as_bytes().len();
        let body_moved_to = length_at + length + 1;
        let end = body_moved_to + body_length;
        if end > self.buffer.len() {
            self.grow(end);
        }
        self.buffer
            .copy_within(body_at..body_at + body_length, body_moved_to);
        self.position = end;
        if let Some(room) = self.buffer.get_mut(length_at..length_at + length) {
            room.copy_from_slice(digits.as_bytes());
        }
        if let Some(room) = self.buffer.get_mut(length_at + length) {
            *room = SOH;
        }
    }
}

/// Writes a field step by step; gives back where it ends.
#[cold]
#[inline(never)]
fn member_long<'a>(
    buffer: &mut BytesMut,
    position: usize,
    times: &mut TimeText,
    tag: &TagText,
    value: &impl FieldValue<'a>,
) -> usize {
    apart(buffer, position, times, |out| {
        out.write_bytes(tag.bytes.get(..tag.length).unwrap_or_default());
        out.value(position, value);
    })
}

/// Writes with a writer of its own; gives back where it ended.
#[inline(always)]
fn apart(
    buffer: &mut BytesMut,
    position: usize,
    times: &mut TimeText,
    write: impl FnOnce(&mut BodyWriter<'_>),
) -> usize {
    let mut writer = BodyWriter {
        buffer,
        position,
        times,
    };
    write(&mut writer);
    writer.position
}

/// A message that was begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    start: usize,
    length_at: usize,
}
