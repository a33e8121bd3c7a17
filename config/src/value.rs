//! Reads single values: text, choices, integers, addresses, durations, sizes, decimals. Each says what
//! was wrong and what to write instead. Never looks at another value.

use std::fmt::Display;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use toml::Spanned;
use toml::de::DeValue;

use crate::mistake::Fault;
use crate::span::Span;
use crate::table::{article, nearest};

type Value<'a> = Spanned<DeValue<'a>>;

/// Micro-units in one unit of a currency.
const MICROS: i64 = 1_000_000;

/// Text as it is written.
pub(crate) fn string<'a>(value: &'a Value<'a>) -> Result<&'a str, Fault> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text),
        DeValue::Integer(number) => Err(not_a_string(value, &number.to_string())),
        DeValue::Float(number) => Err(not_a_string(value, number.as_str())),
        DeValue::Boolean(truth) => Err(not_a_string(value, &truth.to_string())),
        DeValue::Datetime(time) => Err(not_a_string(value, &time.to_string())),
        DeValue::Array(_) | DeValue::Table(_) => Err(Fault::new(
            format!(
                "is {}, where a string is expected",
                article(value.get_ref())
            ),
            "Write one string in quotes",
        )),
    }
}

fn not_a_string(value: &Value<'_>, written: &str) -> Fault {
    Fault::new(
        format!(
            "is {}, where a string is expected",
            article(value.get_ref())
        ),
        format!("Put it in quotes: \"{written}\""),
    )
}

/// A name of the venue's own kinds (firm, account, symbol, …).
pub(crate) fn name<'a, T>(value: &'a Value<'a>) -> Result<T, Fault>
where
    T: FromStr,
    T::Err: Display,
{
    parse_name(string(value)?)
}

/// As [`name`], of text that has been read.
pub(crate) fn parse_name<T>(text: &str) -> Result<T, Fault>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse::<T>().map_err(|error| {
        Fault::new(
            format!("{text:?} cannot be taken as a name: {error}"),
            "Write a short name of printable ASCII characters",
        )
    })
}

/// One of a few words.
pub(crate) fn choice<'a, T: Copy>(
    value: &'a Value<'a>,
    choices: &[(&'static str, T)],
) -> Result<T, Fault> {
    let text = string(value)?;
    if let Some((_, chosen)) = choices.iter().find(|(word, _)| *word == text) {
        return Ok(*chosen);
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let listed: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let listed = listed.join(" or ");
    let remedy = match nearest(text, &words) {
        Some(near) => format!("Did you mean \"{near}\"? It takes {listed}"),
        None => format!("Write {listed}"),
    };
    Err(Fault::new(
        format!("{text:?} is not one of its values"),
        remedy,
    ))
}

/// `true` or `false`.
pub(crate) fn boolean(value: &Value<'_>) -> Result<bool, Fault> {
    value.get_ref().as_bool().ok_or_else(|| {
        Fault::new(
            format!(
                "is {}, where true or false is expected",
                article(value.get_ref())
            ),
            "Write true or false, without quotes",
        )
    })
}

/// A whole number within a range.
pub(crate) fn integer(value: &Value<'_>, range: RangeInclusive<u64>) -> Result<u64, Fault> {
    let within = format!("a whole number from {} to {}", range.start(), range.end());
    let Some(number) = value.get_ref().as_integer() else {
        return Err(Fault::new(
            format!(
                "is {}, where {within} is expected",
                article(value.get_ref())
            ),
            "Write the number without quotes, fraction or unit",
        ));
    };
    u64::from_str_radix(number.as_str(), number.radix())
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            Fault::new(
                format!("{number} is out of range"),
                format!("Write {within}"),
            )
        })
}

/// An address and a port to listen on.
pub(crate) fn address<'a>(value: &'a Value<'a>) -> Result<SocketAddr, Fault> {
    let text = string(value)?;
    text.parse().map_err(|_| {
        Fault::new(
            format!("{text:?} is not an IP address with a port"),
            "Write them as \"127.0.0.1:9878\" or \"[::1]:9878\"; port 0 takes any free one",
        )
    })
}

