//! What is dropped of both logs when they are limited: whole segments, the oldest first, and none that a snapshot or a
//! reader still needs.

use std::fs;
use std::path::Path;
use std::time::Duration;

use engine::{CommandNumber, Timestamp};

use crate::batch::Log;
use crate::damage::{At, FileError, LogError};
use crate::directory::Directory;
use crate::log_file::sync_folder;
use crate::position::{EventIndex, EventPosition};
use crate::recovery::RecoveryError;
use crate::segment::{Segment, SegmentReader, list};

/// How much of both logs is kept; without limits, all.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Limits {
    /// A segment goes when its latest command is this old.
    pub(super) age: Option<Duration>,
    /// Segments go while both logs together are larger than this, in bytes.
    pub(super) bytes: Option<u64>,
}

/// What must stay, whatever the limits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needed {
    /// The segment that the oldest snapshot goes on in.
    pub(super) segment: CommandNumber,
    /// The first event that a reader still needs; nothing if there is none.
    pub(super) event: Option<EventPosition>,
}

/// A segment of both logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Both {
    first_command: CommandNumber,
    first_event: u64,
    /// The time of its first batch.
    begins: Timestamp,
    /// Its size in both logs, in bytes.
    bytes: u64,
}

/// What was dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dropped {
    pub(super) segments: usize,
    /// The first command and the first event that are kept.
    pub(super) kept_from: (CommandNumber, EventPosition),
    /// Segments that are beyond the limits and stay, because they are needed.
    pub(super) held_back: usize,
}

/// Drops what is beyond the limits, at this time of the journal. Nothing if both logs are within them.
pub(super) fn drop_segments(
    directory: &Directory,
    limits: Limits,
    needed: Needed,
    now: Timestamp,
    index: &EventIndex,
) -> Result<Option<Dropped>, RecoveryError> {
    if limits.age.is_none() && limits.bytes.is_none() {
        return Ok(None);
    }
    let segments = read(directory)?;
    let beyond = beyond(&segments, limits, now);
    let droppable = droppable(&segments, needed);
    let count = beyond.min(droppable);
    let Some(first) = segments.get(count).filter(|_| beyond > 0) else {
        return Ok(None);
    };
    // Readers first: who asks from now on is told, and does not find a file that vanishes.
    index.drop_before(first.first_event);
    for segment in &segments[..count] {
        remove(directory, segment.first_command)?;
    }
    if count > 0 {
        for log in [Log::Journal, Log::Events] {
            sync_folder(&directory.folder(log))?;
        }
    }
    Ok(Some(Dropped {
        segments: count,
        kept_from: (first.first_command, EventPosition::new(first.first_event)),
        held_back: beyond - count,
    }))
}

/// The segments that are there, oldest first, but for one at the end that is still empty. What an interrupted drop left
/// of a segment in one log only is one too.
fn read(directory: &Directory) -> Result<Vec<Both>, RecoveryError> {
    let journal = list(&directory.folder(Log::Journal), Log::Journal)?;
    let events = list(&directory.folder(Log::Events), Log::Events)?;
    let mut names: Vec<_> = journal
        .iter()
        .chain(&events)
        .map(|segment| segment.first_command)
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut segments = Vec::new();
    for first_command in names {
        let mut bytes = 0;
        let mut first = None;
        for (log, listed) in [(Log::Journal, &journal), (Log::Events, &events)] {
            if let Some(segment) = listed.iter().find(|one| one.first_command == first_command) {
                let (length, place) = look(log, segment)?;
                bytes += length;
                first = first.or(place);
            }
        }
        if let Some(place) = first {
            segments.push(Both {
                first_command,
                first_event: place.first_event,
                begins: place.time,
                bytes,
            });
        }
    }
    Ok(segments)
}

/// The size of a segment, and where and when its first batch is; none in an empty one.
fn look(log: Log, segment: &Segment) -> Result<(u64, Option<crate::batch::Place>), LogError> {
    let mut reader = SegmentReader::open(&segment.path, log, 0)?;
    let bytes = reader.file_bytes()?;
    Ok((bytes, reader.header()?.map(|header| header.place)))
}

/// How many of the oldest segments are beyond the limits. The one that is written to never is.
fn beyond(segments: &[Both], limits: Limits, now: Timestamp) -> usize {
    let mut bytes: u64 = segments.iter().map(|segment| segment.bytes).sum();
    let age_max = limits
        .age
        .map(|age| u64::try_from(age.as_nanos()).unwrap_or(u64::MAX));
    let pairs = segments.windows(2);
    let gone = pairs.take_while(|pair| {
        // Its latest command is not later than the first one of the next.
        let age = now.nanos().saturating_sub(pair[1].begins.nanos());
        let due =
            age_max.is_some_and(|max| age >= max) || limits.bytes.is_some_and(|max| bytes > max);
        bytes -= pair[0].bytes;
        due
    });
    gone.count()
}

/// How many of the oldest segments nobody needs.
fn droppable(segments: &[Both], needed: Needed) -> usize {
    let pairs = segments.windows(2);
    let free = pairs.take_while(|pair| {
        let unread = needed
            .event
            .is_some_and(|event| event.get() < pair[1].first_event);
        pair[0].first_command < needed.segment && !unread
    });
    free.count()
}

/// Removes a segment from both logs, as far as it is there.
fn remove(directory: &Directory, first_command: CommandNumber) -> Result<(), FileError> {
    for log in [Log::Journal, Log::Events] {
        let path = Segment::new(&directory.folder(log), log, first_command).path;
        remove_if_there(&path)?;
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        removed => removed.at("remove", path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// Five segments of 100 bytes, 10 commands, 20 events and 60 seconds each.
    fn five() -> Vec<Both> {
        let one = |at: u64| Both {
            first_command: CommandNumber::new(1 + 10 * at),
            first_event: 20 * at,
            begins: Timestamp::from_nanos(60 * at * SECOND),
            bytes: 100,
        };
        (0..5).map(one).collect()
    }

    #[test]
    fn segments_beyond_a_limit_are_counted_from_the_oldest() {
        let now = Timestamp::from_nanos(300 * SECOND);
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (age, bytes, expected) in [
            (seconds(1_000), Some(1_000), 0),
            (seconds(1_000), Some(500), 0),
            (seconds(1_000), Some(499), 1),
            (None, Some(250), 3),
            // The one that is written to stays, however little is to be kept.
            (None, Some(0), 4),
            (seconds(0), None, 4),
            (seconds(240), None, 1),
            (seconds(241), None, 0),
            (seconds(180), Some(499), 2),
            (seconds(240), Some(250), 3),
        ] {
            let limits = Limits { age, bytes };
            assert_eq!(beyond(&five(), limits, now), expected, "{limits:?}");
        }
        let limits = Limits {
            age: seconds(0),
            bytes: Some(0),
        };
        assert_eq!(beyond(&[], limits, now), 0);
        assert_eq!(beyond(&five()[..1], limits, now), 0);
    }

    #[test]
    fn what_a_snapshot_or_a_reader_needs_stays() {
        let event = |event| Some(EventPosition::new(event));
        for (segment, event, expected) in [
            (1, None, 0),
            (11, None, 1),
            (41, None, 4),
            (41, event(0), 0),
            (41, event(19), 0),
            (41, event(20), 1),
            (21, event(75), 2),
            (41, event(1_000), 4),
        ] {
            let segment = CommandNumber::new(segment);
            let needed = Needed { segment, event };
            assert_eq!(droppable(&five(), needed), expected, "{needed:?}");
        }
    }
}
