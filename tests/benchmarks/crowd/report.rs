//! What was measured, as Markdown.

use std::fmt;

use super::super::clock::Nanos;
use super::super::load::Outcome;
use super::super::say::{Micros, Thousands};
use super::arguments::Size;
use super::hostile::Rates;
use super::shares::Shares;
use super::{count, millis};

/// What an idle session may take, in bytes.
const IDLE_BUDGET: u64 = 64 * 1024;

/// The good session in one company.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) outcome: Outcome,
    /// Of the processors meanwhile.
    pub(super) shares: Shares,
}

/// Everything.
pub(super) struct Report<'a> {
    pub(super) size: Size,
    /// How long the idle took to log on.
    pub(super) logged_on: Nanos,
    /// The venue's, in bytes: before the idle came, before the hostile, and beside them.
    pub(super) memory: [u64; 3],
    /// What the hostile did meanwhile.
    pub(super) deeds: Rates,
    /// The good session, by its company.
    pub(super) measured: [(&'a str, &'a Measured); 3],
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { size, deeds, .. } = self;
        let [before, idle, attacked] = self.memory;
        // All that the venue has, the market and what the sessions took at the start with it.
        let each = idle / count(size.idle).max(1);
        writeln!(
            f,
            "{} idle sessions: logged on in {}; the venue's memory {} KiB for each (budget {} KiB), {} MiB before they came",
            Thousands(count(size.idle)),
            millis(self.logged_on),
            each / 1024,
            IDLE_BUDGET / 1024,
            before >> 20
        )?;
        writeln!(
            f,
            "{} hostile clients: {deeds}; the venue's memory {} MiB before them, {} MiB after",
            Thousands(count(size.hostile)),
            idle >> 20,
            attacked >> 20
        )?;
        writeln!(
            f,
            "\n| the good session, {} orders/s | p50 | p90 | p99 | venue | crowd | good session | others |",
            Thousands(size.orders_per_second)
        )?;
        writeln!(f, "|---|---|---|---|---|---|---|---|")?;
        for (beside, measured) in &self.measured {
            row(f, beside, measured)?;
        }
        write!(f, "\nThe last four: of one core, in percent.")
    }
}

fn row(f: &mut fmt::Formatter<'_>, beside: &str, measured: &Measured) -> fmt::Result {
    let latency = &measured.outcome.latency;
    let [p50, p90, p99] =
        [50.0, 90.0, 99.0].map(|percent| Micros(latency.value_at_percentile(percent)));
    let Shares {
        venue,
        crowd,
        good_session,
        others,
    } = measured.shares;
    writeln!(
        f,
        "| {beside} | {p50} | {p90} | {p99} | {venue} | {crowd} | {good_session} | {others} |"
    )
}
