//! The same commands give the same events and the same state, byte for byte.

use engine::{Engine, Event, Sequenced};

use crate::flow::{Flow, Parameters};

const FLOW: Parameters = Parameters {
    resting: 500,
    ..Parameters::SHALLOW
};

fn journal(commands: usize) -> Vec<Sequenced> {
    let mut flow = Flow::new(FLOW);
    let mut journal = flow.open_market();
    journal.extend((0..commands).map(|_| flow.next_command()));
    journal
}

fn replay(engine: &mut Engine, journal: &[Sequenced]) -> Vec<u8> {
    let mut events: Vec<Event> = Vec::new();
    for sequenced in journal {
        engine.apply(sequenced, &mut events);
    }
    postcard::to_allocvec(&events).unwrap()
}

#[test]
fn a_journal_applied_twice_gives_the_same_bytes() {
    let journal = journal(20_000);
    assert_eq!(
        journal,
        self::journal(20_000),
        "the flow itself is the same each time"
    );
    let (mut first, mut second) = (Engine::new(), Engine::new());
    assert_eq!(replay(&mut first, &journal), replay(&mut second, &journal));
    let (first, second) = (
        postcard::to_allocvec(&first),
        postcard::to_allocvec(&second),
    );
    assert_eq!(first.unwrap(), second.unwrap());
}

#[test]
fn an_engine_read_back_at_any_point_goes_on_the_same() {
    let journal = journal(5_000);
    for cut in [1, 10, 700, 2_500, journal.len() - 1] {
        let (before, after) = journal.split_at(cut);
        let mut engine = Engine::new();
        replay(&mut engine, before);
        let written = postcard::to_allocvec(&engine).unwrap();
        let mut read_back: Engine = postcard::from_bytes(&written).unwrap();
        read_back.check_invariants();
        assert_eq!(replay(&mut engine, after), replay(&mut read_back, after));
        let (kept, read_back) = (
            postcard::to_allocvec(&engine),
            postcard::to_allocvec(&read_back),
        );
        assert_eq!(kept.unwrap(), read_back.unwrap());
    }
}

#[test]
fn a_long_flow_keeps_all_invariants() {
    let journal = journal(20_000);
    let (mut engine, mut events) = (Engine::new(), Vec::new());
    for (at, sequenced) in journal.iter().enumerate() {
        engine.apply(sequenced, &mut events);
        if at.is_multiple_of(500) {
            engine.check_invariants();
        }
        events.clear();
    }
    engine.check_invariants();
}
