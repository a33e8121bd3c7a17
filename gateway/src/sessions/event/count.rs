//! What an event adds to: one counter, under the event's own label where it has one.

use crate::metrics::catalogue::Metric;

/// What an event adds to.
pub(super) struct Count {
    pub(super) metric: &'static Metric,
    /// The value of its label that is not the firm, if it has one.
    pub(super) value: &'static str,
    pub(super) by: u64,
    /// Another metric that it adds to, and how much.
    pub(super) besides: Option<(&'static Metric, u64)>,
}

impl Count {
    /// The same, and `by` to this metric.
    pub(super) fn and(self, metric: &'static Metric, by: u64) -> Self {
        Self {
            besides: Some((metric, by)),
            ..self
        }
    }
}

pub(super) fn once(metric: &'static Metric) -> Count {
    of(metric, "")
}

pub(super) fn of(metric: &'static Metric, value: &'static str) -> Count {
    Count {
        metric,
        value,
        by: 1,
        besides: None,
    }
}

pub(super) fn many(metric: &'static Metric, by: usize) -> Count {
    Count {
        metric,
        value: "",
        by: u64::try_from(by).unwrap_or(u64::MAX),
        besides: None,
    }
}

/// The codes of SessionRejectReason(373) and BusinessRejectReason(380), which are few.
const CODES: [&str; 20] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "99",
];

/// A reason as a label: one of few values, whatever was written.
pub(super) fn code(reason: &str) -> &'static str {
    let known = CODES.iter().find(|code| **code == reason);
    known.copied().unwrap_or("other")
}
