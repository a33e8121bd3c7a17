//! Messages as scripts write them: from a line to bytes, and from bytes to a verdict on a line.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

/// BeginString(8) where a line gives none.
const BEGIN_STRING: &str = "FIX.4.4";

/// The bytes of a line that a client of the names (sender, target) sends at `now`.
pub(crate) fn message(line: &str, (sender, target): (&str, &str), now: DateTime<Utc>) -> Vec<u8> {
    let (mut begin_string, mut body_length, mut check_sum) = (BEGIN_STRING, None, None);
    let mut filled = [("49", sender), ("52", "<TIME>"), ("56", target)].map(Some);
    let mut body: Vec<(&str, Option<&str>)> = Vec::new();
    for field in line.split_terminator('|') {
        let (tag, value) = field
            .split_once('=')
            .map_or((field, None), |(tag, value)| (tag, Some(value)));
        for slot in &mut filled {
            if slot.is_some_and(|(given, _)| given == tag) {
                *slot = None;
            }
        }
        match (tag, value) {
            ("8", Some(value)) => begin_string = value,
            ("9", Some(value)) => body_length = Some(value),
            ("10", Some(value)) => check_sum = Some(value),
            ("49" | "52" | "56", Some("-")) => {}
            _ => body.push((tag, value)),
        }
    }
    // They stand behind MsgType and MsgSeqNum, or at least behind the first field.
    let second_is_header = body.get(1).is_some_and(|(tag, _)| *tag == "34");
    let place = if second_is_header { 2 } else { 1 }.min(body.len());
    let filled = filled.into_iter().flatten();
    body.splice(place..place, filled.map(|(tag, value)| (tag, Some(value))));
    let written = body.iter().map(|(tag, value)| match value {
        Some(value) => format!("{tag}={}|", timed(value, now)),
        None => format!("{tag}|"),
    });
    let body = delimited(&written.collect::<String>());
    let right = body.len();
    let body_length = body_length.map_or(right.to_string(), |value| off(value, right));
    let mut text = delimited(&format!("8={begin_string}|9={body_length}|")) + &body;
    let right = usize::from(text.bytes().fold(0_u8, u8::wrapping_add));
    let check_sum = check_sum.map_or(format!("{right:03}"), |value| off(value, right % 255));
    text.push_str(&delimited(&format!("10={check_sum}|")));
    text.into_bytes()
}

/// The bytes of a line that is sent as it is.
pub(crate) fn raw(line: &str, now: DateTime<Utc>) -> Vec<u8> {
    delimited(&timed(line, now)).into_bytes()
}

fn delimited(text: &str) -> String {
    text.replace('|', "\u{1}")
}

/// A value as given, or `+5` and `-5`: so much off the right one.
fn off(value: &str, right: usize) -> String {
    let by = value.strip_prefix('+').and_then(|by| by.parse().ok());
    let less = value.strip_prefix('-').and_then(|by| by.parse().ok());
    match (by, less) {
        (Some(by), _) => format!("{:03}", right.saturating_add(by)),
        (None, Some(less)) => format!("{:03}", right.saturating_sub(less)),
        (None, None) => value.to_owned(),
    }
}

/// With every `<TIME>`, `<TIME-121>` and `<TIME+10>` written out.
fn timed(text: &str, now: DateTime<Utc>) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<TIME") {
        let (seconds, behind) = after.split_once('>').unwrap_or((after, ""));
        let seconds: i64 = match seconds {
            "" => 0,
            seconds => seconds.parse().expect("so many seconds"),
        };
        let time = now + TimeDelta::seconds(seconds);
        written.push_str(before);
        written.push_str(&time.format("%Y%m%d-%H:%M:%S%.3f").to_string());
        rest = behind;
    }
    written + rest
}

/// Whether `bytes`, a message of the venue between the names (sender, target), is what a line expects.
///
/// # Errors
/// What was expected and what came.
pub(crate) fn compare(
    line: &str,
    bytes: &[u8],
    (sender, target): (&str, &str),
) -> Result<(), String> {
    let text = readable(bytes);
    let complain = |what: String| Err(format!("{what}\n  expected {line}\n  got      {text}"));
    let mut got: Vec<(&str, &str)> = text
        .split_terminator('|')
        .map(|field| field.split_once('=').unwrap_or((field, "")))
        .collect();
    let (fields, open) = match line.strip_suffix("|...") {
        Some(fields) => (fields, true),
        None => (line, false),
    };
    let always = [
        ("8", BEGIN_STRING),
        ("49", sender),
        ("56", target),
        ("52", "<TIME>"),
    ];
    let named: Vec<(&str, &str)> = fields
        .split_terminator('|')
        .filter_map(|field| field.split_once('='))
        .collect();
    let unnamed = always
        .into_iter()
        .filter(|(tag, _)| named.iter().all(|(given, _)| given != tag));
    for (tag, value) in named.iter().copied().chain(unnamed) {
        let Some(place) = got.iter().position(|(have, _)| *have == tag) else {
            return complain(format!("no field {tag}"));
        };
        let (_, have) = got.remove(place);
        if !fits(value, have) {
            return complain(format!("field {tag}: expected {value}, got {have}"));
        }
    }
    got.retain(|(tag, _)| !["9", "10"].contains(tag));
    match got.first() {
        Some((tag, value)) if !open => complain(format!("unexpected field {tag}={value}")),
        Some(_) | None => Ok(()),
    }
}

fn fits(expected: &str, got: &str) -> bool {
    match expected {
        "<ANY>" => !got.is_empty(),
        "<TIME>" => NaiveDateTime::parse_from_str(got, "%Y%m%d-%H:%M:%S%.f").is_ok(),
        _ => expected == got,
    }
}

/// A message as scripts write it.
pub(crate) fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\u{1}', "|")
}