/// A duration such as `"250ms"`, within a range.
pub(crate) fn duration<'a>(
    value: &'a Value<'a>,
    range: RangeInclusive<Duration>,
) -> Result<Duration, Fault> {
    let text = with_unit(value, "a duration such as \"30s\"")?;
    let read = text.parse::<Span>().ok().map(|Span(duration)| duration);
    // Nothing that is configured is finer.
    let duration = read.filter(|duration| duration.subsec_nanos().is_multiple_of(1_000_000));
    let duration = duration.ok_or_else(|| {
        Fault::new(
            format!("{text:?} is not a duration"),
            "Write a whole number and one of the units ms, s, min, h, such as \"30s\"",
        )
    })?;
    if range.contains(&duration) {
        return Ok(duration);
    }
    Err(Fault::new(
        format!("{text:?} is out of range"),
        format!(
            "Write a duration from {} to {}",
            Span(*range.start()),
            Span(*range.end())
        ),
    ))
}

/// A size in bytes such as `"64KiB"`, within a range.
pub(crate) fn size<'a>(value: &'a Value<'a>, range: RangeInclusive<u64>) -> Result<u64, Fault> {
    let units = [
        ("B", 1),
        ("KiB", 1 << 10),
        ("MiB", 1 << 20),
        ("GiB", 1 << 30),
    ];
    let text = with_unit(value, "a size such as \"64KiB\"")?;
    let bytes = count_of(text, &units).ok_or_else(|| {
        Fault::new(
            format!("{text:?} is not a size"),
            "Write a whole number and one of the units B, KiB, MiB, GiB, such as \"64KiB\"",
        )
    })?;
    if range.contains(&bytes) {
        return Ok(bytes);
    }
    Err(Fault::new(
        format!("{text:?} is out of range"),
        format!(
            "Write a size from {} to {}",
            show_size(*range.start()),
            show_size(*range.end())
        ),
    ))
}

/// A positive amount of money as a decimal string, in micro-units, exactly.
pub(crate) fn micros<'a>(value: &'a Value<'a>) -> Result<i64, Fault> {
    let text = string(value)?;
    let example = "Write a positive decimal with at most six places, such as \"0.01\"";
    let digits = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let decimal = Decimal::from_str_exact(text).ok().filter(|_| digits);
    let Some(decimal) = decimal else {
        return Err(Fault::new(format!("{text:?} is not a decimal"), example));
    };
    let Some(micros) = decimal.checked_mul(Decimal::from(MICROS)) else {
        return Err(Fault::new(format!("{text:?} is too large"), example));
    };
    if !micros.fract().is_zero() {
        return Err(Fault::new(
            format!("{text:?} has more than six places"),
            example,
        ));
    }
    match micros.to_i64() {
        Some(0) => Err(Fault::new(format!("{text:?} is zero"), example)),
        Some(micros) => Ok(micros),
        None => Err(Fault::new(format!("{text:?} is too large"), example)),
    }
}

/// Text that holds a number and its unit; a bare number is refused with the reason.
fn with_unit<'a>(value: &'a Value<'a>, expected: &str) -> Result<&'a str, Fault> {
    if let DeValue::String(text) = value.get_ref() {
        return Ok(text);
    }
    Err(Fault::new(
        format!(
            "is {}, where {expected} is expected",
            article(value.get_ref())
        ),
        "Write the number and its unit in quotes",
    ))
}

/// A whole number followed by a unit, in the smallest unit.
fn count_of(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let end = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let (_, factor) = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

fn show_size(bytes: u64) -> String {
    let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let exact = units
        .iter()
        .find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit));
    exact.map_or_else(
        || format!("{bytes}B"),
        |(unit, name)| format!("{}{name}", bytes / unit),
    )
}
