//! The values of fields: how each data type of FIX 4.4 is read and written (Volume 1, "Data Types").

mod code_macros;
mod codes;
mod decimal;
mod number;
mod numbered;
mod text;
mod time_text;
mod timestamp;

pub use codes::*;
pub use numbered::*;
pub use text::{Data, MonthYear, TokenList, Tokens};
pub use time_text::{TimePrecision, TimeText};

pub(crate) use code_macros::int_codes;
pub(crate) use decimal::is_decimal;
pub(crate) use number::number_short;
pub(crate) use timestamp::{is_timestamp, time_of};

use crate::{BodyWriter, SessionRejectReason};

/// A value that cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ValueError {
    /// There is no value.
    #[error("the tag has no value")]
    Missing,
    /// It does not follow the format of its data type.
    #[error("the value has not the data format of its tag")]
    Format,
    /// It follows the format, but is none of the values allowed.
    #[error("the value is out of range for its tag")]
    Range,
}

impl ValueError {
    /// The reason to reject a message with such a value.
    pub const fn reason(self) -> SessionRejectReason {
        match self {
            Self::Missing => SessionRejectReason::TagWithoutValue,
            Self::Format => SessionRejectReason::IncorrectDataFormat,
            Self::Range => SessionRejectReason::IncorrectValue,
        }
    }
}

/// A type that stands for the value of a field.
pub trait FieldValue<'a>: Sized {
    /// Reads a value as it stands on the wire, without its SOH.
    ///
    /// # Errors
    /// [`ValueError`] when the bytes are no such value.
    fn read(value: &'a [u8]) -> Result<Self, ValueError>;

    /// Writes the value, without its SOH.
    fn write(&self, out: &mut BodyWriter<'_>);

    /// Writes the value at the start of a room, a time by `times`, and says how long it is; what stands behind it may be overwritten. `None` leaves a value that is long, or a text with SOH in it, to [`FieldValue::write`].
    #[inline(always)]
    fn write_short(&self, _room: &mut ShortRoom, _times: &mut TimeText) -> Option<usize> {
        None
    }
}

/// Room for a value that is short, as most are: a writer makes sure of it once, and no step of writing asks again.
pub type ShortRoom = [u8; SHORT_ROOM];

/// How long that is: a text of [`SHORT_TEXT_MAX`], or a time.
pub(crate) const SHORT_ROOM: usize = 40;
/// The longest text that is written as a short value.
pub(crate) const SHORT_TEXT_MAX: usize = 32;

/// Puts `bytes` at the start of `room`.
#[inline(always)]
pub(crate) fn put<const N: usize>(room: &mut ShortRoom, bytes: [u8; N]) {
    if let Some(start) = room.first_chunk_mut() {
        *start = bytes;
    }
}
