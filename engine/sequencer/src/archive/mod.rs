//! What is done beside the market, by a thread of its own at the lowest priority: snapshots are made and the ends of
//! trading days recorded, from what the logs on disk say. It shares nothing with the engine thread but a note of what
//! is due, so that matching never waits for it.

mod door;
mod make;
mod pace;

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use engine::CommandNumber;
use tokio::sync::watch;

use crate::damage::{At, FileError};
use crate::directory::Directory;
use crate::options::Options;

use door::Door;
pub use make::ArchiveError;
use make::{Keeping, Maker};
pub(crate) use pace::Pace;

/// What the thread beside the market has done since the start.
#[derive(Debug, Clone, Default)]
pub struct ArchiveStatus {
    /// The command before which the latest snapshot was made.
    pub snapshot: Option<CommandNumber>,
    /// Snapshots that were made.
    pub made: u64,
    /// Attempts that failed. The next one is made when the next snapshot is due.
    pub failed: u64,
    /// Why the latest attempt failed; nothing after one that succeeded.
    pub failure: Option<Arc<ArchiveError>>,
}

/// The handle to the thread. When it is dropped, the thread leaves what it is doing, and ends.
#[derive(Debug)]
pub(crate) struct Archive {
    door: Arc<Door>,
    thread: Option<JoinHandle<()>>,
}

impl Archive {
    /// Starts the thread.
    pub(crate) fn start(
        directory: Arc<Directory>,
        options: &Options,
        status: watch::Sender<ArchiveStatus>,
    ) -> Result<Self, FileError> {
        let door = Arc::new(Door::default());
        let keeping = Keeping {
            snapshots: options.snapshots_kept,
        };
        let maker = Maker::new(directory, keeping, Arc::clone(&door));
        let thread = thread::Builder::new().name("archive".to_owned());
        let thread = thread.spawn(move || run(&maker, &status)).at(
            "start the thread that makes snapshots of",
            &options.directory,
        )?;
        Ok(Self {
            door,
            thread: Some(thread),
        })
    }

    /// Asks for a snapshot of the market before this command, which is the next one; both logs have all before it.
    pub(crate) fn request(&self, next_command: CommandNumber) {
        self.door.request(next_command);
    }
}

impl Drop for Archive {
    fn drop(&mut self) {
        self.door.close();
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!("the thread that makes snapshots panicked");
            if !thread::panicking() {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

fn run(maker: &Maker, status: &watch::Sender<ArchiveStatus>) {
    // It applies to this thread and to those that it starts. Refused, it is only less polite.
    if let Err(error) = rustix::process::nice(19) {
        tracing::warn!(%error, "snapshots are made at the priority of everything else");
    }
    while let Some(until) = maker.door().wait() {
        match maker.make(until) {
            Ok(None) => {}
            Ok(Some(made)) => status.send_modify(|status| {
                status.snapshot = Some(made);
                status.made += 1;
                status.failure = None;
            }),
            Err(error) => {
                tracing::error!(%error, "no snapshot was made; the market goes on, and so does the journal");
                status.send_modify(|status| {
                    status.failed += 1;
                    status.failure = Some(Arc::new(error));
                });
            }
        }
    }
}
