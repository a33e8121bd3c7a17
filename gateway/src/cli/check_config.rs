//! `cloudpit check-config FILE`: every mistake in a configuration file, with line and remedy.

use std::path::PathBuf;

use super::say;

/// What `check-config` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The configuration file to check.
    file: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let config = config::load(&arguments.file).map_err(|mistakes| {
        say(&mistakes);
        anyhow::anyhow!("{}: not usable as it is", arguments.file.display())
    })?;
    say(format_args!(
        "{}: correct. {} firms, {} accounts, {} sessions, {} instruments, {} providers.",
        arguments.file.display(),
        config.firms.len(),
        config.accounts.len(),
        config.sessions.len(),
        config.instruments.len(),
        config.providers.len(),
    ));
    Ok(())
}
