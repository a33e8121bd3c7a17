//! Applies the journal to an engine again and holds the events against the event log. Three threads
//! pass chunks of work along: one reads and decodes, one applies, one encodes and compares.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use engine::{Command, CommandNumber, Event, Input, Origin, Sequenced};

use crate::batch::{Header, Log, Place, Records, wide};
use crate::checkpoint::{BatchPlace, Checkpoint};
use crate::damage::{Damage, Fault, LogError};
use crate::disk::decode;
use crate::event_check::EventCheck;
use crate::recovery::RecoveryError;
use crate::scan::JournalScan;
use crate::segment::{Segment, SegmentReader};
use crate::sighting::Watch;

/// A chunk is passed on when it has at least so many commands.
const CHUNK_COMMANDS: usize = 512;
/// Chunks in the making: they go round, so that this is the limit of memory.
const CHUNKS: usize = 6;

/// Batches of one segment on their way from thread to thread.
#[derive(Debug, Default)]
struct Chunk {
    /// The segment, if its first batches are these.
    enters: Option<Segment>,
    batches: Vec<Batch>,
    /// The commands of all batches.
    commands: Vec<Sequenced>,
    /// What they gave.
    events: Vec<Event>,
}

#[derive(Debug)]
struct Batch {
    header: Header,
    /// What to report if its header does not fit the replay.
    offset: u64,
    /// How many commands it has, and how many events they gave.
    commands: usize,
    events: usize,
}

/// What a thread passes on: work, or why there is no more.
type Passed = Result<Chunk, RecoveryError>;

/// Replays what a scan found good, from the checkpoint that it started from, and looks at what is to be watched. An
/// error is the first one in the order of the journal. When it is told to stop, it ends early, between two batches.
pub(crate) fn replay(
    mut at: Checkpoint,
    journal: &JournalScan,
    check: &mut EventCheck,
    watch: &mut Watch,
    stop: &AtomicBool,
) -> Result<Checkpoint, RecoveryError> {
    let (decoded, to_apply) = sync_channel::<Passed>(CHUNKS);
    let (applied, to_check) = sync_channel::<Passed>(CHUNKS);
    let (checked, free) = sync_channel::<Chunk>(CHUNKS);
    for _ in 0..CHUNKS {
        checked
            .send(Chunk::default())
            .expect("there is room for all chunks");
    }
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut reading = Reading {
                free,
                decoded,
                stop,
            };
            if let Err(Stop::Error(error)) = reading.read(journal) {
                // If nobody listens any more, an earlier error is reported.
                reading.decoded.send(Err(error)).ok();
            }
        });
        let applying = scope.spawn(move || {
            apply(&mut at, watch, &to_apply, &applied);
            at
        });
        let result = compare(check, &to_check, &checked);
        drop((to_check, checked));
        let mut at = applying
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        result?;
        at.event_chain = check.chain();
        if let (Some(latest), Some(offset)) = (&mut at.latest, check.latest_offset()) {
            latest.event_offset = offset;
        }
        Ok(at)
    })
}

/// Why a thread stops early.
enum Stop {
    /// The next thread has stopped.
    Nobody,
    Error(RecoveryError),
}

impl<E: Into<RecoveryError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

/// The thread that reads and decodes.
struct Reading<'a> {
    free: Receiver<Chunk>,
    decoded: SyncSender<Passed>,
    stop: &'a AtomicBool,
}

