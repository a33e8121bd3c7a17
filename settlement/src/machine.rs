//! The state machine of a reassignment, as a pure function: what is known and what was just learnt
//! in, what to do next out. It reads no clock, calls nobody and stores nothing.
//!
//! The rule that holds everywhere: a call's answer never moves a reassignment on. An answer only
//! says how long to wait before the slot is looked at again; what is seen there moves it.

mod failed;
mod observed;
mod operated;
mod ruled;

pub use operated::{Act, ActRefusal, CashOut, operated};
pub use ruled::Ruling;

use crate::{
    ledger::Amount,
    provider::ProviderError,
    state::{Action, State},
    view::Sight,
};

/// What is known of a reassignment when something new is learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// How far it has come.
    pub state: State,
    /// A provider's buy-back: the slot returns to its pool, nothing is placed.
    pub retire: bool,
    /// The buyer's image was found usable and its digest is on record.
    pub image_checked: bool,
    /// The provider can fence slots.
    pub fences: bool,
    /// The provider ends the old instance and puts the image in its place in one call.
    pub replaces: bool,
    /// A fence may be in place.
    pub fence_held: bool,
    /// This step may send another call.
    pub attempts_left: bool,
    /// This step has sent just as many calls as it may: true once, where a step goes on beyond that.
    pub attempts_just_spent: bool,
    /// This step has taken longer than it may.
    pub overdue: bool,
    /// This step has sent a call.
    pub called: bool,
    /// Some time has passed since the latest call was answered.
    pub rested: bool,
    /// What the market has ruled, if it has.
    pub ruling: Option<Ruling>,
    /// The market has corrected the price, and that was not taken over yet.
    pub corrected: bool,
    /// How far it had come when it was parked, if it is.
    pub parked_from: Option<State>,
    /// The market was told that it failed when it was parked, as earlier versions did: nothing can be delivered any more.
    pub told_failed: bool,
}

impl Facts {
    /// How far it has come, parked or not.
    #[must_use]
    pub const fn stage(&self) -> State {
        match self.parked_from {
            Some(from) => from,
            None => self.state,
        }
    }
}

/// What must be learnt next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Whether the buyer has the cash.
    Funds,
    /// Whether the buyer's image can be used.
    Image,
    /// What is in the slot.
    Slot,
    /// Nothing: the trade was busted, and is to be undone here as well.
    Bust,
    /// Whether the buyer has the cash for the price as it was corrected.
    Correction,
    /// Nothing: the reassignment rests.
    Nothing,
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stimulus {
    /// The buyer's free cash covers the price, or not.
    Funds {
        /// It does.
        enough: bool,
    },
    /// The buyer's image can be started by the buyer, or not.
    Image {
        /// It can.
        usable: bool,
    },
    /// The slot was observed.
    Slot(Sight),
    /// An observation failed.
    Unseen(ProviderError),
    /// The trade was busted.
    Busted,
    /// The price was corrected; the buyer's cash covers the new one, or not.
    Corrected {
        /// It does, with what is set aside already.
        enough: bool,
    },
    /// A call was answered, or failed.
    Answer(Action, Result<(), ProviderError>),
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The state from now on.
    pub state: State,
    /// What follows.
    pub then: Then,
    /// Cash to move in the same transaction.
    pub cash: Option<Cash>,
    /// What to tell the engine in the same transaction.
    pub report: Option<Report>,
    /// Whether a fence may be in place from now on.
    pub fence_held: bool,
    /// Why, for the record; empty when the state says it all.
    pub why: String,
    /// An operator must know.
    pub alarm: bool,
    /// The corrected price holds from now on.
    pub reprice: bool,
}

/// What follows a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// Learn more at once.
    Look,
    /// Learn more after a while.
    Wait(Pause),
    /// Write the attempt down and call the provider.
    Call {
        /// What to call.
        action: Action,
        /// The last call certainly had no effect: this is a new one, with a new token.
        fresh: bool,
    },
    /// Rest.
    Rest,
}

/// How long a while is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// Work is under way: a short fixed interval.
    Poll,
    /// Something failed: longer each time, with jitter.
    Retry,
    /// The provider asked for fewer requests: as `Retry`, and the attempt does not count.
    Throttle,
}

/// Cash to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cash {
    /// Set the price aside from the buyer's free cash.
    Reserve,
    /// Give it back.
    Void,
    /// Give it back and set the corrected price aside instead.
    Reprice,
    /// Take it from the buyer and pay it to the seller.
    Post,
    /// Give it back, and pay from the default fund what is due instead of a delivery.
    CashOut {
        /// What the buyer gets beside its own.
        difference: Option<Amount>,
        /// The seller is paid for its instance.
        instance_taken: bool,
    },
}

