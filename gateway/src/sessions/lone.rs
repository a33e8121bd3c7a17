//! For tests: one session with a market of its own, and nobody who brings its mail.

use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use engine::{Command, CommandNumber, EventBody, Input, Origin, SessionName};
use sequencer::{CommandSender, EventLog, EventPosition, EventReader, Running};
use tempfile::TempDir;
use tokio::io::{
    AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, duplex,
};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::turns::Turns;
use super::{Control, Desk, Drained, Mail, Observers, Registry, Seats};
use crate::audit::Audit;
use crate::clock::{self, SystemClock};
use crate::fix_log::FixLogs;
use crate::identity::Doorkeeper;
use crate::layout::Layout;
use crate::metrics::Metrics;
use crate::net::{Connection, Stream};
use crate::trading_status::Board;

/// Only a failing test waits that long.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// Room for all that a client of a test leaves unread.
const PIPE_BYTES: usize = 1024 * 1024;

const CONFIG: &str = r#"[venue]
comp_id = "PIT"
[fix]
listen = "127.0.0.1:0"
[fix_log]
enabled = false
[[instruments]]
symbol = "TEST.A"
test = true
currency = "USD"
tick = "0.01"
max_order_quantity = 10
[[firms]]
name = "ALDER"
kind = "broker"
[[accounts]]
name = "acme:1"
firm = "ALDER"
[[sessions]]
comp_id = "OMS"
firm = "ALDER"
role = "order_entry"
default_account = "acme:1"
"#;

/// The session OMS of the venue PIT.
pub(super) struct Lone {
    pub(super) registry: Arc<Registry>,
    doorkeeper: Arc<Doorkeeper>,
    /// Its configuration.
    text: String,
    events: EventLog,
    commands: CommandSender,
    pub(super) board: Arc<Board>,
    /// Where it stands in line to start its numbers again.
    pub(super) resets: Turns,
    draining: watch::Sender<bool>,
    tasks: JoinSet<anyhow::Result<()>>,
    _running: Running,
    folder: TempDir,
}

impl Lone {
    /// Opens the session, which has these keys besides.
    pub(super) async fn open(keys: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let text = format!("{CONFIG}{keys}");
        let config = config::parse(&text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let options = sequencer::Options::new(layout.journal());
        let opened = sequencer::open(&options, SystemClock).unwrap();
        let metrics = Metrics::none();
        let (audit, _) = Audit::open(&layout.audit()).unwrap();
        let doorkeeper = Doorkeeper::open(&config, &layout, &audit, &metrics).unwrap();
        let seats = Seats::open(&config, &layout, &opened).unwrap();
        let board = Board::new(
            &opened.engine_view,
            opened.events.end(),
            opened.events.clone(),
            &config.trading_calendars,
        );
        let commands = config.commands().into_iter();
        let commands: Vec<_> = commands
            .map(|command| Input {
                origin: Origin::Venue,
                command,
            })
            .collect();
        opened.commands.submit(commands).await.unwrap();
        let (draining, drain) = watch::channel(false);
        let (guard, _) = Drained::new();
        let registry = Arc::new(Registry::default());
        let mut tasks = JoinSet::new();
        let board = Arc::new(board);
        let desk = Desk::new(opened.commands.clone(), Arc::clone(&board), guard);
        seats.take_up(
            &desk,
            &doorkeeper,
            &registry,
            &drain,
            &Observers::new(&metrics, &FixLogs::default()),
            &mut tasks,
        );
        Self {
            registry,
            doorkeeper,
            text,
            events: opened.events,
            commands: opened.commands,
            board,
            resets: desk.resets.clone(),
            draining,
            tasks,
            _running: opened.running,
            folder,
        }
    }

    /// Takes the session out of the configuration, and tells it so.
    pub(super) async fn remove(&self, why: &'static str) {
        self.admit_as(&self.text.replace("\"OMS\"", "\"OTHER\""));
        let removed = Control::Remove(why);
        self.registry.control(&Self::name(), removed).await;
    }

    /// The venue takes no more orders, brings no more mail, and waits for the session's end.
    pub(super) async fn stop(&mut self) {
        self.draining.send(true).unwrap();
        self.registry.close();
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap().unwrap();
        }
    }

    /// Lets its client in again.
    pub(super) fn restore(&self) {
        self.admit_as(&self.text);
    }

    fn admit_as(&self, text: &str) {
        let config = config::parse(text, "f").unwrap_or_else(|mistakes| panic!("{mistakes}"));
        self.doorkeeper
            .replace(self.doorkeeper.prepare(&config).unwrap());
    }

