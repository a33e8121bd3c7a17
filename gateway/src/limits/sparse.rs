//! One line of the log a second for what may happen a thousand times in it: a log must not be the larger of the two.

use chrono::TimeDelta;

use super::Time;

/// Says when to say something, and how much was not said.
#[derive(Debug, Default)]
pub(crate) struct Sparse {
    next: Option<Time>,
    unsaid: u64,
}

impl Sparse {
    /// It has happened: whether to say so now, and then how often it was not said since the last time.
    pub(crate) fn happened(&mut self, now: Time) -> Option<u64> {
        let second = TimeDelta::seconds(1);
        let quiet = self
            .next
            .is_some_and(|next| now < next && next - now <= second);
        if quiet {
            self.unsaid = self.unsaid.saturating_add(1);
            return None;
        }
        self.next = Some(now + second);
        Some(std::mem::take(&mut self.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone as _, Utc};

    use super::Sparse;

    #[test]
    fn it_speaks_once_a_second() {
        let mut sparse = Sparse::default();
        for (millis, said) in [
            (0, Some(0)),
            (1, None),
            (999, None),
            (1_000, Some(2)),
            (1_500, None),
            (9_000, Some(1)),
            // A clock that was set back does not silence it.
            (1_000, Some(0)),
        ] {
            let now = Utc.timestamp_millis_opt(millis).single();
            let now = now.expect("a time after 1970");
            assert_eq!(sparse.happened(now), said, "{millis}");
        }
    }
}
