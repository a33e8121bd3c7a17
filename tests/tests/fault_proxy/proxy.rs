//! The wire between members and the venue: carries messages one by one, each to its fate.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use fix_codec::frame::{Framing, next_frame};
use rustix::net::sockopt;
use tests::random::Random;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::plan::Fate;

/// The longest message that is told from garbage, in bytes.
const MESSAGE_MAX: usize = 1 << 16;

/// The wire. It is cut when this is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
    server: JoinHandle<()>,
}

/// What all connections share.
#[derive(Debug, Default)]
struct State {
    holds: AtomicBool,
    faults: AtomicU64,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Proxy {
    /// A wire to `venue`, as bad as `random` makes it.
    pub(crate) async fn start(venue: SocketAddr, mut random: Random) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        let server = tokio::spawn(async move {
            let mut count = 0;
            while let Ok((member, _)) = listener.accept().await {
                count += 1;
                let (state, random) = (Arc::clone(&shared), random.fork());
                // That a connection breaks is what this is for.
                tokio::spawn(async move { drop(carry(member, venue, random, count, state).await) });
            }
        });
        Self {
            address,
            state,
            server,
        }
    }

    /// Where members connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// From here on everything arrives. How many faults there were.
    pub(crate) fn hold(&self) -> u64 {
        self.state.holds.store(true, Ordering::Relaxed);
        self.state.faults.load(Ordering::Relaxed)
    }
}

async fn carry(
    member: TcpStream,
    venue: SocketAddr,
    mut random: Random,
    count: u64,
    state: Arc<State>,
) -> io::Result<()> {
    let venue = TcpStream::connect(venue).await?;
    for stream in [&member, &venue] {
        stream.set_nodelay(true)?;
        // Closed without a farewell: what is still on its way is lost.
        sockopt::set_socket_linger(stream, Some(Duration::ZERO))?;
    }
    let (from_member, to_member) = member.into_split();
    let (from_venue, to_venue) = venue.into_split();
    let lane = |name, random| Lane {
        name: format!("connection {count}, {name}"),
        random,
        state: Arc::clone(&state),
        number: 0,
        swapped: None,
    };
    let up = lane("to the venue", random.fork()).run(from_member, to_venue);
    let down = lane("to the member", random.fork()).run(from_venue, to_member);
    let (up, down) = (tokio::spawn(up), tokio::spawn(down));
    // When one direction ends in a break, so does the other: both halves must go.
    let (ups, downs) = (up.abort_handle(), down.abort_handle());
    let until_broken = |lane: JoinHandle<io::Result<End>>, other: tokio::task::AbortHandle| async move {
        if !matches!(lane.await, Ok(Ok(End::HalfClosed))) {
            other.abort();
        }
    };
    tokio::join!(until_broken(up, downs), until_broken(down, ups));
    Ok(())
}

/// How a direction ended.
enum End {
    /// The whole connection is to end.
    Broken,
    /// Only this direction.
    HalfClosed,
}

/// One direction of a connection.
struct Lane {
    name: String,
    random: Random,
    state: Arc<State>,
    number: u64,
    /// A message that waits for the one behind it.
    swapped: Option<Vec<u8>>,
}

impl Lane {
    async fn run(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<End> {
        let mut buffer = Vec::new();
        loop {
            while let Some(message) = whole(&mut buffer) {
                if let Some(end) = self.forward(message, &mut to).await? {
                    return Ok(end);
                }
            }
            if from.read_buf(&mut buffer).await? == 0 {
                return Ok(End::Broken);
            }
        }
    }

    /// How the connection ends with it, if it does.
    async fn forward(
        &mut self,
        message: Vec<u8>,
        to: &mut OwnedWriteHalf,
    ) -> io::Result<Option<End>> {
        self.number += 1;
        let fate = if self.state.holds.load(Ordering::Relaxed) {
            Fate::Pass
        } else {
            Fate::draw(&mut self.random, message.len())
        };
        if fate != Fate::Pass {
            self.state.faults.fetch_add(1, Ordering::Relaxed);
            eprintln!("{}, message {}: {fate:?}", self.name, self.number);
        }
        let bytes = fate.applied(&message);
        if fate == Fate::Swap && self.swapped.is_none() {
            self.swapped = Some(bytes);
            return Ok(None);
        }
        let (at, pause) = fate.pause();
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        to.write_all(first).await?;
        if let Some(pause) = pause {
            tokio::time::sleep(pause).await;
        }
        to.write_all(second).await?;
        if let Some(swapped) = self.swapped.take() {
            to.write_all(&swapped).await?;
        }
        if fate == Fate::HalfClose {
            to.shutdown().await?;
            return Ok(Some(End::HalfClosed));
        }
        let breaks = matches!(fate, Fate::Reset(_) | Fate::Close);
        Ok(breaks.then_some(End::Broken))
    }
}

/// The first message in `buffer`, taken out of it.
fn whole(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    match next_frame(buffer, MESSAGE_MAX) {
        Framing::Incomplete => None,
        Framing::Message(frame) => {
            let length = frame.len();
            Some(buffer.drain(..length).collect())
        }
        Framing::Garbled { .. } => panic!("members and venue send whole messages"),
    }
}
