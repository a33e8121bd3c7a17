//! The state machine, a line a row: facts and what was learnt, to what follows.

use super::*;
use crate::{
    provider::{Class, Phase},
    view::{Occupant, Task},
};

/// One line a row: `state facts | learnt -> state, what follows, cash, report`.
///
/// Facts: `retire`, `unchecked` (image), `nofence` (the provider has none), `held` (fence), `spent`
/// (no attempts left), `overdue`, `called` (just now), `rested` (since the call). Learnt: what [`stimulus`] reads.
fn check(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (given, wanted) = line.split_once("->").expect(line);
        let (facts_text, learnt) = given.split_once('|').expect(line);
        let decision = step(&facts(facts_text), &stimulus(learnt.trim()));
        assert_eq!(show(&decision), wanted.trim(), "{line}\n{decision:?}");
    }
}

fn facts(text: &str) -> Facts {
    let mut words = text.split_whitespace();
    let state = State::parse(words.next().expect("a state")).expect("a known state");
    let flags: Vec<_> = words.collect();
    let has = |flag| flags.contains(&flag);
    Facts {
        state,
        retire: has("retire"),
        image_checked: !has("unchecked"),
        fences: !has("nofence"),
        fence_held: has("held"),
        attempts_left: !has("spent"),
        overdue: has("overdue"),
        called: has("called") || has("rested") || has("spent"),
        rested: has("rested") || has("spent"),
    }
}

fn stimulus(text: &str) -> Stimulus {
    match text {
        "cash" => return Stimulus::Funds { enough: true },
        "no-cash" => return Stimulus::Funds { enough: false },
        "image" => return Stimulus::Image { usable: true },
        "no-image" => return Stimulus::Image { usable: false },
        _ => {}
    }
    if let Some(class) = text.strip_prefix("unseen:") {
        return Stimulus::Unseen(error(class));
    }
    if let Some((verb, outcome)) = text.split_once(':')
        && let Some(action) = Action::ALL.into_iter().find(|action| action.name() == verb)
    {
        let answer = if outcome == "ok" {
            Ok(())
        } else {
            Err(error(outcome))
        };
        return Stimulus::Answer(action, answer);
    }
    Stimulus::Slot(sight(text))
}

fn error(class: &str) -> ProviderError {
    let class = CLASSES
        .into_iter()
        .find(|known| known.name() == class)
        .expect(class);
    ProviderError::new(class, "so it was")
}

const CLASSES: [Class; 8] = [
    Class::Throttled,
    Class::Transient,
    Class::Unknown,
    Class::Conflict,
    Class::NoCapacity,
    Class::BadImage,
    Class::Denied,
    Class::Gone,
];

/// `old`, `vacant`, `retired`, `strange`, `placed`, `starting`, `up`, `ready`, `stopped`, `failed`,
/// `wrong` (image); then `fenced`, `other` (fence), `twice`, `working`, `done`, `failed:class`.
fn sight(text: &str) -> Sight {
    let words: Vec<_> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    let ours = |phase, ready| Occupant::Ours {
        phase,
        ready,
        right_image: true,
    };
    let occupant = match words[0] {
        "old" => Occupant::Old,
        "vacant" => Occupant::Vacant,
        "retired" => Occupant::Retired,
        "strange" => Occupant::Strange,
        "placed" => ours(Phase::Placed, false),
        "starting" => ours(Phase::Starting, false),
        "up" => ours(Phase::Running, false),
        "ready" => ours(Phase::Running, true),
        "stopped" => ours(Phase::Stopped, false),
        "failed" => ours(Phase::Failed, false),
        "wrong" => Occupant::Ours {
            phase: Phase::Placed,
            ready: false,
            right_image: false,
        },
        "past" => Occupant::Past,
        "ended" => ours(Phase::Terminated, false),
        other => panic!("no such occupant: {other}"),
    };
    let failed = words.iter().find_map(|word| word.strip_prefix("failed:"));
    let task = match failed {
        Some(class) => Task::Failed(error(class)),
        None if has("working") => Task::Working,
        None if has("done") => Task::Succeeded,
        None => Task::Unknown,
    };
    Sight {
        occupant,
        fenced_by_us: has("fenced"),
        fenced_by_other: has("other"),
        task,
        elsewhere: usize::from(has("twice")),
    }
}

