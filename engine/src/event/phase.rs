//! What events say about phases and auctions of an instrument.

use serde::{Deserialize, Serialize};

use crate::command::{HaltPolicy, Origin, Phase};
use crate::money::{Price, Quantity};
use crate::text::{Remark, Symbol};

/// An instrument has come to another phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseChange {
    /// The instrument. Symbol(55).
    pub symbol: Symbol,
    /// The phase before.
    pub from: Phase,
    /// The phase from now on. SecurityTradingStatus(326).
    pub to: Phase,
    /// Who wanted it; the venue also where an auction ended by itself.
    pub origin: Origin,
    /// Why, where it was said. Text(58).
    pub reason: Option<Remark>,
    /// Whether the instrument is a test instrument.
    pub test: bool,
}

/// What a halt of an instrument does now, and who changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaltPolicyChange {
    /// The instrument. Symbol(55).
    pub symbol: Symbol,
    /// Who changed it: the venue, as its configuration says, or an operator.
    pub origin: Origin,
    /// What the configuration says.
    pub configured: HaltPolicy,
    /// What an operator says instead, until it is released; then that holds.
    pub operator: Option<HaltPolicy>,
}

/// What came of an auction in which something traded. The fills follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuctionResult {
    /// The instrument. Symbol(55).
    pub symbol: Symbol,
    /// The one price of all its trades.
    pub price: Price,
    /// How many instances trade in it; more than a `Quantity` holds shows as the most.
    pub quantity: Quantity,
    /// Whether the instrument is a test instrument.
    pub test: bool,
}
