//! What only some orders carry: conditions, and a time at which they expire. Most orders carry none, and stay small.

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::command::{Conditions, NewOrder, TimeInForce};
use crate::time::Timestamp;

/// What only some orders carry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Extras {
    pub(crate) conditions: Conditions,
    /// When it expires by itself, if it does.
    pub(crate) expires_at: Option<Timestamp>,
}

impl Extras {
    /// What an order carries beyond the rest; nothing for most.
    pub(crate) fn of(new: &NewOrder) -> Option<Box<Self>> {
        let expires_at = match new.time_in_force {
            TimeInForce::GoodTillDate(expiry) => Some(expiry.time()),
            TimeInForce::Day
            | TimeInForce::ImmediateOrCancel
            | TimeInForce::FillOrKill
            | TimeInForce::GoodTillCancel => None,
        };
        if new.conditions.is_none() && expires_at.is_none() {
            return None;
        }
        Some(Box::new(Self {
            conditions: new.conditions.as_deref().copied().unwrap_or_default(),
            expires_at,
        }))
    }
}
