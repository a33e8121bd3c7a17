//! Reads the whole journal without understanding its commands: every checksum, every hash, every
//! number. Finds where it ends, and whether what is behind the end is a write that a crash
//! interrupted. Changes nothing.

use std::path::{Path, PathBuf};

use engine::{CommandNumber, Timestamp};

use crate::batch::{ChainValue, HEADER_BYTES, Header, Log, wide};
use crate::checkpoint::Checkpoint;
use crate::damage::{Damage, Fault, FileError, LogError};
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

/// What the journal consists of.
#[derive(Debug)]
pub(crate) struct JournalScan {
    /// Each segment, and how many bytes of it are good: all of them, but for the last one.
    pub(crate) segments: Vec<(Segment, u64)>,
    pub(crate) batches: u64,
    /// What is behind the end.
    pub(crate) cut: Option<Cut>,
}

/// Reads and checks the journal from a checkpoint on.
pub(crate) fn scan(folder: &Path, from: &Checkpoint) -> Result<JournalScan, RecoveryError> {
    let found = list(folder, Log::Journal)?;
    let mut follow = Follow::new(from);
    let mut scan = JournalScan {
        segments: Vec::new(),
        batches: 0,
        cut: None,
    };
    let last = found.len().saturating_sub(1);
    for (index, segment) in found.into_iter().enumerate() {
        if segment.first_command != follow.next_command {
            let expected = Segment::new(folder, Log::Journal, follow.next_command).path;
            return Err(RecoveryError::SegmentMissing {
                expected,
                found: segment.path,
            });
        }
        let mut reader = SegmentReader::open(&segment.path, Log::Journal, 0)?;
        match read_segment(&mut reader, &mut follow, &mut scan.batches) {
            Ok(()) => {}
            Err(LogError::Damaged(damage)) if index == last => {
                scan.cut = Some(judge_tail(&mut reader, damage)?);
            }
            Err(error) => return Err(error.into()),
        }
        scan.segments.push((segment, reader.offset()));
    }
    Ok(scan)
}

fn read_segment(
    reader: &mut SegmentReader,
    follow: &mut Follow,
    batches: &mut u64,
) -> Result<(), LogError> {
    while let Some(header) = reader.header()? {
        follow
            .check(&header)
            .map_err(|fault| reader.damage(fault))?;
        reader.read()?;
        follow.pass(&header);
        *batches += 1;
    }
    Ok(())
}

/// What the next batch of the journal must say.
struct Follow {
    next_command: CommandNumber,
    chain: ChainValue,
    time: Timestamp,
}

impl Follow {
    fn new(from: &Checkpoint) -> Self {
        Self {
            next_command: from.next_command,
            chain: from.journal_chain,
            time: from.time,
        }
    }

    fn check(&self, header: &Header) -> Result<(), Fault> {
        let place = header.place;
        if place.first_command != self.next_command {
            let (expected, found) = (self.next_command.get(), place.first_command.get());
            return Err(Fault::CommandNumber { expected, found });
        }
        if header.previous != self.chain {
            return Err(Fault::ChainBroken);
        }
        if place.time < self.time {
            return Err(Fault::TimeBackwards);
        }
        if header.records != place.commands {
            let (expected, found) = (place.commands, header.records);
            return Err(Fault::RecordCount { expected, found });
        }
        Ok(())
    }

    fn pass(&mut self, header: &Header) {
        self.next_command = header.next_command();
        self.chain = header.chain;
        self.time = header.place.time;
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
