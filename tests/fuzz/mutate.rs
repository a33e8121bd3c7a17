//! A case, changed somewhere: its setup, the order of its steps, a message, a field, a byte.

use std::sync::LazyLock;

use fix_codec::dictionary::ValidationOptions;

use super::case::{
    Case, DeskKind, Fault, Other, PeerField, PeerMessage, Setup, Side, Step, Value, Verdict,
};
use super::{operators, orders, seeds};
use crate::random::Random;

/// A case never has more steps than this.
const STEPS_MAX: usize = 60;

/// A message never has more fields than this, nor a value more bytes than [`VALUE_MAX`].
const FIELDS_MAX: usize = 40;

/// See [`FIELDS_MAX`]: more than the longest message that the driver takes.
const VALUE_MAX: usize = 5_000;

static MESSAGES: LazyLock<Vec<PeerMessage>> = LazyLock::new(seeds::messages);

static ORDERS: LazyLock<Vec<PeerMessage>> = LazyLock::new(orders::messages);

/// A case like `case`, and in parts like another of `others`.
pub(super) fn mutated(case: &Case, others: &[Case], random: &mut Random) -> Case {
    let mut case = case.clone();
    for _ in 0..=random.below(5) {
        change(&mut case, others, random);
    }
    case.steps.truncate(STEPS_MAX);
    case
}

fn change(case: &mut Case, others: &[Case], random: &mut Random) {
    let steps = &mut case.steps;
    let at = index(random, steps.len());
    match random.below(20) {
        0 => change_setup(&mut case.setup, random),
        1 | 2 => drop((at < steps.len()).then(|| steps.remove(at))),
        3 if at < steps.len() => steps.insert(at, steps[at].clone()),
        4 if at < steps.len() => {
            let to = index(random, steps.len());
            steps.swap(at, to);
        }
        5 => splice(steps, others, random),
        6..=10 => {
            let step = new_step(random);
            steps.insert(at.min(steps.len()), step);
        }
        _ => match steps.get_mut(at) {
            Some(Step::Message(message)) => change_message(message, random),
            Some(Step::Other(_, message)) => {
                change_message(message, random);
                message.fault = Fault::None;
            }
            Some(Step::Bytes(bytes)) => change_bytes(bytes, random),
            Some(Step::Wait(millis)) => *millis = wait(random),
            Some(step @ Step::Operator(_)) => *step = operators::any(random),
            _ => steps.push(new_step(random)),
        },
    }
}

fn change_setup(setup: &mut Setup, random: &mut Random) {
    match random.below(16) {
        0 => {
            setup.side = random.pick(&[
                Side::Acceptor,
                Side::Deciding,
                Side::Initiator,
                Side::Resetting,
            ]);
        }
        1 => change_validation(&mut setup.validation, random),
        2 => setup.accept_reset ^= true,
        3 => setup.last_processed ^= true,
        4 => setup.hold_limit = random.pick(&seeds::HOLD_LIMITS),
        5 => setup.heartbeat = random.pick(&[0, 1, 30]),
        6 => setup.tolerance = random.pick(&[0, 2, 120]),
        7 => setup.next = random.pick(&[1, 2, 90]),
        8 => setup.chunk = random.pick(&[0, 1, 5, 100]),
        9 => setup.batch ^= true,
        10 => setup.slow_reset ^= true,
        11 => setup.next_expected ^= true,
        12 => {
            setup.desk = random.pick(&[DeskKind::None, DeskKind::Orders, DeskKind::Copies]);
        }
        13 => setup.account ^= true,
        14 => setup.decimals = random.pick(&[0, 3, 6, 9]),
        _ => setup.cancels ^= true,
    }
}

fn change_validation(validation: &mut ValidationOptions, random: &mut Random) {
    match random.below(4) {
        0 => validation.allow_unknown_user_defined ^= true,
        1 => validation.allow_unknown ^= true,
        2 => validation.require_field_order ^= true,
        _ => validation.require_values ^= true,
    }
}

/// Goes on as another case does from some step on.
fn splice(steps: &mut Vec<Step>, others: &[Case], random: &mut Random) {
    let other = &others[index(random, others.len())];
    let keep = index(random, steps.len());
    let from = index(random, other.steps.len());
    steps.truncate(keep);
    steps.extend(other.steps.iter().skip(from).cloned());
}

fn new_step(random: &mut Random) -> Step {
    match random.below(28) {
        0 => Step::Connect,
        1 => Step::Disconnect,
        2 => Step::Wait(wait(random)),
        3 => Step::Send(random.percent(20)),
        4 if random.percent(30) => Step::Expel,
        4 => Step::Logout,
        5 => Step::Decide(random.pick(&[
            Verdict::Accept,
            Verdict::Accept,
            Verdict::Greet,
            Verdict::Anew,
            Verdict::Refuse,
        ])),
        6 => Step::Serve(random.pick(&[0, 1, 2, 100])),
        7 => Step::Restart(random.pick(&[0, 1, 50]), random.pick(&[0, 0, 1, 3])),
        8 => Step::Bytes(any_bytes(random)),
        9 => Step::Renew,
        10..=13 => market_step(random),
        14..=20 => Step::Message(message(&ORDERS, random)),
        _ => Step::Message(message(&MESSAGES, random)),
    }
}

