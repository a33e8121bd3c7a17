//! The state machine of a reassignment, as a pure function: what is known and what was just learnt
//! in, what to do next out. It reads no clock, calls nobody and stores nothing.
//!
//! The rule that holds everywhere: a call's answer never moves a reassignment on. An answer only
//! says how long to wait before the slot is looked at again; what is seen there moves it.

use crate::{
    provider::{Class, Phase, ProviderError},
    state::{Action, State},
    view::{Occupant, Sight, Task},
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
    /// A fence may be in place.
    pub fence_held: bool,
    /// This step may send another call.
    pub attempts_left: bool,
    /// This step has taken longer than it may.
    pub overdue: bool,
    /// Some time has passed since the latest call failed.
    pub rested: bool,
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
    /// Take it from the buyer and pay it to the seller.
    Post,
}

/// What the engine is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Report {
    /// The old instance is being ended.
    Terminating,
    /// The image is being placed.
    Placing,
    /// The instance is being started.
    Starting,
    /// Delivered and paid.
    Settled,
    /// Parked, or the slot is not what was sold: it goes out of circulation.
    Failed,
    /// Undone; the seller keeps the instance.
    Reversed,
}

/// What must be learnt before the next step.
#[must_use]
pub const fn need(facts: &Facts) -> Need {
    match facts.state {
        State::Received => Need::Funds,
        State::Funded if !facts.retire && !facts.image_checked => Need::Image,
        State::Funded
        | State::Fenced
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
        Stimulus::Slot(sight) => slot(facts, sight),
        Stimulus::Unseen(error) => unseen(facts, error),
        Stimulus::Answer(action, answer) => answered(facts, *action, answer),
    }
}