    /// The session's name.
    pub(super) fn name() -> SessionName {
        SessionName::new("OMS").unwrap()
    }

    /// The events from here on.
    pub(super) fn reader(&self) -> EventReader {
        self.events.reader(self.events.end())
    }

    /// All events.
    pub(super) fn all(&self) -> EventReader {
        self.events.reader(EventPosition::START)
    }

    /// Has the market carry this command out, and brings nothing of it.
    pub(super) async fn submit(&self, command: Command) -> CommandNumber {
        let origin = Origin::Venue;
        let input = Input { origin, command };
        self.commands.submit_numbered(input).await.unwrap()
    }

    /// Brings what `events` has up to and with this command to the board, and to the session where it follows that.
    pub(super) async fn bring(&self, command: Command, events: &mut EventReader) {
        let number = self.submit(command).await;
        loop {
            let next = tokio::time::timeout(PATIENCE, events.next()).await;
            let batch = next.expect("the market hears nothing").unwrap();
            let news = self.board.note(&batch);
            let picks: Vec<_> = (0..batch.events().len())
                .filter(|place| news.is_at(*place) && news.followers.contains(&Self::name()))
                .collect();
            let done = batch.events().iter().any(|event| event.cause == number);
            if !picks.is_empty() {
                let mail = self.registry.mail(&Self::name()).unwrap();
                let sent = mail.send(Mail::Events { batch, picks }).await;
                sent.unwrap();
            }
            if done {
                return;
            }
        }
    }

    /// Where its store is.
    pub(super) fn store(&self) -> PathBuf {
        Layout::new(self.folder.path()).session(&Self::name())
    }

    /// A client that has connected and sent these messages, without header, as in `A|34=1|98=0|108=30`.
    pub(super) async fn connect(&self, messages: &[&str]) -> DuplexStream {
        self.connect_breaking(messages, None).await
    }

    /// The same; its connection breaks when it is sent these bytes.
    pub(super) async fn connect_breaking(
        &self,
        messages: &[&str],
        at: Option<&'static str>,
    ) -> DuplexStream {
        let (mut client, inner) = duplex(PIPE_BYTES);
        let ours = Breaking { inner, at };
        for fields in messages {
            client.write_all(&message(fields)).await.unwrap();
        }
        let connected = self.registry.connect(Self::name(), Connection::new(ours));
        connected.unwrap();
        client
    }
}

impl Stream for Breaking {
    fn late_error(&self) -> Option<io::Error> {
        None
    }

    fn ends_with_bytes(&self) -> bool {
        false
    }
}

/// A stream that breaks in the middle of a write.
struct Breaking {
    inner: DuplexStream,
    at: Option<&'static str>,
}

impl AsyncRead for Breaking {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl AsyncWrite for Breaking {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let text = String::from_utf8_lossy(bytes);
        if self.at.is_some_and(|at| text.contains(at)) {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

/// A message of the client, with what is missing of `fields`.
pub(super) fn message(fields: &str) -> Vec<u8> {
    let (msg_type, fields) = fields.split_once('|').unwrap();
    let time = clock::now().format("%Y%m%d-%H:%M:%S%.6f");
    let body = format!("35={msg_type}|49=OMS|56=PIT|52={time}|{fields}|").replace('|', "\u{1}");
    let mut text = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len());
    let sum = text.bytes().fold(0_u8, u8::wrapping_add);
    text.push_str(&format!("10={sum:03}\u{1}"));
    text.into_bytes()
}

/// What the client reads up to and with a message of this type, with `|` for delimiters.
pub(super) async fn until(client: &mut DuplexStream, msg_type: &str) -> String {
    let wanted = format!("|35={msg_type}|");
    let mut all = String::new();
    while !(all.contains(&wanted) && all.ends_with('|')) {
        let mut buffer = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, client.read(&mut buffer)).await;
        let read = read.unwrap_or_else(|_| panic!("nothing comes after {all:?}"));
        let read = read.unwrap();
        assert!(read > 0, "the connection ends after {all:?}");
        all.push_str(&String::from_utf8_lossy(&buffer[..read]).replace('\u{1}', "|"));
    }
    all
}

/// Why the market was told that the client is gone, when it is.
pub(super) async fn gone(events: &mut EventReader) -> engine::DisconnectCause {
    loop {
        let next = tokio::time::timeout(PATIENCE, events.next()).await;
        let batch = next.expect("the market hears nothing").unwrap();
        for event in batch.events() {
            if let EventBody::SessionDisconnected { why, .. } = &event.body {
                return *why;
            }
        }
    }
}
