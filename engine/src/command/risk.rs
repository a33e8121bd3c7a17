//! What limits are laid down, and for whom. Only data.

use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::money::{Notional, Price, Quantity};
use crate::text::{AccountName, CurrencyCode, FirmName, SessionName, Symbol};

/// Whose orders limits hold for. An order meets those of all four that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RiskScope {
    /// All orders of a firm, taken together.
    Firm(FirmName),
    /// All orders of an account.
    Account(AccountName),
    /// All orders that a session sent; what another session changes of them counts here.
    Session(SessionName),
    /// Each order on an instrument, whosever it is.
    Instrument(Symbol),
}

impl fmt::Display for RiskScope {
    /// As texts to members name it: `firm ALDER`, `account acme:1001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Firm(name) => write!(f, "firm {name}"),
            Self::Account(name) => write!(f, "account {name}"),
            Self::Session(name) => write!(f, "session {name}"),
            Self::Instrument(name) => write!(f, "instrument {name}"),
        }
    }
}

/// The limits of one scope; what is absent is not limited. The default limits nothing.
///
/// | limit | firm | account | session | instrument |
/// |---|---|---|---|---|
/// | `max_order_quantity`, `price_band`, `max_order_notional` | yes | yes | yes | yes |
/// | `max_open_orders`, `max_open_notional` | yes | yes | yes | no |
/// | `order_rate`, `duplicate_window` | yes | yes | yes | no |
/// | `credit` | yes | yes | no | no |
/// | `restricted` | yes | yes | no | no |
/// | `reference_price` | no | no | no | yes |
///
/// An instrument is everybody's: what counts several orders would let one firm use up what others may. Trades that
/// settle are those of accounts, not of sessions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RiskLimits {
    /// The most instances in one order; more than zero.
    pub max_order_quantity: Option<Quantity>,
    /// How far a limit price may be from the reference price, both ways, and how far an order without one sweeps.
    pub price_band: Option<BasisPoints>,
    /// The most orders open at one time; more than zero.
    pub max_open_orders: Option<u64>,
    /// Limits on money, one entry for each currency, at most [`RiskLimits::CURRENCIES_MAX`]. Where there is any, orders
    /// in a currency without one are refused: what nobody has set is not unlimited.
    pub money: Vec<MoneyLimits>,
    /// The most orders and changes taken in a time.
    pub order_rate: Option<OrderRate>,
    /// An order like one that was taken so shortly before is refused: one of the same account, instrument, side,
    /// prices and quantity. More than zero, and at most a day.
    pub duplicate_window: Option<Duration>,
    /// Instruments that may not be traded, at most [`RiskLimits::RESTRICTED_MAX`], each once.
    pub restricted: Vec<Symbol>,
    /// What prices are held against until the instrument has traded; more than zero.
    pub reference_price: Option<Price>,
}

impl RiskLimits {
    /// Currencies in one set of limits, at most.
    pub const CURRENCIES_MAX: usize = 16;

    /// Restricted instruments in one set of limits, at most.
    pub const RESTRICTED_MAX: usize = 1_000;

    /// Whether nothing is limited.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Limits on amounts of one currency; what is absent is not limited. Each is more than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyLimits {
    /// The currency; an instrument's limits are in its own.
    pub currency: CurrencyCode,
    /// The most of one order: its price times its quantity.
    pub max_order_notional: Option<Notional>,
    /// The most of all that is open, both sides added.
    pub max_open_notional: Option<Notional>,
    /// The most of all that is open and all that is traded and not settled, both sides added.
    pub credit: Option<Notional>,
}

/// So many orders in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderRate {
    /// How many; more than zero.
    pub orders: u32,
    /// In which time: no stretch of it has more. From [`OrderRate::WINDOW_MIN`] to a day.
    pub window: Duration,
}

impl OrderRate {
    /// The shortest window.
    pub const WINDOW_MIN: Duration = Duration::from_nanos(8);
}

/// Hundredths of a percent; from 1 to [`BasisPoints::MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BasisPoints(u32);

impl BasisPoints {
    /// Ten times the whole.
    pub const MAX: Self = Self(100_000);

    /// So many hundredths of a percent.
    #[must_use]
    pub const fn new(hundredths: u32) -> Self {
        Self(hundredths)
    }

    /// Whether a band may be so wide.
    pub(crate) fn is_in_range(self) -> bool {
        self.0 > 0 && self <= Self::MAX
    }

    /// How many hundredths of a percent.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for BasisPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
