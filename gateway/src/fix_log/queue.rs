//! The way from the sessions to the writer: bounded in messages and in bytes, for all together and for each session.
//! Nobody ever waits at it: what does not fit is dropped and counted, and the log says how many are missing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use ::metrics::Counter;
use chrono::{DateTime, Utc};

use super::chunk::{Chunk, Records};
use super::line::Kind;

/// Chunks that may wait for the writer.
const CHUNKS: usize = 8 * 1024;

/// Bytes that may wait for the writer.
const BYTES: usize = 64 * 1024 * 1024;

/// Bytes of one session that may wait: a busy one leaves room for the others.
const SESSION_BYTES: usize = BYTES / 8;

/// A session that gathers more than this hands it on at once.
const CHUNK_BYTES: usize = 256 * 1024;

const _: () = assert!(CHUNK_BYTES < SESSION_BYTES && SESSION_BYTES < BYTES);

/// Bytes under way, for all sessions together or for one.
#[derive(Debug, Default)]
struct Waiting(AtomicUsize);

impl Waiting {
    /// Takes room for so many bytes, if there is room.
    fn take(&self, bytes: usize, limit: usize) -> bool {
        let taken = self.0.fetch_add(bytes, Ordering::Relaxed);
        let fits = taken.saturating_add(bytes) <= limit;
        if !fits {
            self.give_back(bytes);
        }
        fits
    }

    fn give_back(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// The sessions' end.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    chunks: SyncSender<Sent>,
    waiting: Arc<Waiting>,
    dropped: Counter,
}

/// A chunk, and whose room it takes.
#[derive(Debug)]
struct Sent {
    chunk: Chunk,
    own: Arc<Waiting>,
}

/// The writer's end.
#[derive(Debug)]
pub(super) struct Incoming {
    chunks: Receiver<Sent>,
    waiting: Arc<Waiting>,
}

/// Why there is no chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Empty {
    /// Nothing waits now.
    ForNow,
    /// Nothing will come any more.
    ForGood,
}

/// Both ends.
pub(super) fn queue(dropped: Counter) -> (Sender, Incoming) {
    let (sender, receiver) = sync_channel(CHUNKS);
    let waiting = Arc::new(Waiting::default());
    let incoming = Incoming {
        chunks: receiver,
        waiting: Arc::clone(&waiting),
    };
    let sender = Sender {
        chunks: sender,
        waiting,
        dropped,
    };
    (sender, incoming)
}

impl Incoming {
    /// The next chunk. The sessions do not wake anybody: who waits looks again after a while.
    pub(super) fn next(&self) -> Result<Chunk, Empty> {
        use std::sync::mpsc::TryRecvError;
        match self.chunks.try_recv() {
            Ok(Sent { chunk, own }) => {
                self.waiting.give_back(chunk.records.len());
                own.give_back(chunk.records.len());
                Ok(chunk)
            }
            Err(TryRecvError::Empty) => Err(Empty::ForNow),
            Err(TryRecvError::Disconnected) => Err(Empty::ForGood),
        }
    }
}

/// What writes into one log, for one session or for the listener.
#[derive(Debug)]
pub(super) struct Log {
    sender: Sender,
    folder: Arc<Path>,
    own: Arc<Waiting>,
    records: Records,
    /// Messages that did not fit and that the log does not mention yet.
    missing: AtomicU64,
}

impl Log {
    /// A log in this folder.
    pub(super) fn new(sender: Sender, folder: Arc<Path>) -> Self {
        Self {
            sender,
            folder,
            own: Arc::default(),
            records: Records::default(),
            missing: AtomicU64::new(0),
        }
    }

    /// Adds one record; it goes on its way with the next [`Log::hand_on`], or at once when there are many.
    pub(super) fn add(&mut self, time: DateTime<Utc>, kind: Kind, bytes: &[u8]) {
        self.records.add(time, kind, bytes);
        if self.records.len() > CHUNK_BYTES {
            self.hand_on(time);
        }
    }

    /// Hands on what was gathered.
    pub(super) fn hand_on(&mut self, now: DateTime<Utc>) {
        if self.records.count() > 0 || *self.missing.get_mut() > 0 {
            let records = std::mem::take(&mut self.records);
            self.send(now, records, false);
        }
    }

    /// Hands on what was gathered, and that nothing follows.
    pub(super) fn end(&mut self, now: DateTime<Utc>) {
        let records = std::mem::take(&mut self.records);
        self.send(now, records, true);
    }

