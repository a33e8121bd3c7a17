//! A case as lines of text, and back: what a finding is printed as, what is run again from a file, and what the
//! seeds are written in.
//!
//! | line | means |
//! |---|---|
//! | `setup acceptor strict reset hold=65536 heartbeat=30 tolerance=120 next=1 chunk=0` | what is not said is as in the plain setup; also `deciding`, `initiator`, `resetting`, `relaxed`, `no-reset`, `last-processed`, `batch`, `slow-reset` |
//! | `< 35=0\|34=@` | the peer sends this: `@` stands for the number expected, `#` for our next one, `now` for the time; each may be followed by `+1`, `-1` |
//! | `<length:3 35=0\|…` | the same, damaged: also `sum`, `zeros`, `flip:WHERE:BIT`, `cut`, `drop`, `double` |
//! | `bytes 8=FIX` | the peer sends these bytes |
//! | `connect` `disconnect` `wait MS` `send` `send-again` `logout` `accept` `refuse` `serve N` `restart N` | see `Step` |
//!
//! `\|` is the delimiter; other bytes that are not plain are written `\xNN`.

use std::fmt::Write as _;

use anyhow::{Context as _, bail};

use super::case::{Case, Fault, PeerField, PeerMessage, Setup, Side, Step, Value};

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

fn written_setup(setup: &Setup) -> String {
    let side = SIDES.iter().find(|(_, side)| *side == setup.side);
    let mut text = format!("setup {}", side.map_or("", |(name, _)| name));
    for (is, word) in [
        (!setup.strict, " relaxed"),
        (!setup.accept_reset, " no-reset"),
        (setup.last_processed, " last-processed"),
        (setup.batch, " batch"),
        (setup.slow_reset, " slow-reset"),
    ] {
        text.push_str(if is { word } else { "" });
    }
    let (hold, heartbeat, tolerance) = (setup.hold_limit, setup.heartbeat, setup.tolerance);
    let (next, chunk) = (setup.next, setup.chunk);
    write!(
        text,
        " hold={hold} heartbeat={heartbeat} tolerance={tolerance} next={next} chunk={chunk}"
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
            "strict" => setup.strict = true,
            "relaxed" => setup.strict = false,
            "reset" => setup.accept_reset = true,
            "no-reset" => setup.accept_reset = false,
            "last-processed" => setup.last_processed = true,
            "batch" => setup.batch = true,
            "slow-reset" => setup.slow_reset = true,
            "hold" => setup.hold_limit = value,
            "heartbeat" => setup.heartbeat = value,
            "tolerance" => setup.tolerance = value,
            "next" => setup.next = value,
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
            let fields = message.fields.iter().map(|field| {
                let tag = escaped(&field.tag, Within::Field);
                format!("{tag}={}", written_value(&field.value))
            });
            format!("<{fault} {}", fields.collect::<Vec<_>>().join("|"))
        }
        Step::Bytes(bytes) => format!("bytes {}", escaped(bytes, Within::Bytes)),
        Step::Wait(millis) => format!("wait {millis}"),
        Step::Send(false) => "send".to_owned(),
        Step::Send(true) => "send-again".to_owned(),
        Step::Logout => "logout".to_owned(),
        Step::Decide(true) => "accept".to_owned(),
        Step::Decide(false) => "refuse".to_owned(),
        Step::Serve(limit) => format!("serve {limit}"),
        Step::Restart(skipped) => format!("restart {skipped}"),
    }
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
        "accept" => Step::Decide(true),
        "refuse" => Step::Decide(false),
        "serve" => Step::Serve(rest.parse()?),
        "restart" => Step::Restart(rest.parse()?),
        _ => {
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
    use crate::fuzz::seeds;
    use crate::random::Random;

    #[test]
    fn what_is_written_is_read_again() {
        let mut random = Random::of_seed(1);
        let seeds = seeds::cases();
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
