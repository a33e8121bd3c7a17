//! The listener: takes connections, finds out whose each is, and hands it to that session.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use config::Config;
use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Connection;
use super::identify::{Unidentified, identify};
use super::tls::{self, Encryption};
use super::turnstile::Turnstile;
use crate::clock;
use crate::fix_log::FixLogs;
use crate::identity::{Closed, Doorkeeper, NotAdmitted, Peer};
use crate::limits::{GateLimits, OpenFiles, Sparse};
use crate::metrics::Metrics;
use crate::sessions::{About, Refusal, Refused, Registry, SessionEvent};

/// A silent connection is probed after this time, then at this interval, and given up after so many probes.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEPALIVE_PROBES: u32 = 3;

/// Connections that are taken in a row before sessions have their turn: a flood of them must not hold up who is in.
const IN_A_ROW: u32 = 8;

/// What the system holds of a client's bytes for it, at most; it doubles that, for what holding them costs. By itself it
/// would hold megabytes for each client that reads nothing, and each would be read, made and copied for nobody.
const SEND_BUFFER: usize = 256 * 1024;

/// How long to wait when the system is short of what a connection needs.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(20);

/// Who may connect, and how long each may take to log on.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Lets connections in.
    turnstile: Arc<Turnstile>,
    /// From the connection to a complete Logon.
    logon_timeout: Duration,
    /// How long a client may leave bytes unread, at the least, before the system gives its connection up.
    unsent_time: Duration,
}

impl Limits {
    /// As the configuration says, and as many connections as there may be open files: that limit is raised first.
    pub(crate) fn of(config: &Config) -> Self {
        let fix = &config.fix;
        let wanted = fix.max_connections;
        let connections = OpenFiles::raise().connections(wanted, config.sessions.len());
        if connections < wanted {
            tracing::warn!(
                wanted,
                connections,
                "fewer connections are taken than fix.max_connections says"
            );
        }
        let gate = GateLimits {
            connections,
            per_address: fix.max_connections_per_address,
            strangers: fix.max_connections_before_logon,
            rate: fix.max_connection_rate,
        };
        Self {
            turnstile: Turnstile::new(gate),
            logon_timeout: fix.logon_timeout,
            unsent_time: fix.max_unsent_time,
        }
    }
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
    /// Where those that are refused are logged.
    pub(crate) fix_logs: FixLogs,
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
            limits,
        };
        let mut shortages = Sparse::default();
        let mut in_a_row = 0;
        loop {
            let accepted = tokio::select! {
                _ = draining.wait_for(|draining| *draining) => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    doorway.receive(stream, peer);
                    in_a_row += 1;
                    if in_a_row == IN_A_ROW {
                        in_a_row = 0;
                        tokio::task::yield_now().await;
                    }
                }
                // The peer's fault or a passing shortage (descriptors): make room, wait a moment, then go on.
                Err(error) => {
                    doorway.limits.turnstile.make_room();
                    let (error, unsaid) = (&error, shortages.happened(clock::now()));
                    let event = SessionEvent::NotAccepted { error, unsaid };
                    event.tell(&About::default(), &doorway.reception.metrics);
                    tokio::time::sleep(SHORTAGE_PAUSE).await;
                }
            }
        }
    }
}

/// Where new connections are looked at.
struct Doorway {
    reception: Arc<Reception>,
    limits: Limits,
}

impl Doorway {
    /// Looks after a new connection, unless there are too many already: then it is closed at once.
    fn receive(&self, stream: TcpStream, address: SocketAddr) {
        let peer = Peer::at(address);
        let visit = Visit::of(peer, &self.reception);
        visit.tell(SessionEvent::ConnectionAccepted);
        if let Err(closed) = self.reception.doorkeeper.greet(&peer) {
            return visit.refused(why_closed(closed), &closed);
        }
        let (place, stranger) = match self.limits.turnstile.enter(address) {
            Ok(inside) => inside,
            Err((reason, unsaid)) => return visit.turned_away(reason, unsaid),
        };
        if let Err(error) = set_options(&stream, self.limits.unsent_time) {
            tracing::debug!(%peer, %error, "the socket's options could not be set");
        }
        let (reception, logon_timeout) = (Arc::clone(&self.reception), self.limits.logon_timeout);
        tokio::spawn(async move {
            // The handshake is part of the time for a Logon.
            let admitted = async {
                let connection = reception.secure(stream, peer, &visit).await;
                if let Some(connection) = connection {
                    reception.admit(connection.in_place(place), &visit).await;
                }
            };
            let admitted = tokio::time::timeout(logon_timeout, admitted);
            match stranger.stay(admitted).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => visit.refused(Refusal::LogonTimeout, &"no Logon in time"),
                Err(unsaid) => visit.turned_away(Refusal::TooManyStrangers, unsaid),
            }
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
            Err(error) => {
                let reason = why_unidentified(&error);
                return visit.refused_after(reason, &error, &connection.incoming);
            }
        };
        if let Err(refused) = self.doorkeeper.admit(name, peer) {
            let (reason, detail) = (why_closed(refused), format!("{name}: {refused}"));
            return visit.refused_after(reason, &detail, &connection.incoming);
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
/// were agreed on; one that takes nothing of what is sent, too.
fn set_options(stream: &TcpStream, unsent_time: Duration) -> io::Result<()> {
    stream.set_nodelay(true)?;
    sockopt::set_socket_send_buffer_size(stream, SEND_BUFFER)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, KEEPALIVE_IDLE)?;
    sockopt::set_tcp_keepintvl(stream, KEEPALIVE_INTERVAL)?;
    sockopt::set_tcp_keepcnt(stream, KEEPALIVE_PROBES)?;
    // This holds for the bytes that the system has taken over, and for probes as well: never before those are through.
    let given_up = unsent_time.max(KEEPALIVE_IDLE + KEEPALIVE_INTERVAL * KEEPALIVE_PROBES);
    let millis = u32::try_from(given_up.as_millis()).unwrap_or(u32::MAX);
    sockopt::set_tcp_user_timeout(stream, millis)?;
    Ok(())
}

/// A connection that has no session yet, as it is told of.
struct Visit {
    peer: SocketAddr,
    metrics: Metrics,
    fix_logs: FixLogs,
}

impl Visit {
    fn of(peer: Peer, reception: &Reception) -> Self {
        Self {
            peer: peer.address,
            metrics: reception.metrics.clone(),
            fix_logs: reception.fix_logs.clone(),
        }
    }

    fn tell(&self, event: SessionEvent<'_>) {
        let about = About {
            peer: Some(self.peer),
            ..About::default()
        };
        event.tell(&about, &self.metrics);
    }

    /// One too many: told once a second at most, and counted each time.
    fn turned_away(&self, reason: Refusal, unsaid: Option<u64>) {
        self.tell(SessionEvent::TurnedAway { reason, unsaid });
    }

    fn refused(&self, reason: Refusal, detail: &dyn Display) {
        self.tell(SessionEvent::ConnectionRefused { reason, detail });
    }

    /// As [`Visit::refused`], of a connection from which these bytes have come.
    fn refused_after(&self, reason: Refusal, detail: &dyn Display, first: &[u8]) {
        self.fix_logs.refused(&self.peer, detail, first);
        self.refused(reason, detail);
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
