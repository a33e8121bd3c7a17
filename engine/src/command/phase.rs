//! In which phase an instrument trades, and what a halt does to it. Only data.

use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::text::{Remark, Symbol};
use crate::time::Timestamp;

/// What may be done with an instrument at a time. SecurityTradingStatus(326) tells it, FIX 4.4 Vol. 6.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Phase {
    /// No orders are taken, and none trade.
    Closed,
    /// Orders collect for the opening auction; none trade.
    PreOpen,
    /// The call of the opening auction, or of one that ends a halt: orders collect; none trade before its end.
    OpeningAuction,
    /// Orders trade as they come.
    // The phase of an instrument that has no calendar.
    #[default]
    Continuous,
    /// Trading is interrupted. No orders are taken, and none trade; nothing but its release ends it.
    Halted,
    /// The call of the closing auction: orders collect; none trade before its end.
    ClosingAuction,
}

impl Phase {
    /// All of them, in the order of a day.
    pub const ALL: [Self; 6] = [
        Self::Closed,
        Self::PreOpen,
        Self::OpeningAuction,
        Self::Continuous,
        Self::Halted,
        Self::ClosingAuction,
    ];

    /// Whether orders collect in it for an auction.
    #[must_use]
    pub const fn collects(self) -> bool {
        matches!(
            self,
            Self::PreOpen | Self::OpeningAuction | Self::ClosingAuction
        )
    }

    /// Whether it may be followed by another one. All may but that a closing auction ends the day: the instrument is
    /// closed after it, or halted in it. What an instrument reopens with after a halt is in [`Resumption`].
    #[must_use]
    pub const fn may_be_followed_by(self, next: Self) -> bool {
        match self {
            Self::ClosingAuction => matches!(next, Self::Closed | Self::Halted),
            Self::Closed
            | Self::PreOpen
            | Self::OpeningAuction
            | Self::Continuous
            | Self::Halted => true,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::PreOpen => "pre-open",
            Self::OpeningAuction => "opening auction",
            Self::Continuous => "continuous trading",
            Self::Halted => "halt",
            Self::ClosingAuction => "closing auction",
        })
    }
}

/// The wish to bring an instrument to a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseRequest {
    /// The instrument. Symbol(55).
    pub symbol: Symbol,
    /// The phase.
    pub phase: Phase,
    /// Why, for members and the record.
    pub reason: Option<Remark>,
    /// When the step is due by the calendar that asks for it; none of an operator. A calendar that asks for one phase at
    /// two times asks for two steps: what an operator did in between is over with the second.
    pub due: Option<Timestamp>,
}

/// What a halt of an instrument does, and how it ends. The default keeps orders, and trades on at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HaltPolicy {
    /// What becomes of the orders that live when it comes.
    pub orders: HaltedOrders,
    /// How continuous trading begins again.
    pub resumption: Resumption,
}

/// What becomes of the orders that live when a halt comes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum HaltedOrders {
    /// They keep their places, and may be cancelled.
    #[default]
    Kept,
    /// All are cancelled.
    Cancelled,
}

/// How continuous trading begins again after a halt.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub enum Resumption {
    /// At once.
    #[default]
    Straight,
    /// With an auction.
    Auction {
        /// How long its call is.
        call: Duration,
    },
}
