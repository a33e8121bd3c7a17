//! A case as lines of text, and back: what a finding is printed as, what is run again from a file, and what the
//! seeds are written in.
//!
//! | line | means |
//! |---|---|
//! | `setup acceptor strict reset hold=65536 heartbeat=30 tolerance=120 next=1 decimals=6 chunk=0` | what is not said is as in the plain setup; also `deciding`, `initiator`, `resetting`, `orders`, `copies`, `cancels`, `account`, `relaxed`, `own-fields`, `any-fields`, `any-order`, `no-values`, `no-reset`, `last-processed`, `next-expected`, `batch`, `slow-reset` |
//! | `< 35=0\|34=@` | the peer sends this: `@` stands for the number expected, `#` for our next one, `now` for the time; each may be followed by `+1`, `-1` |
//! | `<length:3 35=0\|…` | the same, damaged: also `sum`, `zeros`, `flip:WHERE:BIT`, `cut`, `drop`, `double` |
//! | `bytes 8=FIX` | the peer sends these bytes |
//! | `connect` `disconnect` `wait MS` `send` `send-again` `logout` `expel` `accept` `greet` `anew` `refuse` `serve N` `restart N LOST` `renew` | see `Step` |
//! | `rival 35=D\|…` `colleague 35=F\|…` `provider 35=D\|…` | another session sends this to the market |
//! | `settle N STATUS` `day-end` `deposit N` `withdraw N` | what else happens there |
//! | `operator WORDS` | what an operator or a calendar asks for, see `market::operators` |
//!
//! `\|` is the delimiter; other bytes that are not plain are written `\xNN`.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};
use fix_codec::dictionary::ValidationOptions;

use super::case::{
    Case, DeskKind, Fault, Other, PeerField, PeerMessage, Setup, Side, Step, Value, Verdict,
};

/// Writes a case.
pub(super) fn write(case: &Case) -> String {
    let mut text = written_setup(&case.setup);
    for step in &case.steps {
        text.push('\n');
        text.push_str(&written_step(step));
    }
    text.push('\n');
    text
}

/// Reads a case. Empty lines, and those that begin with `;`, say nothing.
pub(super) fn read(text: &str) -> anyhow::Result<Case> {
    let mut case = Case {
        setup: Setup::PLAIN,
        steps: Vec::new(),
    };
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(';') {
            continue;
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "setup" {
            case.setup = read_setup(rest)?;
        } else {
            let step = read_step(word, rest).with_context(|| format!("not a step: {line}"))?;
            case.steps.push(step);
        }
    }
    Ok(case)
}

const SIDES: [(&str, Side); 4] = [
    ("acceptor", Side::Acceptor),
    ("deciding", Side::Deciding),
    ("initiator", Side::Initiator),
    ("resetting", Side::Resetting),
];

const OTHERS: [(&str, Other); 3] = [
    ("rival", Other::Rival),
    ("colleague", Other::Colleague),
    ("provider", Other::Provider),
];

fn written_setup(setup: &Setup) -> String {
    let side = SIDES.iter().find(|(_, side)| *side == setup.side);
    let mut text = format!("setup {}", side.map_or("", |(name, _)| name));
    let validation = setup.validation;
    for (is, word) in [
        (setup.desk == DeskKind::Orders, " orders"),
        (setup.desk == DeskKind::Copies, " copies"),
        (setup.cancels, " cancels"),
        (setup.account, " account"),
        (validation.allow_unknown_user_defined, " own-fields"),
        (validation.allow_unknown, " any-fields"),
        (!validation.require_field_order, " any-order"),
        (!validation.require_values, " no-values"),
        (!setup.accept_reset, " no-reset"),
        (setup.last_processed, " last-processed"),
        (setup.next_expected, " next-expected"),
        (setup.batch, " batch"),
        (setup.slow_reset, " slow-reset"),
    ] {
        text.push_str(if is { word } else { "" });
    }
    let (hold, heartbeat, tolerance) = (setup.hold_limit, setup.heartbeat, setup.tolerance);
    let (next, decimals, chunk) = (setup.next, setup.decimals, setup.chunk);
    write!(
        text,
        " hold={hold} heartbeat={heartbeat} tolerance={tolerance} next={next} decimals={decimals} chunk={chunk}"
    )
    .expect("text grows");
    text
}

