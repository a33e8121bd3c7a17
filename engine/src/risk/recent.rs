//! Orders that were taken lately, to know one that comes twice by mistake.

use alloc::collections::{BTreeMap, VecDeque};
use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::command::Side;
use crate::money::{Price, Quantity};
use crate::order::Order;
use crate::time::Timestamp;

/// As many are remembered; of more within one window, those longest ago are forgotten.
const REMEMBERED_MAX: usize = 1 << 16;

/// What makes two orders alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Likeness {
    account: u32,
    instrument: u32,
    side: Side,
    limit: Option<Price>,
    stop: Option<Price>,
    quantity: Quantity,
}

impl Likeness {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            limit: order.limit(),
            stop: order.stop(),
            quantity: order.quantity,
        }
    }
}

/// The orders of one window, each kind once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(
    from = "VecDeque<(Timestamp, Likeness)>",
    into = "VecDeque<(Timestamp, Likeness)>"
)]
pub(super) struct Recent {
    /// In the order in which they came.
    line: VecDeque<(Timestamp, Likeness)>,
    // BTreeMap: found without hashing six fields, and never walked.
    taken_at: BTreeMap<Likeness, Timestamp>,
}

impl Recent {
    /// Whether a like order was taken less than the window ago.
    pub(super) fn has(&self, likeness: &Likeness, now: Timestamp, window: Duration) -> bool {
        let taken_at = self.taken_at.get(likeness);
        taken_at.is_some_and(|taken_at| now < taken_at.after(window))
    }

    /// Remembers an order that has no like in the window.
    pub(super) fn add(&mut self, likeness: Likeness, now: Timestamp, window: Duration) {
        while let Some(&(taken_at, past)) = self.line.front()
            && (taken_at.after(window) <= now || self.line.len() >= REMEMBERED_MAX)
        {
            self.line.pop_front();
            self.taken_at.remove(&past);
        }
        self.line.push_back((now, likeness));
        self.taken_at.insert(likeness, now);
    }
}

impl From<VecDeque<(Timestamp, Likeness)>> for Recent {
    fn from(line: VecDeque<(Timestamp, Likeness)>) -> Self {
        let taken_at = line
            .iter()
            .map(|&(taken_at, likeness)| (likeness, taken_at));
        Self {
            taken_at: taken_at.collect(),
            line,
        }
    }
}

impl From<Recent> for VecDeque<(Timestamp, Likeness)> {
    fn from(recent: Recent) -> Self {
        recent.line
    }
}
