//! Reads published events from disk, for readers that memory no longer serves.

use std::sync::Arc;

use engine::Event;
use tokio::runtime::Handle;

use crate::batch::{Log, Records};
use crate::damage::{Fault, LogError};
use crate::event_log::ReadError;
use crate::position::{EventIndex, EventPosition, Location, NotFound};
use crate::ring::EventBatch;
use crate::segment::SegmentReader;

/// Reads the event log on disk. The caller asks only for positions that were published, so
/// whatever is there was written whole.
#[derive(Debug)]
pub(crate) struct DiskReader {
    index: EventIndex,
    segment: Option<SegmentReader>,
    /// The position that `segment` stands at.
    position: EventPosition,
}

impl DiskReader {
    pub(crate) fn new(index: &EventIndex) -> Self {
        Self {
            index: index.clone(),
            segment: None,
            position: EventPosition::START,
        }
    }

    /// The events from this position on, as far as they are in one batch.
    pub(crate) fn read(&mut self, position: EventPosition) -> Result<EventBatch, ReadError> {
        if self.segment.is_none() || self.position != position {
            self.seek(position)?;
        }
        // Two rounds: the end of a segment, then the one that follows it.
        for _ in 0..2 {
            if let Some(batch) = self.read_on(position)? {
                self.position = batch.end();
                return Ok(batch);
            }
            self.seek(position)?;
        }
        Err(ReadError::Missing(position))
    }

    fn seek(&mut self, position: EventPosition) -> Result<(), ReadError> {
        let location = self.find(position)?;
        match SegmentReader::open(&location.path, Log::Events, location.offset) {
            Ok(reader) => self.segment = Some(reader),
            Err(error) => {
                // It may have been dropped between the look and the opening: then it is known as such now.
                self.find(position)?;
                return Err(LogError::from(error).into());
            }
        }
        Ok(())
    }

    fn find(&self, position: EventPosition) -> Result<Location, ReadError> {
        self.index
            .find(position)
            .map_err(|not_found| match not_found {
                NotFound::Dropped(kept_from) => ReadError::Dropped {
                    position,
                    kept_from,
                },
                NotFound::Nothing => ReadError::Missing(position),
            })
    }

    /// Looks in this segment only; nothing if it ends before the position.
    fn read_on(&mut self, position: EventPosition) -> Result<Option<EventBatch>, ReadError> {
        let Some(segment) = &mut self.segment else {
            return Ok(None);
        };
        while let Some(header) = segment.header()? {
            let end = header.place.first_event + u64::from(header.records);
            if end <= position.get() {
                segment.skip()?;
                continue;
            }
            segment.read()?;
            let first = EventPosition::new(header.place.first_event);
            let events = decode_events(segment)?;
            let batch = EventBatch::new(first, events).from(position);
            return batch.map(Some).ok_or(ReadError::Missing(position));
        }
        Ok(None)
    }
}

fn decode_events(segment: &SegmentReader) -> Result<Arc<[Event]>, LogError> {
    let mut events = Vec::new();
    for (record, payload) in (0_u32..).zip(Records::of(segment.batch())) {
        let event = decode(payload)
            .ok_or_else(|| segment.batch_damage(Fault::RecordUnreadable { record }))?;
        events.push(event);
    }
    Ok(events.into())
}

/// One record of a log; nothing if it is not one, whole.
pub(crate) fn decode<'a, T: serde::Deserialize<'a>>(payload: &'a [u8]) -> Option<T> {
    match postcard::take_from_bytes(payload) {
        Ok((value, [])) => Some(value),
        Ok(_) | Err(_) => None,
    }
}

/// Reads on a thread where waiting for the disk holds up nobody, if there is a runtime that has one.
pub(crate) async fn from_disk(
    reader: Option<DiskReader>,
    index: &EventIndex,
    position: EventPosition,
) -> Result<(EventBatch, DiskReader), ReadError> {
    let mut reader = reader.unwrap_or(DiskReader::new(index));
    let read = move || reader.read(position).map(|batch| (batch, reader));
    match Handle::try_current() {
        Err(_) => read(),
        Ok(runtime) => match runtime.spawn_blocking(read).await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(ReadError::RuntimeGone),
            },
        },
    }
}
