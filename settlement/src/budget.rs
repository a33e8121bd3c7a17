//! How many repeats a provider gets, whoever they are for: a token bucket, as a state machine without a clock. Whoever
//! finds it empty is told how long to wait for its token, which is its own from then on.

use std::time::Duration;

use engine::Timestamp;

/// How many repeats a provider gets.
#[derive(Clone, Copy, Debug)]
pub struct BudgetLimits {
    /// So many at once, after a time without any.
    pub burst: u32,
    /// And then one in each of these times.
    pub interval: Duration,
}

impl Default for BudgetLimits {
    fn default() -> Self {
        Self {
            burst: 100,
            interval: Duration::from_millis(50),
        }
    }
}

/// The repeats that one provider was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// When the bucket will be full again, in nanoseconds since 1970.
    full_at: u64,
}

impl Budget {
    /// Takes a token; how long it must be waited for.
    pub fn take(&mut self, limits: &BudgetLimits, now: Timestamp) -> Duration {
        let interval = u64::try_from(limits.interval.as_nanos()).unwrap_or(u64::MAX);
        let depth = interval.saturating_mul(u64::from(limits.burst));
        self.full_at = self.full_at.max(now.nanos()).saturating_add(interval);
        let ahead = self.full_at.saturating_sub(now.nanos());
        Duration::from_nanos(ahead.saturating_sub(depth))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMITS: BudgetLimits = BudgetLimits {
        burst: 3,
        interval: Duration::from_millis(100),
    };

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_nanos(millis.saturating_mul(1_000_000))
    }

    #[test]
    fn a_burst_is_free_and_then_each_waits_for_its_own_token() {
        let mut budget = Budget::default();
        let taken = [0, 0, 0, 0, 0, 50, 1_000, 1_000, 1_000, 1_000];
        let waits = taken.map(|now| budget.take(&LIMITS, at(now)).as_millis());
        assert_eq!(waits, [0, 0, 0, 100, 200, 250, 0, 0, 0, 100]);
    }

    proptest! {
        #[test]
        fn in_no_time_are_there_more_than_the_burst_and_one_for_each_interval(
            steps in prop::collection::vec(0_u64..400, 1..60),
        ) {
            let mut budget = Budget::default();
            let mut now = 0_u64;
            let mut sent: Vec<u64> = Vec::new();
            for step in steps {
                now = now.saturating_add(step);
                let wait = budget.take(&LIMITS, at(now));
                let wait = u64::try_from(wait.as_millis()).unwrap();
                sent.push(now.saturating_add(wait));
            }
            for (index, first) in sent.iter().enumerate() {
                for (count, last) in sent[index..].iter().enumerate() {
                    let span = last.saturating_sub(*first);
                    let most = 3_u64.saturating_add(span.div_euclid(100)).saturating_add(1);
                    prop_assert!(u64::try_from(count).unwrap() < most, "{sent:?}");
                }
            }
        }
    }
}