fn funds(facts: &Facts, enough: bool) -> Decision {
    if enough {
        stay(facts, Then::Look)
            .to(State::Funded)
            .with_cash(Cash::Reserve)
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

fn slot(facts: &Facts, sight: &Sight) -> Decision {
    match facts.state {
        State::Funded => funded(facts, sight),
        State::Fenced => fenced(facts, sight),
        State::Terminating => terminating(facts, sight),
        State::Vacant if facts.retire => retiring(facts, sight),
        State::Vacant => vacant(facts, sight),
        State::Placing => placing(facts, sight),
        State::Placed => placed(facts, sight),
        State::Starting => starting(facts, sight),
        State::Running => running(facts, sight),
        State::Settled | State::Busted | State::CashSettled => releasing(facts, sight),
        State::Received | State::Suspended | State::Manual => stay(facts, Then::Rest),
    }
}

fn funded(facts: &Facts, sight: &Sight) -> Decision {
    match sight.occupant {
        Occupant::Old | Occupant::Vacant if !facts.fences || sight.fenced_by_us => {
            stay(facts, Then::Look)
                .to(State::Fenced)
                .fence_held(facts.fences)
        }
        Occupant::Old | Occupant::Vacant if sight.fenced_by_other => {
            hold(facts, Pause::Retry, "somebody else has fenced the slot")
        }
        Occupant::Old | Occupant::Vacant => {
            let decision = repeat(facts, Action::Fence, sight, "the slot cannot be fenced");
            let sent = matches!(decision.then, Then::Call { .. });
            let fence_held = facts.fence_held || sent;
            decision.fence_held(fence_held)
        }
        Occupant::Strange | Occupant::Retired => undeliverable(facts),
        Occupant::Past => past(facts),
        Occupant::Ours { .. } => park(facts, "the slot already holds the buyer's instance"),
    }
}

fn fenced(facts: &Facts, sight: &Sight) -> Decision {
    match sight.occupant {
        Occupant::Old | Occupant::Vacant if facts.fences && !sight.fenced_by_us => {
            stay(facts, Then::Look)
                .to(State::Funded)
                .because("the fence was lost")
        }
        Occupant::Old => stay(facts, call(Action::Terminate))
            .to(State::Terminating)
            .reporting(Report::Terminating),
        Occupant::Vacant => stay(facts, Then::Look)
            .to(State::Vacant)
            .because("the seller's instance was already gone"),
        Occupant::Strange | Occupant::Retired => undeliverable(facts),
        Occupant::Past => past(facts),
        Occupant::Ours { .. } => park(facts, "the slot already holds the buyer's instance"),
    }
}

fn terminating(facts: &Facts, sight: &Sight) -> Decision {
    match sight.occupant {
        Occupant::Vacant => stay(facts, Then::Look).to(State::Vacant),
        Occupant::Old => repeat(
            facts,
            Action::Terminate,
            sight,
            "the old instance does not end",
        ),
        Occupant::Past => past(facts),
        Occupant::Strange | Occupant::Retired | Occupant::Ours { .. } => changed(facts),
    }
}

fn retiring(facts: &Facts, sight: &Sight) -> Decision {
    match sight.occupant {
        Occupant::Vacant => repeat(facts, Action::Retire, sight, "the slot is not taken back"),
        Occupant::Retired => settle(facts),
        // The slot was seen vacant since.
        Occupant::Old | Occupant::Past => past(facts),
        Occupant::Strange | Occupant::Ours { .. } => changed(facts),
    }
}

fn vacant(facts: &Facts, sight: &Sight) -> Decision {
    match sight.occupant {
        Occupant::Vacant => stay(facts, call(Action::Place))
            .to(State::Placing)
            .reporting(Report::Placing),
        Occupant::Ours { .. } => stay(facts, Then::Look)
            .to(State::Placing)
            .reporting(Report::Placing),
        // The slot was seen vacant since.
        Occupant::Old | Occupant::Past => past(facts),
        Occupant::Strange | Occupant::Retired => changed(facts),
    }
}

fn placing(facts: &Facts, sight: &Sight) -> Decision {
    if sight.elsewhere > 0 {
        return duplicated(facts);
    }
    match sight.occupant {
        Occupant::Ours {
            right_image: false, ..
        } => park(facts, "the slot holds another image than the buyer's").alarming(),
        Occupant::Ours { .. } if sight.task == Task::Working => {
            hold(facts, Pause::Poll, "the image is not placed in time")
        }
        Occupant::Ours { .. } => stay(facts, Then::Look).to(State::Placed),
        Occupant::Vacant => repeat(
            facts,
            Action::Place,
            sight,
            "the image is not placed in time",
        ),
        // The slot was seen vacant since.
        Occupant::Old | Occupant::Past => past(facts),
        Occupant::Strange | Occupant::Retired => changed(facts),
    }
}

fn placed(facts: &Facts, sight: &Sight) -> Decision {
    match sight.occupant {
        Occupant::Ours {
            phase: Phase::Placed | Phase::Stopped,
            ..
        } => stay(facts, call(Action::Start))
            .to(State::Starting)
            .reporting(Report::Starting),
        Occupant::Ours {
            phase: Phase::Starting | Phase::Running,
            ..
        } => stay(facts, Then::Look)
            .to(State::Starting)
            .reporting(Report::Starting),
        Occupant::Ours {
            phase: Phase::Failed | Phase::Terminated,
            ..
        } => lost(facts),
        Occupant::Vacant | Occupant::Old | Occupant::Past => past(facts),
        Occupant::Strange | Occupant::Retired => changed(facts),
    }
}

fn starting(facts: &Facts, sight: &Sight) -> Decision {
    if sight.elsewhere > 0 {
        return duplicated(facts);
    }
    match sight.occupant {
        Occupant::Ours {
            phase: Phase::Running,
            ready: true,
            right_image: true,
        } => stay(facts, Then::Look).to(State::Running),
        Occupant::Ours {
            right_image: false, ..
        } => park(facts, "the slot holds another image than the buyer's").alarming(),
        Occupant::Ours {
            phase: Phase::Running | Phase::Starting,
            ..
        } => hold(
            facts,
            Pause::Poll,
            "the buyer's instance is up and does not answer",
        ),
        Occupant::Ours {
            phase: Phase::Placed | Phase::Stopped | Phase::Failed,
            ..
        } => repeat(
            facts,
            Action::Start,
            sight,
            "the buyer's instance does not start",
        ),
        Occupant::Ours {
            phase: Phase::Terminated,
            ..
        } => lost(facts),
        Occupant::Vacant | Occupant::Old | Occupant::Past => past(facts),
        Occupant::Strange | Occupant::Retired => changed(facts),
    }
}

fn running(facts: &Facts, sight: &Sight) -> Decision {
    if sight.elsewhere > 0 {
        return duplicated(facts);
    }
    match sight.occupant {
        Occupant::Ours {
            phase: Phase::Running,
            ready: true,
            right_image: true,
        } => settle(facts),
        // It came up and is not up now: nobody is paid for that.
        Occupant::Ours { .. } | Occupant::Vacant | Occupant::Old | Occupant::Past => {
            stay(facts, Then::Wait(Pause::Poll)).to(State::Starting)
        }
        Occupant::Strange | Occupant::Retired => changed(facts),
    }
}

fn releasing(facts: &Facts, sight: &Sight) -> Decision {
    if !sight.fenced_by_us {
        return stay(facts, Then::Rest).fence_held(false);
    }
    // However often it takes: the slot cannot be traded on while it is fenced.
    stay(facts, call(Action::Release))
}

fn unseen(facts: &Facts, error: &ProviderError) -> Decision {
    match error.class {
        Class::Throttled => stay(facts, Then::Wait(Pause::Throttle)),
        Class::Denied if facts.state.is_end() => stay(facts, Then::Wait(Pause::Retry)),
        Class::Denied => park(facts, &format!("denied: {}", error.message)),
        Class::Gone if need_is_image(facts) => image(facts, false),
        Class::BadImage => image(facts, false),
        Class::Gone if facts.state.is_end() => stay(facts, Then::Rest).fence_held(false),
        Class::Gone if facts.state.is_past_no_return() => {
            park(facts, "the slot is gone").alarming()
        }
        Class::Gone => undeliverable(facts),
        Class::Transient | Class::Unknown | Class::Conflict | Class::NoCapacity => {
            hold(facts, Pause::Retry, "the provider cannot be asked")
        }
    }
}

fn need_is_image(facts: &Facts) -> bool {
    need(facts) == Need::Image
}

fn answered(facts: &Facts, action: Action, answer: &Result<(), ProviderError>) -> Decision {
    let Err(error) = answer else {
        return stay(facts, Then::Look);
    };
    match error.class {
        Class::Throttled => stay(facts, Then::Wait(Pause::Throttle)),
        Class::Denied if action != Action::Release => park(
            facts,
            &format!("{} denied: {}", action.name(), error.message),
        ),
        Class::BadImage if action == Action::Place => {
            park(facts, &format!("the image was refused: {}", error.message))
        }
        Class::NoCapacity => hold(facts, Pause::Retry, "the provider has no room"),
        // An order that met a slot on the move, or nobody knows what it met: look again.
        Class::Transient
        | Class::Unknown
        | Class::Conflict
        | Class::Gone
        | Class::Denied
        | Class::BadImage => stay(facts, Then::Wait(Pause::Retry)),
    }
}

/// The slot shows that the call had no effect so far: wait for it, or send it again.
fn repeat(facts: &Facts, action: Action, sight: &Sight, too_late: &str) -> Decision {
    if facts.overdue {
        return give_up(facts, too_late);
    }
    let fresh = match &sight.task {
        Task::Working | Task::Succeeded => return stay(facts, Then::Wait(Pause::Poll)),
        Task::Failed(error) if error.class == Class::BadImage => {
            return park(facts, &format!("the image was refused: {}", error.message));
        }
        Task::Failed(_) if facts.attempts_left && !facts.rested => {
            return stay(facts, Then::Wait(Pause::Retry));
        }
        Task::Failed(_) => true,
        Task::Unknown => false,
    };
    if facts.attempts_left {
        stay(facts, Then::Call { action, fresh })
    } else {
        give_up(facts, too_late)
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

/// The picture is older than what was seen before.
fn past(facts: &Facts) -> Decision {
    hold(
        facts,
        Pause::Poll,
        "the provider shows only old pictures of the slot",
    )
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
    if facts.state == State::Received {
        decision
    } else {
        decision.with_cash(Cash::Void)
    }
}

fn settle(facts: &Facts) -> Decision {
    let then = if facts.retire { Then::Rest } else { Then::Look };
    stay(facts, then)
        .to(State::Settled)
        .with_cash(Cash::Post)
        .reporting(Report::Settled)
        // What went back to the provider's pool is not ours to release.
        .fence_held(facts.fence_held && !facts.retire)
}

fn changed(facts: &Facts) -> Decision {
    park(facts, "the slot holds what nobody ordered").alarming()
}

fn lost(facts: &Facts) -> Decision {
    park(facts, "the buyer's instance ended before it was up")
}

fn duplicated(facts: &Facts) -> Decision {
    park(facts, "the buyer's instance exists in a second slot").alarming()
}

fn park(facts: &Facts, why: &str) -> Decision {
    if facts.state.is_end() {
        return stay(facts, Then::Rest);
    }
    stay(facts, Then::Rest)
        .to(State::Manual)
        .reporting(Report::Failed)
        .because(why)
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
#[path = "machine_tests.rs"]
mod tests;
