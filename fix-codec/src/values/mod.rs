//! The values of fields: how each data type of FIX 4.4 is read and written (Volume 1, "Data Types").

mod code_macros;
mod codes;
mod decimal;
mod number;
mod numbered;
mod text;
mod timestamp;

pub use codes::*;
pub use numbered::*;
pub use text::{Data, MonthYear, TokenList, Tokens};
pub use timestamp::TimePrecision;

pub(crate) use code_macros::int_codes;
pub(crate) use decimal::is_decimal;
pub(crate) use timestamp::{precision_of, time_of};

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
}
