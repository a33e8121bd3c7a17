//! The listener: takes connections, finds out whose each is, and hands it to that session.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::Connection;
use super::identify::{Unidentified, identify};
use super::tls::{self, Encryption};
use crate::identity::{Closed, Doorkeeper, NotAdmitted, Peer};
use crate::metrics::Metrics;
use crate::sessions::{About, Refusal, Refused, Registry, SessionEvent};

/// Connections that may be taking their time over a Logon at once, so that strangers leave room for members.
const STRANGERS_LIMIT: usize = 256;

/// A silent connection is probed after this time, then at this interval, and given up after so many probes.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_PROBES: u32 = 3;

/// How long to wait when the system is short of what a connection needs.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(20);

/// How many connections there may be, and how long each may take to log on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Connections at one time.
    pub(crate) connections: usize,
    /// From the connection to a complete Logon.
    pub(crate) logon_timeout: Duration,
}

/// Who decides about a new connection, and where it goes.
pub(crate) struct Reception {
    /// The sessions.
    pub(crate) registry: Arc<Registry>,
    /// Who may come as far as one.
    pub(crate) doorkeeper: Arc<Doorkeeper>,
    /// How the listener encrypts, asked for each new connection; `None`: it does not.
    pub(crate) encryption: watch::Receiver<Option<Arc<Encryption>>>,
    /// Where connections are counted.
    pub(crate) metrics: Metrics,
}

/// A bound socket that takes FIX connections.
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds to `address`; port 0 lets the system choose.
    pub(crate) async fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes connections until the venue drains.
    pub(crate) async fn run(
        self,
        reception: Reception,
        limits: Limits,
        mut draining: watch::Receiver<bool>,
    ) {
        let doorway = Doorway {
            reception: Arc::new(reception),
            logon_timeout: limits.logon_timeout,
            places: Arc::new(Semaphore::new(limits.connections)),
            strangers: Arc::new(Semaphore::new(STRANGERS_LIMIT)),
        };
        loop {
            let accepted = tokio::select! {
                _ = draining.wait_for(|draining| *draining) => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => doorway.receive(stream, peer),
                // The peer's fault or a passing shortage (descriptors): wait a moment, then go on.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(SHORTAGE_PAUSE).await;
                }
            }
        }
    }
}

/// Where new connections are looked at.
struct Doorway {
    reception: Arc<Reception>,
    logon_timeout: Duration,
    places: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
}

impl Doorway {
    /// Looks after a new connection, unless there are too many already: then it is closed at once.
    fn receive(&self, stream: TcpStream, address: SocketAddr) {
        let peer = Peer::at(address);
        let visit = Visit::of(peer, &self.reception.metrics);
        visit.tell(SessionEvent::ConnectionAccepted);
        if let Err(closed) = self.reception.doorkeeper.greet(&peer) {
            return visit.refused(why_closed(closed), &closed);
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let detail = "there are as many connections as there may be";
            return visit.refused(Refusal::TooManyConnections, &detail);
        };
        let Ok(stranger) = Arc::clone(&self.strangers).try_acquire_owned() else {
            let detail = "there are as many connections without a Logon as there may be";
            return visit.refused(Refusal::TooManyStrangers, &detail);
        };
        if let Err(error) = set_options(&stream) {
            tracing::debug!(%peer, %error, "the socket's options could not be set");
        }
        let (reception, logon_timeout) = (Arc::clone(&self.reception), self.logon_timeout);
        tokio::spawn(async move {
            // The handshake is part of the time for a Logon.
            let admitted = async {
                let connection = reception.secure(stream, peer, &visit).await;
                if let Some(connection) = connection {
                    reception.admit(connection.in_place(place), &visit).await;
                }
            };
            if tokio::time::timeout(logon_timeout, admitted).await.is_err() {
                visit.refused(Refusal::LogonTimeout, &"no Logon in time");
            }
            drop(stranger);
        });
    }
}

impl Reception {
    /// The connection, encrypted where the listener does that; `None` when the handshake failed.
    async fn secure(&self, stream: TcpStream, mut peer: Peer, visit: &Visit) -> Option<Connection> {
        let encryption = self.encryption.borrow().clone();
        let Some(encryption) = encryption else {
            return Some(Connection::new(stream).with_peer(peer));
        };
        match tls::accept(&encryption, stream).await {
            Ok((stream, certificate)) => {
                peer.certificate = certificate;
                Some(Connection::new(stream).with_peer(peer))
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                visit.refused(Refusal::Closed, &"closed before it encrypted");
                None
            }
            Err(error) => {
                visit.refused(Refusal::NoHandshake, &error);
                self.doorkeeper.no_handshake(peer, &error.to_string());
                None
            }
        }
    }

    /// Finds out whose the connection is, and hands it over.
    async fn admit(&self, mut connection: Connection, visit: &Visit) {
        let peer = connection.peer();
        let name = match identify(&mut connection).await {
            Ok(name) => name,
            Err(error) => return visit.refused(why_unidentified(&error), &error),
        };
        if let Err(refused) = self.doorkeeper.admit(name, peer) {
            return visit.refused(why_closed(refused), &format_args!("{name}: {refused}"));
        }
        if let Err(refused) = self.registry.connect(name, connection) {
            let reason = match refused {
                Refused::Unknown(_) => Refusal::UnknownCompId,
                Refused::Busy(_) => Refusal::SessionInUse,
            };
            visit.refused(reason, &refused);
        }
    }
}

/// Small messages leave at once, and a client that has vanished without a word is noticed, whatever heartbeats
/// were agreed on.
fn set_options(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(stream, KEEPALIVE_INTERVAL)?;
    sockopt::set_tcp_keepcnt(stream, KEEPALIVE_PROBES)?;
    Ok(())
}

/// A connection that has no session yet, as it is told of.
struct Visit {
    peer: SocketAddr,
    metrics: Metrics,
}

impl Visit {
    fn of(peer: Peer, metrics: &Metrics) -> Self {
        Self {
            peer: peer.address,
            metrics: metrics.clone(),
        }
    }

    fn tell(&self, event: SessionEvent<'_>) {
        let about = About {
            peer: Some(self.peer),
            ..About::default()
        };
        event.tell(&about, &self.metrics);
    }

    fn refused(&self, reason: Refusal, detail: &dyn Display) {
        self.tell(SessionEvent::ConnectionRefused { reason, detail });
    }
}

fn why_unidentified(error: &Unidentified) -> Refusal {
    match error {
        Unidentified::Broken(_) => Refusal::Broken,
        Unidentified::Closed => Refusal::Closed,
        Unidentified::NoLogon | Unidentified::Garbled(_) => Refusal::NotAMessage,
        Unidentified::Nameless(_) => Refusal::UnknownCompId,
    }
}

fn why_closed(closed: Closed) -> Refusal {
    match closed {
        Closed::Locked(_) => Refusal::Locked,
        Closed::NotAdmitted(NotAdmitted::Unknown) => Refusal::UnknownCompId,
        Closed::NotAdmitted(NotAdmitted::Address) => Refusal::Address,
        Closed::NotAdmitted(NotAdmitted::Certificate) => Refusal::Certificate,
    }
}
