//! Holds the events of a replay against the event log on disk, byte for byte. Where a crash left the
//! log short, either writes what is missing or only counts it.

use std::collections::VecDeque;
use std::path::PathBuf;

use engine::Event;

use crate::batch::{BatchBuffer, ChainValue, Log, Place, wide};
use crate::checkpoint::{BatchPlace, Checkpoint};
use crate::damage::{FileError, LogError};
use crate::log_file::LogFile;
use crate::position::EventIndex;
use crate::recovery::RecoveryError;
use crate::running::EncodeError;
use crate::scan::{Cut, judge_tail};
use crate::segment::{Segment, SegmentReader, list};

/// What to do about events that are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    Write,
    Count,
}

/// The event log as it was found, and how far it agrees with the replay.
pub(crate) struct EventCheck {
    folder: PathBuf,
    missing: Missing,
    /// Segments that were found and not yet compared.
    found: VecDeque<Segment>,
    segment: Option<Segment>,
    /// Where the first segment that is entered is compared from.
    begin: u64,
    /// Where the latest batch lies in its segment.
    latest: Option<u64>,
    state: State,
    buffer: BatchBuffer,
    index: EventIndex,
    /// Events that were missing.
    pub(crate) rebuilt: u64,
    /// What was behind the last good batch.
    pub(crate) cut: Option<Cut>,
}

enum State {
    /// Everything so far is on disk.
    Comparing(Option<SegmentReader>),
    /// The log on disk has ended; the rest goes here.
    Writing(LogFile),
    /// The log on disk has ended; the rest is only counted.
    Counting,
}

impl EventCheck {
    /// Compares from a checkpoint on. Notes in the index what lies before it.
    pub(crate) fn new(
        folder: PathBuf,
        from: &Checkpoint,
        missing: Missing,
        index: EventIndex,
    ) -> Result<Self, RecoveryError> {
        let mut found = VecDeque::from(list(&folder, Log::Events)?);
        let mut begin = 0;
        if let Some(latest) = from.latest {
            let later = found.partition_point(|segment| segment.first_command < latest.segment);
            for segment in found.iter().take(later + 1) {
                note_segment(&index, segment)?;
            }
            found.drain(..later);
            begin = end_of_batch(&Segment::new(&folder, Log::Events, latest.segment), latest)?;
        }
        Ok(Self {
            folder,
            missing,
            found,
            segment: None,
            begin,
            latest: None,
            state: State::Comparing(None),
            buffer: BatchBuffer::new(Log::Events, from.event_chain),
            index,
            rebuilt: 0,
            cut: None,
        })
    }

    /// The replay comes to a new segment of the journal; the event log has one for each.
    pub(crate) fn enter(&mut self, segment: &Segment) -> Result<(), RecoveryError> {
        let first = segment.first_command;
        let expected = Segment::new(&self.folder, Log::Events, first);
        match &mut self.state {
            State::Writing(file) => file.roll(first)?,
            State::Counting => {}
            State::Comparing(reader) => {
                if let Some(reader) = reader {
                    expect_end(reader)?;
                }
                match self.found.pop_front() {
                    Some(found) if found == expected => {
                        let begin = std::mem::take(&mut self.begin);
                        let reader = SegmentReader::open(&found.path, Log::Events, begin)?;
                        self.state = State::Comparing(Some(reader));
                    }
                    Some(found) => {
                        let (expected, found) = (expected.path, found.path);
                        return Err(RecoveryError::SegmentMissing { expected, found });
                    }
                    None => {
                        self.state = match self.missing {
                            Missing::Count => State::Counting,
                            Missing::Write => {
                                State::Writing(LogFile::create(&self.folder, Log::Events, first)?)
                            }
                        };
                    }
                }
            }
        }
        self.segment = Some(expected);
        Ok(())
    }

    /// Takes the events of one batch of the journal.
    pub(crate) fn take(&mut self, place: Place, events: &[Event]) -> Result<(), RecoveryError> {
        self.buffer.clear();
        for event in events {
            self.buffer.push(event).map_err(EncodeError::Event)?;
        }
        self.buffer.seal(place).ok_or(EncodeError::TooManyEvents)?;
        if let State::Comparing(reader) = &mut self.state {
            let reader = reader.as_mut().expect("a segment was entered");
            let offset = reader.offset();
            if reader.pass_if_equal(self.buffer.bytes())? {
                self.note(place, offset);
                self.latest = Some(offset);
                return Ok(());
            }
            let cut = judge(reader, self.buffer.bytes(), !self.found.is_empty(), place)?;
            self.end_of_log(cut)?;
        }
        self.rebuilt += wide(events.len());
        if let State::Writing(file) = &mut self.state {
            let offset = file.offset();
            file.append(self.buffer.bytes())?;
            self.note(place, offset);
            self.latest = Some(offset);
        }
        Ok(())
    }

