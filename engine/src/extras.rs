//! What only some orders carry: conditions, a time at which they expire, a stop price. Most orders carry none, and
//! stay small.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::command::{Conditions, NewOrder, OrderKind, TimeInForce};
use crate::money::{Price, Quantity};
use crate::time::Timestamp;

/// What only some orders carry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Extras {
    pub(crate) conditions: Conditions,
    /// When it expires by itself, if it does.
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) pricing: Pricing,
    /// How much of an order that rests is shown; none: all that is open of it.
    pub(crate) shown: Option<Quantity>,
    /// What a piece counts with towards limits, of an order that collects for an auction without a price of its own.
    pub(crate) counted_at: Option<Price>,
}

/// How an order is priced beside its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Pricing {
    /// By its limit, or not at all.
    Plain,
    /// By its first fill, from then on.
    MarketToLimit,
    /// Not before the price of the instrument has reached this one.
    Stop {
        /// StopPx(99).
        price: Price,
        /// Whether it has not.
        waits: bool,
    },
}

impl Pricing {
    fn of(kind: OrderKind) -> Self {
        match kind {
            OrderKind::Market | OrderKind::Limit(_) => Self::Plain,
            OrderKind::MarketToLimit => Self::MarketToLimit,
            OrderKind::Stop(price) | OrderKind::StopLimit { stop: price, .. } => {
                Self::Stop { price, waits: true }
            }
        }
    }
}

impl Extras {
    /// What an order carries beyond the rest; nothing for most.
    #[inline]
    pub(crate) fn of(new: &NewOrder) -> Option<Box<Self>> {
        let plain = matches!(new.kind, OrderKind::Limit(_) | OrderKind::Market);
        let dated = matches!(new.time_in_force, TimeInForce::GoodTillDate(_));
        if plain && !dated && new.conditions.is_none() {
            return None;
        }
        Some(Box::new(Self::carried(new)))
    }

    /// What an order carries that carries nothing yet.
    pub(crate) fn none() -> Box<Self> {
        Box::new(Self {
            conditions: Conditions::default(),
            expires_at: None,
            pricing: Pricing::Plain,
            shown: None,
            counted_at: None,
        })
    }

    fn carried(new: &NewOrder) -> Self {
        let expires_at = match new.time_in_force {
            TimeInForce::GoodTillDate(expiry) => Some(expiry.time()),
            TimeInForce::Day
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill
            | TimeInForce::GoodTillCancel
            | TimeInForce::AtTheOpening
            | TimeInForce::AtTheClose => None,
        };
        Self {
            conditions: new.conditions.as_deref().copied().unwrap_or_default(),
            expires_at,
            pricing: Pricing::of(new.kind),
            shown: None,
            counted_at: None,
        }
    }
}
