//! Two sessions and a wire between them that loses, doubles, damages and reorders what it carries, and breaks. Once it
//! holds again, everything that was ever sent is delivered once and in order, on both sides.
//!
//! Damage stays within one message, and comes to it once. CheckSum(10) is a sum of bytes: the beginning of one message
//! and the end of another can make a third that is right, and so can two flipped bits; no session could tell.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Buf as _;
use fix_codec::frame::{Framing, next_frame};
use fix_session::{Resume, Settings, Status};

use super::driver::{Driver, MESSAGE_MAX};
use super::mutate::index;
use crate::random::Random;

/// Things that happen before the wire holds again.
const EVENTS_MAX: u64 = 120;

/// Rounds in which two sides must find together; each lets a deadline pass when nothing else happens.
const ROUNDS_MAX: u32 = 400;

/// Messages on their way to the other side.
type Wire = VecDeque<Carried>;

/// A message on its way.
#[derive(Clone)]
struct Carried {
    bytes: Vec<u8>,
    damaged: bool,
}

/// One side and what it sent.
struct Side {
    driver: Driver,
    on_wire: Wire,
    sent: u64,
    delivered: u64,
}

/// Runs the story of `seed`.
///
/// # Panics
/// When a session breaks a promise, or the two do not find together.
pub(super) fn run(seed: u64) {
    let mut random = Random::of_seed(seed);
    let hold_limit_bytes = random.pick(&[0, 600, 1 << 16]);
    let heartbeat = random.pick(&[1, 5, 30]);
    let settings = [
        Settings::acceptor("A", "B"),
        Settings::initiator("B", "A", heartbeat),
    ];
    let mut sides = settings.map(|settings| {
        let settings = Settings {
            hold_limit_bytes,
            next_expected_msg_seq_num: random.percent(50),
            last_msg_seq_num_processed: random.percent(30),
            ..settings
        };
        let batch = random.percent(50);
        Side {
            driver: Driver::new(settings, Resume::default(), batch, false),
            on_wire: VecDeque::new(),
            sent: 0,
            delivered: 0,
        }
    });
    for _ in 0..random.below(EVENTS_MAX) {
        happen(&mut sides, &mut random);
        settle(&mut sides);
    }
    find_together(&mut sides);
}

fn happen(sides: &mut [Side; 2], random: &mut Random) {
    let this = index(random, 2);
    match random.below(16) {
        0 | 1 => connect(sides),
        2 if random.percent(30) => hang_up(sides),
        3..=6 => send(&mut sides[this]),
        7 | 8 => {
            let limit = index(random, 4);
            sides[this].driver.serve(limit);
        }
        9 if random.percent(40) => wait(sides),
        10 if random.percent(20) => sides[this].driver.logout(),
        11 if random.percent(20) => {
            hang_up(sides);
            sides[this].driver.restart(random.below(30), 0);
        }
        12 | 13 => harm(&mut sides[this].on_wire, random),
        _ => {
            let messages = index(random, 4);
            deliver(sides, this, messages, random.pick(&[1, 9, usize::MAX]));
        }
    }
}

/// Loses, doubles, damages or reorders messages on their way.
fn harm(on_wire: &mut Wire, random: &mut Random) {
    let at = index(random, on_wire.len());
    let Some(message) = on_wire.get_mut(at) else {
        return;
    };
    match random.below(7) {
        0 => drop(on_wire.remove(at)),
        1 => {
            let again = message.clone();
            on_wire.insert(at, again);
        }
        2 if at > 0 => on_wire.swap(at - 1, at),
        _ if message.damaged => {}
        _ => {
            damage(&mut message.bytes, random);
            message.damaged = true;
        }
    }
}

fn damage(message: &mut Vec<u8>, random: &mut Random) {
    let place = index(random, message.len());
    let end = message.len().min(place + 1 + index(random, 8));
    match random.below(4) {
        0 => message[place] ^= 1 << random.below(8),
        1 => drop(message.drain(place..end)),
        2 => {
            let piece = message[place..end].to_vec();
            message.splice(place..place, piece);
        }
        _ => message.truncate(place),
    }
}

