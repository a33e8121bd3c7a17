//! What power loss takes beside the process: the ends of files that were written and never synced. The journal is
//! synced before anything is said; the message stores are synced to the length in their state; the event log is never
//! waited for.

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
        for log in entries(&store) {
            if log.extension().is_some_and(|extension| extension == "log") {
                cut(&log, synced_length(&store), random);
            }
        }
    }
    let mut events = entries(&journal.join("events"));
    if let Some(last) = events.pop() {
        let length = length(&last);
        let kept = length.saturating_sub(EVENT_BYTES).max(EVENT_BYTES_KEPT);
        cut(&last, kept, random);
    }
}

/// The length that the store's log certainly has, from its state file.
fn synced_length(store: &Path) -> u64 {
    let state = fs::read_to_string(store.join("state")).expect("every store has a state");
    let mut lines = state.lines();
    let length = lines.find_map(|line| line.strip_prefix("log_length "));
    let length = length.expect("the state says the log's length");
    length.parse().expect("a length is a number")
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
