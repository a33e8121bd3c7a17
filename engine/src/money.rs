//! Prices, quantities and what they multiply to, as integers with their units in the type.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// Micro-units in one unit of a currency: 1 000 000.
pub const MICROS_PER_UNIT: i64 = 1_000_000;

/// Micro-units in the last of one, two, … six decimal places.
const SCALES: [i128; 6] = [100_000, 10_000, 1_000, 100, 10, 1];

/// A price of one instance, in micro-units of the instrument's currency (1 000 000 is 1.00).
///
/// Price(44), LastPx(31), FIX 4.4 Vol. 6.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Price(i64);

impl Price {
    /// A price of so many micro-units.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The price in micro-units.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whether this is a whole number of ticks. No price is a multiple of a tick of zero or less.
    #[must_use]
    pub const fn is_multiple_of(self, tick: Self) -> bool {
        tick.0 > 0 && matches!(self.0.checked_rem(tick.0), Some(0))
    }

    /// This many instances at this price. It always fits: 63 bits times 64 bits.
    #[must_use]
    pub fn times(self, quantity: Quantity) -> Notional {
        let product = i128::from(self.0).checked_mul(i128::from(quantity.0));
        Notional(product.expect("63 bits times 64 bits fit into 127"))
    }

    /// The sum, or nothing when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or nothing when it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Price {
    /// In units with as many decimals as needed, at least two: `10.50`, `0.000001`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_micros(i128::from(self.0), f)
    }
}

/// Some text is not a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a price: write a decimal with at most six places, such as 10.50")]
pub struct PriceError;

impl FromStr for Price {
    type Err = PriceError;

    /// Reads what [`Price`] displays, and fewer or more places: at most six.
    fn from_str(text: &str) -> Result<Self, PriceError> {
        let micros = micros_of(text).and_then(|micros| i64::try_from(micros).ok());
        micros.map(Self).ok_or(PriceError)
    }
}

/// Some text is not an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not an amount: write a decimal with at most six places, such as 10.50")]
pub struct NotionalError;

impl FromStr for Notional {
    type Err = NotionalError;

    /// Reads what [`Notional`] displays, and fewer or more places: at most six.
    fn from_str(text: &str) -> Result<Self, NotionalError> {
        micros_of(text).map(Self).ok_or(NotionalError)
    }
}

/// A decimal with at most six places, in micro-units.
fn micros_of(text: &str) -> Option<i128> {
    let (sign, amount) = match text.strip_prefix('-') {
        Some(amount) => (-1, amount),
        None => (1, text),
    };
    let (units, places) = amount.split_once('.').unwrap_or((amount, "0"));
    let scale = places.len().checked_sub(1).and_then(|at| SCALES.get(at))?;
    let fraction = digits(places)?.checked_mul(*scale)?;
    let units = digits(units)?.checked_mul(i128::from(MICROS_PER_UNIT))?;
    units.checked_add(fraction)?.checked_mul(sign)
}

/// At least one digit, and nothing else.
fn digits(text: &str) -> Option<i128> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

/// A count of instances. OrderQty(38), LastQty(32), CumQty(14), LeavesQty(151), FIX 4.4 Vol. 6.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Quantity(u64);

impl Quantity {
    /// No instances.
    pub const ZERO: Self = Self(0);

    /// So many instances.
    #[must_use]
    pub const fn new(count: u64) -> Self {
        Self(count)
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or nothing when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// What is left, or nothing when there is less than `other`.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An amount of money in micro-units of a currency, such as a price times a quantity.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Notional(i128);

impl Notional {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many micro-units.
    #[must_use]
    pub const fn from_micros(micros: i128) -> Self {
        Self(micros)
    }

    /// The amount in micro-units.
    #[must_use]
    pub const fn micros(self) -> i128 {
        self.0
    }

    /// The sum, or nothing when it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or nothing when it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl fmt::Display for Notional {
    /// In units with as many decimals as needed, at least two.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_micros(self.0, f)
    }
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "divides by constants that are not zero or -1"
)]
fn write_micros(micros: i128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let per_unit = u128::from(MICROS_PER_UNIT.unsigned_abs());
    let sign = if micros < 0 { "-" } else { "" };
    let (units, mut fraction) = (
        micros.unsigned_abs() / per_unit,
        micros.unsigned_abs() % per_unit,
    );
    let mut digits = 6;
    while digits > 2 && fraction % 10 == 0 {
        fraction /= 10;
        digits -= 1;
    }
    write!(f, "{sign}{units}.{fraction:0digits$}")
}
