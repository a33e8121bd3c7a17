//! What power loss takes beside the process: the ends of files that were written and never synced. The journal is
//! synced before anything is said; of a message store all files but the last are synced, and that to the length in the
//! store's state; the event log is never waited for.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use tests::random::Random;

/// As much as the event log may lose, in bytes.
const EVENT_BYTES: u64 = 16 * 1024;

/// What stays of the event log in any case: its head, which is written when the disk has taken it.
const EVENT_BYTES_KEPT: u64 = 4 * 1024;

/// Cuts each message store under `sessions` and the event log in `journal` somewhere in its unsynced end.
pub(crate) fn lose(sessions: &Path, journal: &Path, random: &mut Random) {
    for store in entries(sessions) {
        let (log, synced) = unsynced(&store);
        cut(&log, synced, random);
    }
    let mut events = entries(&journal.join("events"));
    if let Some(last) = events.pop() {
        let length = length(&last);
        let kept = length.saturating_sub(EVENT_BYTES).max(EVENT_BYTES_KEPT);
        let kept = kept.max(synced_for_snapshot(journal, &last));
        cut(&last, kept, random);
    }
}

/// How much of this file of the event log was synced before the latest snapshot was made: up to the end of the batch
/// that its header names.
fn synced_for_snapshot(journal: &Path, events: &Path) -> u64 {
    let snapshots = entries(&journal.join("snapshots"));
    let is_whole = |path: &&PathBuf| path.extension().is_some_and(|name| name == "snapshot");
    let Some(latest) = snapshots.iter().rfind(is_whole) else {
        return 0;
    };
    let header = fs::read(latest).expect("the snapshot can be read");
    let number = |bytes: &[u8], at: usize| -> u64 {
        let field = bytes[at..].first_chunk().expect("the header is whole");
        u64::from_le_bytes(*field)
    };
    let segment = format!("{:020}.events", number(&header, 32));
    if !events.ends_with(segment) {
        return 0;
    }
    let begin = number(&header, 48);
    let log = fs::read(events).expect("the event log can be read");
    let batch = &log[usize::try_from(begin).expect("it is small")..];
    let records = batch[40..].first_chunk().expect("the batch is there");
    begin + 116 + u64::from(u32::from_le_bytes(*records))
}

/// The file that the store was appending to, and the length that it certainly has, from its state file.
fn unsynced(store: &Path) -> (PathBuf, u64) {
    let state = fs::read_to_string(store.join("state")).expect("every store has a state");
    let number = |name: &str| -> u64 {
        let mut lines = state.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let value = value.unwrap_or_else(|| panic!("the state says its {name}"));
        value.parse().expect("it is a number")
    };
    let (epoch, segment) = (number("epoch"), number("last_segment"));
    let log = store.join(format!("outbound.{epoch:08}.{segment:06}.log"));
    (log, number("log_length"))
}

fn cut(path: &Path, kept: u64, random: &mut Random) {
    let length = length(path);
    let unsynced = length.saturating_sub(kept);
    let file = OpenOptions::new().write(true).open(path);
    let file = file.expect("the file can be opened");
    let cut = file.set_len(length - random.below(unsynced + 1));
    cut.expect("the file can be cut");
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).expect("the file is there").len()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    paths.sort();
    paths
}
