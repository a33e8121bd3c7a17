//! `cloudpit verify --data DIR`: replays the journal and compares both logs and their hash chains.

use std::path::PathBuf;

use super::say;
use crate::layout::Layout;

/// What `verify` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The venue's data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let layout = Layout::new(&arguments.data);
    let report = sequencer::verify(layout.journal())?;
    say(format_args!(
        "{}: correct. {} batches; the next command is {}, the next event {}.\nchain of the journal:   {}\nchain of the event log: {}",
        layout.journal().display(),
        report.batches,
        report.next_command,
        report.next_event,
        report.journal_chain,
        report.event_chain,
    ));
    if let Some(cut) = &report.journal_cut {
        say(format_args!(
            "A crash interrupted a write of {} bytes in {}; the next start cuts it. Nothing of it was published.",
            cut.bytes,
            cut.file.display()
        ));
    }
    if report.events_missing > 0 {
        say(format_args!(
            "The event log lacks the last {} events; the next start completes it from the journal.",
            report.events_missing
        ));
    }
    Ok(())
}
