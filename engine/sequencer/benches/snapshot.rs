//! What snapshots of a market of a million resting orders cost: how long it takes to make one and to start from one,
//! and what commands notice that come meanwhile.
//!
//! `cargo bench -p sequencer --bench snapshot`; `TMPDIR` moves the logs to the disk that is to be measured. Without
//! optimisation, as the tests run it, with a hundredth of the orders.

#![expect(clippy::print_stdout, reason = "it prints what it measures")]

#[path = "../tests/market/mod.rs"]
mod market;

use std::time::{Duration, Instant};

use engine::{Command, Input, NewOrder, Origin, Side, TimeInForce};
use market::{Flow, set_up, size, snapshots, start, wait};
use sequencer::{Durability, EventReader, Opened, Options};

const ORDERS: u64 = if cfg!(debug_assertions) {
    10_000
} else {
    1_000_000
};

fn main() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let options = Options {
        durability: Durability::Buffered,
        snapshot_commands: market::set_up_commands() + ORDERS,
        snapshot_bytes: u64::MAX,
        ..Options::new(directory.path())
    };
    let mut opened = start(&options);
    opened.commands.submit_blocking(set_up()).expect("it runs");
    for number in 0..ORDERS / 1_000 {
        let orders = (1..=1_000).map(|order| resting(number * 1_000 + order));
        opened
            .commands
            .submit_blocking(orders.collect())
            .expect("it runs");
    }
    let ended = now();
    wait(opened.archive.wait_for(|status| status.made > 0)).expect("it runs");
    say(
        "replay of the orders and the first snapshot",
        ended.elapsed(),
    );
    let bytes = size(&snapshots(directory.path()).pop().expect("it was made"));
    println!(
        "bytes of the snapshot: {bytes}, {} an order",
        bytes / ORDERS
    );
    opened.running.stop().expect("it stops");

    let began = now();
    let opened = start(&options);
    say("start from it", began.elapsed());
    assert_eq!(opened.recovery.commands, 0);
    opened.running.stop().expect("it stops");
    beside(&Options {
        snapshot_commands: 20_000,
        ..options
    });
}

/// One command at a time, alone and while a snapshot is made.
fn beside(options: &Options) {
    let opened = start(options);
    let mut reader = opened.events.reader(opened.events.end());
    let mut flow = Flow::new(9);
    let alone: Vec<_> = (1..options.snapshot_commands)
        .map(|_| answered(&opened, &mut reader, &mut flow))
        .collect();
    let began = now();
    let mut beside = Vec::new();
    while opened.archive.borrow().made == 0 {
        beside.push(answered(&opened, &mut reader, &mut flow));
    }
    say(
        "a snapshot, read and written beside the market",
        began.elapsed(),
    );
    row("a command and its event, alone", alone);
    row("beside that", beside);
    opened.running.stop().expect("it stops");
}

fn answered(opened: &Opened, reader: &mut EventReader, flow: &mut Flow) -> Duration {
    let command = vec![flow.next_of(1)];
    let began = now();
    opened.commands.submit_blocking(command).expect("it runs");
    wait(reader.next()).expect("events");
    began.elapsed()
}

/// An order that rests: bids and offers are far apart.
fn resting(number: u64) -> Input {
    let dollars = i64::try_from(1 + number % 50).expect("it is small");
    let (side, dollars) = match number % 2 {
        0 => (Side::Buy, dollars),
        _ => (Side::Sell, 1_000 + dollars),
    };
    let command = Command::SubmitOrder(NewOrder {
        time_in_force: TimeInForce::GoodTillCancel,
        ..market::order(0, number, side, dollars)
    });
    let session = "S0".parse().expect("it is short");
    let origin = Origin::Session {
        session,
        epoch: 0,
        msg_seq_num: number,
    };
    Input { origin, command }
}

#[expect(clippy::disallowed_methods, reason = "this measures")]
fn now() -> Instant {
    Instant::now()
}

fn say(what: &str, took: Duration) {
    println!("{what}: {} ms", took.as_millis());
}

fn row(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |per_mille: usize| times[(times.len() - 1) * per_mille / 1_000].as_nanos() / 1_000;
    println!(
        "{what}: {} of them; p50 {} us, p90 {} us, p99 {} us, p99.9 {} us, most {} us",
        times.len(),
        at(500),
        at(900),
        at(990),
        at(999),
        at(1_000)
    );
}
