//! `cloudpit verify --data DIR`: replays the journal and compares both logs, their hash chains, every snapshot and the
//! record of the trading days; and says what it compared.

use std::fmt;
use std::path::PathBuf;

use sequencer::{VerifyFrom, VerifyReport};

use super::say;
use crate::layout::Layout;

/// What `verify` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The venue's data folder.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Replay from the oldest good snapshot instead of the first command: for when the first files of the journal are
    /// no longer kept. What lies before it is checked by its sums and hash chains.
    #[arg(long)]
    from_snapshot: bool,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = Layout::new(&arguments.data).journal();
    let from = if arguments.from_snapshot {
        VerifyFrom::Snapshot
    } else {
        VerifyFrom::Start
    };
    let report = sequencer::verify_from(&folder, from)?;
    say(format_args!(
        "{}: correct.\n{}",
        folder.display(),
        Compared(&report)
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

/// What was compared, line by line.
struct Compared<'a>(&'a VerifyReport);

impl fmt::Display for Compared<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        match report.snapshot {
            None => write!(
                f,
                "replayed:               {} batches, from the first command",
                report.batches
            )?,
            Some(command) => write!(
                f,
                "replayed:               {} batches, from the snapshot before command {command}; the {} batches before \
                 it have good sums and one hash chain",
                report.batches, report.batches_before
            )?,
        }
        write!(
            f,
            "; the event log is what they give, byte for byte\nnext:                   command {}, event {}\n",
            report.next_command, report.next_event
        )?;
        write!(
            f,
            "states of snapshots:    {} compared\nstates at ends of days: {} compared, {} before the replay, {} not \
             recorded yet\n",
            report.snapshots, report.days, report.days_before, report.days_unrecorded
        )?;
        write!(
            f,
            "chain of the journal:   {}\nchain of the event log: {}",
            report.journal_chain, report.event_chain
        )
    }
}
