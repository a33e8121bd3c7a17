//! `cloudpit dictionary`: what the venue speaks, for a member's FIX engine to load.

mod quickfix;

use super::say;

/// What `dictionary` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Whose format.
    #[arg(long, value_enum, default_value_t = Format::Quickfix)]
    format: Format,
}

/// The formats that a dictionary can be written in.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// The XML that QuickFIX and the engines that follow it load as `DataDictionary`.
    Quickfix,
}

pub(super) fn run(arguments: &Arguments) {
    match arguments.format {
        Format::Quickfix => say(quickfix::dictionary().trim_end()),
    }
}
