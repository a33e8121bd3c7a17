//! The one thread that writes: takes what the sessions handed on, makes lines of it, and appends them to the files.
//! It looks at the queue every few milliseconds, so that no session has to wake it. A disk that refuses loses lines,
//! which are counted, and nothing else.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use ::metrics::Counter;

use super::chunk::Chunk;
use super::file::{LogFile, Rotation};
use super::line::{Kind, Lines};
use super::queue::{Empty, Incoming};
use crate::clock;

/// How long the queue may rest between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// Chunks taken before what they hold is written.
const CHUNKS_A_PASS: usize = 1_024;

/// Text of one log that is gathered before it is written.
const TEXT_BYTES: usize = 256 * 1024;

/// Files held open at one time, so that thousands of sessions fit the limit of open files.
const OPEN_FILES: usize = 64;

/// The writer's thread.
#[derive(Debug)]
pub(crate) struct Writer {
    ending: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Writer {
    /// Starts it.
    pub(super) fn start(
        incoming: Incoming,
        rotation: Rotation,
        lost: Counter,
    ) -> std::io::Result<Self> {
        let ending = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&ending);
        let desk = Desk {
            incoming,
            rotation,
            lost,
            logs: BTreeMap::new(),
            touched: Vec::new(),
            open: Vec::new(),
            refused: false,
        };
        let thread = thread::Builder::new()
            .name("fix-log".to_owned())
            .spawn(move || desk.run(&asked))?;
        Ok(Self { ending, thread })
    }

    /// Writes what is on its way and ends. Blocks for that long.
    pub(crate) fn end(self) {
        self.ending.store(true, Ordering::Release);
        self.thread.thread().unpark();
        if self.thread.join().is_err() {
            tracing::error!("the writer of the FIX logs panicked");
        }
    }
}

/// What the thread has before it.
struct Desk {
    incoming: Incoming,
    rotation: Rotation,
    /// Counts messages that the disk did not take.
    lost: Counter,
    logs: BTreeMap<Arc<Path>, Log>,
    /// Logs with text that is not written yet.
    touched: Vec<Arc<Path>>,
    /// Logs with a file that is open, the one opened longest ago first.
    open: Vec<Arc<Path>>,
    /// Whether the disk refused the last time.
    refused: bool,
}

/// One log.
struct Log {
    lines: Lines,
    file: LogFile,
    text: String,
    /// Messages in the text.
    messages: u64,
    /// Messages that the disk did not take and that the log does not mention yet.
    missing: u64,
    /// Nothing follows.
    last: bool,
}

impl Desk {
    fn run(mut self, ending: &AtomicBool) {
        loop {
            // Asked before the queue: what was handed on before the end is written.
            let ends = ending.load(Ordering::Acquire);
            let taken = self.take();
            self.write_touched();
            match taken {
                Ok(()) => {}
                Err(Empty::ForGood) => return,
                Err(Empty::ForNow) if ends => return,
                Err(Empty::ForNow) => thread::park_timeout(LOOK_INTERVAL),
            }
        }
    }

    /// Makes text of what waits; an error when nothing more does.
    fn take(&mut self) -> Result<(), Empty> {
        for _ in 0..CHUNKS_A_PASS {
            let Chunk {
                folder,
                records,
                last,
            } = self.incoming.next()?;
            let log = self
                .logs
                .entry(Arc::clone(&folder))
                .or_insert_with(|| Log::new(&folder, self.rotation));
            if log.text.is_empty() {
                self.touched.push(Arc::clone(&folder));
            }
            log.last = last;
            records.each(|time, kind, bytes| {
                log.lines.line(&mut log.text, time, kind, bytes);
                log.messages += 1;
            });
            if log.text.len() > TEXT_BYTES {
                self.write(&folder);
            }
        }
        Ok(())
    }

    fn write_touched(&mut self) {
        for folder in std::mem::take(&mut self.touched) {
            self.write(&folder);
        }
    }

    /// Writes the text of one log.
    fn write(&mut self, folder: &Arc<Path>) {
        let Some(log) = self.logs.get_mut(folder) else {
            return;
        };
        let was_open = log.file.is_open();
        let written = log.write();
        let is_open = log.file.is_open();
        let ended = log.last;
        if let Err(lost) = &written {
            self.lost.increment(lost.messages);
        }
        if written.is_err() != self.refused {
            self.refused = written.is_err();
            match written {
                Ok(()) => tracing::info!("FIX logs are written again"),
                Err(Lost { error, .. }) => {
                    tracing::warn!(folder = %folder.display(), %error, "a FIX log cannot be written: its messages are lost until it can");
                }
            }
        }
        if ended {
            self.logs.remove(folder);
        }
        if was_open && (ended || !is_open) {
            self.open.retain(|open| open != folder);
        } else if is_open && !was_open && !ended {
            self.open.push(Arc::clone(folder));
            self.close_one();
        }
    }

    /// Closes the file that was opened longest ago, where too many are open.
    fn close_one(&mut self) {
        if self.open.len() > OPEN_FILES {
            let oldest = self.open.remove(0);
            if let Some(log) = self.logs.get_mut(&oldest) {
                log.file.close();
            }
        }
    }
}

/// Messages that the disk did not take.
struct Lost {
    messages: u64,
    error: std::io::Error,
}

impl Log {
    fn new(folder: &Path, rotation: Rotation) -> Self {
        Self {
            lines: Lines::new(),
            file: LogFile::new(folder, rotation),
            text: String::new(),
            messages: 0,
            missing: 0,
            last: false,
        }
    }

    fn write(&mut self) -> Result<(), Lost> {
        if self.text.is_empty() {
            return Ok(());
        }
        let (mut text, messages) = (std::mem::take(&mut self.text), self.messages);
        self.messages = 0;
        let now = clock::now();
        if self.missing > 0 {
            let missing = self.missing.to_string();
            let mut first = String::new();
            // The lines that are written were made as if the others had been.
            Lines::new().line(&mut first, now, Kind::Missing, missing.as_bytes());
            text.insert_str(0, &first);
        }
        match self.file.append(now, &text) {
            Ok(()) => {
                self.missing = 0;
                Ok(())
            }
            Err(error) => {
                self.missing += messages;
                Err(Lost { messages, error })
            }
        }
    }
}
