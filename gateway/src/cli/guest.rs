//! `cloudpit guest IMAGE`: the runtime of a guest whose image is a script that hands itself to it.

use std::path::PathBuf;

/// What `guest` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The image file that this guest was started from.
    image: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match reference_provider::guest::run(&arguments.image)? {}
}
