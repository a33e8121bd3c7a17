//! In which phase an instrument is, and what it goes on with. Part of its listing; the steps are in `phases`.

use serde::{Deserialize, Serialize};

use crate::command::{HaltPolicy, NewOrder, Phase, TimeInForce};
use crate::refusal::OrderRefusal;
use crate::time::Timestamp;

/// The phase of an instrument, and what it goes on with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Trading {
    pub(crate) phase: Phase,
    /// What its calendar asked for last.
    pub(crate) scheduled: Option<Scheduled>,
    /// While it is halted.
    pub(crate) halt: Option<Halt>,
    /// When the auction ends by itself with which it reopens after a halt.
    pub(crate) reopens_at: Option<Timestamp>,
    /// What a halt does, as the configuration says.
    pub(crate) configured: HaltPolicy,
    /// What an operator says instead, until it is released.
    pub(crate) by_operator: Option<HaltPolicy>,
}

/// A step that a calendar asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Scheduled {
    pub(crate) phase: Phase,
    /// When it was due.
    pub(crate) due: Option<Timestamp>,
}

/// A halt.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Halt {
    /// The phase that it interrupts.
    pub(crate) interrupts: Phase,
    /// The phase that follows its release.
    pub(crate) then: Phase,
}

impl Trading {
    /// What a halt does.
    pub(crate) fn policy(&self) -> HaltPolicy {
        self.by_operator.unwrap_or(self.configured)
    }

    /// Whether orders at the close are in the book: the closing auction is held, or halted.
    pub(crate) fn is_closing(&self) -> bool {
        let phase = self.halt.map_or(self.phase, |halt| halt.interrupts);
        phase == Phase::ClosingAuction
    }

    /// Whether orders without a price may be in the book: they collect there, or a halt keeps them.
    pub(crate) fn holds_market_orders(&self) -> bool {
        self.phase.collects() || self.phase == Phase::Halted
    }

    /// Whether an order may come, be it new or on new terms. The order of the steps is the order of [`OrderRefusal`].
    #[inline]
    pub(crate) fn check_phase(&self, new: &NewOrder) -> Result<(), OrderRefusal> {
        if self.phase == Phase::Continuous && new.time_in_force != TimeInForce::AtTheOpening {
            return Ok(());
        }
        check_outside_continuous(self.phase, new)
    }
}

#[cold]
fn check_outside_continuous(phase: Phase, new: &NewOrder) -> Result<(), OrderRefusal> {
    match phase {
        Phase::Closed => return Err(OrderRefusal::InstrumentClosed),
        Phase::Halted => return Err(OrderRefusal::InstrumentHalted),
        Phase::PreOpen | Phase::OpeningAuction => {}
        Phase::Continuous | Phase::ClosingAuction => {
            if new.time_in_force == TimeInForce::AtTheOpening {
                return Err(OrderRefusal::OpeningPassed(phase));
            }
        }
    }
    let immediate = matches!(
        new.time_in_force,
        TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill
    );
    if immediate {
        return Err(OrderRefusal::ImmediateInCall(phase));
    }
    let Some(asked) = new.conditions.as_deref() else {
        return Ok(());
    };
    if asked.minimum_quantity.is_some() {
        return Err(OrderRefusal::MinimumQuantityInCall(phase));
    }
    if asked.post_only {
        return Err(OrderRefusal::PostOnlyInCall(phase));
    }
    Ok(())
}
