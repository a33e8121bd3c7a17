//! How long to wait before a provider is asked again. Full jitter, so that many reassignments that
//! failed together do not come back together.

use std::time::Duration;

/// Bounds of the waits between attempts of one step.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The longest wait before the first repeat.
    pub base: Duration,
    /// No wait is longer than this.
    pub cap: Duration,
}

impl Backoff {
    /// The longest wait before a repeat: `min(cap, base * 2^repeat)`.
    #[must_use]
    pub fn ceiling(&self, repeat: u32) -> Duration {
        self.base
            .saturating_mul(2_u32.saturating_pow(repeat.min(31)))
            .min(self.cap)
    }

    /// A wait in `0..=min(cap, base * 2^repeat)`.
    ///
    /// The place within that range comes from `seed` instead of a random source: waits differ
    /// between reassignments, and one reassignment's waits can be told again from its record.
    #[must_use]
    pub fn wait(&self, seed: &str, repeat: u32) -> Duration {
        let ceiling = self.ceiling(repeat);
        let mut hasher = blake3::Hasher::new();
        hasher.update(seed.as_bytes());
        hasher.update(&repeat.to_le_bytes());
        let mut draw = [0; 8];
        hasher.finalize_xof().fill(&mut draw);
        let nanos = u64::try_from(ceiling.as_nanos()).unwrap_or(u64::MAX);
        let range = nanos.saturating_add(1);
        Duration::from_nanos(u64::from_le_bytes(draw).checked_rem(range).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BACKOFF: Backoff = Backoff {
        base: Duration::from_millis(100),
        cap: Duration::from_secs(5),
    };

    proptest! {
        #[test]
        fn a_wait_stays_within_its_ceiling(seed in ".{0,20}", repeat in 0_u32..100) {
            let wait = BACKOFF.wait(&seed, repeat);
            prop_assert!(wait <= BACKOFF.cap);
            let ceiling = BACKOFF.base.saturating_mul(2_u32.saturating_pow(repeat));
            prop_assert!(wait <= ceiling);
        }
    }

    #[test]
    fn waits_are_spread_and_can_be_told_again() {
        let waits: Vec<_> = (0..50).map(|n| BACKOFF.wait(&format!("{n}"), 4)).collect();
        assert!(waits.iter().any(|wait| *wait < Duration::from_millis(500)));
        assert!(waits.iter().any(|wait| *wait > Duration::from_millis(1100)));
        assert_eq!(waits[7], BACKOFF.wait("7", 4));
    }
}
