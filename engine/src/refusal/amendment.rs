//! Why trades were not busted or corrected.

use serde::{Deserialize, Serialize};

/// Why a trade was not busted or corrected, in order of precedence.
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
pub enum AmendmentRefusal {
    /// It was executed before the trading day began: orders of that day are not known any more.
    #[error("the trade is of an earlier trading day")]
    EarlierDay,
    /// There is no such trade, or its terms are not those.
    #[error("there is no such trade with these terms")]
    UnknownTrade,
    /// It was busted.
    #[error("the trade is busted already")]
    AlreadyBusted,
    /// The reassignment of one of its instances has begun: the seller's instance may be gone.
    #[error("a reassignment of the trade is past its point of no return")]
    PastNoReturn,
    /// The reassignments of all its instances have ended.
    #[error("the reassignments of the trade have ended")]
    ReassignmentsEnded,
    /// The new price is zero or less.
    #[error("the price must be more than zero")]
    PriceInvalid,
    /// The new price is not a whole number of ticks.
    #[error("the price is not a multiple of the tick")]
    PriceOffTick,
    /// The new price is the one that the trade has.
    #[error("the trade has this price already")]
    PriceUnchanged,
    /// As many trades as there may be in one day were busted or corrected today.
    #[error(
        "no more than {} trades can be busted or corrected in one trading day",
        Self::TRADES_MAX
    )]
    TooMany,
}

impl AmendmentRefusal {
    /// The most trades that are busted or corrected in one trading day: each of them is remembered until it ends.
    pub const TRADES_MAX: usize = 1 << 16;
}
