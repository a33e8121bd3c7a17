//! What is tradable, and by whom: instruments, kinds of firms and roles of sessions.

use serde::{Deserialize, Serialize};

use crate::money::{Price, Quantity};
use crate::text::{CurrencyCode, InstanceType, ProviderName, RegionName, Symbol};

/// A tradable class of like instances, or a test instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// Its name. Symbol(55).
    pub symbol: Symbol,
    /// What is delivered.
    pub kind: InstrumentKind,
    /// The currency of its prices. Currency(15).
    pub currency: CurrencyCode,
    /// Prices are whole multiples of this; more than zero.
    pub tick: Price,
    /// The most that one order may ask for; more than zero.
    pub max_order_quantity: Quantity,
}

/// What an instrument delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstrumentKind {
    /// Instances of one type in one region of one provider.
    Instances {
        /// The cloud company.
        provider: ProviderName,
        /// Where.
        region: RegionName,
        /// Of which type.
        instance_type: InstanceType,
    },
    /// Nothing: matched like any other, with no inventory and no settlement.
    Test,
}

/// What a firm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FirmKind {
    /// Trades for customers.
    Broker,
    /// Quotes two-sided prices.
    MarketMaker,
    /// A cloud company; it may buy capacity back without an image.
    Provider,
    /// Watches; it may not trade.
    Regulator,
}

/// What a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SessionRole {
    /// Sends orders and gets reports about them.
    OrderEntry,
    /// Gets copies of reports, and sends no orders.
    DropCopy,
}