fn read_setup(text: &str) -> anyhow::Result<Setup> {
    let mut setup = Setup::PLAIN;
    for word in text.split_whitespace() {
        if let Some((_, side)) = SIDES.iter().find(|(name, _)| *name == word) {
            setup.side = *side;
            continue;
        }
        let (name, value) = word.split_once('=').unwrap_or((word, "0"));
        let value = value.parse().with_context(|| word.to_owned())?;
        match name {
            "orders" => setup.desk = DeskKind::Orders,
            "copies" => setup.desk = DeskKind::Copies,
            "cancels" => setup.cancels = true,
            "account" => setup.account = true,
            "strict" => setup.validation = ValidationOptions::STRICT,
            "relaxed" => setup.validation = ValidationOptions::RELAXED,
            "own-fields" => setup.validation.allow_unknown_user_defined = true,
            "any-fields" => setup.validation.allow_unknown = true,
            "any-order" => setup.validation.require_field_order = false,
            "no-values" => setup.validation.require_values = false,
            "next-expected" => setup.next_expected = true,
            "reset" => setup.accept_reset = true,
            "no-reset" => setup.accept_reset = false,
            "last-processed" => setup.last_processed = true,
            "batch" => setup.batch = true,
            "slow-reset" => setup.slow_reset = true,
            "hold" => setup.hold_limit = value,
            "heartbeat" => setup.heartbeat = value,
            "tolerance" => setup.tolerance = value,
            "next" => setup.next = value,
            "decimals" => setup.decimals = value,
            "chunk" => setup.chunk = value,
            _ => bail!("not of a setup: {word}"),
        }
    }
    Ok(setup)
}

fn written_step(step: &Step) -> String {
    match step {
        Step::Connect => "connect".to_owned(),
        Step::Disconnect => "disconnect".to_owned(),
        Step::Message(message) => {
            let fault = written_fault(message.fault);
            format!("<{fault} {}", written_fields(message))
        }
        Step::Bytes(bytes) => format!("bytes {}", escaped(bytes, Within::Bytes)),
        Step::Wait(millis) => format!("wait {millis}"),
        Step::Send(false) => "send".to_owned(),
        Step::Send(true) => "send-again".to_owned(),
        Step::Logout => "logout".to_owned(),
        Step::Expel => "expel".to_owned(),
        Step::Decide(Verdict::Accept) => "accept".to_owned(),
        Step::Decide(Verdict::Greet) => "greet".to_owned(),
        Step::Decide(Verdict::Anew) => "anew".to_owned(),
        Step::Decide(Verdict::Refuse) => "refuse".to_owned(),
        Step::Serve(limit) => format!("serve {limit}"),
        Step::Restart(skipped, lost) => format!("restart {skipped} {lost}"),
        Step::Renew => "renew".to_owned(),
        Step::Other(who, message) => {
            let who = OTHERS.iter().find(|(_, other)| other == who);
            let fields = written_fields(message);
            format!("{} {fields}", who.map_or("", |(name, _)| name))
        }
        Step::Settle(place, status) => format!("settle {place} {status}"),
        Step::EndDay => "day-end".to_owned(),
        Step::Deposit(number) => format!("deposit {number}"),
        Step::Withdraw(number) => format!("withdraw {number}"),
        Step::Operator(words) => format!("operator {words}"),
    }
}

fn written_fields(message: &PeerMessage) -> String {
    let fields = message.fields.iter().map(|field| {
        let tag = escaped(&field.tag, Within::Field);
        format!("{tag}={}", written_value(&field.value))
    });
    fields.collect::<Vec<_>>().join("|")
}

fn read_step(word: &str, rest: &str) -> anyhow::Result<Step> {
    Ok(match word {
        "connect" => Step::Connect,
        "disconnect" => Step::Disconnect,
        "bytes" => Step::Bytes(unescaped(rest)?),
        "wait" => Step::Wait(rest.parse()?),
        "send" => Step::Send(false),
        "send-again" => Step::Send(true),
        "logout" => Step::Logout,
        "expel" => Step::Expel,
        "accept" => Step::Decide(Verdict::Accept),
        "greet" => Step::Decide(Verdict::Greet),
        "anew" => Step::Decide(Verdict::Anew),
        "refuse" => Step::Decide(Verdict::Refuse),
        "serve" => Step::Serve(rest.parse()?),
        "restart" => {
            let (skipped, lost) = rest.split_once(' ').unwrap_or((rest, "0"));
            Step::Restart(skipped.parse()?, lost.parse()?)
        }
        "renew" => Step::Renew,
        "settle" => {
            let (place, status) = rest.split_once(' ').context("which, and how far")?;
            Step::Settle(place.parse()?, status.parse()?)
        }
        "day-end" => Step::EndDay,
        "deposit" => Step::Deposit(rest.parse()?),
        "withdraw" => Step::Withdraw(rest.parse()?),
        "operator" => Step::Operator(rest.to_owned()),
        _ => {
            if let Some((_, who)) = OTHERS.iter().find(|(name, _)| *name == word) {
                let fields = read_fields(rest)?;
                let fault = Fault::None;
                return Ok(Step::Other(*who, PeerMessage { fault, fields }));
            }
            let fault = word.strip_prefix('<').context("no such word")?;
            Step::Message(PeerMessage {
                fault: read_fault(fault)?,
                fields: read_fields(rest)?,
            })
        }
    })
}

