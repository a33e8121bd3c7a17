//! Which limit an order would go beyond: what is said of it in a refusal.

use core::fmt;
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::command::RiskScope;
use crate::money::{Notional, Price, Quantity};
use crate::text::{CurrencyCode, Symbol};

/// The limit that an order would go beyond, whose it is, its value, and what the order would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LimitBreach {
    /// Whose limit it is.
    pub scope: RiskScope,
    /// Which one.
    pub limit: BreachedLimit,
}

/// A limit, its value and the attempt, in the order in which the limits of one scope are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum BreachedLimit {
    /// The instrument may not be traded.
    Restricted {
        /// The instrument.
        symbol: Symbol,
    },
    /// More instances than one order may have.
    OrderQuantity {
        /// The most that it may have.
        limit: Quantity,
        /// What it has.
        attempt: Quantity,
    },
    /// A price too far from the reference price.
    PriceBand {
        /// The lowest price allowed.
        lowest: Price,
        /// The highest price allowed.
        highest: Price,
        /// The order's limit price.
        attempt: Price,
    },
    /// The order has no price of its own, and there is none to hold it against: the instrument has never traded and has
    /// no reference price.
    NoReferencePrice {
        /// The instrument.
        symbol: Symbol,
    },
    /// The scope has limits on money, and none in the currency of the instrument.
    CurrencyWithoutLimit {
        /// The currency.
        currency: CurrencyCode,
    },
    /// A larger amount than one order may have.
    OrderNotional {
        /// The most that it may have.
        limit: Notional,
        /// What it has.
        attempt: Notional,
        /// The currency of both.
        currency: CurrencyCode,
    },
    /// More orders than may be open.
    OpenOrders {
        /// How many may be.
        limit: u64,
        /// How many would be.
        attempt: u64,
    },
    /// A larger amount than may be open.
    OpenNotional {
        /// How much may be.
        limit: Notional,
        /// How much would be.
        attempt: Notional,
        /// The currency of both.
        currency: CurrencyCode,
    },
    /// A larger amount, open and not settled, than there is credit for.
    Credit {
        /// How much there is.
        limit: Notional,
        /// How much would be taken up.
        attempt: Notional,
        /// The currency of both.
        currency: CurrencyCode,
    },
    /// More orders than may come in a time.
    OrderRate {
        /// How many may.
        limit: u32,
        /// In which time.
        window: Duration,
    },
    /// An order like one that was taken shortly before.
    Duplicate {
        /// How long it must not come again.
        window: Duration,
    },
}

impl fmt::Display for LimitBreach {
    /// `firm ALDER: open notional would be 1200000.00 USD, limit 1000000.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.scope, self.limit)
    }
}

impl fmt::Display for BreachedLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Restricted { symbol } => write!(f, "{symbol} is restricted"),
            Self::OrderQuantity { limit, attempt } => {
                write!(f, "order quantity is {attempt}, limit {limit}")
            }
            Self::PriceBand {
                lowest,
                highest,
                attempt,
            } => write!(f, "price is {attempt}, band {lowest} to {highest}"),
            Self::NoReferencePrice { symbol } => {
                write!(f, "{symbol} has no price yet to hold the order against")
            }
            Self::CurrencyWithoutLimit { currency } => write!(f, "no limit is set in {currency}"),
            Self::OrderNotional {
                limit,
                attempt,
                currency,
            } => write!(f, "order notional is {attempt} {currency}, limit {limit}"),
            Self::OpenOrders { limit, attempt } => {
                write!(f, "open orders would be {attempt}, limit {limit}")
            }
            Self::OpenNotional {
                limit,
                attempt,
                currency,
            } => write!(
                f,
                "open notional would be {attempt} {currency}, limit {limit}"
            ),
            Self::Credit {
                limit,
                attempt,
                currency,
            } => write!(
                f,
                "open and unsettled notional would be {attempt} {currency}, credit {limit}"
            ),
            Self::OrderRate { limit, window } => {
                write!(f, "more than {limit} orders in {}", Ascii(*window))
            }
            Self::Duplicate { window } => {
                write!(
                    f,
                    "a like order was taken less than {} before",
                    Ascii(*window)
                )
            }
        }
    }
}

/// A time as members can be told it: its usual text has a letter that is no ASCII below a millisecond.
struct Ascii(Duration);

impl fmt::Display for Ascii {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(time) = self;
        if *time < Duration::from_millis(1) {
            return write!(f, "{}ns", time.as_nanos());
        }
        write!(f, "{time:?}")
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use core::time::Duration;

    use super::BreachedLimit;

    #[test]
    fn times_are_told_in_ascii() {
        let rows = [
            (8, "8ns"),
            (999_999, "999999ns"),
            (1_000_000, "1ms"),
            (1_500_000, "1.5ms"),
            (60_000_000_000, "60s"),
        ];
        for (nanos, told) in rows {
            let window = Duration::from_nanos(nanos);
            let rate = BreachedLimit::OrderRate { limit: 3, window };
            assert_eq!(rate.to_string(), ["more than 3 orders in ", told].concat());
            let twice = BreachedLimit::Duplicate { window }.to_string();
            assert!(twice.is_ascii() && twice.contains(told), "{twice}");
        }
    }
}
