//! Walks the part of both logs that lies before a snapshot: every checksum, every hash, both chains, and that no
//! segment is missing. Understands no command, replays nothing, changes nothing.

use engine::CommandNumber;

use crate::batch::{ChainValue, Header, Log};
use crate::checkpoint::Checkpoint;
use crate::damage::{Damage, Fault, LogError};
use crate::directory::Directory;
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
    let mut latest: Option<Header> = None;
    let mut file = folder.clone();
    for segment in list(&folder, log)? {
        if segment.first_command >= to.next_command {
            break;
        }
        let next = latest
            .as_ref()
            .map_or(segment.first_command, Header::next_command);
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
    let end = latest
        .as_ref()
        .map(|header| (header.next_command(), header.chain));
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
    latest: &mut Option<Header>,
    to: &Checkpoint,
) -> Result<u64, LogError> {
    let mut batches = 0;
    let done = |latest: &Option<Header>| {
        latest
            .as_ref()
            .is_some_and(|header| header.next_command() >= to.next_command)
    };
    while !done(latest) {
        let Some(header) = reader.header()? else {
            break;
        };
        if let Some(before) = latest {
            follows(before, &header).map_err(|fault| reader.damage(fault))?;
        }
        reader.read()?;
        *latest = Some(header);
        batches += 1;
    }
    Ok(batches)
}

fn follows(before: &Header, header: &Header) -> Result<(), Fault> {
    let expected: CommandNumber = before.next_command();
    let chain: ChainValue = before.chain;
    if header.place.first_command != expected {
        let (expected, found) = (expected.get(), header.place.first_command.get());
        return Err(Fault::CommandNumber { expected, found });
    }
    if header.previous != chain {
        return Err(Fault::ChainBroken);
    }
    if header.place.time < before.place.time {
        return Err(Fault::TimeBackwards);
    }
    Ok(())
}
