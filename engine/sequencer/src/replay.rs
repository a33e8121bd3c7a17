//! Applies the journal to an engine again and holds the events against the event log.

use engine::{CommandNumber, Engine, Event, Input, Sequenced};

use crate::batch::{Header, Log, Place, Records, wide};
use crate::checkpoint::Checkpoint;
use crate::damage::{Fault, LogError};
use crate::disk::decode;
use crate::event_check::EventCheck;
use crate::recovery::RecoveryError;
use crate::scan::JournalScan;
use crate::segment::SegmentReader;

/// Replays what a scan found good, from the checkpoint that it started from.
pub(crate) fn replay(
    mut at: Checkpoint,
    journal: &JournalScan,
    check: &mut EventCheck,
) -> Result<Checkpoint, RecoveryError> {
    let mut events = Vec::new();
    for (segment, end) in &journal.segments {
        check.enter(segment)?;
        let mut reader = SegmentReader::open(&segment.path, Log::Journal, 0)?;
        while reader.offset() < *end {
            let Some(header) = reader.read_unchecked()? else {
                break;
            };
            if header.place.first_event != at.next_event {
                let (expected, found) = (at.next_event, header.place.first_event);
                return Err(reader
                    .damage(Fault::EventPosition { expected, found })
                    .into());
            }
            apply_batch(&mut at.engine, &header, &reader, &mut events)?;
            check.take(header.place, &events)?;
            at.next_event += wide(events.len());
            at.next_command = header.next_command();
            at.time = header.place.time;
            at.journal_chain = header.chain;
            events.clear();
        }
    }
    at.event_chain = check.chain();
    Ok(at)
}

fn apply_batch(
    engine: &mut Engine,
    header: &Header,
    reader: &SegmentReader,
    events: &mut Vec<Event>,
) -> Result<(), LogError> {
    for (record, payload) in (0_u32..).zip(Records::of(reader.batch())) {
        let Some(input) = decode::<Input>(payload) else {
            return Err(reader.damage(Fault::RecordUnreadable { record }).into());
        };
        engine.apply(&sequenced(header.place, record, input), events);
    }
    Ok(())
}

/// A command of a batch with its number and time.
pub(crate) fn sequenced(place: Place, record: u32, input: Input) -> Sequenced {
    let number = CommandNumber::new(place.first_command.get() + u64::from(record));
    Sequenced {
        number,
        time: place.time,
        input,
    }
}
