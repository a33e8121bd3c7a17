//! Writes fields one after the other into a buffer. No value can end its field early: SOH in a text
//! becomes a space.

use bytes::BytesMut;

use crate::SOH;
use crate::checksum::{checksum, checksum_digits};
use crate::messages::{Group, GroupEntry};
use crate::values::{FieldValue, TimePrecision};

/// How far the buffer grows at a time, in bytes.
const GROWTH: usize = 512;
/// The most digits of a 128-bit number, and a point among leading zeros.
const NUMBER_LENGTH_MAX: usize = 40;
/// Digits of BodyLength(9) that room is left for.
const BODY_LENGTH_DIGITS: usize = 3;

/// Writes the fields of one message.
#[derive(Debug)]
pub struct BodyWriter<'b> {
    /// Ends after what is written; the bytes after `position` are room.
    buffer: &'b mut BytesMut,
    position: usize,
    precision: TimePrecision,
}

impl<'b> BodyWriter<'b> {
    /// Writes behind what is in `buffer`.
    pub(crate) fn new(buffer: &'b mut BytesMut, precision: TimePrecision) -> Self {
        let position = buffer.len();
        buffer.resize(position + GROWTH, 0);
        Self {
            buffer,
            position,
            precision,
        }
    }

    /// How times are written.
    pub const fn precision(&self) -> TimePrecision {
        self.precision
    }

