//! The engine thread: takes commands, numbers and stamps them, journals them, applies them, waits
//! until they are durable, logs their events and publishes them. And the handle to it.

use std::sync::Arc;
use std::thread::JoinHandle;

use engine::{CommandNumber, Engine, Event, Input, Timestamp};
use tokio::sync::watch;

use crate::archive::{Archive, Pace};
use crate::batch::{COMMAND_BYTES_MAX, Place, wide};
use crate::clock::{Clock, SteadyClock, Step};
use crate::damage::FileError;
use crate::directory::Directory;
use crate::event_log::{EventLog, Publisher};
use crate::options::{Durability, Options};
use crate::position::{EventIndex, EventPosition};
use crate::queue::{Cause, CommandSender, Inbox};
use crate::recovery::{OpenLog, Recovered};
use crate::replay::{ends_day, sequenced};
use crate::room::Room;
use crate::storage::Storage;

/// The room on the disk is looked at when so much was written; the thread beside the market looks now and then, too.
const LOOK_BYTES: u64 = 256 << 10;

/// What cannot be written down.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// A command cannot be encoded.
    #[error("a command cannot be encoded: {0}")]
    Command(postcard::Error),
    /// A command is too large.
    #[error("a command takes {bytes} bytes; the journal takes at most {COMMAND_BYTES_MAX}")]
    CommandTooLarge {
        /// Its encoded size.
        bytes: usize,
    },
    /// The commands of one batch are too large together.
    #[error("the commands of one batch take more than 4 GiB")]
    TooManyCommands,
    /// An event cannot be encoded.
    #[error("an event cannot be encoded: {0}")]
    Event(postcard::Error),
    /// The events of one batch are too large together.
    #[error("the events of one batch take more than 4 GiB")]
    TooManyEvents,
}

