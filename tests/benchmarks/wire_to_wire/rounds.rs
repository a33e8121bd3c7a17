//! One round: every contestant in turn, each a fresh process with fresh data, each with every load.

use anyhow::Context as _;

use super::super::cpu_time::cpu_time;
use super::super::disk::Syncs;
use super::super::load::{self, Plan};
use super::arguments::Lengths;
use super::contestant::Contestant;
use super::results::{Cell, Load, Results};
use super::{Arguments, Programs};
use crate::venue_process::VenueProcess;

/// Runs a round and adds what it gave.
pub(super) fn run(
    contestants: &[Contestant],
    lengths: &Lengths,
    arguments: &Arguments,
    programs: &Programs,
    results: &mut Results,
) -> anyhow::Result<()> {
    results
        .syncs
        .push(Syncs::measure(&programs.folder, lengths.syncs).context("the disk")?);
    for contestant in contestants {
        let folder = tempfile::Builder::new()
            .prefix("wire-to-wire-")
            .tempdir_in(&programs.folder)?;
        let process = contestant.start(folder.path()).context(contestant.name)?;
        for load in Load::ALL {
            let cell = measure(&process, load, lengths, arguments);
            let cell = cell.with_context(|| {
                format!(
                    "{}, {}; its log ends with:\n{}",
                    contestant.name,
                    load.name(),
                    process.log()
                )
            })?;
            results.add(contestant.role, load, cell);
        }
        contestant.stop(process).context(contestant.name)?;
    }
    Ok(())
}

fn measure(
    process: &VenueProcess,
    load: Load,
    lengths: &Lengths,
    arguments: &Arguments,
) -> anyhow::Result<Cell> {
    let pace = load.pace(lengths.orders_per_second);
    let mut plan = Plan::new(process.address(), load.sessions(), pace, lengths.measured);
    plan.warm_up = lengths.warm_up;
    plan.orders_max = lengths.orders_max;
    plan.crossing_percent = arguments.crossing;
    let before = cpu_time(process.pid())?;
    let outcome = load::run(&plan)?;
    let cpu_time = cpu_time(process.pid())?.saturating_sub(before);
    Ok(Cell { outcome, cpu_time })
}
