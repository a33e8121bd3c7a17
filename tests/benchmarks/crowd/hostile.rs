//! Connections that mean no good, of every kind in turn. Each begins anew when the venue has closed it.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::ValueEnum as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::super::clock::{Nanos, SECOND};
use super::super::say::Thousands;
use super::arguments::Size;
use super::ground;
use super::member::Voice;

/// A kind of hostile client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Kind {
    /// Sends a Logon byte by byte.
    Drop,
    /// Sends what is no FIX at all.
    Noise,
    /// Comes in the name of a session that is in use.
    Double,
    /// Comes in a name that nobody has.
    Nobody,
    /// Guesses a password.
    Guess,
    /// A member that asks for everything again, and reads nothing.
    Deaf,
    /// A member that starts its numbers again without end.
    Restless,
    /// A member that says as much as it may, reads none of the answers, and at the last announces more than it may.
    Verbose,
}

impl Kind {
    /// Those that there are.
    pub(super) fn among(only: Option<Self>) -> Vec<Self> {
        only.map_or_else(|| Self::value_variants().to_vec(), |only| vec![only])
    }
}

/// Orders that a member gone wrong has answered, to have something to ask for again.
const ORDERS: usize = 100;

/// Bytes of a TestReqID(112) that is nearly as long as a message may be.
const LONG: usize = 60 * 1024;

/// The hostile at work. Dropping it ends them.
#[derive(Debug)]
pub(super) struct Hostile {
    _tasks: JoinSet<()>,
    deeds: Arc<Deeds>,
    size: Size,
}

/// What they have done.
#[derive(Debug, Default)]
struct Deeds {
    connections: AtomicU64,
    closed: AtomicU64,
    requests: AtomicU64,
}

/// What they had done at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    connections: u64,
    closed: u64,
    requests: u64,
}

/// What they did in a second.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rates(Done);

impl Hostile {
    /// Begins with all of them.
    pub(super) fn begin(venue: SocketAddr, size: Size) -> Self {
        let deeds = Arc::new(Deeds::default());
        let mut tasks = JoinSet::new();
        let kinds = Kind::among(size.only);
        for (number, kind) in (0..size.hostile).zip(kinds.iter().cycle()) {
            let client = Client {
                venue,
                number,
                kind: *kind,
                of_kind: number / kinds.len(),
                pause: size.pause,
                deeds: Arc::clone(&deeds),
            };
            tasks.spawn(async move {
                // Spread over the pause, as they would be.
                let part = u32::try_from(number % 100).unwrap_or(0);
                sleep(client.pause * part / 100).await;
                loop {
                    // The venue closes it: that is what it is for.
                    drop(client.live().await);
                    client.deeds.closed.fetch_add(1, Ordering::Relaxed);
                    sleep(client.pause).await;
                }
            });
        }
        Self {
            _tasks: tasks,
            deeds,
            size,
        }
    }

    /// Waits until as many connections were opened as there are hostile clients.
    pub(super) async fn in_full(&self) {
        let wanted = u64::try_from(self.size.hostile).unwrap_or(u64::MAX);
        while self.deeds.connections.load(Ordering::Relaxed) < wanted {
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// What they have done so far.
    pub(super) fn done(&self) -> Done {
        let Deeds {
            connections,
            closed,
            requests,
        } = &*self.deeds;
        let [connections, closed, requests] =
            [connections, closed, requests].map(|count| count.load(Ordering::Relaxed));
        Done {
            connections,
            closed,
            requests,
        }
    }

    /// Ends them.
    pub(super) fn end(self) {
        drop(self);
    }
}

impl Done {
    /// What was done in a second since then, which is so long ago.
    pub(super) fn since(&self, then: &Self, ago: Nanos) -> Rates {
        let rate = |now: u64, then: u64| (now - then) * SECOND / ago.max(1);
        Rates(Self {
            connections: rate(self.connections, then.connections),
            closed: rate(self.closed, then.closed),
            requests: rate(self.requests, then.requests),
        })
    }
}

impl fmt::Display for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Done {
            connections,
            closed,
            requests,
        } = self.0;
        write!(
            f,
            "{} connections opened and {} closed in a second, {} requests",
            Thousands(connections),
            Thousands(closed),
            Thousands(requests)
        )
    }
}

/// One of them.
struct Client {
    venue: SocketAddr,
    number: usize,
    kind: Kind,
    /// Its number among those of its kind.
    of_kind: usize,
    pause: Duration,
    deeds: Arc<Deeds>,
}

impl Client {
    /// One connection, until it is closed.
    async fn live(&self) -> io::Result<()> {
        let stream = self.connect().await?;
        self.deeds.connections.fetch_add(1, Ordering::Relaxed);
        let of_kind = self.of_kind;
        match self.kind {
            Kind::Drop => self.by_the_drop(stream).await,
            Kind::Noise => say(stream, &[0xA5; 4_096]).await,
            // Without a password it would get a session that is not in use.
            Kind::Double => say(stream, &reset(ground::idle(of_kind))).await,
            Kind::Nobody => say(stream, &reset(format!("NOBODY{of_kind}"))).await,
            Kind::Guess => say(stream, &Voice::new(ground::GUARDED.to_owned()).guess()).await,
            Kind::Deaf => self.deaf(stream).await,
            Kind::Restless => self.restless(stream).await,
            Kind::Verbose => self.verbose(stream).await,
        }
    }

    /// From one of many addresses: 127.1.X.Y, eight connections each.
    async fn connect(&self) -> io::Result<TcpStream> {
        let [.., x, y] = (self.number / 8 + 1).to_be_bytes();
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4096)?;
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 1, x, y), 0)))?;
        socket.connect(self.venue).await
    }

    async fn by_the_drop(&self, mut stream: TcpStream) -> io::Result<()> {
        for byte in b"8=FIX.4.4\x019=4000\x0135=A\x01"
            .iter()
            .chain(std::iter::repeat(&b'x'))
        {
            stream.write_all(&[*byte]).await?;
            sleep(self.pause).await;
        }
        Ok(())
    }

    async fn deaf(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut voice = Voice::new(ground::deaf(self.of_kind));
        stream.write_all(&voice.logon(30, true)).await?;
        for _ in 0..ORDERS {
            stream.write_all(&voice.order()).await?;
        }
        loop {
            self.request(&mut stream, &voice.resend_request()).await?;
        }
    }

    async fn restless(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut voice = Voice::new(ground::restless(self.of_kind));
        loop {
            self.request(&mut stream, &voice.start_again()).await?;
        }
    }

    async fn verbose(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut voice = Voice::new(ground::verbose(self.of_kind));
        stream.write_all(&voice.logon(30, true)).await?;
        for _ in 0..8 {
            self.request(&mut stream, &voice.test_request(LONG)).await?;
        }
        say(stream, b"8=FIX.4.4\x019=999999999\x0135=D\x01").await
    }

    async fn request(&self, stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
        stream.write_all(bytes).await?;
        self.deeds.requests.fetch_add(1, Ordering::Relaxed);
        sleep(self.pause).await;
        Ok(())
    }
}

/// A Logon that starts the numbers again.
fn reset(comp_id: String) -> Vec<u8> {
    Voice::new(comp_id).logon(30, true)
}

/// Says this, and waits for the end.
async fn say(mut stream: TcpStream, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    let mut buffer = [0; 512];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