fn show(decision: &Decision) -> String {
    let then = match decision.then {
        Then::Look => "look".to_owned(),
        Then::Rest => "rest".to_owned(),
        Then::Wait(pause) => format!("{pause:?}").to_lowercase(),
        Then::Call {
            action,
            fresh: false,
        } => action.name().to_owned(),
        Then::Call {
            action,
            fresh: true,
        } => format!("{} anew", action.name()),
    };
    let mut text = format!("{} {then}", decision.state.name());
    if let Some(cash) = decision.cash {
        text = format!("{text} {cash:?}");
    }
    if let Some(report) = decision.report {
        text = format!("{text} report:{report:?}");
    }
    if decision.fence_held {
        text.push_str(" held");
    }
    if decision.alarm {
        text.push_str(" ALARM");
    }
    text
}

#[test]
fn the_straight_path() {
    check(
        "
        RECEIVED              | cash         -> FUNDED look Reserve report:Pending
        FUNDED unchecked      | image        -> FUNDED look
        FUNDED                | old          -> FUNDED fence held
        FUNDED held           | fence:ok     -> FUNDED look held
        FUNDED held           | old fenced   -> FENCED look held
        FENCED held           | old fenced   -> TERMINATING terminate report:Terminating held
        TERMINATING held      | terminate:ok -> TERMINATING look held
        TERMINATING held      | old working  -> TERMINATING poll held
        TERMINATING held      | vacant       -> VACANT look held
        VACANT held           | vacant       -> PLACING place report:Placing held
        PLACING held          | place:ok     -> PLACING look held
        PLACING held          | placed working -> PLACING poll held
        PLACING held          | placed done  -> PLACED look held
        PLACED held           | placed       -> STARTING start report:Starting held
        STARTING held         | start:ok     -> STARTING look held
        STARTING held         | starting     -> STARTING poll held
        STARTING held         | up working   -> STARTING poll held
        STARTING held         | ready        -> RUNNING look held
        RUNNING held          | ready        -> SETTLED look Post report:Settled held
        SETTLED held          | ready fenced -> SETTLED release held
        SETTLED held          | release:ok   -> SETTLED look held
        SETTLED held          | ready        -> SETTLED rest
        ",
    );
}

#[test]
fn a_buy_back_ends_with_the_slot_in_the_pool() {
    check(
        "
        FUNDED retire unchecked | old                   -> FUNDED fence held
        VACANT retire held      | vacant                -> VACANT retire held
        VACANT retire held      | vacant working        -> VACANT poll held
        VACANT retire held called | vacant failed:transient -> VACANT retry held
        VACANT retire held rested | vacant failed:transient -> VACANT retire anew held
        VACANT retire held      | retired               -> SETTLED rest Post report:Settled
        VACANT retire held spent| vacant failed:unknown -> MANUAL rest report:Failed held ALARM
        VACANT retire held      | ready                 -> MANUAL rest report:Failed held ALARM
        ",
    );
}