    fn note(&self, place: Place, offset: u64) {
        let segment = self.segment.as_ref().expect("a segment was entered");
        self.index.note(place.first_event, segment, offset);
    }

    fn end_of_log(&mut self, cut: Cut) -> Result<(), FileError> {
        let segment = self.segment.as_ref().expect("a segment was entered");
        self.state = match self.missing {
            Missing::Count => State::Counting,
            Missing::Write => State::Writing(LogFile::resume(segment, Log::Events, cut.offset)?),
        };
        self.cut = (cut.bytes > 0).then_some(cut);
        Ok(())
    }

    /// The replay has ended: the event log must not go on.
    pub(crate) fn expect_no_more(&mut self) -> Result<(), RecoveryError> {
        if let State::Comparing(Some(reader)) = &mut self.state {
            expect_end(reader)?;
        }
        match self.found.pop_front() {
            None => Ok(()),
            Some(segment) => Err(RecoveryError::EventLogAhead {
                file: segment.path,
                offset: 0,
            }),
        }
    }

    /// The event log as it is to be written on, complete and synced, with its last chain value.
    pub(crate) fn into_log_file(self) -> Result<(LogFile, BatchBuffer), FileError> {
        let file = match self.state {
            State::Writing(file) => file,
            State::Comparing(reader) => {
                let segment = self.segment.as_ref().expect("a segment was entered");
                let end = reader.expect("a segment was entered").offset();
                LogFile::resume(segment, Log::Events, end)?
            }
            State::Counting => unreachable!("only asked for when missing events are written"),
        };
        file.sync()?;
        Ok((file, self.buffer))
    }

    /// The chain value of the last batch.
    pub(crate) fn chain(&self) -> ChainValue {
        self.buffer.chain()
    }

    /// Where the last batch that was taken lies in its segment, if one was.
    pub(crate) fn latest_offset(&self) -> Option<u64> {
        self.latest
    }
}

/// Notes a segment that is not compared, by what its first batch says.
fn note_segment(index: &EventIndex, segment: &Segment) -> Result<(), LogError> {
    let header = SegmentReader::open(&segment.path, Log::Events, 0)?.header()?;
    if let Some(header) = header {
        index.note(header.place.first_event, segment, 0);
    }
    Ok(())
}

/// Where the batch behind this one begins.
fn end_of_batch(segment: &Segment, latest: BatchPlace) -> Result<u64, LogError> {
    let mut reader = SegmentReader::open(&segment.path, Log::Events, latest.event_offset)?;
    reader.skip()?;
    Ok(reader.offset())
}

/// The batch on disk is not the expected one: it is the end of the log, or an error.
fn judge(
    reader: &mut SegmentReader,
    expected: &[u8],
    more_segments: bool,
    place: Place,
) -> Result<Cut, RecoveryError> {
    let (file, offset) = (reader.path().to_owned(), reader.offset());
    let bytes = reader.file_bytes()?.saturating_sub(offset);
    if !more_segments && bytes < wide(expected.len()) && reader.rest_begins(expected)? {
        return Ok(Cut {
            file,
            offset,
            bytes,
            fault: None,
        });
    }
    match reader.read() {
        Err(LogError::Damaged(damage)) if !more_segments => Ok(judge_tail(reader, damage)?),
        Err(error) => Err(error.into()),
        Ok(None) => Err(RecoveryError::EventsMissing { file, offset }),
        Ok(Some(_)) => {
            let command = place.first_command.get();
            Err(RecoveryError::EventLogDiffers {
                file,
                offset,
                command,
            })
        }
    }
}

fn expect_end(reader: &SegmentReader) -> Result<(), RecoveryError> {
    let (file, offset) = (reader.path().to_owned(), reader.offset());
    if reader.file_bytes()? > offset {
        return Err(RecoveryError::EventLogAhead { file, offset });
    }
    Ok(())
}
