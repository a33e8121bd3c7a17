//! Keeps from asking where nobody answers: a circuit breaker for each provider and region, as a state machine without a
//! clock. What waits for it uses up no attempts, and its time does not run.
//!
//! ```text
//! Closed --failures_max in a row--> Open --its pause is over--> Probing --an answer--> Closed
//!                                    ^-------- a failure, the next pause is longer ----|
//! ```

use std::time::Duration;

use engine::Timestamp;

use crate::{
    provider::{Class, ProviderError},
    retry::Backoff,
};

/// When a breaker opens, and for how long.
#[derive(Clone, Copy, Debug)]
pub struct BreakerLimits {
    /// So many requests in a row that nobody answered open it.
    pub failures_max: u32,
    /// How long it stays open: `base` the first time, twice as long after each probe that fails, never longer than `cap`.
    pub pause: Backoff,
}

impl Default for BreakerLimits {
    fn default() -> Self {
        Self {
            failures_max: 10,
            pause: Backoff {
                base: Duration::from_secs(1),
                cap: Duration::from_secs(60),
            },
        }
    }
}

/// Whether a provider is asked in one region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breaker {
    /// It is asked; so many requests in a row were not answered.
    Closed {
        /// How many.
        failures: u32,
    },
    /// It is not asked.
    Open {
        /// Until then.
        until: Timestamp,
        /// How often it has opened without an answer in between.
        times: u32,
    },
    /// One asks, for all.
    Probing {
        /// Who has not answered by then is not waited for any more: another one asks.
        until: Timestamp,
        /// As in `Open`.
        times: u32,
    },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// Its state in one word.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Closed { .. } => "closed",
            Self::Open { .. } => "open",
            Self::Probing { .. } => "probing",
        }
    }

    /// Whether a request may go out now; if not, how long to wait before the next try.
    ///
    /// # Errors
    /// The wait.
    pub fn admit(&mut self, limits: &BreakerLimits, now: Timestamp) -> Result<(), Duration> {
        let (until, times, look_again) = match *self {
            Self::Closed { .. } => return Ok(()),
            Self::Open { until, times } => (until, times, Duration::MAX),
            // The probe may be answered any moment.
            Self::Probing { until, times } => (until, times, limits.pause.base),
        };
        if now < until {
            let nanos = until.nanos().saturating_sub(now.nanos());
            return Err(Duration::from_nanos(nanos).min(look_again));
        }
        *self = Self::Probing {
            until: later(now, limits.pause.cap),
            times,
        };
        Ok(())
    }

    /// Takes note of how a request went. Only silence counts: a refusal is an answer.
    pub fn note<T>(
        &mut self,
        outcome: &Result<T, ProviderError>,
        limits: &BreakerLimits,
        now: Timestamp,
    ) {
        let silent = match outcome {
            Ok(_) => false,
            Err(error) => match error.class {
                Class::Transient | Class::Unknown => true,
                Class::Throttled
                | Class::Conflict
                | Class::NoCapacity
                | Class::BadImage
                | Class::Denied
                | Class::Gone => false,
            },
        };
        *self = match (silent, *self) {
            (false, _) => Self::default(),
            (true, Self::Closed { failures })
                if failures.saturating_add(1) < limits.failures_max =>
            {
                Self::Closed {
                    failures: failures.saturating_add(1),
                }
            }
            (true, Self::Closed { .. }) => open(limits, 0, now),
            // Sent before it opened.
            (true, still @ Self::Open { .. }) => still,
            (true, Self::Probing { times, .. }) => open(limits, times.saturating_add(1), now),
        };
    }
}

fn open(limits: &BreakerLimits, times: u32, now: Timestamp) -> Breaker {
    let until = later(now, limits.pause.ceiling(times));
    Breaker::Open { until, times }
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    let nanos = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
    Timestamp::from_nanos(now.nanos().saturating_add(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: BreakerLimits = BreakerLimits {
        failures_max: 3,
        pause: Backoff {
            base: Duration::from_secs(1),
            cap: Duration::from_secs(5),
        },
    };

    fn at(second: u64) -> Timestamp {
        Timestamp::from_nanos(second.saturating_mul(1_000_000_000))
    }

    /// Steps `SECOND WHAT`: `ask` gives `go` or the seconds to wait; `ok` and names of classes are outcomes, and give the
    /// state.
    fn check(steps: &str) {
        let mut breaker = Breaker::default();
        for step in steps.lines().map(str::trim).filter(|step| !step.is_empty()) {
            let (given, wanted) = step.split_once("->").expect(step);
            let (second, what) = given.trim().split_once(' ').expect(step);
            let now = at(second.parse().expect(step));
            let got = match what.trim() {
                "ask" => match breaker.admit(&LIMITS, now) {
                    Ok(()) => "go".to_owned(),
                    Err(wait) => wait.as_secs().to_string(),
                },
                outcome => {
                    breaker.note(&result(outcome), &LIMITS, now);
                    breaker.name().to_owned()
                }
            };
            assert_eq!(got, wanted.trim(), "{step}: {breaker:?}");
        }
    }

    fn result(outcome: &str) -> Result<(), ProviderError> {
        let class = match outcome {
            "ok" => return Ok(()),
            "unknown" => Class::Unknown,
            "transient" => Class::Transient,
            "throttled" => Class::Throttled,
            "denied" => Class::Denied,
            "gone" => Class::Gone,
            other => panic!("no such outcome: {other}"),
        };
        Err(ProviderError::new(class, ""))
    }

    #[test]
    fn silence_opens_it_and_any_answer_closes_it() {
        check(
            "
            0 unknown   -> closed
            0 transient -> closed
            0 ok        -> closed
            1 unknown   -> closed
            1 denied    -> closed
            2 unknown   -> closed
            2 unknown   -> closed
            2 ask       -> go
            2 unknown   -> open
            2 ask       -> 1
            3 ask       -> go
            3 gone      -> closed
            3 ask       -> go
            ",
        );
    }

    #[test]
    fn one_probes_for_all_and_the_pause_grows_to_its_cap() {
        check(
            "
            0 unknown -> closed
            0 unknown -> closed
            0 unknown -> open
            0 unknown -> open
            1 ask     -> go
            1 ask     -> 1
            1 unknown -> open
            2 ask     -> 1
            3 ask     -> go
            3 unknown -> open
            6 ask     -> 1
            7 ask     -> go
            7 unknown -> open
            11 ask    -> 1
            12 ask    -> go
            12 unknown -> open
            12 ask    -> 5
            16 ask    -> 1
            17 ask    -> go
            17 throttled -> closed
            17 ask    -> go
            17 unknown -> closed
            ",
        );
    }

    #[test]
    fn a_probe_that_dies_is_not_waited_for_for_ever() {
        check(
            "
            0 unknown -> closed
            0 unknown -> closed
            0 unknown -> open
            1 ask     -> go
            5 ask     -> 1
            6 ask     -> go
            6 ask     -> 1
            ",
        );
    }
}