impl Reading<'_> {
    fn read(&mut self, journal: &JournalScan) -> Result<(), Stop> {
        for stretch in &journal.stretches {
            let path = &stretch.segment.path;
            let mut reader = SegmentReader::open(path, Log::Journal, stretch.begin)?;
            let mut chunk = self.chunk()?;
            chunk.enters = Some(stretch.segment.clone());
            while reader.offset() < stretch.end && !self.stop.load(Ordering::Relaxed) {
                let offset = reader.offset();
                let Some(header) = reader.read_unchecked()? else {
                    break;
                };
                let before = chunk.commands.len();
                decode_batch(&reader, header.place, &mut chunk.commands)?;
                chunk.batches.push(Batch {
                    header,
                    offset,
                    commands: chunk.commands.len() - before,
                    events: 0,
                });
                if chunk.commands.len() >= CHUNK_COMMANDS {
                    self.pass(chunk)?;
                    chunk = self.chunk()?;
                }
            }
            self.pass(chunk)?;
        }
        Ok(())
    }

    fn chunk(&self) -> Result<Chunk, Stop> {
        let mut chunk = self.free.recv().map_err(|_| Stop::Nobody)?;
        chunk.enters = None;
        chunk.batches.clear();
        chunk.commands.clear();
        chunk.events.clear();
        Ok(chunk)
    }

    fn pass(&self, chunk: Chunk) -> Result<(), Stop> {
        self.decoded.send(Ok(chunk)).map_err(|_| Stop::Nobody)
    }
}

fn decode_batch(
    reader: &SegmentReader,
    place: Place,
    commands: &mut Vec<Sequenced>,
) -> Result<(), LogError> {
    for (record, payload) in (0_u32..).zip(Records::of(reader.batch())) {
        let unreadable = || reader.batch_damage(Fault::RecordUnreadable { record });
        let input = decode(payload).ok_or_else(unreadable)?;
        commands.push(sequenced(place, record, input));
    }
    Ok(())
}

/// The thread that applies. What it is told it passes on, in the same order.
fn apply(
    at: &mut Checkpoint,
    watch: &mut Watch,
    decoded: &Receiver<Passed>,
    applied: &SyncSender<Passed>,
) {
    let mut segment = None;
    for passed in decoded {
        let passed = passed.and_then(|mut chunk| {
            segment = chunk.enters.clone().or(segment.take());
            // Chunks come after the one that enters their segment.
            let segment = segment.as_ref().expect("a segment was entered");
            apply_chunk(at, watch, segment, &mut chunk)?;
            Ok(chunk)
        });
        let last = passed.is_err();
        if applied.send(passed).is_err() || last {
            return;
        }
    }
}

fn apply_chunk(
    at: &mut Checkpoint,
    watch: &mut Watch,
    segment: &Segment,
    chunk: &mut Chunk,
) -> Result<(), Damage> {
    let Chunk {
        batches,
        commands,
        events,
        ..
    } = chunk;
    let mut commands = commands.as_slice();
    for batch in batches {
        let place = batch.header.place;
        if place.first_event != at.next_event {
            let (expected, found) = (at.next_event, place.first_event);
            return Err(Damage {
                file: segment.path.clone(),
                offset: batch.offset,
                fault: Fault::EventPosition { expected, found },
            });
        }
        let before = events.len();
        let (of_batch, behind) = commands.split_at(batch.commands);
        commands = behind;
        for command in of_batch {
            let day_ends = ends_day(&command.input);
            at.engine.apply(command, events);
            if day_ends {
                at.day_end = Some(command.number);
            }
            watch.look(&at.engine, command, day_ends);
        }
        batch.events = events.len() - before;
        at.next_event += wide(batch.events);
        at.next_command = batch.header.next_command();
        at.time = place.time;
        at.journal_chain = batch.header.chain;
        at.latest = Some(BatchPlace {
            segment: segment.first_command,
            journal_offset: batch.offset,
            event_offset: 0,
        });
    }
    Ok(())
}

/// Whether a trading day ends with this command: the engine lets nobody but the venue end one.
pub(crate) fn ends_day(input: &Input) -> bool {
    matches!(input.command, Command::EndTradingDay)
        && !matches!(input.origin, Origin::Session { .. })
}

/// Holds what comes against the event log, and hands the chunks back.
fn compare(
    check: &mut EventCheck,
    applied: &Receiver<Passed>,
    checked: &SyncSender<Chunk>,
) -> Result<(), RecoveryError> {
    for passed in applied {
        let chunk = passed?;
        if let Some(segment) = &chunk.enters {
            check.enter(segment)?;
        }
        let mut rest = chunk.events.as_slice();
        for batch in &chunk.batches {
            let (events, behind) = rest.split_at(batch.events);
            rest = behind;
            check.take(batch.header.place, events)?;
        }
        // Nobody takes it if everything was read.
        checked.send(chunk).ok();
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
