//! How the demo tells what happens: a line for each thing, with the time since the start, and a heading a step.

use std::fmt::Display;
use std::time::Duration;

use tokio::time::Instant;

use crate::cli::say;

/// Tells the story on standard output.
#[derive(Debug, Clone, Copy)]
pub(super) struct Narrator {
    started: Instant,
}

impl Narrator {
    /// The story starts now.
    pub(super) fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    /// A new step of the story.
    pub(super) fn heading(self, number: u32, title: impl Display) {
        say(format_args!("\n{number}. {title}"));
    }

    /// Something that happened: who, and what.
    pub(super) fn line(self, who: impl Display, what: impl Display) {
        let since = self.elapsed();
        let (seconds, millis) = (since.as_secs(), since.subsec_millis());
        say(format_args!(
            "  {seconds:>3}.{millis:03} s  {who:<9} {what}"
        ));
    }

    /// Time since the start.
    pub(super) fn elapsed(self) -> Duration {
        self.started.elapsed()
    }
}
