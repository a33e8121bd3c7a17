//! Lengths of time as people write them, in files and at the command line: `500ms`, `1s`, `15min`, `24h`. What is shown is
//! read as the same again.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A length of time, to the nanosecond; read from a whole number and its unit, and shown in the largest that divides it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

/// Some text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time: write a whole number and ns, us, ms, s, min or h behind it")]
pub struct SpanError(String);

/// The longest first: what is shown is shown in the first that divides it.
const UNITS: [(&str, u64); 6] = [
    ("h", 3_600_000_000_000),
    ("min", 60_000_000_000),
    ("s", 1_000_000_000),
    ("ms", 1_000_000),
    ("us", 1_000),
    ("ns", 1),
];

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let number = text
            .strip_suffix(unit)
            .and_then(|number| number.parse().ok());
        let nanos = UNITS.into_iter().find(|(name, _)| *name == unit);
        let span = nanos
            .zip(number)
            .and_then(|((_, nanos), number): (_, u64)| nanos.checked_mul(number));
        span.map(|nanos| Self(Duration::from_nanos(nanos)))
            .ok_or_else(|| SpanError(text.to_owned()))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.as_nanos();
        if nanos == 0 {
            return f.write_str("0ms");
        }
        let units = UNITS
            .into_iter()
            .map(|(name, unit)| (name, u128::from(unit)));
        let (name, unit) = units
            .into_iter()
            .find(|(_, unit)| nanos.is_multiple_of(*unit))
            .unwrap_or(("ns", 1));
        write!(f, "{}{name}", nanos.checked_div(unit).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn times_are_read_and_shown_in_the_largest_unit_that_fits() {
        for (text, shown) in [
            ("1500ms", "1500ms"),
            ("60s", "1min"),
            ("90min", "90min"),
            ("24h", "24h"),
            ("1000us", "1ms"),
            ("7ns", "7ns"),
            ("0h", "0ms"),
        ] {
            let span: Span = text.parse().expect(text);
            assert_eq!(span.to_string(), shown);
            assert_eq!(shown.parse(), Ok(span));
        }
        for text in [
            "",
            "5",
            "s",
            "5 s",
            "-5s",
            "5d",
            "1.5s",
            "99999999999999999h",
        ] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