/// What the engine is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The cash is reserved and settlement has begun.
    Pending,
    /// The old instance is about to be ended: asks the market to let it begin.
    Terminating,
    /// The image is being placed.
    Placing,
    /// The instance is being started.
    Starting,
    /// Delivered and paid.
    Settled,
    /// The slot is not what was sold, or it ended in cash: it goes out of circulation.
    Failed,
    /// Undone; the seller keeps the instance.
    Reversed,
}

/// What must be learnt before the next step.
#[must_use]
pub const fn need(facts: &Facts) -> Need {
    if ruled::is_to_be_undone(facts) {
        return Need::Bust;
    }
    if ruled::is_to_be_corrected(facts) {
        return Need::Correction;
    }
    match facts.state {
        State::Received => Need::Funds,
        State::Funded if !facts.retire && !facts.image_checked => Need::Image,
        State::Asking if facts.ruling.is_none() => Need::Nothing,
        State::Funded
        | State::Fenced
        | State::Asking
        | State::Terminating
        | State::Vacant
        | State::Placing
        | State::Placed
        | State::Starting
        | State::Running => Need::Slot,
        State::Settled | State::Busted | State::CashSettled if facts.fence_held => Need::Slot,
        State::Settled | State::Busted | State::CashSettled | State::Suspended | State::Manual => {
            Need::Nothing
        }
    }
}

/// The next step.
#[must_use]
pub fn step(facts: &Facts, stimulus: &Stimulus) -> Decision {
    match stimulus {
        Stimulus::Funds { enough } => funds(facts, *enough),
        Stimulus::Image { usable } => image(facts, *usable),
        Stimulus::Slot(sight) => observed::slot(facts, sight),
        Stimulus::Unseen(error) => failed::unseen(facts, error),
        Stimulus::Busted => ruled::busted(facts),
        Stimulus::Corrected { enough } => ruled::corrected(facts, *enough),
        Stimulus::Answer(action, answer) => failed::answered(facts, *action, answer),
    }
}

fn funds(facts: &Facts, enough: bool) -> Decision {
    if enough {
        stay(facts, Then::Look)
            .to(State::Funded)
            .with_cash(Cash::Reserve)
            .reporting(Report::Pending)
    } else {
        hold(facts, Pause::Retry, "the buyer's cash is short")
    }
}

fn image(facts: &Facts, usable: bool) -> Decision {
    if usable {
        stay(facts, Then::Look)
    } else {
        hold(
            facts,
            Pause::Retry,
            "the buyer's image is missing or not shared",
        )
    }
}

/// Waits, unless this step has waited too long already.
fn hold(facts: &Facts, pause: Pause, too_late: &str) -> Decision {
    if facts.overdue && !facts.state.is_end() {
        give_up(facts, too_late)
    } else {
        stay(facts, Then::Wait(pause))
    }
}

fn give_up(facts: &Facts, why: &str) -> Decision {
    if facts.state.is_past_no_return() {
        park(facts, why)
    } else {
        bust(facts, Report::Reversed, why)
    }
}

/// What was sold is not there any more. The buyer is free; the slot leaves circulation, because the
/// register and the provider disagree about it.
fn undeliverable(facts: &Facts) -> Decision {
    bust(
        facts,
        Report::Failed,
        "the slot does not hold the seller's instance",
    )
    .alarming()
}

fn bust(facts: &Facts, report: Report, why: &str) -> Decision {
    let then = if facts.fence_held {
        Then::Look
    } else {
        Then::Rest
    };
    let decision = stay(facts, then)
        .to(State::Busted)
        .reporting(report)
        .because(why);
    if facts.stage() == State::Received {
        decision
    } else {
        decision.with_cash(Cash::Void)
    }
}

fn park(facts: &Facts, why: &str) -> Decision {
    if facts.state.is_end() {
        return stay(facts, Then::Rest);
    }
    // The market is told nothing: an operator may yet bring it to a delivery.
    stay(facts, Then::Rest)
        .to(State::Manual)
        .because(why)
        .alarming()
}

const fn call(action: Action) -> Then {
    Then::Call {
        action,
        fresh: false,
    }
}

const fn stay(facts: &Facts, then: Then) -> Decision {
    Decision {
        state: facts.state,
        then,
        cash: None,
        report: None,
        fence_held: facts.fence_held,
        why: String::new(),
        alarm: false,
        reprice: false,
    }
}

impl Decision {
    fn to(self, state: State) -> Self {
        Self { state, ..self }
    }

    fn with_cash(self, cash: Cash) -> Self {
        Self {
            cash: Some(cash),
            ..self
        }
    }

    fn reporting(self, report: Report) -> Self {
        Self {
            report: Some(report),
            ..self
        }
    }

    fn fence_held(self, fence_held: bool) -> Self {
        Self { fence_held, ..self }
    }

    fn because(self, why: &str) -> Self {
        Self {
            why: why.to_owned(),
            ..self
        }
    }

    fn alarming(self) -> Self {
        Self {
            alarm: true,
            ..self
        }
    }
}

#[cfg(test)]
mod tests;
