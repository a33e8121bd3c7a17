//! What a look at the slot means in each state.

use super::{
    Cash, Decision, Facts, Pause, Report, Then, call, give_up, hold, park, stay, undeliverable,
};
use crate::{
    provider::{Class, Phase},
    state::{Action, State},
    view::{Occupant, Sight, Task},
};

pub(super) fn slot(facts: &Facts, sight: &Sight) -> Decision {
    match facts.state {
        State::Funded => funded(facts, sight),
        State::Fenced => fenced(facts, sight),
        State::Asking => asking(facts, sight),
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
        // It was let before, and the fence was lost since.
        Occupant::Old | Occupant::Vacant if facts.ruling.is_some() => {
            stay(facts, Then::Look).to(State::Asking)
        }
        Occupant::Old | Occupant::Vacant => stay(facts, Then::Rest)
            .to(State::Asking)
            .reporting(Report::Terminating),
        Occupant::Strange | Occupant::Retired => undeliverable(facts),
        Occupant::Past => past(facts),
        Occupant::Ours { .. } => park(facts, "the slot already holds the buyer's instance"),
    }
}

/// The market lets it begin: from here on there is no way back.
fn asking(facts: &Facts, sight: &Sight) -> Decision {
    match sight.occupant {
        Occupant::Old if !facts.fences || sight.fenced_by_us => {
            stay(facts, call(ending(facts))).to(State::Terminating)
        }
        Occupant::Vacant if !facts.fences || sight.fenced_by_us => stay(facts, Then::Look)
            .to(State::Vacant)
            .because("the seller's instance was already gone"),
        Occupant::Old
        | Occupant::Vacant
        | Occupant::Strange
        | Occupant::Retired
        | Occupant::Past
        | Occupant::Ours { .. } => fenced(facts, sight),
    }
}

fn terminating(facts: &Facts, sight: &Sight) -> Decision {
    match sight.occupant {
        Occupant::Vacant => stay(facts, Then::Look).to(State::Vacant),
        // One call ended the old instance and placed the new one: the rest is only looked at.
        Occupant::Ours { .. } if ending(facts) == Action::Replace => {
            stay(facts, Then::Look).to(State::Vacant)
        }
        Occupant::Old => repeat(facts, ending(facts), sight, "the old instance does not end"),
        Occupant::Past => past(facts),
        Occupant::Strange | Occupant::Retired | Occupant::Ours { .. } => changed(facts),
    }
}

/// What ends the old instance. A slot that goes back to the pool takes no image.
const fn ending(facts: &Facts) -> Action {
    if facts.replaces && !facts.retire {
        Action::Replace
    } else {
        Action::Terminate
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
        } => park(facts, "the slot holds another image than the buyer's"),
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
        } => park(facts, "the slot holds another image than the buyer's"),
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
    let fresh = match &sight.task {
        // What was just answered may not show yet.
        _ if facts.called && !facts.rested => return stay(facts, Then::Wait(Pause::Retry)),
        Task::Working if !facts.overdue => return stay(facts, Then::Wait(Pause::Retry)),
        Task::Working | Task::Succeeded | Task::Failed(_) => true,
        Task::Unknown => false,
    };
    let action = Action::Release;
    // However often it takes: the slot cannot be traded on while it is fenced. Each wait is longer than the one before.
    let decision = stay(facts, Then::Call { action, fresh });
    if facts.attempts_just_spent {
        decision
            .because("the fence around the slot stays however often it is taken away")
            .alarming()
    } else {
        decision
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
        // What was just answered may not show yet.
        Task::Failed(_) | Task::Unknown if facts.called && !facts.rested => {
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

/// The picture is older than what was seen before.
fn past(facts: &Facts) -> Decision {
    hold(
        facts,
        Pause::Poll,
        "the provider shows only old pictures of the slot",
    )
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
    park(facts, "the slot holds what nobody ordered")
}

fn lost(facts: &Facts) -> Decision {
    park(facts, "the buyer's instance ended before it was up")
}

fn duplicated(facts: &Facts) -> Decision {
    park(facts, "the buyer's instance exists in a second slot")
}
