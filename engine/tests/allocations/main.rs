//! A market that has grown takes commands without asking for memory, but for whole blocks of it now and then.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "what an event is not about is of no interest"
)]

#[path = "../../benches/flow/mod.rs"]
mod flow;

use engine::{Engine, Event};

use flow::{Flow, Parameters};

/// How many commands are looked at in one piece.
const COMMANDS: usize = 10_000;

/// The most allocations of so many: blocks of 4,096 orders and names of the day, and nodes of the tree of prices, of about
/// ten prices each.
const ALLOCATIONS_MAX: u64 = 20;

fn apply(engine: &mut Engine, commands: &[engine::Sequenced], events: &mut Vec<Event>) {
    for sequenced in commands {
        engine.apply(sequenced, events);
        events.clear();
    }
}

#[test]
fn a_command_in_hundreds_asks_for_memory() {
    let mut flow = Flow::new(Parameters::SHALLOW);
    let (mut engine, mut events) = (Engine::new(), Vec::with_capacity(64));
    apply(&mut engine, &flow.open_market(), &mut events);
    // The first piece grows what is as large as the market is.
    for piece in 0..10 {
        let commands: Vec<_> = (0..COMMANDS).map(|_| flow.next_command()).collect();
        let info = allocation_counter::measure(|| apply(&mut engine, &commands, &mut events));
        assert!(
            piece == 0 || info.count_total <= ALLOCATIONS_MAX,
            "piece {piece}: {info:?}"
        );
    }
}
