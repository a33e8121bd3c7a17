//! Walks the part of both logs that lies before a snapshot: every checksum, every hash, both chains, and that no
//! segment is missing. Understands no command, replays nothing, changes nothing.

use crate::batch::Log;
use crate::checkpoint::Checkpoint;
use crate::damage::{Damage, Fault, LogError};
use crate::directory::Directory;
use crate::follow::Follow;
use crate::recovery::RecoveryError;
use crate::segment::{Segment, SegmentReader, list};

/// Walks both logs up to the batch that this checkpoint was made after, from the first segment that is kept. How many
/// batches of the journal those are.
pub(crate) fn walk(directory: &Directory, to: &Checkpoint) -> Result<u64, RecoveryError> {
    walk_log(directory, Log::Events, to)?;
    walk_log(directory, Log::Journal, to)
}

fn walk_log(directory: &Directory, log: Log, to: &Checkpoint) -> Result<u64, RecoveryError> {
    let folder = directory.folder(log);
    let mut batches = 0;
    let mut latest: Option<Follow> = None;
    let mut file = folder.clone();
    for segment in list(&folder, log)? {
        if segment.first_command >= to.next_command {
            break;
        }
        let next = latest.map_or(segment.first_command, |latest| latest.next_command);
        if next != segment.first_command {
            return Err(RecoveryError::SegmentMissing {
                expected: Segment::new(&folder, log, next).path,
                found: segment.path,
            });
        }
        let mut reader = SegmentReader::open(&segment.path, log, 0)?;
        batches += walk_segment(&mut reader, &mut latest, to)?;
        file = segment.path;
    }
    let end = latest.map(|latest| (latest.next_command, latest.chain));
    if end != Some((to.next_command, to.chain(log))) {
        let fault = Fault::ChainBroken;
        return Err(Damage {
            file,
            offset: 0,
            fault,
        }
        .into());
    }
    Ok(batches)
}

fn walk_segment(
    reader: &mut SegmentReader,
    latest: &mut Option<Follow>,
    to: &Checkpoint,
) -> Result<u64, LogError> {
    let mut batches = 0;
    while latest.is_none_or(|latest| latest.next_command < to.next_command) {
        let Some(header) = reader.header()? else {
            break;
        };
        if let Some(before) = latest {
            before
                .check(&header)
                .map_err(|fault| reader.damage(fault))?;
        }
        reader.read()?;
        *latest = Some(Follow::batch(&header));
        batches += 1;
    }
    Ok(batches)
}
