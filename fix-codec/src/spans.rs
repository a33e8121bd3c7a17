//! Where the fields of a message stand in its bytes: a table that grows to the messages it sees, up to a limit, and
//! never allocates again until then.

use alloc::vec::Vec;

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
    /// Where its value starts.
    pub(crate) start: usize,
    /// How long that is.
    pub(crate) length: usize,
}

impl FieldSpan {
    /// The value, among the bytes of the message.
    #[inline(always)]
    pub(crate) fn value<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        match bytes
            .get(self.start..)
            .and_then(|from| from.get(..self.length))
        {
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

    /// The field with this index.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> Option<FieldSpan> {
        self.as_slice().get(index).copied()
    }

    /// Appends one field.
    ///
    /// # Errors
    /// [`TooManyFields`] when there are [`FIELDS_MAX`] already.
    #[inline(always)]
    pub(crate) fn push(&mut self, span: FieldSpan) -> Result<(), TooManyFields> {
        let Some(seat) = self.room.get_mut(self.length) else {
            return self.push_growing(span);
        };
        // One by one: they are in registers.
        seat.tag = span.tag;
        seat.start = span.start;
        seat.length = span.length;
        self.length += 1;
        Ok(())
    }

    #[cold]
    fn push_growing(&mut self, span: FieldSpan) -> Result<(), TooManyFields> {
        if self.length >= FIELDS_MAX {
            return Err(TooManyFields);
        }
        self.room.truncate(self.length);
        self.room.push(span);
        self.length += 1;
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