/// Why the engine thread ended by itself. Nothing was published about the commands it had taken
/// and not yet answered; the next start finds out which of them are in the journal.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A log cannot be written or synced: the disk may be full.
    #[error(transparent)]
    File(#[from] FileError),
    /// A command or an event does not fit a log.
    #[error(transparent)]
    Encode(#[from] EncodeError),
}

/// The handle to the engine thread. If it is dropped, the thread goes on until all senders are gone.
#[derive(Debug)]
pub struct Running {
    thread: JoinHandle<()>,
    commands: CommandSender,
    ended: watch::Receiver<()>,
    cause: Cause,
}

impl Running {
    pub(crate) fn new(
        thread: JoinHandle<()>,
        commands: CommandSender,
        events: &EventLog,
        cause: Cause,
    ) -> Self {
        Self {
            thread,
            commands,
            ended: events.ended_watch(),
            cause,
        }
    }

    /// Takes no more commands, carries out those in the queue, syncs both logs, and lets the
    /// directory go. Blocks until that is done; within a runtime, call it where blocking is allowed.
    ///
    /// # Errors
    /// What ended the engine thread, now or before.
    ///
    /// # Panics
    /// If the engine thread panicked.
    pub fn stop(self) -> Result<(), Arc<RunError>> {
        self.commands.stop();
        if let Err(panic) = self.thread.join() {
            std::panic::resume_unwind(panic);
        }
        self.cause.get().cloned().map_or(Ok(()), Err)
    }

    /// Waits until the engine thread has ended, whatever the reason, and gives what ended it.
    pub async fn ended(&self) -> Option<Arc<RunError>> {
        let mut ended = self.ended.clone();
        while ended.changed().await.is_ok() {}
        self.failure()
    }

    /// What ended the engine thread by itself, if it has.
    #[must_use]
    pub fn failure(&self) -> Option<Arc<RunError>> {
        self.cause.get().cloned()
    }
}

/// What the engine thread owns.
pub(crate) struct EngineThread<C> {
    engine: Engine,
    clock: SteadyClock<C>,
    next_command: CommandNumber,
    next_event: u64,
    journal: OpenLog,
    events: OpenLog,
    index: EventIndex,
    publisher: Publisher,
    next_timer: watch::Sender<Option<Timestamp>>,
    durability: Durability,
    batch_limit: usize,
    segment_bytes: u64,
    pace: Pace,
    /// A trading day has ended: both logs go on in new segments.
    day_ended: bool,
    archive: Archive,
    storage: Arc<dyn Storage>,
    room: Room,
    /// Bytes written to both logs since the room on the disk was looked at.
    unlooked_bytes: u64,
    // Last: the lock is let go when the logs are closed and nobody reads them.
    _directory: Arc<Directory>,
}

impl<C: Clock> EngineThread<C> {
    pub(crate) fn new(
        recovered: Recovered,
        clock: C,
        publisher: Publisher,
        options: &Options,
        (directory, archive, room): (Arc<Directory>, Archive, Room),
    ) -> Self {
        let report = recovered.report;
        let (next_timer, _) = watch::channel(recovered.engine.next_timer());
        let mut pace = Pace::new(options.snapshot_commands, options.snapshot_bytes);
        let day_ended = recovered.day_end.is_some();
        if pace.passed(report.commands, recovered.replayed_bytes, day_ended) {
            archive.request(report.next_command, report.time);
        }
        Self {
            next_timer,
            engine: recovered.engine,
            clock: SteadyClock::new(clock, report.time),
            next_command: report.next_command,
            next_event: report.next_event.get(),
            journal: recovered.journal,
            events: recovered.events,
            index: recovered.index,
            publisher,
            durability: options.durability,
            batch_limit: options.batch_limit,
            segment_bytes: options.segment_bytes,
            pace,
            day_ended: false,
            archive,
            storage: Arc::clone(&options.storage),
            room,
            unlooked_bytes: 0,
            _directory: directory,
        }
    }

    /// When the engine's next timer is due, now and as that changes.
    pub(crate) fn next_timer(&self) -> watch::Receiver<Option<Timestamp>> {
        self.next_timer.subscribe()
    }

    /// Runs until the queue is stopped and empty, or until a log cannot be written.
    pub(crate) fn run(mut self, mut inbox: Inbox, cause: &Cause) {
        let Err(error) = self.serve(&mut inbox) else {
            return;
        };
        self.archive.abandon();
        tracing::error!(%error, "the engine thread ends: nothing more is accepted or published");
        // Set before anybody can see that the thread has ended. Nobody else sets it.
        let _: &Arc<RunError> = cause.get_or_init(|| Arc::new(error));
    }

    fn serve(&mut self, inbox: &mut Inbox) -> Result<(), RunError> {
        let mut inputs = Vec::with_capacity(2 * self.batch_limit);
        let mut events = Vec::with_capacity(4 * self.batch_limit);
        while inbox.fill(&mut inputs, self.batch_limit) {
            // Nobody but who asks a question comes without a command.
            let place = if inputs.is_empty() {
                None
            } else {
                Some(self.carry_out(&mut inputs, &mut events)?)
            };
            inbox.answer(place.map(|place| place.first_command), &self.engine);
        }
        self.journal.file.sync()?;
        self.events.file.sync()?;
        Ok(())
    }

    /// Carries out one batch of commands: its events are published when this returns.
    fn carry_out(
        &mut self,
        inputs: &mut Vec<Input>,
        events: &mut Vec<Event>,
    ) -> Result<Place, RunError> {
        let day_ends = inputs.iter().any(ends_day);
        let place = self.journal(inputs)?;
        self.apply(place, inputs, events);
        if self.durability == Durability::Fsync {
            self.journal.file.sync_on(&*self.storage)?;
        }
        // Published first: the answers are on their way while their record is written.
        let events = self.publish(events);
        self.log_events(place, &events)?;
        self.look_after(place, day_ends);
        let due = self.engine.next_timer();
        self.next_timer
            .send_if_modified(|known| std::mem::replace(known, due) != due);
        Ok(place)
    }

    /// Gives the commands their place and time and writes them, as one batch with one write.
    fn journal(&mut self, inputs: &[Input]) -> Result<Place, RunError> {
        if self.journal.file.offset() >= self.segment_bytes || std::mem::take(&mut self.day_ended) {
            // Both logs go on in new segments at the same command, so that a replay does too.
            self.journal.file.roll(self.next_command)?;
            self.events.file.roll(self.next_command)?;
        }
        let time = self.time();
        let buffer = &mut self.journal.buffer;
        buffer.clear();
        for input in inputs {
            let bytes = buffer.push(input).map_err(EncodeError::Command)?;
            if bytes > COMMAND_BYTES_MAX {
                return Err(EncodeError::CommandTooLarge { bytes }.into());
            }
        }
        let place = Place {
            first_command: self.next_command,
            commands: u32::try_from(inputs.len()).expect("the batch limit fits 32 bits"),
            first_event: self.next_event,
            time,
        };
        let batch = buffer.seal(place).ok_or(EncodeError::TooManyCommands)?;
        self.journal.file.append(batch)?;
        self.next_command = CommandNumber::new(self.next_command.get() + wide(inputs.len()));
        Ok(place)
    }

    /// The time of the next batch. That the clock went back is said once, and that it has caught up.
    fn time(&mut self) -> Timestamp {
        let (time, step) = self.clock.now();
        match step {
            None => {}
            Some(Step::Back { by }) => tracing::warn!(
                ?by,
                "the clock went back: commands have the latest time until it has caught up"
            ),
            Some(Step::CaughtUp) => tracing::info!("the clock has caught up"),
        }
        time
    }

    fn apply(&mut self, place: Place, inputs: &mut Vec<Input>, events: &mut Vec<Event>) {
        for (record, input) in (0_u32..).zip(inputs.drain(..)) {
            self.engine.apply(&sequenced(place, record, input), events);
        }
    }

    fn log_events(&mut self, place: Place, events: &[Event]) -> Result<(), RunError> {
        let buffer = &mut self.events.buffer;
        buffer.clear();
        for event in events {
            buffer.push(event).map_err(EncodeError::Event)?;
        }
        let batch = buffer.seal(place).ok_or(EncodeError::TooManyEvents)?;
        let file = &mut self.events.file;
        self.index
            .note(place.first_event, file.segment(), file.offset());
        file.append(batch)?;
        Ok(())
    }

    /// Asks for a snapshot if one is due, now that both logs have the batch, and looks whether the disk has room.
    fn look_after(&mut self, place: Place, day_ends: bool) {
        self.day_ended = day_ends;
        self.unlooked_bytes +=
            wide(self.journal.buffer.bytes().len() + self.events.buffer.bytes().len());
        if self.unlooked_bytes >= LOOK_BYTES {
            self.unlooked_bytes = 0;
            self.room.look();
        }
        let bytes = wide(self.journal.buffer.bytes().len());
        if self.pace.passed(place.commands.into(), bytes, day_ends) {
            self.archive.request(self.next_command, place.time);
        }
    }

    fn publish(&mut self, events: &mut Vec<Event>) -> Arc<[Event]> {
        let events: Arc<[Event]> = events.drain(..).collect();
        if !events.is_empty() {
            let first = EventPosition::new(self.next_event);
            self.next_event += wide(events.len());
            self.publisher.publish(first, Arc::clone(&events));
        }
        events
    }
}
