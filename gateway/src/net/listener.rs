//! The listener: takes connections, finds out whose each is, and hands it to that session.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use super::Connection;
use super::identify::{Unidentified, identify};
use crate::sessions::Registry;

/// Connections that may be taking their time over a Logon at once. More are closed as they come.
const UNIDENTIFIED_LIMIT: usize = 1024;

/// How long to wait when the system is short of what a connection needs.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(20);

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
        registry: Arc<Registry>,
        logon_timeout: Duration,
        mut draining: watch::Receiver<bool>,
    ) {
        let places = Arc::new(Semaphore::new(UNIDENTIFIED_LIMIT));
        loop {
            let accepted = tokio::select! {
                _ = draining.wait_for(|draining| *draining) => return,
                accepted = self.socket.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => match Arc::clone(&places).try_acquire_owned() {
                    Ok(place) => {
                        let registry = Arc::clone(&registry);
                        tokio::spawn(async move {
                            admit(stream, peer, &registry, logon_timeout).await;
                            drop(place);
                        });
                    }
                    Err(_) => tracing::warn!(%peer, "too many connections without a Logon: closed"),
                },
                // The peer's fault or a passing shortage (descriptors): wait a moment, then go on.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(SHORTAGE_PAUSE).await;
                }
            }
        }
    }
}

async fn admit(stream: TcpStream, peer: SocketAddr, registry: &Registry, logon_timeout: Duration) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "TCP_NODELAY could not be set");
    }
    let mut connection = Connection::new(stream);
    let identified = tokio::time::timeout(logon_timeout, identify(&mut connection)).await;
    match identified {
        Ok(Ok(name)) => match registry.connect(name, connection) {
            Ok(()) => tracing::info!(%peer, session = %name, "connected"),
            Err(refused) => tracing::warn!(%peer, %refused, "connection refused"),
        },
        Ok(Err(Unidentified::Closed)) => tracing::debug!(%peer, "closed before its Logon"),
        Ok(Err(error)) => tracing::warn!(%peer, %error, "connection refused"),
        Err(_) => tracing::warn!(%peer, "no Logon in time: closed"),
    }
}
