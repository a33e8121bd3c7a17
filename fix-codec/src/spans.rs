//! Where the fields of a message stand in its bytes: a table that grows to the messages it sees, up to a limit, and
//! never allocates again until then.

use alloc::vec::Vec;

use crate::dictionary::TagSet;

/// The most fields of one message. More of them are rejected.
pub const FIELDS_MAX: usize = 16_384;
/// How many fields there is room for at first.
const FIELDS_FIRST: usize = 32;
/// A table that has grown past this for one message shrinks again.
const FIELDS_KEPT: usize = 1_024;

/// Where one field is in the bytes of its message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FieldSpan {
    pub(crate) tag: u32,
    /// The slot of its tag, which [`TagSet::slot`] gives: found once, and needed by every table.
    pub(crate) slot: u32,
    /// Where its value starts.
    pub(crate) start: usize,
    /// Where it ends: at its SOH.
    pub(crate) end: usize,
}

impl FieldSpan {
    /// Of a field with this tag, wherever it is.
    pub(crate) const fn of_tag(tag: u32) -> Self {
        Self {
            tag,
            slot: TagSet::slot(tag),
            start: 0,
            end: 0,
        }
    }

    /// Whether there is no value.
    #[inline(always)]
    pub(crate) const fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// The value, among the bytes of the message.
    #[inline(always)]
    pub(crate) fn value<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        match bytes.get(self.start..self.end) {
            Some(value) => value,
            None => nothing(),
        }
    }
}

/// The value of a field outside of its message. There is none: it is kept off the straight path.
#[cold]
const fn nothing() -> &'static [u8] {
    &[]
}

/// A message has more than [`FIELDS_MAX`] fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooManyFields;

/// The fields of one message, in order.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    /// The fields, and room for more behind them.
    room: Vec<FieldSpan>,
    length: usize,
}

impl Spans {
    /// A table that has no room yet.
    pub(crate) const fn new() -> Self {
        Self {
            room: Vec::new(),
            length: 0,
        }
    }

    /// Forgets all fields, and gives room back that only an unusual message needed.
    pub(crate) fn clear(&mut self) {
        if self.room.len() > FIELDS_KEPT {
            self.room = Vec::new();
        }
        self.length = 0;
    }

    /// How many fields there are.
    pub(crate) const fn len(&self) -> usize {
        self.length
    }

    /// Appends one field.
    ///
    /// # Errors
    /// [`TooManyFields`] when there are [`FIELDS_MAX`] already.
    #[inline(always)]
    pub(crate) fn push(&mut self, span: FieldSpan) -> Result<(), TooManyFields> {
        if self.length >= self.room.len() {
            self.grow()?;
        }
        if let Some(seat) = self.room.get_mut(self.length) {
            // One by one: they are in registers.
            seat.tag = span.tag;
            seat.slot = span.slot;
            seat.start = span.start;
            seat.end = span.end;
            self.length += 1;
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self) -> Result<(), TooManyFields> {
        if self.length >= FIELDS_MAX {
            return Err(TooManyFields);
        }
        let room = (self.length * 2).clamp(FIELDS_FIRST, FIELDS_MAX);
        self.room.resize(room, FieldSpan::default());
        Ok(())
    }

    /// Appends CheckSum(10), which ends every message and for which there is always room.
    pub(crate) fn push_last(&mut self, span: FieldSpan) {
        match self.room.get_mut(self.length) {
            Some(seat) => *seat = span,
            None => self.room.push(span),
        }
        self.length += 1;
    }

    /// Every field.
    #[inline(always)]
    pub(crate) fn as_slice(&self) -> &[FieldSpan] {
        self.room.get(..self.length).unwrap_or_default()
    }
}
