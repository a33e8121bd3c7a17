//! `cloudpit run --config FILE --data DIR`: runs a venue until it is told to stop, and reads its configuration again
//! when it is told to.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::say;
use crate::logging::{self, Format};
use crate::signals;
use crate::venue::Venue;

/// What `run` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// The folder that everything is kept under; made if it is not there.
    #[arg(long, value_name = "DIR", default_value = "cloudpit-data")]
    data: PathBuf,
    /// How the log on standard error is written.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    log_format: Format,
}

impl Arguments {
    /// How the log is written, and with it what ends the venue.
    pub(super) fn log_format(&self) -> Format {
        self.log_format
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    logging::start(arguments.log_format);
    let config = config::load(&arguments.config).map_err(|mistakes| {
        anyhow::anyhow!(
            "{mistakes}\n{}: not usable as it is; nothing was started",
            arguments.config.display()
        )
    })?;
    super::runtime()?.block_on(async {
        let mut stop = signals::stop_requested()?;
        let mut reload = signals::reload_requested()?;
        let mut venue = Venue::start(config, &arguments.data)
            .await
            .with_context(|| format!("the venue in {} did not start", arguments.data.display()))?;
        say(format_args!(
            "{} takes FIX 4.4 on {}",
            venue.comp_id(),
            venue.address()
        ));
        let failure = loop {
            tokio::select! {
                () = stop.requested() => break None,
                failure = venue.failed() => break Some(failure),
                () = reload.requested() => read_again(&mut venue, &arguments.config).await,
            }
        };
        venue.stop().await?;
        failure.map_or(Ok(()), Err)
    })
}

/// Has the venue take what is in the file now. A file with mistakes changes nothing.
async fn read_again(venue: &mut Venue, file: &Path) {
    const BY: &str = "SIGHUP";
    let config = match config::load(file) {
        Ok(config) => config,
        Err(mistakes) => {
            venue.reload_refused(BY, &mistakes.to_string());
            return;
        }
    };
    // Where it was not taken, the venue has said why.
    if let Ok(reloaded) = venue.reload(&config, BY).await {
        tracing::info!("{}: {reloaded}", file.display());
    }
}
