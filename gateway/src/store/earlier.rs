//! The files of earlier epochs: nobody can ask for their messages any more, and they go first. It never opens one but to
//! read its head.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::error::StoreError;
use super::retention::Ended;
use super::segment::{self, SegmentHead};
use super::state::State;

/// A file of an earlier epoch.
#[derive(Debug)]
pub(super) struct Earlier {
    pub(super) path: PathBuf,
    pub(super) ended: Ended,
}

/// Looks for the files of earlier epochs, the oldest first; `opened` is when the oldest file of the current one was
/// begun. What an interrupted drop has left of the current epoch is removed.
pub(super) fn find(
    directory: &Path,
    state: &State,
    opened: DateTime<Utc>,
) -> Result<VecDeque<Earlier>, StoreError> {
    let mut found = Vec::new();
    let entries = fs::read_dir(directory).map_err(StoreError::io("list", directory))?;
    for entry in entries {
        let path = entry.map_err(StoreError::io("list", directory))?.path();
        let Some((epoch, segment)) = segment::parse_name(&path) else {
            continue;
        };
        if epoch == state.epoch && segment < state.first_segment {
            fs::remove_file(&path).map_err(StoreError::io("remove", &path))?;
        } else if epoch < state.epoch {
            found.push(((epoch, segment), path));
        }
    }
    found.sort();
    let mut earlier = VecDeque::with_capacity(found.len());
    let mut ended = opened;
    for (_, path) in found.into_iter().rev() {
        let file = segment::open_existing(&path, false)?;
        // A file that is not ours, or not whole, is left to whoever put it there: it is never served.
        let Ok(head) = SegmentHead::read(&file, &path) else {
            continue;
        };
        let metadata = file.metadata().map_err(StoreError::io("inspect", &path))?;
        if head.identity != state.identity {
            continue;
        }
        let bytes = metadata.len();
        earlier.push_front(Earlier {
            path,
            ended: Ended { bytes, at: ended },
        });
        ended = time(head.opened_us);
    }
    Ok(earlier)
}

/// A time that a head holds.
pub(super) fn time(us: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(us).unwrap_or_default()
}
