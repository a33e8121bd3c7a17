//! The flow of `matching.rs` over 10,000 resting orders and nothing else: to be counted by callgrind, which noise does
//! not move. `docs/performance.md` has the command.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what an event is not about is of no interest"
)]

mod flow;

use std::hint::black_box;

use engine::{Engine, Event, Sequenced};

use flow::{Flow, Parameters};

/// How many commands are counted.
const COMMANDS: usize = 20_000;

#[inline(never)]
fn apply_all(engine: &mut Engine, commands: &[Sequenced], events: &mut Vec<Event>) {
    for sequenced in commands {
        engine.apply(sequenced, events);
        black_box(&*events);
        events.clear();
    }
}

fn main() {
    // A benchmark that is only tried is a small one.
    let quick = std::env::args().any(|argument| argument == "--test");
    let parameters = Parameters {
        resting: if quick { 100 } else { 10_000 },
        ..Parameters::SHALLOW
    };
    let (mut flow, mut engine, mut events) =
        (Flow::new(parameters), Engine::new(), Vec::with_capacity(64));
    for sequenced in flow.open_market() {
        engine.apply(&sequenced, &mut events);
        events.clear();
    }
    let commands: Vec<Sequenced> = (0..COMMANDS).map(|_| flow.next_command()).collect();
    apply_all(&mut engine, &commands, &mut events);
}
