//! `cloudpit demo`: the whole story on embedded defaults.

use std::path::PathBuf;

use crate::demo;
use crate::logging::{self, Format};

/// What `demo` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Ends when the story is finished: with 0, or with 1 and the step that failed.
    #[arg(long)]
    once: bool,
    /// The folder that everything is kept under; unless told, a new one that is removed at the end.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    logging::start_at("error", Format::Text);
    let options = demo::Options {
        once: arguments.once,
        data: arguments.data.clone(),
        guest_runtime: std::env::current_exe()?,
    };
    super::runtime()?.block_on(demo::run(options))
}
