//! What settlement says of a reassignment.

use serde::{Deserialize, Serialize};

use crate::money::Notional;
use crate::text::CurrencyCode;

/// How far a reassignment has come. ReassignmentStatus(20004); the number on the wire is
/// [`ReassignmentStatus::code`]. A later status is greater; from a final one there is no way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReassignmentStatus {
    /// Traded, nothing done yet.
    Pending,
    /// The seller's instance is being terminated: past the point of no return.
    Terminating,
    /// The buyer's image is being placed in the slot.
    Placing,
    /// The buyer's instance is being started.
    Starting,
    /// Done: the buyer holds the slot, or it went back to its provider's pool. Final.
    Settled,
    /// Not delivered: the slot is parked, out of circulation. Final.
    Failed,
    /// Undone before the point of no return: the seller keeps the instance. Final.
    Reversed,
}

impl ReassignmentStatus {
    /// The number on the wire. ReassignmentStatus(20004).
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Terminating => 1,
            Self::Placing => 2,
            Self::Starting => 3,
            Self::Settled => 4,
            Self::Failed => 5,
            Self::Reversed => 6,
        }
    }

    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Settled | Self::Failed | Self::Reversed)
    }
}

/// The cash that moved against a delivery, from the buyer to the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledCash {
    /// In which currency.
    pub currency: CurrencyCode,
    /// How much.
    pub amount: Notional,
}
