//! The state machine, a line a row: facts and what was learnt, to what follows.

use super::*;
use crate::{
    provider::{Class, Phase},
    view::{Occupant, Task},
};

/// One line a row: `state facts | learnt -> state, what follows, cash, report`.
///
/// Facts: `retire`, `unchecked` (image), `nofence` (the provider has none), `held` (fence), `spent`
/// (no attempts left), `overdue`, `called` (just now), `rested` (since the call), `begun`, `busted`, `corrected`,
/// `from:STATE` (parked), `told-failed`. Learnt: what [`stimulus`] reads.
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
        replaces: has("replaces"),
        fence_held: has("held"),
        attempts_left: !has("spent"),
        attempts_just_spent: has("spent"),
        overdue: has("overdue"),
        called: has("called") || has("rested") || has("spent"),
        rested: has("rested") || has("spent"),
        ruling: match (has("begun"), has("busted")) {
            (true, _) => Some(Ruling::Begun),
            (false, true) => Some(Ruling::Busted),
            (false, false) => None,
        },
        corrected: has("corrected"),
        parked_from: flags
            .iter()
            .find_map(|flag| flag.strip_prefix("from:"))
            .map(|name| State::parse(name).expect("a known state")),
        told_failed: has("told-failed"),
    }
}

fn stimulus(text: &str) -> Stimulus {
    match text {
        "cash" => return Stimulus::Funds { enough: true },
        "no-cash" => return Stimulus::Funds { enough: false },
        "image" => return Stimulus::Image { usable: true },
        "bust" => return Stimulus::Busted,
        "covered" => return Stimulus::Corrected { enough: true },
        "uncovered" => return Stimulus::Corrected { enough: false },
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
    if decision.reprice {
        text.push_str(" at-new-price");
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
        FENCED held           | old fenced   -> ASKING rest report:Terminating held
        ASKING held begun     | old fenced   -> TERMINATING terminate held
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
fn a_release_without_effect_is_waited_for_and_repeated_and_an_alarm_once() {
    check(
        "
        SETTLED held called         | ready fenced                  -> SETTLED retry held
        SETTLED held rested         | ready fenced                  -> SETTLED release held
        SETTLED held called         | ready fenced failed:transient -> SETTLED retry held
        SETTLED held rested         | ready fenced failed:transient -> SETTLED release anew held
        SETTLED held rested         | ready fenced done             -> SETTLED release anew held
        SETTLED held rested         | ready fenced working          -> SETTLED retry held
        SETTLED held rested overdue | ready fenced working          -> SETTLED release anew held
        BUSTED held called          | old fenced                    -> BUSTED retry held
        CASH_SETTLED held spent     | vacant fenced                 -> CASH_SETTLED release held ALARM
        CASH_SETTLED held rested    | vacant fenced                 -> CASH_SETTLED release held
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
        VACANT retire held spent| vacant failed:unknown -> MANUAL rest held ALARM
        VACANT retire held      | ready                 -> MANUAL rest held ALARM
        ",
    );
}

#[test]
fn a_provider_that_replaces_in_one_call_is_asked_once_and_still_looked_at_by_phase() {
    check(
        "
        ASKING held begun replaces    | old fenced        -> TERMINATING replace held
        TERMINATING held replaces     | replace:ok        -> TERMINATING look held
        TERMINATING held replaces     | placed working    -> VACANT look held
        VACANT held replaces          | placed working    -> PLACING look report:Placing held
        PLACING held replaces         | placed working    -> PLACING poll held
        PLACING held replaces         | wrong             -> MANUAL rest held ALARM
        PLACING held replaces         | ready             -> PLACED look held
        PLACED held replaces          | ready             -> STARTING look report:Starting held
        PLACED held replaces          | stopped           -> STARTING start report:Starting held
        STARTING held replaces        | ready             -> RUNNING look held
        TERMINATING held replaces called | old            -> TERMINATING retry held
        TERMINATING held replaces rested | old            -> TERMINATING replace held
        TERMINATING held replaces     | old working       -> TERMINATING poll held
        TERMINATING held replaces     | replace:unknown   -> TERMINATING retry held
        TERMINATING held replaces     | replace:conflict  -> TERMINATING retry held
        TERMINATING held replaces     | replace:no_capacity -> TERMINATING retry held
        TERMINATING held replaces     | replace:bad_image -> MANUAL rest held ALARM
        TERMINATING held replaces     | replace:denied    -> MANUAL rest held ALARM
        TERMINATING held replaces spent | old             -> MANUAL rest held ALARM
        TERMINATING held replaces     | strange           -> MANUAL rest held ALARM
        ASKING held begun replaces retire | old fenced    -> TERMINATING terminate held
        TERMINATING held replaces retire | ready          -> MANUAL rest held ALARM
        TERMINATING held              | ready             -> MANUAL rest held ALARM
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
        FENCED held             | vacant fenced   -> ASKING rest report:Terminating held
        ASKING held begun       | vacant fenced   -> VACANT look held
        ASKING held begun       | old             -> FUNDED look held
        FENCED held begun       | old fenced      -> ASKING look held
        ASKING held begun       | strange         -> BUSTED look Void report:Failed held ALARM
        ASKING held begun       | unseen:unknown  -> ASKING retry held
        ASKING held begun overdue | unseen:unknown -> BUSTED look Void report:Reversed held
        FUNDED nofence          | old             -> FENCED look
        FENCED nofence          | old             -> ASKING rest report:Terminating
        ASKING nofence begun    | old             -> TERMINATING terminate
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
        TERMINATING held overdue| terminate:throttled -> MANUAL rest held ALARM
        TERMINATING held called | old                 -> TERMINATING retry held
        TERMINATING held rested | old                 -> TERMINATING terminate held
        TERMINATING held called | old failed:transient -> TERMINATING retry held
        TERMINATING held rested | old failed:transient -> TERMINATING terminate anew held
        TERMINATING held        | old done            -> TERMINATING poll held
        TERMINATING held spent  | old                 -> MANUAL rest held ALARM
        TERMINATING held overdue| old working         -> MANUAL rest held ALARM
        TERMINATING held overdue| vacant              -> VACANT look held
        PLACING held            | place:unknown       -> PLACING retry held
        PLACING held            | place:no_capacity   -> PLACING retry held
        PLACING held overdue    | place:no_capacity   -> MANUAL rest held ALARM
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
        STARTING held spent     | failed failed:unknown -> MANUAL rest held ALARM
        STARTING held spent     | placed              -> MANUAL rest held ALARM
        PLACED held             | up                  -> STARTING look report:Starting held
        RUNNING held            | up                  -> STARTING poll held
        TERMINATING held        | unseen:unknown      -> TERMINATING retry held
        TERMINATING held        | unseen:throttled    -> TERMINATING throttle held
        TERMINATING held overdue| unseen:transient    -> MANUAL rest held ALARM
        ",
    );
}

#[test]
fn past_the_point_of_no_return_it_is_parked_and_never_undone() {
    check(
        "
        TERMINATING held | terminate:denied        -> MANUAL rest held ALARM
        TERMINATING held | unseen:denied           -> MANUAL rest held ALARM
        TERMINATING held | unseen:gone             -> MANUAL rest held ALARM
        TERMINATING held | strange                 -> MANUAL rest held ALARM
        PLACING held     | place:bad_image         -> MANUAL rest held ALARM
        PLACING held     | vacant failed:bad_image -> MANUAL rest held ALARM
        PLACING held     | wrong                   -> MANUAL rest held ALARM
        PLACING held     | vacant twice            -> MANUAL rest held ALARM
        PLACED held      | failed                  -> MANUAL rest held ALARM
        STARTING held    | ended                   -> MANUAL rest held ALARM
        STARTING held    | wrong                   -> MANUAL rest held ALARM
        STARTING held overdue | up                 -> MANUAL rest held ALARM
        RUNNING held     | ready twice             -> MANUAL rest held ALARM
        ",
    );
}

#[test]
fn an_old_picture_of_the_slot_changes_nothing() {
    check(
        "
        FUNDED        | past   -> FUNDED poll
        TERMINATING held | past -> TERMINATING poll held
        PLACING held overdue | past -> MANUAL rest held ALARM
        VACANT held   | old    -> VACANT poll held
        PLACING held  | old    -> PLACING poll held
        PLACED held   | vacant -> PLACED poll held
        STARTING held | vacant -> STARTING poll held
        RUNNING held  | old    -> STARTING poll held
        ",
    );
}

#[test]
fn what_the_market_busts_or_corrects_is_undone_or_has_another_price() {
    check(
        "
        RECEIVED busted      | bust      -> BUSTED rest
        FUNDED busted        | bust      -> BUSTED rest Void
        FUNDED busted held   | bust      -> BUSTED look Void held
        FENCED busted held   | bust      -> BUSTED look Void held
        ASKING busted held   | bust      -> BUSTED look Void held
        MANUAL busted held   | bust      -> BUSTED look Void held
        SUSPENDED from:RECEIVED busted | bust -> BUSTED rest
        SUSPENDED from:FENCED busted held | bust -> BUSTED look Void held
        BUSTED busted held   | old fenced -> BUSTED release held
        RECEIVED corrected   | uncovered -> RECEIVED look at-new-price
        FUNDED corrected     | covered   -> FUNDED look Reprice at-new-price
        FENCED corrected held | covered  -> FENCED look Reprice held at-new-price
        ASKING corrected begun held | covered -> ASKING look Reprice held at-new-price
        ASKING corrected held | uncovered -> RECEIVED look Void held at-new-price
        ",
    );
    let needs = [
        ("ASKING", Need::Nothing),
        ("ASKING begun", Need::Slot),
        ("ASKING corrected", Need::Correction),
        ("ASKING corrected begun", Need::Correction),
        ("ASKING corrected busted", Need::Bust),
        ("RECEIVED busted", Need::Bust),
        ("MANUAL", Need::Nothing),
        ("MANUAL busted", Need::Bust),
        ("MANUAL corrected", Need::Nothing),
        // The market busts nothing of the kind.
        ("TERMINATING busted", Need::Slot),
        ("SETTLED busted", Need::Nothing),
    ];
    for (given, wanted) in needs {
        assert_eq!(need(&facts(given)), wanted, "{given}");
    }
}

mod operated;
mod rules;