/// The fields of a message, as a line has them.
pub(super) fn read_fields(text: &str) -> anyhow::Result<Vec<PeerField>> {
    let fields = text.split('|').filter(|field| !field.is_empty());
    let fields = fields.map(|field| {
        let (tag, value) = field.split_once('=').context("a field without =")?;
        Ok(PeerField {
            tag: unescaped(tag)?,
            value: read_value(value)?,
        })
    });
    fields.collect()
}

fn written_value(value: &Value) -> String {
    let (mark, offset) = match value {
        Value::Bytes(bytes) => return escaped(bytes, Within::Field),
        Value::Expected(offset) => ("@", *offset),
        Value::Outgoing(offset) => ("#", *offset),
        Value::Now(offset) => ("now", *offset),
    };
    if offset == 0 {
        mark.to_owned()
    } else {
        format!("{mark}{offset:+}")
    }
}

fn read_value(text: &str) -> anyhow::Result<Value> {
    let offset = |text: &str| match text {
        "" => Ok(0),
        _ => text.parse().context("an offset is a number"),
    };
    Ok(if let Some(rest) = text.strip_prefix('@') {
        Value::Expected(offset(rest)?)
    } else if let Some(rest) = text.strip_prefix('#') {
        Value::Outgoing(offset(rest)?)
    } else if let Some(rest) = text.strip_prefix("now") {
        Value::Now(offset(rest)?)
    } else {
        Value::Bytes(unescaped(text)?)
    })
}

fn written_fault(fault: Fault) -> String {
    match fault {
        Fault::None => String::new(),
        Fault::Length(off) => format!("length:{off}"),
        Fault::Sum(off) => format!("sum:{off}"),
        Fault::Zeros(count) => format!("zeros:{count}"),
        Fault::Flip(at, bit) => format!("flip:{at}:{bit}"),
        Fault::Cut(at) => format!("cut:{at}"),
        Fault::Drop(at) => format!("drop:{at}"),
        Fault::Double(at) => format!("double:{at}"),
    }
}

fn read_fault(text: &str) -> anyhow::Result<Fault> {
    if text.is_empty() {
        return Ok(Fault::None);
    }
    let (word, rest) = text.split_once(':').context("a fault has a number")?;
    Ok(match word {
        "length" => Fault::Length(rest.parse()?),
        "sum" => Fault::Sum(rest.parse()?),
        "zeros" => Fault::Zeros(rest.parse()?),
        "flip" => {
            let (at, bit) = rest.split_once(':').context("where, and which bit")?;
            Fault::Flip(at.parse()?, bit.parse()?)
        }
        "cut" => Fault::Cut(rest.parse()?),
        "drop" => Fault::Drop(rest.parse()?),
        "double" => Fault::Double(rest.parse()?),
        _ => bail!("no such fault: {text}"),
    })
}

/// Where bytes stand in a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// The delimiter is written `|`.
    Bytes,
    /// `|` ends the field, and `=` the tag.
    Field,
}

/// Whatever could be mistaken for something else is written in hexadecimal.
fn escaped(bytes: &[u8], within: Within) -> String {
    let mut text = String::new();
    for (index, byte) in bytes.iter().enumerate() {
        let at_an_end = index == 0 || index + 1 == bytes.len();
        match byte {
            1 if within == Within::Bytes => text.push('|'),
            b'\\' | b'|' => hexadecimal(&mut text, *byte),
            b'=' if within == Within::Field => hexadecimal(&mut text, *byte),
            b'@' | b'#' | b'n' if index == 0 => hexadecimal(&mut text, *byte),
            b' ' if at_an_end => hexadecimal(&mut text, *byte),
            b' '..=b'~' => text.push(char::from(*byte)),
            _ => hexadecimal(&mut text, *byte),
        }
    }
    text
}

fn hexadecimal(text: &mut String, byte: u8) {
    write!(text, "\\x{byte:02x}").expect("text grows");
}

fn unescaped(text: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(code) = rest.strip_prefix("\\x") {
            let digits = code.get(..2).context("two digits")?;
            bytes.push(u8::from_str_radix(digits, 16)?);
            rest = &code[2..];
            continue;
        }
        match first {
            '|' => bytes.push(1),
            _ => bytes.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes()),
        }
        rest = &rest[first.len_utf8()..];
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::fuzz::mutate::mutated;
    use crate::fuzz::{operators, seeds};
    use crate::random::Random;

    #[test]
    fn what_is_written_is_read_again() {
        let mut random = Random::of_seed(1);
        let mut seeds = seeds::cases();
        seeds.extend(operators::cases());
        for seed in &seeds {
            let mut case = seed.clone();
            for _ in 0..100 {
                let text = write(&case);
                assert_eq!(read(&text).expect("it was written"), case, "{text}");
                case = mutated(&case, &seeds, &mut random);
            }
        }
    }
}