    /// Sends records that were gathered elsewhere.
    pub(super) fn send(&self, now: DateTime<Utc>, records: Records, last: bool) {
        let missing = self.missing.swap(0, Ordering::Relaxed);
        let mut all = Records::default();
        if missing > 0 {
            // In front of what comes after them.
            all.add(now, Kind::Missing, missing.to_string().as_bytes());
            records.each(|time, kind, bytes| all.add(time, kind, bytes));
        }
        let (count, records) = match missing {
            0 => (records.count(), records),
            _ => (records.count(), all),
        };
        if !self.try_send(records, last) {
            self.sender.dropped.increment(count);
            self.missing.fetch_add(missing + count, Ordering::Relaxed);
        }
    }

    fn try_send(&self, records: Records, last: bool) -> bool {
        let bytes = records.len();
        if !self.own.take(bytes, SESSION_BYTES) {
            return false;
        }
        if !self.sender.waiting.take(bytes, BYTES) {
            self.own.give_back(bytes);
            return false;
        }
        let chunk = Chunk {
            folder: Arc::clone(&self.folder),
            records,
            last,
        };
        let own = Arc::clone(&self.own);
        let sent = self.sender.chunks.try_send(Sent { chunk, own }).is_ok();
        if !sent {
            self.own.give_back(bytes);
            self.sender.waiting.give_back(bytes);
        }
        sent
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use ::metrics::Counter;
    use chrono::{DateTime, Utc};

    use super::{CHUNK_BYTES, Empty, Incoming, Log, SESSION_BYTES, queue};
    use crate::fix_log::line::Kind;

    fn now() -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
    }

    fn log(sender: &super::Sender, name: &str) -> Log {
        Log::new(sender.clone(), Arc::from(Path::new(name)))
    }

    /// All that waits: of which log, of which kind, and how long or, of what is missing, how many.
    fn all(incoming: &Incoming) -> Vec<(String, Kind, usize)> {
        let mut all = Vec::new();
        while let Ok(chunk) = incoming.next() {
            let name = chunk.folder.display().to_string();
            chunk.records.each(|_, kind, bytes| {
                let number = match kind == Kind::Missing {
                    true => String::from_utf8_lossy(bytes).parse().expect("a number"),
                    false => bytes.len(),
                };
                all.push((name.clone(), kind, number));
            });
        }
        all
    }

    #[test]
    fn what_is_handed_on_comes_in_order() {
        let (sender, incoming) = queue(Counter::noop());
        let (mut one, mut two) = (log(&sender, "one"), log(&sender, "two"));
        one.add(now(), Kind::In, b"a");
        two.add(now(), Kind::Out, b"bb");
        one.add(now(), Kind::Out, b"ccc");
        assert_eq!(incoming.next().err(), Some(Empty::ForNow));
        two.hand_on(now());
        one.hand_on(now());
        one.hand_on(now());
        let expected = [
            ("two", Kind::Out, 2),
            ("one", Kind::In, 1),
            ("one", Kind::Out, 3),
        ];
        let expected = expected.map(|(name, kind, length)| (name.to_owned(), kind, length));
        assert_eq!(all(&incoming), expected);
        drop((one, two, sender));
        assert_eq!(incoming.next().err(), Some(Empty::ForGood));
    }

    #[test]
    fn what_does_not_fit_is_counted_where_it_is_missing_and_others_have_room() {
        let (sender, incoming) = queue(Counter::noop());
        let (mut busy, mut quiet) = (log(&sender, "busy"), log(&sender, "quiet"));
        let message = vec![b'x'; CHUNK_BYTES];
        let sent = SESSION_BYTES / CHUNK_BYTES * 2;
        for _ in 0..sent {
            busy.add(now(), Kind::In, &message);
        }
        quiet.add(now(), Kind::In, b"a");
        quiet.hand_on(now());
        let first = all(&incoming);
        let (of_quiet, of_busy): (Vec<_>, Vec<_>) =
            first.into_iter().partition(|(name, ..)| name == "quiet");
        assert_eq!(of_quiet.len(), 1);
        assert!(of_busy.len() < sent, "{}", of_busy.len());
        // There is room again: what is missing is told before what comes next, and once.
        busy.add(now(), Kind::In, b"b");
        busy.hand_on(now());
        busy.add(now(), Kind::In, b"c");
        busy.hand_on(now());
        let name = || "busy".to_owned();
        let expected = [
            (name(), Kind::Missing, sent - of_busy.len()),
            (name(), Kind::In, 1),
            (name(), Kind::In, 1),
        ];
        assert_eq!(all(&incoming), expected);
    }

    #[test]
    fn what_is_missing_is_told_even_if_nothing_follows() {
        let (sender, incoming) = queue(Counter::noop());
        let mut log = log(&sender, "busy");
        log.add(now(), Kind::In, &vec![b'x'; SESSION_BYTES]);
        assert_eq!(all(&incoming), []);
        log.hand_on(now());
        assert_eq!(all(&incoming), [("busy".to_owned(), Kind::Missing, 1)]);
    }
}
