//! The figures and the verdicts as Markdown.

use std::fmt;

use super::super::say::{Micros, Thousands};
use super::budgets::{Verdict, of_latency};
use super::contestant::Contestant;
use super::results::{Load, Results};

/// What was measured, all rounds together.
pub(super) struct Figures<'a>(pub(super) &'a Results, pub(super) &'a [Contestant]);

impl fmt::Display for Figures<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(results, contestants) = self;
        writeln!(
            f,
            "| load | server | p50 | p90 | p99 | orders/s | CPU an order | used by others |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for load in Load::ALL {
            for contestant in *contestants {
                let Some(cell) = results.total(contestant.role, load) else {
                    continue;
                };
                let latency = |percent| Micros(of_latency(&cell.outcome.latency, percent));
                writeln!(
                    f,
                    "| {} | {} | {} | {} | {} | {} | {} | {} % |",
                    load.name(),
                    contestant.name,
                    latency(50),
                    latency(90),
                    latency(99),
                    Thousands(cell.outcome.orders_per_second()),
                    Micros(cell.cpu_an_order()),
                    cell.others_percent(),
                )?;
            }
        }
        let Some(syncs) = results.total_syncs() else {
            return Ok(());
        };
        for (name, syncs) in [
            ("appended", &syncs.appended),
            ("overwritten", &syncs.overwritten),
        ] {
            let latency = |percent| Micros(of_latency(syncs, percent));
            let (p50, p90, p99) = (latency(50), latency(90), latency(99));
            writeln!(
                f,
                "| fdatasync of 4 KiB, {name} | the disk | {p50} | {p90} | {p99} | | | |"
            )?;
        }
        Ok(())
    }
}

/// What came of the budgets.
pub(super) struct Verdicts<'a>(pub(super) &'a [Verdict]);

impl fmt::Display for Verdicts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| budget | measured | against | ratio | allowed | verdict |"
        )?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for verdict in self.0 {
            let Verdict {
                what,
                measured,
                against,
                ratio,
                budget,
                met,
            } = verdict;
            let met = if *met { "met" } else { "missed" };
            writeln!(
                f,
                "| {what} | {measured} | {against} | {ratio} | {budget} | {met} |"
            )?;
        }
        Ok(())
    }
}
