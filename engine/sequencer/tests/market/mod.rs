//! A small market to test with: its commands, a clock, and logs that are easy to damage.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "for tests and benchmarks: each uses the part that it needs"
)]

use std::fs;
use std::path::{Path, PathBuf};

use engine::{
    CancelRequest, Command, Event, EventBody, FirmKind, Input, Instrument, InstrumentKind,
    NewOrder, OrderKind, Origin, Price, Quantity, SessionRole, Side, TimeInForce, Timestamp,
};
use sequencer::{EventPosition, Opened, Options, open};

/// A clock that goes on by one microsecond each time that it is read.
pub(crate) fn clock() -> impl sequencer::Clock + 'static {
    let mut nanos = 1_700_000_000_000_000_000;
    move || {
        nanos += 1_000;
        Timestamp::from_nanos(nanos)
    }
}

/// Starts a sequencer.
pub(crate) fn start(options: &Options) -> Opened {
    open(options, clock()).expect("the sequencer starts")
}

/// Two sessions, `S0` and `S1`, and one test instrument.
pub(crate) fn set_up() -> Vec<Input> {
    let mut commands = vec![Command::ListInstrument(Instrument {
        symbol: "TEST".parse().unwrap(),
        kind: InstrumentKind::Test,
        currency: "USD".parse().unwrap(),
        tick: Price::from_micros(1_000_000),
        max_order_quantity: Quantity::new(1_000),
    })];
    for number in 0..2 {
        let firm = format!("F{number}").parse().unwrap();
        let account = format!("A{number}").parse().unwrap();
        let session = format!("S{number}").parse().unwrap();
        commands.push(Command::AdmitFirm {
            firm,
            kind: FirmKind::Broker,
        });
        commands.push(Command::OpenAccount {
            account,
            firm,
            provider: None,
        });
        let permissions = SessionRole::OrderEntry;
        commands.push(Command::AdmitSession {
            session,
            firm,
            permissions,
        });
    }
    commands
        .into_iter()
        .map(|command| Input {
            origin: Origin::Venue,
            command,
        })
        .collect()
}

/// Orders and cancels that look random and are the same for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Flow {
    state: u64,
    sent: [u64; 2],
}

impl Flow {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            state: seed,
            sent: [0; 2],
        }
    }

    fn draw(&mut self, below: u64) -> u64 {
        self.state = self
            .state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.state >> 33) % below
    }

    pub(crate) fn take(&mut self, count: usize) -> Vec<Input> {
        (0..count).map(|_| self.next()).collect()
    }

    /// The next message of a session that is drawn too.
    pub(crate) fn next(&mut self) -> Input {
        let session = self.draw(2);
        self.next_of(session)
    }

    /// The next message of `S0` or `S1`.
    pub(crate) fn next_of(&mut self, session: u64) -> Input {
        let sent = &mut self.sent[usize::try_from(session).unwrap()];
        *sent += 1;
        let number = *sent;
        let side = if self.draw(2) == 0 {
            Side::Buy
        } else {
            Side::Sell
        };
        let name = |number: u64| format!("C{session}-{number}").parse().unwrap();
        let command = if number > 1 && self.draw(4) == 0 {
            Command::CancelOrder(CancelRequest {
                client_order_id: name(number),
                original_client_order_id: name(1 + self.draw(number - 1)),
                order_id: None,
                symbol: "TEST".parse().unwrap(),
                side,
                transact_time: Timestamp::from_nanos(number),
            })
        } else {
            let dollars = i64::try_from(95 + self.draw(10)).unwrap();
            Command::SubmitOrder(NewOrder {
                quantity: Quantity::new(1 + self.draw(9)),
                ..order(session, number, side, dollars)
            })
        };
        let session = format!("S{session}").parse().unwrap();
        Input {
            origin: Origin::Session {
                session,
                epoch: 0,
                msg_seq_num: number,
            },
            command,
        }
    }
}

/// A Day order for one of a session, with the ClOrdID of that number.
pub(crate) fn order(session: u64, number: u64, side: Side, dollars: i64) -> NewOrder {
    NewOrder {
        client_order_id: format!("C{session}-{number}").parse().unwrap(),
        account: format!("A{session}").parse().unwrap(),
        symbol: "TEST".parse().unwrap(),
        side,
        kind: OrderKind::Limit(Price::from_micros(dollars * 1_000_000)),
        quantity: Quantity::new(1),
        time_in_force: TimeInForce::Day,
        instances: Vec::new(),
        image: None,
        transact_time: Timestamp::from_nanos(number),
        conditions: None,
    }
}

/// Sizes of the last segment of the journal and of the event log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) journal: u64,
    pub(crate) events: u64,
}

