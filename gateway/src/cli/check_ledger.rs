//! `cloudpit check-ledger --config FILE --data DIR`: replays settlement's cash ledger, compares it with the balances and
//! the reassignments, and says what it compared. It changes nothing.

use std::path::PathBuf;

use anyhow::Context;

use super::say;
use crate::layout::Layout;
use crate::settlement_desk;

/// What `check-ledger` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The venue's configuration file, which names the database.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The venue's data folder. Books in SQLite cannot be looked at while the venue runs.
    #[arg(long, value_name = "DIR", default_value = "cloudpit-data")]
    data: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = config::load(&arguments.config).map_err(|mistakes| {
        anyhow::anyhow!(
            "{mistakes}\n{}: not usable as it is",
            arguments.config.display()
        )
    })?;
    let database = settlement_desk::database(&config, &Layout::new(&arguments.data));
    let report = super::runtime()?
        .block_on(settlement::check_ledger(&database))
        .context("the ledger is not proved correct")?;
    say(format_args!(
        "the ledger: correct. {} transfers, {} reassignments.",
        report.transfers, report.reassignments
    ));
    Ok(())
}
