//! Who used the processors while something was measured: the venue, the crowd that plays the idle and the hostile, the
//! good session itself, and everybody else on this machine. On a few cores a latency says nothing without it.

use std::io;

use super::super::clock::{Clock, Nanos};
use super::super::cpu_time::{cpu_time, machine_time, threads_time};

/// The name of the threads that play the idle and the hostile; the first thread has the program's.
pub(super) const CROWD_THREAD: &str = "idle+hostile";

/// The processor times of everybody at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    at: Nanos,
    venue: Nanos,
    crowd: Nanos,
    this: Nanos,
    machine: Nanos,
}

impl Times {
    /// Of the venue that is process `venue`, and of this process.
    pub(super) fn now(venue: u32, clock: &Clock) -> io::Result<Self> {
        let this = std::process::id();
        Ok(Self {
            at: clock.now(),
            venue: cpu_time(venue)?,
            crowd: threads_time(this, CROWD_THREAD)?,
            this: cpu_time(this)?,
            machine: machine_time()?,
        })
    }

    /// What was used from then until `later`, in percent of one core.
    pub(super) fn until(&self, later: &Self) -> Shares {
        let whole = later.at.saturating_sub(self.at).max(1);
        let percent = |used: Nanos| used * 100 / whole;
        let used = |of: fn(&Self) -> Nanos| of(later).saturating_sub(of(self));
        let (venue, crowd, this) = (used(|t| t.venue), used(|t| t.crowd), used(|t| t.this));
        Shares {
            venue: percent(venue),
            crowd: percent(crowd),
            good_session: percent(this.saturating_sub(crowd)),
            others: percent(used(|t| t.machine).saturating_sub(venue + this)),
        }
    }
}

/// What each used of the processors, in percent of one core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shares {
    /// The venue, all threads.
    pub(super) venue: u64,
    /// The idle and the hostile.
    pub(super) crowd: u64,
    /// The load generator of the good session.
    pub(super) good_session: u64,
    /// Everybody else, other guests of the machine counted in.
    pub(super) others: u64,
}

#[cfg(test)]
mod tests {
    use super::{Shares, Times};

    #[test]
    fn what_was_used_between_two_moments_is_told_apart() {
        let then = Times {
            at: 1_000,
            venue: 500,
            crowd: 100,
            this: 300,
            machine: 5_000,
        };
        let later = Times {
            at: 2_000,
            venue: 1_100,
            crowd: 400,
            this: 700,
            machine: 6_900,
        };
        let shares = Shares {
            venue: 60,
            crowd: 30,
            good_session: 10,
            others: 90,
        };
        assert_eq!(then.until(&later), shares);
    }
}
