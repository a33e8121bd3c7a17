//! Reads the whole journal without understanding its commands: every checksum, every hash, every
//! number. Finds where it ends, and whether what is behind the end is a write that a crash
//! interrupted. Changes nothing.

use std::path::{Path, PathBuf};

use engine::CommandNumber;

use crate::batch::{HEADER_BYTES, Header, Log, wide};
use crate::checkpoint::Checkpoint;
use crate::damage::{Damage, Fault, FileError, LogError};
use crate::follow::Follow;
use crate::recovery::RecoveryError;
use crate::segment::{Segment, SegmentReader, list};

/// What is behind the end of a log after a crash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub file: PathBuf,
    /// Where the log ends in it.
    pub offset: u64,
    /// How many bytes are behind that.
    pub bytes: u64,
    /// Why they are no batch; nothing if they are the first part of a good one.
    pub fault: Option<Fault>,
}

/// The batches of a segment that are to be replayed, by where they begin and end in it, in bytes.
#[derive(Debug, Clone)]
pub(crate) struct Stretch {
    pub(crate) segment: Segment,
    pub(crate) begin: u64,
    pub(crate) end: u64,
}

/// What the journal consists of, from a checkpoint on.
#[derive(Debug)]
pub(crate) struct JournalScan {
    /// One of each segment: all that is good of it.
    pub(crate) stretches: Vec<Stretch>,
    pub(crate) batches: u64,
    /// What is behind the end.
    pub(crate) cut: Option<Cut>,
}

/// Reads and checks the journal from a checkpoint on: to its end, or to the batch before the command `until`.
pub(crate) fn scan(
    folder: &Path,
    from: &Checkpoint,
    until: Option<CommandNumber>,
) -> Result<JournalScan, RecoveryError> {
    let mut found = list(folder, Log::Journal)?;
    found.retain(|segment| Some(segment.first_command) >= from.latest.map(|at| at.segment));
    let mut follow = Follow::journal(from);
    let mut scan = JournalScan {
        stretches: Vec::new(),
        batches: 0,
        cut: None,
    };
    // The latest batch is passed over: the segment that has it comes first, under an earlier name.
    let mut latest = from.latest;
    let last = found.len().saturating_sub(1);
    for (index, segment) in found.into_iter().enumerate() {
        let first = latest.map_or(follow.next_command, |at| at.segment);
        if segment.first_command != first {
            let expected = Segment::new(folder, Log::Journal, first).path;
            return Err(RecoveryError::SegmentMissing {
                expected,
                found: segment.path,
            });
        }
        let begin = latest.map_or(0, |at| at.journal_offset);
        let mut reader = SegmentReader::open(&segment.path, Log::Journal, begin)?;
        if latest.take().is_some() {
            reader.skip()?;
        }
        let begin = reader.offset();
        match read_segment(&mut reader, &mut follow, until, &mut scan.batches) {
            Ok(()) => {}
            Err(LogError::Damaged(damage)) if index == last => {
                scan.cut = Some(judge_tail(&mut reader, damage)?);
            }
            Err(error) => return Err(error.into()),
        }
        let end = reader.offset();
        scan.stretches.push(Stretch {
            segment,
            begin,
            end,
        });
        if until == Some(follow.next_command) {
            break;
        }
    }
    Ok(scan)
}

fn read_segment(
    reader: &mut SegmentReader,
    follow: &mut Follow,
    until: Option<CommandNumber>,
    batches: &mut u64,
) -> Result<(), LogError> {
    while until != Some(follow.next_command) {
        let Some(header) = reader.header()? else {
            break;
        };
        follow
            .check(&header)
            .and_then(|()| check_records(&header))
            .map_err(|fault| reader.damage(fault))?;
        reader.read()?;
        *follow = Follow::batch(&header);
        *batches += 1;
    }
    Ok(())
}

/// A batch of the journal has one record for each of its commands.
fn check_records(header: &Header) -> Result<(), Fault> {
    let (expected, found) = (header.place.commands, header.records);
    if found == expected {
        Ok(())
    } else {
        Err(Fault::RecordCount { expected, found })
    }
}

/// Whether what the reader stands at, in the last segment of a log, is what a crash leaves of a
/// write: then it may be cut. It is not if anything good follows, because a batch is written only
/// when the one before it is there.
pub(crate) fn judge_tail(reader: &mut SegmentReader, damage: Damage) -> Result<Cut, LogError> {
    let offset = reader.offset();
    if !damage.fault.may_be_torn() || header_follows(reader, offset + 1)? {
        return Err(damage.into());
    }
    let bytes = reader.file_bytes()?.saturating_sub(offset);
    Ok(Cut {
        file: reader.path().to_owned(),
        offset,
        bytes,
        fault: Some(damage.fault),
    })
}

/// Whether there is a good header of a batch anywhere behind this place.
fn header_follows(reader: &mut SegmentReader, mut offset: u64) -> Result<bool, FileError> {
    let log = reader.log();
    loop {
        let bytes = reader.look(offset)?;
        let starts = 0..bytes.len().saturating_sub(HEADER_BYTES - 1);
        let count = starts.len();
        let good = |at: usize| {
            bytes[at..].starts_with(&log.magic()) && Header::parse(&bytes[at..], log).is_ok()
        };
        if starts.into_iter().any(good) {
            return Ok(true);
        }
        if count == 0 {
            return Ok(false);
        }
        offset += wide(count);
    }
}
