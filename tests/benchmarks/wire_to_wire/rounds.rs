//! One round: every contestant in turn, each a fresh process with fresh data, each with every load.

use std::path::Path;

use anyhow::Context as _;

use super::super::cpu_time::cpu_time;
use super::super::disk::Syncs;
use super::super::load::{self, Plan};
use super::arguments::Lengths;
use super::contestant::Contestant;
use super::results::{Cell, Load, Results};
use crate::venue_process::VenueProcess;

/// Runs a round, with data folders made in `folder`, and adds what it gave.
pub(super) fn run(
    contestants: &[Contestant],
    lengths: &Lengths,
    folder: &Path,
    results: &mut Results,
) -> anyhow::Result<()> {
    for contestant in contestants {
        let data = tempfile::Builder::new()
            .prefix("wire-to-wire-")
            .tempdir_in(folder)?;
        let process = contestant.start(data.path()).context(contestant.name)?;
        for load in Load::ALL {
            let cell = if contestant.role.syncs() {
                measure_beside_disk(&process, load, lengths, folder)
            } else {
                measure(&process, load, lengths)
            };
            let cell = cell.with_context(|| complaint(contestant, load, &process))?;
            results.add(contestant.role, load, cell);
        }
        contestant.stop(process).context(contestant.name)?;
    }
    Ok(())
}

fn measure(process: &VenueProcess, load: Load, lengths: &Lengths) -> anyhow::Result<Cell> {
    let pace = load.pace(lengths.orders_per_second);
    let mut plan = Plan::new(process.address(), load.sessions(), pace, lengths.measured);
    plan.warm_up = lengths.warm_up;
    plan.orders_max = lengths.orders_max;
    plan.crossing_percent = lengths.crossing_percent;
    let before = cpu_time(process.pid())?;
    let outcome = load::run(&plan)?;
    let cpu_time = cpu_time(process.pid())?.saturating_sub(before);
    Ok(Cell {
        outcome,
        cpu_time,
        syncs: None,
    })
}

/// As [`measure`], with a look at the disk just before and just after: disks change from second to second.
fn measure_beside_disk(
    process: &VenueProcess,
    load: Load,
    lengths: &Lengths,
    folder: &Path,
) -> anyhow::Result<Cell> {
    let mut syncs = Syncs::measure(folder, lengths.syncs).context("the disk")?;
    let cell = measure(process, load, lengths)?;
    syncs.add(&Syncs::measure(folder, lengths.syncs).context("the disk")?);
    Ok(Cell {
        syncs: Some(syncs),
        ..cell
    })
}

fn complaint(contestant: &Contestant, load: Load, process: &VenueProcess) -> String {
    let (name, load, log) = (contestant.name, load.name(), process.log());
    format!("{name}, {load}; its log ends with:\n{log}")
}
