//! Standard output of the benchmarks, and figures for people.

use std::fmt;
use std::io::{self, Write as _};

use super::clock::Nanos;

/// Prints a line. A reader that has gone does not matter.
pub fn say(line: impl fmt::Display) {
    drop(writeln!(io::stdout(), "{line}"));
}

/// A duration in microseconds, to a tenth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Micros(pub Nanos);

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} us", self.0 / 1_000, self.0 % 1_000 / 100)
    }
}

/// A ratio in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hundredths(pub u64);

impl Hundredths {
    /// This is to that.
    #[must_use]
    pub fn of(this: u64, that: u64) -> Self {
        let ratio = u128::from(this) * 100 / u128::from(that.max(1));
        Self(u64::try_from(ratio).unwrap_or(u64::MAX))
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// A whole number with its thousands apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thousands(pub u64);

impl fmt::Display for Thousands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1_000 {
            return write!(f, "{}", self.0);
        }
        write!(f, "{},{:03}", Self(self.0 / 1_000), self.0 % 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_readable() {
        for (figure, expected) in [
            (Micros(1_234_567).to_string(), "1234.5 us"),
            (Micros(999).to_string(), "0.9 us"),
            (Hundredths::of(3, 2).to_string(), "1.50"),
            (Hundredths::of(1, 0).to_string(), "1.00"),
            (Thousands(1_234_567).to_string(), "1,234,567"),
            (Thousands(1_000).to_string(), "1,000"),
            (Thousands(7).to_string(), "7"),
        ] {
            assert_eq!(figure, expected);
        }
    }
}
