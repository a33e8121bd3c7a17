//! What an operator may do with a reassignment, and what follows. What may not be done is refused with what may.

use super::{Cash, Decision, Facts, Report, Then, ruled, stay};
use crate::{ledger::Amount, state::State};

/// What an operator does with a reassignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Let it stand still: nothing is called, and its time does not run.
    Suspend,
    /// Let it go on where it was suspended, with the attempts and the time that it had left.
    Resume,
    /// Let it go on where it was parked, with all attempts and all its time; the slot is looked at first.
    Retry,
    /// Undo it before its point of no return: the buyer's cash is free, the seller keeps the instance.
    Reverse,
    /// End it in cash behind its point of no return.
    CashOut(CashOut),
}

/// How a reassignment ends in cash.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CashOut {
    /// What the default fund pays the buyer beside its own cash: what a like instance costs more. At most the price.
    pub difference: Option<Amount>,
    /// Whether the seller's instance is gone, where settlement has not seen that.
    pub instance_taken: Option<bool>,
}

impl Act {
    /// The word by which it is stored and shown.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Retry => "retry",
            Self::Reverse => "reverse",
            Self::CashOut(_) => "cash-out",
        }
    }
}

/// Why an operator may not do it now, and what may be done. Checked in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActRefusal {
    /// Nothing can follow.
    #[error("it has ended as {}: nothing can be done with it", .0.name())]
    Ended(State),
    /// The market has undone its trade.
    #[error("its trade was busted: settlement is undoing it")]
    Busted,
    /// What is to go on, or to end in cash, is at work.
    #[error("it is at work in {}: suspend it first", .0.name())]
    AtWork(State),
    /// What is to be suspended stands still.
    #[error("it stands still already, in {}: resume or retry it, or end it", .0.name())]
    StandsStill(State),
    /// Only what was suspended is resumed.
    #[error("it was not suspended but is in MANUAL: retry it, or end it")]
    NotSuspended,
    /// The market was told that it failed.
    #[error("the market was told that it failed, and delivers nothing any more: end it")]
    ToldFailed,
    /// The seller's instance may be gone.
    #[error("the seller's instance may be gone since {}: retry it, or end it in cash", .0.name())]
    PastNoReturn(State),
    /// The seller has its instance.
    #[error("the seller has its instance in {}: reverse it", .0.name())]
    BeforeNoReturn(State),
    /// The slot was seen without the seller's instance.
    #[error("the slot was seen without the seller's instance in {}: it is taken", .0.name())]
    InstanceTaken(State),
    /// Nobody has said whether the seller's instance is gone.
    #[error(
        "settlement has not seen whether the seller's instance is gone: look at the provider, and say so"
    )]
    InstanceUnknown,
    /// The difference is more than the price.
    #[error("beside its own cash the buyer gets at most the price")]
    DifferenceTooLarge,
}

/// What follows when an operator does `act` with a reassignment of this price.
///
/// # Errors
/// [`ActRefusal`] when it may not be done now.
pub fn operated(facts: &Facts, price: Amount, act: &Act) -> Result<Decision, ActRefusal> {
    let (state, stage) = (facts.state, facts.stage());
    if state.is_end() {
        return Err(ActRefusal::Ended(state));
    }
    if ruled::is_to_be_undone(facts) {
        return Err(ActRefusal::Busted);
    }
    match act {
        Act::Suspend if state.is_parked() => Err(ActRefusal::StandsStill(state)),
        Act::Suspend => Ok(stay(facts, Then::Rest).to(State::Suspended)),
        Act::Resume | Act::Retry if !state.is_parked() => Err(ActRefusal::AtWork(state)),
        Act::Resume if state != State::Suspended => Err(ActRefusal::NotSuspended),
        Act::Resume | Act::Retry if facts.told_failed => Err(ActRefusal::ToldFailed),
        Act::Resume | Act::Retry => Ok(stay(facts, Then::Look).to(stage)),
        Act::Reverse if stage.is_past_no_return() => Err(ActRefusal::PastNoReturn(stage)),
        Act::Reverse => Ok(reverse(facts)),
        Act::CashOut(_) if !stage.is_past_no_return() => Err(ActRefusal::BeforeNoReturn(stage)),
        Act::CashOut(_) if !state.is_parked() => Err(ActRefusal::AtWork(state)),
        Act::CashOut(terms) => cash_out(facts, price, terms),
    }
}

fn reverse(facts: &Facts) -> Decision {
    let decision = ruled::busted(facts);
    if facts.told_failed {
        decision
    } else {
        decision.reporting(Report::Reversed)
    }
}

fn cash_out(facts: &Facts, price: Amount, terms: &CashOut) -> Result<Decision, ActRefusal> {
    let stage = facts.stage();
    // Behind `Terminating` the slot was seen without it.
    let seen_gone = stage != State::Terminating;
    let instance_taken = match (seen_gone, terms.instance_taken) {
        (true, Some(false)) => return Err(ActRefusal::InstanceTaken(stage)),
        (false, None) => return Err(ActRefusal::InstanceUnknown),
        (true, Some(true) | None) => true,
        (false, Some(taken)) => taken,
    };
    if terms
        .difference
        .is_some_and(|difference| difference > price)
    {
        return Err(ActRefusal::DifferenceTooLarge);
    }
    let then = if facts.fence_held {
        Then::Look
    } else {
        Then::Rest
    };
    let decision = stay(facts, then)
        .to(State::CashSettled)
        .with_cash(Cash::CashOut {
            difference: terms.difference,
            instance_taken,
        });
    Ok(if facts.told_failed {
        decision
    } else {
        decision.reporting(Report::Failed)
    })
}
