//! One round: every contestant in turn, each a fresh process with fresh data, each with every load.

use std::path::Path;
use std::thread;

use anyhow::Context as _;

use super::super::clock::Clock;
use super::super::cpu_time::{cpu_time, machine_time};
use super::super::disk::Syncs;
use super::super::load::{self, Plan};
use super::arguments::Lengths;
use super::contestant::Contestant;
use super::results::{Cell, Load, Results};
use crate::venue_process::VenueProcess;

/// Others that use more of the machine than this change what is measured.
const DISTURBED_PERCENT: u64 = 5;

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
            let cell = undisturbed(lengths.attempts, || {
                if contestant.role.syncs() {
                    measure_beside_disk(&process, load, lengths, folder)
                } else {
                    measure(&process, load, lengths)
                }
            });
            let cell = cell.with_context(|| complaint(contestant, load, &process))?;
            results.add(contestant.role, load, cell);
        }
        contestant.stop(process).context(contestant.name)?;
    }
    Ok(())
}

/// Measures until others left the machine alone, or so many times; gives the attempt that they disturbed least.
fn undisturbed(
    attempts: u32,
    mut measure: impl FnMut() -> anyhow::Result<Cell>,
) -> anyhow::Result<Cell> {
    let mut best = measure()?;
    for _ in 1..attempts {
        if best.others_percent() <= DISTURBED_PERCENT {
            break;
        }
        let cell = measure()?;
        if cell.others_percent() < best.others_percent() {
            best = cell;
        }
    }
    Ok(best)
}

fn measure(process: &VenueProcess, load: Load, lengths: &Lengths) -> anyhow::Result<Cell> {
    let pace = load.pace(lengths.orders_per_second);
    let mut plan = Plan::new(process.address(), load.sessions(), pace, lengths.measured);
    plan.warm_up = lengths.warm_up;
    plan.orders_max = lengths.orders_max;
    plan.crossing_percent = lengths.crossing_percent;
    let clock = Clock::start();
    let machine = machine_time()?;
    let server = cpu_time(process.pid())?;
    let this = cpu_time(std::process::id())?;
    let outcome = load::run(&plan)?;
    let server = cpu_time(process.pid())?.saturating_sub(server);
    let this = cpu_time(std::process::id())?.saturating_sub(this);
    let machine = machine_time()?.saturating_sub(machine);
    let processors = thread::available_parallelism()?.get();
    Ok(Cell {
        outcome,
        cpu_time: server,
        others_time: machine.saturating_sub(server + this),
        machine_time: clock.now() * u64::try_from(processors)?,
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
