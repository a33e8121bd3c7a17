//! What holds for the state machine whatever it is in and whatever it learns.

use super::*;

/// Every state with every fact and everything that can be learnt.
fn every(mut visit: impl FnMut(&Facts, &Stimulus)) {
    let mut stimuli = vec![
        Stimulus::Busted,
        Stimulus::Corrected { enough: true },
        Stimulus::Corrected { enough: false },
        Stimulus::Funds { enough: true },
        Stimulus::Funds { enough: false },
        Stimulus::Image { usable: true },
        Stimulus::Image { usable: false },
    ];
    for class in CLASSES {
        stimuli.push(Stimulus::Unseen(ProviderError::new(class, "")));
        for action in Action::ALL {
            stimuli.push(Stimulus::Answer(action, Err(ProviderError::new(class, ""))));
        }
    }
    for occupant in
        "old vacant retired past strange ended placed starting up ready stopped failed wrong"
            .split(' ')
    {
        for fence in ["", "fenced", "other"] {
            for task in ["", "working", "done", "failed:unknown", "failed:bad_image"] {
                for twice in ["", "twice"] {
                    stimuli.push(Stimulus::Slot(sight(&format!(
                        "{occupant} {fence} {task} {twice}"
                    ))));
                }
            }
        }
    }
    for state in State::ALL {
        for bits in 0..=u8::MAX {
            let bit = |place: u8| bits & (1 << place) != 0;
            let facts = Facts {
                state,
                retire: bit(0),
                image_checked: bit(1),
                fences: bit(2),
                replaces: false,
                fence_held: bit(3),
                attempts_left: bit(4),
                attempts_just_spent: !bit(4),
                overdue: bit(5),
                called: bit(6),
                rested: bit(7),
                ruling: None,
                corrected: false,
                parked_from: None,
                told_failed: false,
            };
            for ruling in [None, Some(Ruling::Begun), Some(Ruling::Busted)] {
                for corrected in [false, true] {
                    for replaces in ways_to_end(state) {
                        let facts = Facts {
                            replaces: *replaces,
                            ruling,
                            corrected,
                            ..facts
                        };
                        stimuli.iter().for_each(|stimulus| visit(&facts, stimulus));
                    }
                }
            }
        }
    }
}

/// Whether the provider replaces in one call, in the states where that makes a difference.
const fn ways_to_end(state: State) -> &'static [bool] {
    if matches!(state, State::Asking | State::Terminating | State::Vacant) {
        &[false, true]
    } else {
        &[false]
    }
}

/// What is said where a rule is broken.
struct Told<'a>(&'a Facts, &'a Stimulus, &'a Decision);

impl std::fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {:?} {:?}", self.0, self.1, self.2)
    }
}

/// Whether a reassignment in this state may be waiting for such an answer.
fn may_call(facts: &Facts, action: Action) -> bool {
    match action {
        Action::Fence => facts.state == State::Funded,
        Action::Terminate | Action::Replace => facts.state == State::Terminating,
        Action::Retire => facts.state == State::Vacant && facts.retire,
        Action::Place => facts.state == State::Placing,
        Action::Start => facts.state == State::Starting,
        Action::Release => facts.state.is_end() && facts.fence_held,
    }
}

#[test]
fn nothing_that_can_be_learnt_breaks_a_rule() {
    every(|facts, stimulus| {
        // What the machine did not ask for is not given to it.
        let fits = match stimulus {
            Stimulus::Funds { .. } => need(facts) == Need::Funds,
            Stimulus::Image { .. } => need(facts) == Need::Image,
            Stimulus::Slot(_) => need(facts) == Need::Slot,
            Stimulus::Unseen(_) => matches!(need(facts), Need::Slot | Need::Image),
            Stimulus::Answer(action, _) => may_call(facts, *action),
            Stimulus::Busted => need(facts) == Need::Bust,
            Stimulus::Corrected { .. } => need(facts) == Need::Correction,
        };
        if !fits {
            return;
        }
        let decision = step(facts, stimulus);
        let told = Told(facts, stimulus, &decision);
        let (from, to) = (facts.state, decision.state);

        // There is no way back over the point of no return, and what is parked was not begun if its trade is busted.
        let busted_by_market = *stimulus == Stimulus::Busted;
        assert!(
            !from.is_past_no_return()
                || to.is_past_no_return()
                || (busted_by_market && from.is_parked()),
            "{told}"
        );
        // It is passed only where the market lets it.
        assert!(
            from.is_past_no_return()
                || !to.is_past_no_return()
                || facts.ruling == Some(Ruling::Begun)
                || to == State::Manual,
            "{told}"
        );
        // An end is an end.
        assert!(!from.is_end() || from == to, "{told}");
        // The seller is paid once, when the buyer's instance answers or the slot is given back.
        let paid = decision.cash == Some(Cash::Post);
        assert_eq!(
            paid,
            from != State::Settled && to == State::Settled,
            "{told}"
        );
        if paid {
            assert!(
                from == State::Running || (facts.retire && from == State::Vacant),
                "{told}"
            );
        }
        // A bust gives back what was set aside, and tells the engine unless it is the one who says so.
        let busted = from != State::Busted && to == State::Busted;
        let waits_again = decision.reprice && to == State::Received;
        assert_eq!(
            decision.cash == Some(Cash::Void),
            (busted || waits_again) && from != State::Received,
            "{told}"
        );
        assert!(
            !busted || decision.report.is_some() != busted_by_market,
            "{told}"
        );
        check_call(facts, stimulus, &decision);
        // Whoever rests with work left would never be woken.
        if decision.then == Then::Rest {
            assert!(
                to.is_parked()
                    || (to.is_end() && !decision.fence_held)
                    || (to == State::Asking && facts.ruling.is_none()),
                "{told}"
            );
        }
        // A parked or undone trade says why.
        if to != from && (to == State::Manual || to == State::Busted) {
            assert!(!decision.why.is_empty(), "{told}");
        }
    });
}

/// A call is made only of what was just seen.
fn check_call(facts: &Facts, stimulus: &Stimulus, decision: &Decision) {
    let (told, to) = (Told(facts, stimulus, decision), decision.state);
    // The old instance is ended only where it was seen, fenced, and the intent is in the state.
    if let Then::Call { action, .. } = decision.then {
        assert!(matches!(stimulus, Stimulus::Slot(_)), "{told}");
        let Stimulus::Slot(sight) = stimulus else {
            return;
        };
        match action {
            Action::Terminate | Action::Replace => {
                assert!(
                    to == State::Terminating && sight.occupant == Occupant::Old,
                    "{told}"
                );
                let in_one_call = facts.replaces && !facts.retire;
                assert_eq!(action == Action::Replace, in_one_call, "{told}");
            }
            Action::Place => assert!(
                to == State::Placing && sight.occupant == Occupant::Vacant,
                "{told}"
            ),
            Action::Start => assert!(to == State::Starting, "{told}"),
            Action::Retire => assert!(facts.retire && to == State::Vacant, "{told}"),
            Action::Fence => assert_eq!(to, State::Funded, "{told}"),
            Action::Release => assert!(to.is_end() && (!facts.called || facts.rested), "{told}"),
        }
    }
}