    /// Writes a field. A value that is empty, which FIX 4.4 has no place for, leaves no field.
    #[inline]
    pub fn field<'a>(&mut self, tag: u32, value: &impl FieldValue<'a>) {
        let start = self.position;
        self.tag(tag);
        let value_start = self.position;
        value.write(self);
        if self.position == value_start {
            self.position = start;
        } else {
            self.write_bytes(&[SOH]);
        }
    }

    /// Writes a field that may be absent.
    #[inline]
    pub fn optional<'a>(&mut self, tag: u32, value: &Option<impl FieldValue<'a>>) {
        if let Some(value) = value {
            self.field(tag, value);
        }
    }

    /// Writes a field whose value is copied from a message, SOH included where it is data.
    pub(crate) fn bytes_field(&mut self, tag: u32, value: &[u8]) {
        self.tag(tag);
        self.write_bytes(value);
        self.write_bytes(&[SOH]);
    }

    /// Writes a data field with its length; nothing if there is no data.
    pub fn data(&mut self, length_tag: u32, tag: u32, data: &[u8]) {
        if data.is_empty() {
            return;
        }
        self.tag(length_tag);
        self.write_number(u64::try_from(data.len()).unwrap_or(u64::MAX));
        self.write_bytes(&[SOH]);
        self.tag(tag);
        self.write_bytes(data);
        self.write_bytes(&[SOH]);
    }

    /// Writes a repeating group with its count; nothing if it has no entries.
    pub fn group<'a, E: GroupEntry<'a>>(&mut self, group: &Group<'a, E>) {
        let count = group.len();
        if count == 0 {
            return;
        }
        self.tag(E::DEFINITION.count_tag);
        self.write_number(u64::try_from(count).unwrap_or(u64::MAX));
        self.write_bytes(&[SOH]);
        for entry in group.iter() {
            entry.write(self);
        }
    }

    #[inline]
    fn tag(&mut self, tag: u32) {
        self.write_number(u64::from(tag));
        self.write_bytes(b"=");
    }

    /// Writes bytes as they are.
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

    /// Writes text; SOH becomes a space, so that no text can add a field.
    #[inline]
    pub(crate) fn write_text(&mut self, text: &str) {
        let start = self.position;
        self.write_bytes(text.as_bytes());
        if let Some(written) = self.buffer.get_mut(start..self.position) {
            for byte in written {
                *byte = if *byte == SOH { b' ' } else { *byte };
            }
        }
    }

    /// Writes a number.
    #[inline]
    pub(crate) fn write_number(&mut self, mut number: u64) {
        let mut digits = [0; NUMBER_LENGTH_MAX];
        let mut length = 0;
        for digit in digits.iter_mut().rev() {
            *digit = last_digit(number);
            number /= 10;
            length += 1;
            if number == 0 {
                break;
            }
        }
        self.write_bytes(digits.get(NUMBER_LENGTH_MAX - length..).unwrap_or_default());
    }

    /// Writes `.` and the `N` digits of a fraction.
    pub(crate) fn write_fraction<const N: usize>(&mut self, mut fraction: u32) {
        let mut digits = [b'0'; N];
        for digit in digits.iter_mut().rev() {
            *digit = last_digit(u64::from(fraction));
            fraction /= 10;
        }
        self.write_bytes(b".");
        self.write_bytes(&digits);
    }

    /// Writes a decimal number with all of its `scale` digits behind the point.
    pub(crate) fn write_decimal(&mut self, mantissa: i128, scale: u32) {
        if mantissa < 0 {
            self.write_bytes(b"-");
        }
        let mut text = [0; NUMBER_LENGTH_MAX];
        let length = match u64::try_from(mantissa.unsigned_abs()) {
            Ok(mantissa) => decimal_digits(&mut text, mantissa, scale, |n| (n / 10, last_digit(n))),
            Err(_) => decimal_digits(&mut text, mantissa.unsigned_abs(), scale, |n| {
                (
                    n / 10,
                    last_digit(u64::try_from(n % 10).unwrap_or_default()),
                )
            }),
        };
        self.write_bytes(text.get(NUMBER_LENGTH_MAX - length..).unwrap_or_default());
    }

    #[cold]
    fn grow(&mut self, end: usize) {
        self.buffer.resize(end + GROWTH, 0);
    }

    /// Begins a message: BeginString(8) and room for BodyLength(9). Gives back what
    /// [`BodyWriter::end`] needs.
    pub(crate) fn begin(&mut self, begin_string: &str) -> Open {
        let start = self.position;
        self.write_bytes(b"8=");
        self.write_text(begin_string);
        self.write_bytes(b"\x019=");
        let length_at = self.position;
        self.write_bytes(b"000\x01");
        Open { start, length_at }
    }

    /// Ends the message: writes its BodyLength(9) and CheckSum(10), and gives back where it is.
    pub(crate) fn end(mut self, open: Open) -> core::ops::Range<usize> {
        let body_at = open.length_at + BODY_LENGTH_DIGITS + 1;
        let body_length = self.position - body_at;
        self.write_body_length(open.length_at, body_at, body_length);
        let sum = checksum(
            self.buffer
                .get(open.start..self.position)
                .unwrap_or_default(),
        );
        self.write_bytes(b"10=");
        self.write_bytes(&checksum_digits(sum));
        self.write_bytes(&[SOH]);
        self.buffer.truncate(self.position);
        open.start..self.position
    }

    fn write_body_length(&mut self, length_at: usize, body_at: usize, body_length: usize) {
        let mut digits = [0; NUMBER_LENGTH_MAX];
        let number = u64::try_from(body_length).unwrap_or(u64::MAX);
        let length = decimal_digits(&mut digits, number, 0, |n| (n / 10, last_digit(n)));
        let digits = digits.get(NUMBER_LENGTH_MAX - length..).unwrap_or_default();
        if length != BODY_LENGTH_DIGITS {
            let body_moved_to = length_at + length + 1;
            let end = body_moved_to + body_length;
            if end > self.buffer.len() {
                self.grow(end);
            }
            self.buffer
                .copy_within(body_at..body_at + body_length, body_moved_to);
            self.position = end;
        }
        if let Some(room) = self.buffer.get_mut(length_at..length_at + length) {
            room.copy_from_slice(digits);
        }
        if let Some(room) = self.buffer.get_mut(length_at + length) {
            *room = SOH;
        }
    }
}

/// A message that was begun.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    start: usize,
    length_at: usize,
}

/// The last digit of a number, as ASCII.
#[inline]
fn last_digit(number: u64) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or_default()
}

/// Writes a number right-aligned into `text`, with a point before its last `scale` digits; gives back
/// how many bytes it takes. `step` splits a number into all but its last digit, and that digit.
#[inline]
fn decimal_digits<N: Copy + Default + PartialEq>(
    text: &mut [u8; NUMBER_LENGTH_MAX],
    mut number: N,
    scale: u32,
    step: impl Fn(N) -> (N, u8),
) -> usize {
    let mut length = 0;
    let mut digits = 0;
    for byte in text.iter_mut().rev() {
        if digits == scale && scale > 0 && length == digits {
            *byte = b'.';
        } else {
            let digit;
            (number, digit) = step(number);
            *byte = digit;
            digits += 1;
        }
        length += 1;
        if number == N::default() && digits > scale {
            break;
        }
    }
    usize::try_from(length).unwrap_or_default()
}
