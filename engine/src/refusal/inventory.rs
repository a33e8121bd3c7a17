//! Why instances were not taken into the register, or out of it.

use serde::{Deserialize, Serialize};

/// Why a deposit was refused, in order of precedence.
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
pub enum DepositRefusal {
    /// A session may not deposit.
    #[error("sessions may not deposit")]
    NotPermitted,
    /// There is no such instrument.
    #[error("there is no such instrument")]
    UnknownInstrument,
    /// A test instrument has no inventory.
    #[error("a test instrument has no inventory")]
    TestInstrument,
    /// There is no such account.
    #[error("there is no such account")]
    UnknownAccount,
    /// The account is not at the provider of the instrument's instances.
    #[error("the account is not at the instrument's provider")]
    AccountNotAtProvider,
    /// The slot is in the register already, with another instance, account or instrument.
    #[error("the slot is in the register already")]
    SlotTaken,
    /// The instance is in the register already, in another slot.
    #[error("the instance is in the register already")]
    InstanceTaken,
    /// The instance was terminated when its slot went back to its provider's pool.
    #[error("the instance was terminated when its slot was retired")]
    InstanceEnded,
}

/// Why a withdrawal was refused, in order of precedence.
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
pub enum WithdrawalRefusal {
    /// A session may not withdraw.
    #[error("sessions may not withdraw")]
    NotPermitted,
    /// There is no such account.
    #[error("there is no such account")]
    UnknownAccount,
    /// The slot is not in the register.
    #[error("the slot is not in the register")]
    UnknownSlot,
    /// Another account is entitled to the slot.
    #[error("another account is entitled to the slot")]
    NotOfAccount,
    /// A live order holds the instance.
    #[error("a live order holds the instance")]
    HeldByOrder,
    /// A trade that is not settled holds the instance.
    #[error("a trade that is not settled holds the instance")]
    HeldByTrade,
    /// A reassignment failed; only an operator may take the slot out.
    #[error("a failed reassignment parked the slot; only an operator may withdraw it")]
    Parked,
}
