//! From those who record to the file: a bounded queue, and one thread that writes what is in it together.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot};

use super::file::{AuditError, AuditFile, FILE_BYTES};
use super::{Entry, Outcome, What};
use crate::clock;

/// Lines that may wait for the disk. Beyond it, lines are lost, and a later one says how many.
const WAITING_MAX: usize = 4_096;

/// Lines that are written together, at most.
const TOGETHER_MAX: usize = 256;

/// Where entries go in.
#[derive(Debug, Clone)]
pub(crate) struct Audit {
    lines: mpsc::Sender<Message>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Message {
    Line(String, Option<Waiting>),
    End,
}

/// Who waits for a line to be on the disk: until this is dropped.
type Waiting = oneshot::Sender<()>;

/// The end of the queue at the disk.
#[derive(Debug)]
pub(crate) struct AuditWriter {
    lines: mpsc::Receiver<Message>,
    lost: Arc<AtomicU64>,
    file: AuditFile,
}

impl Audit {
    /// Opens the audit log in `folder`.
    pub(crate) fn open(folder: &Path) -> Result<(Self, AuditWriter), AuditError> {
        let (sender, receiver) = mpsc::channel(WAITING_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        let writer = AuditWriter {
            lines: receiver,
            lost: Arc::clone(&lost),
            file: AuditFile::open(folder, FILE_BYTES)?,
        };
        let audit = Self {
            lines: sender,
            lost,
        };
        Ok((audit, writer))
    }

    /// Records an entry. Never waits.
    pub(crate) fn record(&self, entry: &Entry) {
        self.queue(entry, None);
    }

    /// Records an entry and waits until it is on the disk. Blocks its thread.
    pub(crate) fn record_and_wait(&self, entry: &Entry) {
        let (waiting, written) = oneshot::channel();
        self.queue(entry, Some(waiting));
        // When the line is lost, or the disk refuses, it is dropped at once: then the log says so, or the venue stops.
        drop(written.blocking_recv());
    }

    fn queue(&self, entry: &Entry, waiting: Option<Waiting>) {
        let line = entry.line(clock::now());
        if self.lines.try_send(Message::Line(line, waiting)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Has the writer end when it has written what was recorded so far.
    pub(crate) async fn close(&self) {
        // It has ended already when this cannot be sent.
        drop(self.lines.send(Message::End).await);
    }
}

impl AuditWriter {
    /// Writes until it is told to end, or nobody can record any more. Blocks its thread.
    ///
    /// # Errors
    /// When the disk refuses: what happens from then on would not be on record.
    pub(crate) fn run(mut self) -> Result<(), AuditError> {
        let mut text = String::new();
        let mut waiting = Vec::new();
        let mut ending = false;
        while !ending {
            let Some(first) = self.lines.blocking_recv() else {
                return Ok(());
            };
            let more = std::iter::from_fn(|| self.lines.try_recv().ok());
            for message in std::iter::once(first).chain(more.take(TOGETHER_MAX)) {
                match message {
                    Message::Line(line, waits) => {
                        text.push_str(&line);
                        waiting.extend(waits);
                    }
                    Message::End => ending = true,
                }
            }
            let lost = self.lost.swap(0, Ordering::Relaxed);
            if lost > 0 {
                let detail = format!("{lost} entries were lost: too many at once");
                tracing::error!(lost, "entries of the audit log were lost");
                let entry = Entry::new(What::Audit, Outcome::Refused, detail);
                text.push_str(&entry.line(clock::now()));
            }
            if !text.is_empty() {
                self.file.append(&text)?;
            }
            text.clear();
            waiting.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Audit, Entry, Outcome, WAITING_MAX, What};

    #[test]
    fn what_is_recorded_is_written_in_order_and_what_is_lost_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let (audit, writer) = Audit::open(folder.path()).unwrap();
        // Nobody writes yet: the queue fills.
        for number in 0..WAITING_MAX + 3 {
            let entry = Entry::new(What::Logon, Outcome::Done, number.to_string());
            audit.record(&entry);
        }
        drop(audit);
        writer.run().unwrap();
        let text = fs::read_to_string(folder.path().join("audit-000001.jsonl")).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), WAITING_MAX + 1);
        let lost = lines
            .iter()
            .filter(|line| line.contains("3 entries were lost"));
        assert_eq!(lost.count(), 1);
        let mut numbers = lines.iter().filter(|line| line.contains("\"logon\""));
        let ordered = (0..WAITING_MAX).all(|number| {
            let line = numbers.next().expect("a line for each");
            line.ends_with(&format!("\"detail\":\"{number}\"}}"))
        });
        assert!(ordered);
    }
}
