//! Why commands changed nothing.

use serde::{Deserialize, Serialize};

/// Why a command changed nothing.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
pub enum IgnoreReason {
    /// The session's message was taken before: its epoch and MsgSeqNum are not beyond the last.
    #[error("the message was taken before")]
    AlreadyTaken,
    /// It is so already.
    #[error("it is so already")]
    AlreadySo,
    /// The sender may not send this command.
    #[error("the sender may not do this")]
    NotPermitted,
    /// It names a firm, session or reassignment that is not known (or is settled and forgotten).
    #[error("it names something that is not known")]
    Unknown,
    /// It contradicts what is known and may not change.
    #[error("it contradicts what is known")]
    Contradicts,
    /// A value is out of its range, or one that is required is missing.
    #[error("a value is missing or out of range")]
    Invalid,
    /// The status is not later than the known one.
    #[error("the status is not later than the known one")]
    NotLater,
    /// The order or cancel may have been sent before, and its firm has used its client order id.
    #[error("its client order id was seen before")]
    SeenBefore,
    /// The phase asked for does not follow the present one.
    #[error("the phase does not follow the present one")]
    PhaseNotNext,
    /// The instrument is not halted, or is and reopens with an auction only.
    #[error("the halt of the instrument, or that there is none, does not allow it")]
    HaltForbids,
}
