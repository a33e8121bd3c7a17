//! Times as operators are told them.

use chrono::SecondsFormat;
use engine::Timestamp;

use crate::clock;

/// A time of the market: UTC, RFC 3339, with microseconds.
pub(super) fn written(time: Timestamp) -> String {
    match clock::time(time) {
        Some(time) => time.to_rfc3339_opts(SecondsFormat::Micros, true),
        None => format!("{} nanoseconds after 1970", time.nanos()),
    }
}

#[cfg(test)]
mod tests {
    use engine::Timestamp;

    use super::written;

    #[test]
    fn a_time_is_told_whatever_it_is() {
        for (nanos, expected) in [
            (1_767_348_672_000_013_999, "2026-01-02T10:11:12.000013Z"),
            (u64::MAX, "18446744073709551615 nanoseconds after 1970"),
        ] {
            assert_eq!(written(Timestamp::from_nanos(nanos)), expected);
        }
    }
}
