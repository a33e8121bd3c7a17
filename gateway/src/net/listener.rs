//! The listener: takes connections, finds out whose each is, and hands it to that session.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::rustls::ServerConfig;

use super::Connection;
use super::identify::{Unidentified, identify};
use super::tls;
use crate::identity::{Doorkeeper, Peer};
use crate::sessions::Registry;

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

/// How the listener encrypts at the moment; `None`: it does not.
pub(crate) type Encryption = watch::Receiver<Option<Arc<ServerConfig>>>;

/// Who decides about a new connection, and where it goes.
pub(crate) struct Reception {
    /// The sessions.
    pub(crate) registry: Arc<Registry>,
    /// Who may come as far as one.
    pub(crate) doorkeeper: Arc<Doorkeeper>,
    /// Asked for each new connection.
    pub(crate) encryption: Encryption,
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
        if let Err(closed) = self.reception.doorkeeper.greet(&peer) {
            tracing::debug!(%peer, %closed, "connection closed");
            return;
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            tracing::warn!(%peer, "too many connections: closed");
            return;
        };
        let Ok(stranger) = Arc::clone(&self.strangers).try_acquire_owned() else {
            tracing::warn!(%peer, "too many connections without a Logon: closed");
            return;
        };
        if let Err(error) = set_options(&stream) {
            tracing::debug!(%peer, %error, "the socket's options could not be set");
        }
        let (reception, logon_timeout) = (Arc::clone(&self.reception), self.logon_timeout);
        tokio::spawn(async move {
            // The handshake is part of the time for a Logon.
            let admitted = async {
                let connection = reception.secure(stream, peer).await;
                if let Some(connection) = connection {
                    reception.admit(connection.in_place(place)).await;
                }
            };
            if tokio::time::timeout(logon_timeout, admitted).await.is_err() {
                tracing::warn!(%peer, "no Logon in time: closed");
            }
            drop(stranger);
        });
    }
}

impl Reception {
    /// The connection, encrypted where the listener does that; `None` when the handshake failed.
    async fn secure(&self, stream: TcpStream, mut peer: Peer) -> Option<Connection> {
        let encryption = self.encryption.borrow().clone();
        let Some(encryption) = encryption else {
            return Some(Connection::new(stream).with_peer(peer));
        };
        match tls::accept(encryption, stream).await {
            Ok((stream, certificate)) => {
                peer.certificate = certificate;
                Some(Connection::new(stream).with_peer(peer))
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                tracing::debug!(%peer, "closed before it encrypted");
                None
            }
            Err(error) => {
                tracing::warn!(%peer, %error, "no TLS handshake: closed");
                self.doorkeeper.no_handshake(peer, &error.to_string());
                None
            }
        }
    }

    /// Finds out whose the connection is, and hands it over.
    async fn admit(&self, mut connection: Connection) {
        let peer = connection.peer();
        let name = match identify(&mut connection).await {
            Ok(name) => name,
            Err(Unidentified::Closed) => {
                tracing::debug!(%peer, "closed before its Logon");
                return;
            }
            Err(error) => {
                tracing::warn!(%peer, %error, "connection refused");
                return;
            }
        };
        if let Err(refused) = self.doorkeeper.admit(name, peer) {
            tracing::warn!(%peer, session = %name, %refused, "connection refused");
            return;
        }
        match self.registry.connect(name, connection) {
            Ok(()) => tracing::info!(%peer, session = %name, "connected"),
            Err(refused) => tracing::warn!(%peer, %refused, "connection refused"),
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