#[test]
fn before_the_point_of_no_return_it_can_be_undone() {
    check(
        "
        RECEIVED                | no-cash         -> RECEIVED retry
        RECEIVED overdue        | no-cash         -> BUSTED rest report:Reversed
        FUNDED unchecked        | no-image        -> FUNDED retry
        FUNDED unchecked        | unseen:gone     -> FUNDED retry
        FUNDED unchecked        | unseen:bad_image -> FUNDED retry
        FUNDED unchecked overdue| no-image        -> BUSTED rest Void report:Reversed
        FUNDED unchecked overdue| unseen:gone     -> BUSTED rest Void report:Reversed
        FUNDED                  | old other       -> FUNDED retry
        FUNDED overdue          | old other       -> BUSTED rest Void report:Reversed
        FUNDED held             | fence:unknown   -> FUNDED retry held
        FUNDED held spent       | old             -> BUSTED look Void report:Reversed held
        FUNDED held overdue     | unseen:unknown  -> BUSTED look Void report:Reversed held
        FUNDED                  | strange         -> BUSTED rest Void report:Failed ALARM
        FENCED held             | retired         -> BUSTED look Void report:Failed held ALARM
        FENCED held             | unseen:gone     -> BUSTED look Void report:Failed held ALARM
        FENCED held             | old             -> FUNDED look held
        FENCED held             | vacant fenced   -> VACANT look held
        FUNDED nofence          | old             -> FENCED look
        FENCED nofence          | old             -> TERMINATING terminate report:Terminating
        BUSTED held             | old fenced      -> BUSTED release held
        BUSTED held             | release:denied  -> BUSTED retry held
        BUSTED held             | unseen:denied   -> BUSTED retry held
        BUSTED held             | unseen:gone     -> BUSTED rest
        BUSTED held             | old             -> BUSTED rest
        ",
    );
}

#[test]
fn an_unknown_outcome_is_looked_at_before_it_is_repeated() {
    check(
        "
        TERMINATING held        | terminate:unknown   -> TERMINATING retry held
        TERMINATING held        | terminate:conflict  -> TERMINATING retry held
        TERMINATING held        | terminate:gone      -> TERMINATING retry held
        TERMINATING held        | terminate:throttled -> TERMINATING throttle held
        TERMINATING held overdue| terminate:throttled -> MANUAL rest report:Failed held ALARM
        TERMINATING held called | old                 -> TERMINATING retry held
        TERMINATING held rested | old                 -> TERMINATING terminate held
        TERMINATING held called | old failed:transient -> TERMINATING retry held
        TERMINATING held rested | old failed:transient -> TERMINATING terminate anew held
        TERMINATING held        | old done            -> TERMINATING poll held
        TERMINATING held spent  | old                 -> MANUAL rest report:Failed held ALARM
        TERMINATING held overdue| old working         -> MANUAL rest report:Failed held ALARM
        TERMINATING held overdue| vacant              -> VACANT look held
        PLACING held            | place:unknown       -> PLACING retry held
        PLACING held            | place:no_capacity   -> PLACING retry held
        PLACING held overdue    | place:no_capacity   -> MANUAL rest report:Failed held ALARM
        PLACING held called     | vacant              -> PLACING retry held
        PLACING held rested     | vacant              -> PLACING place held
        PLACING held            | vacant done         -> PLACING poll held
        PLACING held called     | vacant failed:unknown -> PLACING retry held
        PLACING held rested     | vacant failed:unknown -> PLACING place anew held
        PLACING held            | ready               -> PLACED look held
        STARTING held called    | placed              -> STARTING retry held
        STARTING held rested    | placed              -> STARTING start held
        STARTING held rested    | stopped failed:unknown -> STARTING start anew held
        STARTING held called    | failed failed:unknown -> STARTING retry held
        STARTING held rested    | failed failed:unknown -> STARTING start anew held
        STARTING held spent     | failed failed:unknown -> MANUAL rest report:Failed held ALARM
        STARTING held spent     | placed              -> MANUAL rest report:Failed held ALARM
        PLACED held             | up                  -> STARTING look report:Starting held
        RUNNING held            | up                  -> STARTING poll held
        TERMINATING held        | unseen:unknown      -> TERMINATING retry held
        TERMINATING held        | unseen:throttled    -> TERMINATING throttle held
        TERMINATING held overdue| unseen:transient    -> MANUAL rest report:Failed held ALARM
        ",
    );
}