/// Something that happens in the market and not in the session.
fn market_step(random: &mut Random) -> Step {
    let number = u32::try_from(random.below(4)).unwrap_or(0);
    match random.below(11) {
        0 | 1 => Step::Settle(number, random.pick(&[1, 2, 3, 4, 4, 5, 6])),
        2 => Step::EndDay,
        3 => Step::Deposit(number),
        4 => Step::Withdraw(number),
        5..=7 => operators::any(random),
        _ => {
            let who = random.pick(&[
                Other::Rival,
                Other::Rival,
                Other::Colleague,
                Other::Provider,
            ]);
            let message = message(&ORDERS, random);
            let fault = Fault::None;
            Step::Other(who, PeerMessage { fault, ..message })
        }
    }
}

fn message(of: &[PeerMessage], random: &mut Random) -> PeerMessage {
    let mut message = of[index(random, of.len())].clone();
    if random.percent(30) {
        change_message(&mut message, random);
    }
    message
}

fn wait(random: &mut Random) -> u32 {
    random.pick(&[0, 1, 500, 1_000, 2_000, 10_000, 36_000, 130_000])
}

fn change_message(message: &mut PeerMessage, random: &mut Random) {
    let fields = &mut message.fields;
    let at = index(random, fields.len());
    match random.below(10) {
        0 => message.fault = fault(random),
        1 if at < fields.len() => drop(fields.remove(at)),
        2 if at < fields.len() && fields.len() < FIELDS_MAX => {
            fields.insert(at, fields[at].clone())
        }
        3 if at < fields.len() => {
            let to = index(random, fields.len());
            fields.swap(at, to);
        }
        4 | 5 if fields.len() < FIELDS_MAX => {
            let field = PeerField {
                tag: tag(random),
                value: value(random),
            };
            fields.insert(at.min(fields.len()), field);
        }
        6 => {
            if let Some(field) = fields.get_mut(at) {
                change_bytes(&mut field.tag, random);
            }
        }
        _ => {
            if let Some(field) = fields.get_mut(at) {
                change_value(&mut field.value, random);
            }
        }
    }
}

fn change_value(old: &mut Value, random: &mut Random) {
    match old {
        Value::Expected(offset) | Value::Outgoing(offset) | Value::Now(offset)
            if random.percent(80) =>
        {
            *offset = random.pick(&[-500, -2, -1, 0, 0, 1, 2, 3, 10, 500]);
        }
        Value::Bytes(bytes) if random.percent(60) => change_bytes(bytes, random),
        Value::Expected(_) | Value::Outgoing(_) | Value::Now(_) | Value::Bytes(_) => {
            *old = value(random);
        }
    }
}

fn change_bytes(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = index(random, bytes.len());
    match random.below(6) {
        0 if at < bytes.len() => bytes[at] = any_byte(random),
        1 if at < bytes.len() => drop(bytes.remove(at)),
        2 => {
            let byte = any_byte(random);
            bytes.insert(at, byte);
        }
        3 if bytes.len() <= VALUE_MAX / 2 => bytes.extend_from_within(..),
        4 => bytes.truncate(at),
        _ => *bytes = VALUES[index(random, VALUES.len())].clone(),
    }
}

static VALUES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let read = |text: &&str| {
        let text = format!("1={}", text.replace('|', "\\x01"));
        match seeds::fields(&text).pop().map(|field| field.value) {
            Some(Value::Bytes(bytes)) => bytes,
            _ => Vec::new(),
        }
    };
    let long = [300, VALUE_MAX].map(|length| vec![b'x'; length]);
    let words = seeds::VALUES.iter().chain(&orders::VALUES);
    words.map(read).chain(long).collect()
});

fn value(random: &mut Random) -> Value {
    let offset = random.pick(&[-2, -1, 0, 0, 0, 1, 2]);
    match random.below(8) {
        0 => Value::Expected(offset),
        1 => Value::Outgoing(offset),
        2 => Value::Now(offset * 60),
        _ => Value::Bytes(VALUES[index(random, VALUES.len())].clone()),
    }
}

fn tag(random: &mut Random) -> Vec<u8> {
    if random.percent(30) {
        return random.below(1_000).to_string().into_bytes();
    }
    if random.percent(40) {
        return random.pick(&orders::TAGS).as_bytes().to_vec();
    }
    random.pick(&seeds::TAGS).as_bytes().to_vec()
}

fn fault(random: &mut Random) -> Fault {
    let at = u32::try_from(random.below(120)).unwrap_or(0);
    match random.below(9) {
        0 => Fault::Length(random.pick(&[-7, -1, 1, 2, 100, 5_000])),
        1 => Fault::Sum(1),
        2 => Fault::Zeros(random.pick(&[1, 4, 6, 7, 30])),
        3 => Fault::Flip(at, random.pick(&[0, 1, 4, 7])),
        4 => Fault::Cut(at),
        5 => Fault::Drop(at),
        6 => Fault::Double(at),
        _ => Fault::None,
    }
}

fn any_bytes(random: &mut Random) -> Vec<u8> {
    let length = random.below(40);
    (0..length).map(|_| any_byte(random)).collect()
}

fn any_byte(random: &mut Random) -> u8 {
    const LIKELY: &[u8] = b"\x01\x01==0123456789-.8FIXDAKYN \xff\x00\x7f|";
    random.pick(LIKELY)
}

/// A place below `length`; 0 when there is none.
pub(super) fn index(random: &mut Random, length: usize) -> usize {
    let limit = u64::try_from(length.max(1)).unwrap_or(1);
    usize::try_from(random.below(limit)).unwrap_or(0)
}
