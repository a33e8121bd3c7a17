//! Connections that mean no good, of every kind in turn. Each begins anew when the venue has closed it.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::arguments::Size;
use super::ground;
use super::member::Voice;

/// Kinds of hostile connections.
pub(super) const KINDS: usize = 5;

/// Between two bytes, two requests, two connections.
const PAUSE: Duration = Duration::from_millis(500);

/// Orders that a member gone wrong has answered, to have something to ask for again.
const ORDERS: usize = 100;

/// The hostile at work. Dropping it ends them.
#[derive(Debug)]
pub(super) struct Hostile {
    tasks: JoinSet<()>,
    deeds: Arc<Deeds>,
    wanted: u64,
}

/// What they have done.
#[derive(Debug, Default)]
struct Deeds {
    connections: AtomicU64,
    closed: AtomicU64,
    requests: AtomicU64,
}

impl Hostile {
    /// Begins with all of them.
    pub(super) fn begin(venue: SocketAddr, size: Size) -> Self {
        let deeds = Arc::new(Deeds::default());
        let mut tasks = JoinSet::new();
        for number in 0..size.hostile {
            let deeds = Arc::clone(&deeds);
            tasks.spawn(async move {
                // Spread over the pause, as they would be.
                let part = u32::try_from(number % 100).unwrap_or(0);
                sleep(PAUSE * part / 100).await;
                loop {
                    // The venue closes it: that is what it is for.
                    drop(one(venue, number, &deeds).await);
                    deeds.closed.fetch_add(1, Ordering::Relaxed);
                    sleep(PAUSE).await;
                }
            });
        }
        Self {
            tasks,
            deeds,
            wanted: u64::try_from(size.hostile).unwrap_or(u64::MAX),
        }
    }

    /// Waits until as many connections were opened as there are hostile clients.
    pub(super) async fn in_full(&self) {
        while self.deeds.connections.load(Ordering::Relaxed) < self.wanted {
            sleep(PAUSE / 10).await;
        }
    }

    /// Ends them, and says what they did.
    pub(super) fn end(mut self) -> impl fmt::Display {
        self.tasks.abort_all();
        let [connections, closed, requests] = [
            &self.deeds.connections,
            &self.deeds.closed,
            &self.deeds.requests,
        ]
        .map(|count| count.load(Ordering::Relaxed));
        format!("{connections} opened, {closed} ended, {requests} resends asked for and not read")
    }
}

/// One connection, until it is closed.
async fn one(venue: SocketAddr, number: usize, deeds: &Deeds) -> io::Result<()> {
    let stream = connect(venue, number).await?;
    deeds.connections.fetch_add(1, Ordering::Relaxed);
    match number % KINDS {
        0 => by_the_drop(stream).await,
        1 => noise(stream).await,
        2 => until_closed(stream).await,
        3 => somebody_else(stream, number).await,
        _ => deaf(stream, number / KINDS, deeds).await,
    }
}

/// From one of many addresses: 127.1.X.Y, eight connections each.
async fn connect(venue: SocketAddr, number: usize) -> io::Result<TcpStream> {
    let [.., x, y] = (number / 8 + 1).to_be_bytes();
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    socket.bind(SocketAddr::from((Ipv4Addr::new(127, 1, x, y), 0)))?;
    socket.connect(venue).await
}

/// A Logon that comes byte by byte.
async fn by_the_drop(mut stream: TcpStream) -> io::Result<()> {
    for byte in b"8=FIX.4.4\x019=4000\x0135=A\x01"
        .iter()
        .chain(std::iter::repeat(&b'x'))
    {
        stream.write_all(&[*byte]).await?;
        sleep(PAUSE).await;
    }
    Ok(())
}

/// What is no FIX at all.
async fn noise(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(&[0xA5; 4_096]).await?;
    until_closed(stream).await
}

/// A Logon in the name of a session that is in use. Without a password it would get one that is not.
async fn somebody_else(mut stream: TcpStream, number: usize) -> io::Result<()> {
    let mut voice = Voice::new(ground::idle(number / KINDS));
    stream.write_all(&voice.logon(30, true)).await?;
    until_closed(stream).await
}

/// A member that asks for everything again, and reads nothing.
async fn deaf(mut stream: TcpStream, number: usize, deeds: &Deeds) -> io::Result<()> {
    let mut voice = Voice::new(ground::gone_wrong(number));
    stream.write_all(&voice.logon(30, true)).await?;
    for _ in 0..ORDERS {
        stream.write_all(&voice.order()).await?;
    }
    loop {
        stream.write_all(&voice.resend_request()).await?;
        deeds.requests.fetch_add(1, Ordering::Relaxed);
        sleep(PAUSE).await;
    }
}

async fn until_closed(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 512];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