#[test]
fn past_the_point_of_no_return_it_is_parked_and_never_undone() {
    check(
        "
        TERMINATING held | terminate:denied        -> MANUAL rest report:Failed held ALARM
        TERMINATING held | unseen:denied           -> MANUAL rest report:Failed held ALARM
        TERMINATING held | unseen:gone             -> MANUAL rest report:Failed held ALARM
        TERMINATING held | strange                 -> MANUAL rest report:Failed held ALARM
        PLACING held     | place:bad_image         -> MANUAL rest report:Failed held ALARM
        PLACING held     | vacant failed:bad_image -> MANUAL rest report:Failed held ALARM
        PLACING held     | wrong                   -> MANUAL rest report:Failed held ALARM
        PLACING held     | vacant twice            -> MANUAL rest report:Failed held ALARM
        PLACED held      | failed                  -> MANUAL rest report:Failed held ALARM
        STARTING held    | ended                   -> MANUAL rest report:Failed held ALARM
        STARTING held    | wrong                   -> MANUAL rest report:Failed held ALARM
        STARTING held overdue | up                 -> MANUAL rest report:Failed held ALARM
        RUNNING held     | ready twice             -> MANUAL rest report:Failed held ALARM
        ",
    );
}

#[test]
fn an_old_picture_of_the_slot_changes_nothing() {
    check(
        "
        FUNDED        | past   -> FUNDED poll
        TERMINATING held | past -> TERMINATING poll held
        PLACING held overdue | past -> MANUAL rest report:Failed held ALARM
        VACANT held   | old    -> VACANT poll held
        PLACING held  | old    -> PLACING poll held
        PLACED held   | vacant -> PLACED poll held
        STARTING held | vacant -> STARTING poll held
        RUNNING held  | old    -> STARTING poll held
        ",
    );
}

/// Every state with every fact and everything that can be learnt.
fn every(mut visit: impl FnMut(&Facts, &Stimulus)) {
    let mut stimuli = vec![
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
                fence_held: bit(3),
                attempts_left: bit(4),
                overdue: bit(5),
                called: bit(6),
                rested: bit(7),
            };
            stimuli.iter().for_each(|stimulus| visit(&facts, stimulus));
        }
    }
}

/// Whether a reassignment in this state may be waiting for such an answer.
fn may_call(facts: &Facts, action: Action) -> bool {
    match action {
        Action::Fence => facts.state == State::Funded,
        Action::Terminate => facts.state == State::Terminating,
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
        };
        if !fits {
            return;
        }
        let decision = step(facts, stimulus);
        let told = format!("{facts:?} {stimulus:?} {decision:?}");
        let (from, to) = (facts.state, decision.state);

        // There is no way back over the point of no return.
        assert!(
            !from.is_past_no_return() || to.is_past_no_return(),
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
        // A bust gives back what was set aside, and tells the engine.
        let busted = from != State::Busted && to == State::Busted;
        assert_eq!(
            decision.cash == Some(Cash::Void),
            busted && from != State::Received,
            "{told}"
        );
        assert!(!busted || decision.report.is_some(), "{told}");
        // The old instance is ended only where it was seen, fenced, and the intent is in the state.
        if let Then::Call { action, .. } = decision.then {
            assert!(matches!(stimulus, Stimulus::Slot(_)), "{told}");
            let Stimulus::Slot(sight) = stimulus else {
                return;
            };
            match action {
                Action::Terminate => assert!(
                    to == State::Terminating && sight.occupant == Occupant::Old,
                    "{told}"
                ),
                Action::Place => assert!(
                    to == State::Placing && sight.occupant == Occupant::Vacant,
                    "{told}"
                ),
                Action::Start => assert!(to == State::Starting, "{told}"),
                Action::Retire => assert!(facts.retire && to == State::Vacant, "{told}"),
                Action::Fence => assert_eq!(to, State::Funded, "{told}"),
                Action::Release => assert!(to.is_end(), "{told}"),
            }
        }
        // Whoever rests with work left would never be woken.
        if decision.then == Then::Rest {
            assert!(
                to.is_parked() || (to.is_end() && !decision.fence_held),
                "{told}"
            );
        }
        // A parked or undone trade says why.
        if to != from && (to == State::Manual || to == State::Busted) {
            assert!(!decision.why.is_empty(), "{told}");
        }
    });
}