/// Logs of so many batches in a directory, and the sizes before each batch.
///
/// The sequencer is stopped after each batch: events are published before their record is written,
/// so only a stop tells that both logs are as long as they will be.
pub(crate) fn write_logs(options: &Options, batches: &[Vec<Input>]) -> Vec<Sizes> {
    let sizes = batches.iter().map(|batch| {
        let opened = start(options);
        let before = Sizes {
            journal: size(&last_file(&options.directory, "journal")),
            events: size(&last_file(&options.directory, "events")),
        };
        opened.commands.submit_blocking(batch.clone()).unwrap();
        opened.running.stop().unwrap();
        before
    });
    sizes.collect()
}

/// The set-up and then batches of these sizes.
pub(crate) fn batches(sizes: &[usize], seed: u64) -> Vec<Vec<Input>> {
    let mut flow = Flow::new(seed);
    let orders = sizes.iter().map(|size| flow.take(*size));
    std::iter::once(set_up()).chain(orders).collect()
}

/// Runs a future on this thread.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(future)
}

/// All events from a position to the end.
pub(crate) fn read_all(opened: &Opened, from: u64) -> Vec<Event> {
    let mut reader = opened.events.reader(EventPosition::new(from));
    let mut events = Vec::new();
    while let Some(batch) = reader.try_next().unwrap() {
        assert_eq!(
            batch.first().get(),
            from + u64::try_from(events.len()).unwrap()
        );
        events.extend_from_slice(batch.events());
    }
    events
}

pub(crate) fn size(path: &Path) -> u64 {
    fs::metadata(path).unwrap().len()
}

/// The segments of a log, oldest first.
pub(crate) fn files(directory: &Path, log: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory.join(log)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

pub(crate) fn last_file(directory: &Path, log: &str) -> PathBuf {
    files(directory, log).pop().unwrap()
}

/// Every file of both logs with its name and bytes.
pub(crate) fn contents(directory: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let all = ["journal", "events"].map(|log| files(directory, log));
    let relative = |path: &Path| path.strip_prefix(directory).unwrap().to_owned();
    all.iter()
        .flatten()
        .map(|path| (relative(path), fs::read(path).unwrap()))
        .collect()
}

/// The snapshots, oldest first.
pub(crate) fn snapshots(directory: &Path) -> Vec<PathBuf> {
    files(directory, "snapshots")
}

/// A copy of everything, which a test may damage.
pub(crate) fn copy(directory: &Path) -> tempfile::TempDir {
    let copy = memory();
    for folder in ["journal", "events", "snapshots"] {
        fs::create_dir(copy.path().join(folder)).unwrap();
        for file in files(directory, folder) {
            let name = file.strip_prefix(directory).unwrap();
            fs::copy(&file, copy.path().join(name)).unwrap();
        }
    }
    let days = directory.join("days");
    if days.exists() {
        fs::copy(days, copy.path().join("days")).unwrap();
    }
    copy
}

/// The end of a trading day, at which a snapshot is made.
pub(crate) fn day_end() -> Input {
    Input {
        origin: Origin::Venue,
        command: Command::EndTradingDay,
    }
}

/// Submits commands and the end of the trading day, and waits for the snapshot. The command that follows it.
pub(crate) fn end_day(opened: &mut Opened, commands: Vec<Input>) -> u64 {
    let mut reader = opened.events.reader(opened.events.end());
    opened.commands.submit_blocking(commands).unwrap();
    opened.commands.submit_blocking(vec![day_end()]).unwrap();
    let ended = |event: &&Event| matches!(event.body, EventBody::TradingDayEnded);
    let end = loop {
        let batch = wait(reader.next()).unwrap();
        if let Some(event) = batch.iter().map(|(_, event)| event).find(ended) {
            break event.cause.get();
        }
    };
    let made = opened.archive.wait_for(|status| {
        assert!(status.failure.is_none(), "{:?}", status.failure);
        status.snapshot.is_some_and(|made| made.get() > end)
    });
    wait(made).unwrap();
    end + 1
}

pub(crate) fn cut(path: &Path, bytes: u64) {
    fs::OpenOptions::new()
        .write(true)
        .open(path)
        .unwrap()
        .set_len(bytes)
        .unwrap();
}

/// Changes one bit of a file.
pub(crate) fn flip(path: &Path, byte: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 1 << (byte % 8);
    fs::write(path, bytes).unwrap();
}

/// How many commands [`set_up`] has.
pub(crate) fn set_up_commands() -> u64 {
    u64::try_from(set_up().len()).unwrap()
}

/// The number of the command that caused the last of these events.
pub(crate) fn last_cause(events: &[Event]) -> u64 {
    events.last().map_or(0, |event| event.cause.get())
}

/// A directory in memory where there is one, so that a test of thousands of starts does not wait
/// thousands of times for the disk; else on disk.
pub(crate) fn memory() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}
