//! The budgets of the venue, as ratios to the floor and the disk of the same round, and whether each is met.

use super::super::clock::Nanos;
use super::super::load::Latency;
use super::super::say::{Hundredths, Micros, Thousands};
use super::contestant::{Contestant, Role};
use super::results::{Cell, Load, Results};

/// One budget, and what came of it.
#[derive(Debug)]
pub(super) struct Verdict {
    pub(super) what: String,
    /// What was measured and what it is held against, in the round that stands for all.
    pub(super) measured: String,
    pub(super) against: String,
    /// The one to the other: the median of all rounds.
    pub(super) ratio: Hundredths,
    pub(super) budget: &'static str,
    pub(super) met: bool,
}

/// Every budget, for each build of the venue.
pub(super) fn verdicts(results: &Results, contestants: &[Contestant]) -> Vec<Verdict> {
    let of_each = contestants.iter().map(|venue| match venue.role {
        Role::Floor => Vec::new(),
        Role::Buffered | Role::ComparedBuffered => buffered(results, venue),
        Role::Logged => logged(results, venue),
        Role::Fsync | Role::ComparedFsync => fsync(results, venue),
    });
    of_each.flatten().collect()
}

fn buffered(results: &Results, venue: &Contestant) -> Vec<Verdict> {
    [("p50", 50), ("p90", 90)]
        .into_iter()
        .filter_map(|(name, percent)| {
            let rounds = pairs(results, venue.role, Load::Paced);
            let rounds = rounds
                .map(|(venue, floor)| (percentile(venue, percent), percentile(floor, percent)));
            let (measured, against, ratio) = median(rounds.collect())?;
            Some(Verdict {
                what: format!("{}: {name} at the pace", venue.name),
                measured: Micros(measured).to_string(),
                against: format!("floor {}", Micros(against)),
                ratio,
                budget: "at most 1.50",
                met: ratio <= Hundredths(150),
            })
        })
        .collect()
}

/// What FIX logs cost, of the same venue without: in processor time, which is what they take.
fn logged(results: &Results, venue: &Contestant) -> Vec<Verdict> {
    let loads = [
        (Load::Paced, "CPU an order at the pace"),
        (Load::Full, "CPU an order, 4 x 128 in flight"),
    ];
    let verdicts = loads.into_iter().filter_map(|(load, name)| {
        let with = results.rounds(Role::Logged, load).iter();
        let rounds = with.zip(results.rounds(Role::Buffered, load));
        let rounds = rounds.map(|(with, without)| (with.cpu_an_order(), without.cpu_an_order()));
        let (measured, against, ratio) = median(rounds.collect())?;
        Some(Verdict {
            what: format!("{}: {name}", venue.name),
            measured: Micros(measured).to_string(),
            against: format!("without {}", Micros(against)),
            ratio,
            budget: "at most 1.10",
            met: ratio <= Hundredths(110),
        })
    });
    verdicts.collect()
}

fn fsync(results: &Results, venue: &Contestant) -> Vec<Verdict> {
    let latency = [
        (Load::OneAtATime, "p50, one at a time"),
        (Load::Paced, "p50 at the pace"),
    ];
    let latency = latency.into_iter().filter_map(|(load, name)| {
        let rounds = pairs(results, venue.role, load).filter_map(|(venue, floor)| {
            let sync = of_latency(&venue.syncs.as_ref()?.appended, 50);
            Some((
                percentile(venue, 50),
                percentile(floor, 50) + sync * 13 / 10,
            ))
        });
        let (measured, against, ratio) = median(rounds.collect())?;
        Some(Verdict {
            what: format!("{}: {name}", venue.name),
            measured: Micros(measured).to_string(),
            against: format!("floor + 1.3 fdatasync {}", Micros(against)),
            ratio,
            budget: "at most 1.00",
            met: ratio <= Hundredths(100),
        })
    });
    let rounds = pairs(results, venue.role, Load::Full);
    let rounds = rounds.map(|(venue, floor)| {
        (
            venue.outcome.orders_per_second(),
            floor.outcome.orders_per_second(),
        )
    });
    let throughput = median(rounds.collect()).map(|(measured, against, ratio)| Verdict {
        what: format!("{}: orders/s, 4 x 128 in flight", venue.name),
        measured: Thousands(measured).to_string(),
        against: format!("floor {}", Thousands(against)),
        ratio,
        budget: "at least 0.40",
        met: ratio >= Hundredths(40),
    });
    latency.chain(throughput).collect()
}

/// Venue and floor of each round.
fn pairs(results: &Results, venue: Role, load: Load) -> impl Iterator<Item = (&Cell, &Cell)> {
    let floor = results.rounds(Role::Floor, load);
    results.rounds(venue, load).iter().zip(floor)
}

fn percentile(cell: &Cell, percent: u32) -> Nanos {
    of_latency(&cell.outcome.latency, percent)
}

/// The latency that so many of a hundred orders did not exceed.
pub(super) fn of_latency(latency: &Latency, percent: u32) -> Nanos {
    latency.value_at_percentile(f64::from(percent))
}

/// The round whose ratio is the middle one; of an even number of rounds, the worse of the two for a ratio that
/// is to be small.
fn median(mut rounds: Vec<(u64, u64)>) -> Option<(u64, u64, Hundredths)> {
    rounds.sort_by_key(|(measured, against)| Hundredths::of(*measured, *against));
    let (measured, against) = *rounds.get(rounds.len() / 2)?;
    Some((measured, against, Hundredths::of(measured, against)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_round_stands_for_all() {
        for (rounds, expected) in [
            (vec![], None),
            (vec![(3, 2)], Some((3, 2, Hundredths(150)))),
            (vec![(9, 1), (3, 2), (1, 1)], Some((3, 2, Hundredths(150)))),
            (vec![(2, 1), (1, 1)], Some((2, 1, Hundredths(200)))),
        ] {
            assert_eq!(median(rounds), expected);
        }
    }
}
