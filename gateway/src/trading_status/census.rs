//! How many instruments are in which phase, and what that makes of the market as a whole.

use std::collections::BTreeMap;
use std::fmt;

use engine::Phase;
use fix_codec::values::TradSesStatus;

/// How many instruments are in each phase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Census {
    // None is kept that is 0, so that two are equal that say the same.
    counts: BTreeMap<Phase, u32>,
}

/// Where the market as a whole stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// TradSesStatus(340).
    pub(crate) status: TradSesStatus,
    /// The phase of all instruments, where they have one in common.
    pub(crate) phase: Option<Phase>,
}

impl Census {
    /// An instrument has come to this phase.
    pub(super) fn enter(&mut self, phase: Phase) {
        let count = self.counts.entry(phase).or_default();
        *count = count.saturating_add(1);
    }

    /// An instrument has left this phase.
    pub(super) fn leave(&mut self, phase: Phase) {
        let left = self.counts.remove(&phase).unwrap_or_default();
        if left > 1 {
            self.counts.insert(phase, left - 1);
        }
    }

    /// Whether there is no instrument.
    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many instruments there are.
    pub(super) fn total(&self) -> usize {
        let counts = self.counts.values();
        counts.fold(0, |total, count| {
            total.saturating_add(usize::try_from(*count).unwrap_or(usize::MAX))
        })
    }

    /// Where the market stands whose instruments these are: the first of these that holds for any of them.
    pub(super) fn standing(&self) -> Standing {
        let any = |phase| self.counts.contains_key(&phase);
        let status = if any(Phase::Continuous) {
            TradSesStatus::Open
        } else if any(Phase::ClosingAuction) {
            TradSesStatus::PreClose
        } else if any(Phase::PreOpen) || any(Phase::OpeningAuction) {
            TradSesStatus::PreOpen
        } else if any(Phase::Halted) {
            TradSesStatus::Halted
        } else if any(Phase::Closed) {
            TradSesStatus::Closed
        } else {
            TradSesStatus::Unknown
        };
        let mut phases = self.counts.keys();
        let phase = phases.next().copied().filter(|_| phases.next().is_none());
        Standing { status, phase }
    }
}

impl fmt::Display for Census {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (phase, count)) in self.counts.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{count} in {phase}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Census, Phase, TradSesStatus};

    #[test]
    fn the_market_is_as_open_as_its_most_open_instrument() {
        use Phase::{Closed, ClosingAuction, Continuous, Halted, OpeningAuction, PreOpen};
        for (phases, status, common, text) in [
            (&[][..], TradSesStatus::Unknown, None, ""),
            (
                &[Closed, Closed],
                TradSesStatus::Closed,
                Some(Closed),
                "2 in closed",
            ),
            (
                &[Halted, Closed],
                TradSesStatus::Halted,
                None,
                "1 in closed, 1 in halt",
            ),
            (
                &[PreOpen],
                TradSesStatus::PreOpen,
                Some(PreOpen),
                "1 in pre-open",
            ),
            (
                &[OpeningAuction, Halted],
                TradSesStatus::PreOpen,
                None,
                "1 in opening auction, 1 in halt",
            ),
            (
                &[ClosingAuction, PreOpen],
                TradSesStatus::PreClose,
                None,
                "1 in pre-open, 1 in closing auction",
            ),
            (
                &[Continuous, ClosingAuction],
                TradSesStatus::Open,
                None,
                "1 in continuous trading, 1 in closing auction",
            ),
        ] {
            let mut census = Census::default();
            phases.iter().for_each(|phase| census.enter(*phase));
            let standing = census.standing();
            assert_eq!((standing.status, standing.phase), (status, common));
            assert_eq!(census.to_string(), text);
            assert_eq!(census.total(), phases.len());
            // Who goes leaves nothing behind.
            phases.iter().for_each(|phase| census.leave(*phase));
            assert_eq!(census, Census::default());
        }
    }
}
