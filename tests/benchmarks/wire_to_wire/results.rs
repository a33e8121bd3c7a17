//! Everything that was measured, by contestant, load and round.

use std::collections::BTreeMap;

use super::super::clock::Nanos;
use super::super::disk::Syncs;
use super::super::load::{Outcome, Pace};
use super::contestant::Role;

/// A load that every contestant gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Load {
    /// One session, one order in flight.
    OneAtATime,
    /// Four sessions, an open loop.
    Paced,
    /// Four sessions, 128 orders in flight each.
    Full,
}

impl Load {
    /// All of them, in the order in which they are measured.
    pub(super) const ALL: [Self; 3] = [Self::OneAtATime, Self::Paced, Self::Full];

    pub(super) fn sessions(self) -> usize {
        match self {
            Self::OneAtATime => 1,
            Self::Paced | Self::Full => 4,
        }
    }

    pub(super) fn pace(self, orders_per_second: u64) -> Pace {
        match self {
            Self::OneAtATime => Pace::Closed { in_flight: 1 },
            Self::Paced => Pace::Open { orders_per_second },
            Self::Full => Pace::Closed { in_flight: 128 },
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::OneAtATime => "1 session, 1 in flight",
            Self::Paced => "4 sessions, open loop",
            Self::Full => "4 sessions, 128 in flight each",
        }
    }
}

/// What one load on one contestant gave in one round.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    pub(super) outcome: Outcome,
    /// Processor time of the server in all, for [`Outcome::sent`] orders.
    pub(super) cpu_time: Nanos,
    /// Processor time that neither server nor load generator has used, of [`Cell::machine_time`] that there was.
    pub(super) others_time: Nanos,
    /// How long it took, times the number of processors.
    pub(super) machine_time: Nanos,
    /// What the disk took just before and just after, where it is on the way to the answer.
    pub(super) syncs: Option<Syncs>,
}

impl Cell {
    /// Processor time of the server for each order.
    pub(super) fn cpu_an_order(&self) -> Nanos {
        self.cpu_time / self.outcome.sent.max(1)
    }

    /// How much of the machine others used meanwhile, in percent.
    pub(super) fn others_percent(&self) -> u64 {
        self.others_time * 100 / self.machine_time.max(1)
    }
}

/// What was measured.
#[derive(Debug, Default)]
pub(super) struct Results {
    cells: BTreeMap<(Role, Load), Vec<Cell>>,
}

impl Results {
    /// Adds what the next round has given.
    pub(super) fn add(&mut self, role: Role, load: Load, cell: Cell) {
        self.cells.entry((role, load)).or_default().push(cell);
    }

    /// What each round has given, in their order.
    pub(super) fn rounds(&self, role: Role, load: Load) -> &[Cell] {
        self.cells.get(&(role, load)).map_or(&[], Vec::as_slice)
    }

    /// All rounds together; nothing if there was none.
    pub(super) fn total(&self, role: Role, load: Load) -> Option<Cell> {
        let (first, others) = self.rounds(role, load).split_first()?;
        let mut total = first.clone();
        for other in others {
            total.outcome.add(&other.outcome);
            total.cpu_time += other.cpu_time;
            total.others_time += other.others_time;
            total.machine_time += other.machine_time;
        }
        Some(total)
    }

    /// All syncs of the disk together; nothing if there was none.
    pub(super) fn total_syncs(&self) -> Option<Syncs> {
        let mut all = self
            .cells
            .values()
            .flatten()
            .filter_map(|cell| cell.syncs.as_ref());
        let mut total = all.next()?.clone();
        all.for_each(|other| total.add(other));
        Some(total)
    }
}
