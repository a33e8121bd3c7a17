//! What the market has ruled since the trade, and what follows: it lets a reassignment begin, busts its trade, or
//! corrects its price. The first two exclude each other, for the market takes one of them and refuses the other.

use super::{Cash, Decision, Facts, Then, stay};
use crate::state::State;

/// What the market has ruled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ruling {
    /// The reassignment may pass its point of no return; the trade cannot be busted any more.
    Begun,
    /// The trade was busted; the point of no return may not be passed.
    Busted,
}

impl Ruling {
    /// The word by which the ruling is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Begun => "BEGUN",
            Self::Busted => "BUSTED",
        }
    }

    /// The ruling with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Begun, Self::Busted]
            .into_iter()
            .find(|ruling| ruling.name() == name)
    }
}

/// Whether a trade that was busted is still to be undone here. The market busts nothing that has begun: what is parked
/// then was parked before.
pub(super) const fn is_to_be_undone(facts: &Facts) -> bool {
    matches!(facts.ruling, Some(Ruling::Busted))
        && match facts.state {
            State::Received
            | State::Funded
            | State::Fenced
            | State::Asking
            | State::Suspended
            | State::Manual => true,
            State::Terminating
            | State::Vacant
            | State::Placing
            | State::Placed
            | State::Starting
            | State::Running
            | State::Settled
            | State::Busted
            | State::CashSettled => false,
        }
}

/// Whether a corrected price is to be taken over: as long as nothing has begun here.
pub(super) const fn is_to_be_corrected(facts: &Facts) -> bool {
    facts.corrected
        && matches!(
            facts.state,
            State::Received | State::Funded | State::Fenced | State::Asking
        )
}

/// The market knows already: it is told nothing.
pub(super) fn busted(facts: &Facts) -> Decision {
    let then = if facts.fence_held {
        Then::Look
    } else {
        Then::Rest
    };
    let decision = stay(facts, then)
        .to(State::Busted)
        .because("the trade was busted");
    if facts.stage() == State::Received {
        decision
    } else {
        decision.with_cash(Cash::Void)
    }
}

/// Where the buyer's cash does not cover the new price it is waited for, as after a trade.
pub(super) fn corrected(facts: &Facts, enough: bool) -> Decision {
    let decision = Decision {
        reprice: true,
        ..stay(facts, Then::Look).because("the price was corrected")
    };
    match (facts.state, enough) {
        (State::Received, _) => decision,
        (_, true) => decision.with_cash(Cash::Reprice),
        (_, false) => decision.to(State::Received).with_cash(Cash::Void),
    }
}