fn send(side: &mut Side) {
    let text = side.sent.to_string();
    side.sent += 1;
    side.driver.send(&text, false);
}

fn connect(sides: &mut [Side; 2]) {
    if sides.iter().all(|side| !side.driver.connected) {
        for side in sides {
            side.driver.connect();
        }
    }
}

fn hang_up(sides: &mut [Side; 2]) {
    for side in sides {
        side.driver.disconnect();
        side.driver.to_peer.clear();
        side.on_wire.clear();
    }
}

/// What was put out is on its way; a side that has closed has its last words heard.
fn settle(sides: &mut [Side; 2]) {
    for side in sides.iter_mut() {
        put_on_wire(side);
        side.driver.sent.clear();
        side.driver.came.clear();
    }
    for this in [0, 1] {
        if !sides[this].driver.connected && sides[1 - this].driver.connected {
            deliver(sides, this, usize::MAX, usize::MAX);
            hang_up(sides);
        }
    }
    for side in sides {
        for headline in side.driver.delivered.drain(..) {
            let expected = side.delivered.to_string();
            assert_eq!(String::from_utf8_lossy(&headline), expected, "out of order");
            side.delivered += 1;
        }
    }
}

fn put_on_wire(side: &mut Side) {
    let mut bytes = side.driver.to_peer.as_slice();
    while let Framing::Message(frame) = next_frame(bytes, MESSAGE_MAX) {
        side.on_wire.push_back(Carried {
            bytes: frame.bytes().to_vec(),
            damaged: false,
        });
        bytes.advance(frame.len());
    }
    assert!(bytes.is_empty(), "what goes out is whole messages");
    side.driver.to_peer.clear();
}

fn deliver(sides: &mut [Side; 2], from: usize, messages: usize, chunk: usize) {
    let count = messages.min(sides[from].on_wire.len());
    let carried = sides[from].on_wire.drain(..count);
    let bytes: Vec<u8> = carried.flat_map(|message| message.bytes).collect();
    sides[1 - from].driver.receive(&bytes, chunk);
}

/// Time goes on to the next deadline.
fn wait(sides: &mut [Side; 2]) {
    let now = sides.iter().map(|side| side.driver.now).max();
    let deadlines = sides
        .iter()
        .filter_map(|side| side.driver.session.deadline());
    let (Some(now), Some(deadline)) = (now, deadlines.min()) else {
        return;
    };
    let until = now.max(deadline);
    for side in sides {
        let time = until - side.driver.now;
        side.driver.wait(time.to_std().unwrap_or(Duration::ZERO));
    }
}

/// From here on the wire carries what it is given.
fn find_together(sides: &mut [Side; 2]) {
    for _ in 0..ROUNDS_MAX {
        connect(sides);
        settle(sides);
        let mut quiet = true;
        for this in [0, 1] {
            quiet &= sides[this].on_wire.is_empty();
            deliver(sides, this, usize::MAX, usize::MAX);
            settle(sides);
            sides[1 - this].driver.serve(usize::MAX);
            settle(sides);
        }
        if are_together(sides) {
            return;
        }
        if quiet {
            wait(sides);
            settle(sides);
        }
    }
    let [a, b] = sides;
    panic!(
        "stuck: {} of {} and {} of {} delivered; {:?} {:?}",
        a.delivered,
        b.sent,
        b.delivered,
        a.sent,
        a.driver.session.status(),
        b.driver.session.status(),
    );
}

/// Whether all was delivered and both sides' numbers are in step.
fn are_together(sides: &[Side; 2]) -> bool {
    let [a, b] = sides;
    let in_step = |one: &Driver, other: &Driver| {
        one.session.status() == Status::LoggedOn
            && one.session.next_incoming() == other.session.next_outgoing()
    };
    a.delivered == b.sent
        && b.delivered == a.sent
        && in_step(&a.driver, &b.driver)
        && in_step(&b.driver, &a.driver)
}
