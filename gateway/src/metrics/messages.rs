//! Messages counted by direction and MsgType(35). Types that the venue does not speak are counted together, so that
//! no client can make the metrics grow.

use std::sync::Arc;

use ::metrics::Counter;

use super::Metrics;
use super::catalogue::MESSAGES;

/// The types that are counted apart: all that a member and the venue may say to each other.
const CODES: [&str; 41] = [
    "0", "1", "2", "3", "4", "5", "8", "9", "A", "AD", "AE", "AF", "AI", "AK", "AQ", "B", "D", "F",
    "G", "H", "R", "S", "V", "W", "X", "Y", "Z", "b", "c", "d", "e", "f", "g", "h", "i", "j", "q",
    "r", "x", "y", "other",
];

/// Where the last of [`CODES`] stands, for every other type.
const OTHER: usize = CODES.len() - 1;

/// What is counted for each message. Clones count together.
#[derive(Clone)]
pub(crate) struct MessageCounters {
    counters: Arc<Counters>,
}

struct Counters {
    incoming: [Counter; CODES.len()],
    outgoing: [Counter; CODES.len()],
}

impl MessageCounters {
    /// All of them, at what they were.
    pub(crate) fn new(metrics: &Metrics) -> Self {
        let of = |direction| CODES.map(|code| metrics.counter(&MESSAGES, &[direction, code]));
        let counters = Counters {
            incoming: of("in"),
            outgoing: of("out"),
        };
        Self {
            counters: Arc::new(counters),
        }
    }

    /// A message came whose MsgType(35) is this.
    pub(crate) fn received(&self, msg_type: &[u8]) {
        count(&self.counters.incoming, msg_type);
    }

    /// A message went out whose MsgType(35) is this.
    pub(crate) fn sent(&self, msg_type: &[u8]) {
        count(&self.counters.outgoing, msg_type);
    }
}

fn count(counters: &[Counter; CODES.len()], msg_type: &[u8]) {
    if let Some(counter) = counters.get(place(msg_type)) {
        counter.increment(1);
    }
}

/// The codes are sorted but for the last.
fn place(msg_type: &[u8]) -> usize {
    let known = CODES.get(..OTHER).unwrap_or_default();
    known
        .binary_search_by(|code| code.as_bytes().cmp(msg_type))
        .unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use super::{CODES, OTHER, place};

    #[test]
    fn every_code_is_found_at_its_place() {
        for (index, code) in CODES.iter().enumerate() {
            assert_eq!(place(code.as_bytes()), index, "{code}");
        }
        for other in ["", "AA", "8A", "U1", "\u{7f}", "other", "zzzzzzzz"] {
            assert_eq!(place(other.as_bytes()), OTHER, "{other}");
        }
    }
}
