//! What is done beside the market, by a thread of its own at a low priority: snapshots are made and the ends of
//! trading days recorded, and old segments dropped, from what the logs on disk say. It shares nothing with the engine thread but a note of what
//! is due, so that matching never waits for it.

mod door;
mod make;
mod pace;
mod retention;

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use engine::{CommandNumber, Timestamp};
use tokio::sync::watch;

use crate::damage::{At, FileError};
use crate::position::EventPosition;

use door::{Call, Door, Request};
pub use make::ArchiveError;
pub(crate) use make::Maker;
pub(crate) use pace::Pace;

/// So much lower is the priority of this thread than the market's: it yields, but is not starved by a busy machine.
const NICE: i32 = 10;

/// The room on the disk is looked at so often: while no orders are taken, nothing else brings the engine thread to it.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// What the thread beside the market has done since the start.
#[derive(Debug, Clone, Default)]
pub struct ArchiveStatus {
    /// The command before which the latest snapshot was made.
    pub snapshot: Option<CommandNumber>,
    /// Snapshots that were made.
    pub made: u64,
    /// The first event that is kept, if others were dropped.
    pub kept_from: Option<EventPosition>,
    /// Attempts that failed. The next one is made when the next snapshot is due.
    pub failed: u64,
    /// Why the latest attempt failed; nothing after one that succeeded.
    pub failure: Option<Arc<ArchiveError>>,
}

/// The handle to the thread. When it is dropped, the thread carries out what was asked for, and ends.
#[derive(Debug)]
pub(crate) struct Archive {
    door: Arc<Door>,
    thread: Option<JoinHandle<()>>,
}

impl Archive {
    /// Starts the thread.
    pub(crate) fn start(
        maker: Maker,
        directory: &Path,
        status: watch::Sender<ArchiveStatus>,
    ) -> Result<Self, FileError> {
        let door = maker.door();
        let thread = thread::Builder::new().name("archive".to_owned());
        let thread = thread
            .spawn(move || run(&maker, &status))
            .at("start the thread that makes snapshots of", directory)?;
        Ok(Self {
            door,
            thread: Some(thread),
        })
    }

    /// Asks for a snapshot of the market before this command, which is the next one; both logs have all before it. `time`
    /// is the time of the journal now.
    pub(crate) fn request(&self, until: CommandNumber, time: Timestamp) {
        self.door.request(Request { until, time });
    }
}

impl Archive {
    /// Has the thread leave what it is doing: the market has ended by itself.
    pub(crate) fn abandon(&self) {
        self.door.abandon();
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
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::warn!(%error, "snapshots are made at the priority of everything else");
    }
    let door = maker.door();
    loop {
        let request = match door.wait(LOOK_EVERY) {
            Call::Request(request) => request,
            Call::Nobody => {
                maker.look();
                continue;
            }
            Call::Close => return,
        };
        let made = maker.make(request.until).and_then(|made| {
            let kept_from = maker.drop_segments(request.time)?;
            Ok((made, kept_from))
        });
        match made {
            Ok((None, None)) => {}
            Ok((made, kept_from)) => status.send_modify(|status| {
                status.snapshot = made.or(status.snapshot);
                status.made += u64::from(made.is_some());
                status.kept_from = kept_from.or(status.kept_from);
                status.failure = None;
            }),
            Err(error) => {
                tracing::error!(%error, "no snapshot was made, or nothing dropped; the market goes on, and so does the journal");
                status.send_modify(|status| {
                    status.failed += 1;
                    status.failure = Some(Arc::new(error));
                });
            }
        }
    }
}
