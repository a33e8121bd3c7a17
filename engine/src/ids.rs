//! Identifiers that the venue gives out. Each derives from the number of the command that caused
//! it, so that a replay gives the same ones.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

/// A command's place in the total order of all commands, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandNumber(u64);

impl CommandNumber {
    /// The first command.
    pub const FIRST: Self = Self(1);

    /// The command at this place in the order, counted from 1.
    #[must_use]
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The place in the order, counted from 1.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after this one; nothing at the end of all numbers.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }
}

/// Names an order: the number of the command that submitted it. OrderID(37), FIX 4.4 Vol. 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(CommandNumber);

impl OrderId {
    /// The order that this command submitted.
    #[must_use]
    pub const fn new(number: CommandNumber) -> Self {
        Self(number)
    }

    /// The command that submitted the order.
    #[must_use]
    pub const fn number(self) -> CommandNumber {
        self.0
    }
}

/// Names one report about one order: the command and the index of the event among its events.
/// ExecID(17), FIX 4.4 Vol. 6. No two events share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExecutionId {
    /// The command that caused the event.
    pub number: CommandNumber,
    /// The event's place among the events of that command, from 0.
    pub index: u32,
}

/// Names one match of two orders: the command and the index of the match among its matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TradeId {
    /// The command that caused the match.
    pub number: CommandNumber,
    /// The match's place among the matches of that command, from 0.
    pub index: u32,
}

/// Names the reassignment of one instance of a trade. ReassignmentID(20003).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ReassignmentId {
    /// The trade that the instance was sold in.
    pub trade: TradeId,
    /// The instance's place among the instances of that trade, from 0.
    pub leg: u32,
}

/// Some text is not an identifier of the kind asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not an identifier of this venue")]
pub struct IdError;

impl fmt::Display for CommandNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.number, self.index)
    }
}

impl fmt::Display for TradeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.number, self.index)
    }
}

impl fmt::Display for ReassignmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.trade, self.leg)
    }
}

impl FromStr for CommandNumber {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        digits(text).map(Self)
    }
}

impl FromStr for OrderId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse().map(Self)
    }
}

impl FromStr for ExecutionId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (number, index) = text.split_once('-').ok_or(IdError)?;
        Ok(Self {
            number: number.parse()?,
            index: digits(index)?,
        })
    }
}

impl FromStr for TradeId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (number, index) = text.split_once('-').ok_or(IdError)?;
        Ok(Self {
            number: number.parse()?,
            index: digits(index)?,
        })
    }
}

impl FromStr for ReassignmentId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (trade, leg) = text.rsplit_once('-').ok_or(IdError)?;
        Ok(Self {
            trade: trade.parse()?,
            leg: digits(leg)?,
        })
    }
}

/// A number written one way only, so that an identifier and its text are one to one.
fn digits<T: FromStr>(text: &str) -> Result<T, IdError> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let padded = text.len() > 1 && text.starts_with('0');
    if plain && !padded {
        text.parse().map_err(|_| IdError)
    } else {
        Err(IdError)
    }
}
