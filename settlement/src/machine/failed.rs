//! What a failed look or an answered call means: at most how long to wait.

use super::{Decision, Facts, Need, Pause, Then, hold, image, need, park, stay, undeliverable};
use crate::{
    provider::{Class, ProviderError},
    state::Action,
};

pub(super) fn unseen(facts: &Facts, error: &ProviderError) -> Decision {
    match error.class {
        Class::Throttled => hold(
            facts,
            Pause::Throttle,
            "the provider takes no more requests",
        ),
        Class::Denied if facts.state.is_end() => stay(facts, Then::Wait(Pause::Retry)),
        Class::Denied => park(facts, &format!("denied: {}", error.message)),
        Class::Gone if need_is_image(facts) => image(facts, false),
        Class::BadImage => image(facts, false),
        Class::Gone if facts.state.is_end() => stay(facts, Then::Rest).fence_held(false),
        Class::Gone if facts.state.is_past_no_return() => park(facts, "the slot is gone"),
        Class::Gone => undeliverable(facts),
        Class::Transient | Class::Unknown | Class::Conflict | Class::NoCapacity => {
            hold(facts, Pause::Retry, "the provider cannot be asked")
        }
    }
}

fn need_is_image(facts: &Facts) -> bool {
    need(facts) == Need::Image
}

pub(super) fn answered(
    facts: &Facts,
    action: Action,
    answer: &Result<(), ProviderError>,
) -> Decision {
    let Err(error) = answer else {
        return stay(facts, Then::Look);
    };
    match error.class {
        Class::Throttled => hold(
            facts,
            Pause::Throttle,
            "the provider takes no more requests",
        ),
        Class::Denied if action != Action::Release => park(
            facts,
            &format!("{} denied: {}", action.name(), error.message),
        ),
        Class::BadImage if matches!(action, Action::Place | Action::Replace) => {
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
