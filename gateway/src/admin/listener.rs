//! The socket of the operators' channel: made so that nobody else reaches it, with a limit on connections and on how long
//! each may last.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use anyhow::Context as _;
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

use super::peer::LocalPeer;

/// Connections at one time. More wait in the system's own queue, and then are refused by it.
const CONNECTIONS_MAX: usize = 16;

/// How long one connection may last, whatever it does.
const LIFETIME: Duration = Duration::from_secs(60);

/// How long to wait when the system is short of something that a connection needs.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest path of a socket that the system takes, in bytes.
const PATH_BYTES_MAX: usize = 107;

/// The socket.
pub(super) struct AdminListener {
    listener: UnixListener,
    path: PathBuf,
    room: Arc<Semaphore>,
}

impl AdminListener {
    /// Listens at `path`, where one that was left behind is removed: whoever calls holds the lock of the data folder.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn bind(path: &Path) -> anyhow::Result<Self> {
        let length = path.as_os_str().len();
        anyhow::ensure!(
            length <= PATH_BYTES_MAX,
            "the path of the operators' channel, {}, has {length} bytes, and the system takes at most \
             {PATH_BYTES_MAX}: give --data a shorter path, as one from the present folder is",
            path.display()
        );
        remove_left_behind(path)?;
        let listener = UnixListener::bind(path)
            .with_context(|| format!("cannot listen on {}", path.display()))?;
        fs::set_permissions(path, Permissions::from_mode(0o600))
            .with_context(|| format!("cannot keep others away from {}", path.display()))?;
        Ok(Self {
            listener,
            path: path.to_path_buf(),
            room: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        })
    }
}

impl Drop for AdminListener {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(%error, path = %self.path.display(), "the socket is left behind");
        }
    }
}

/// Removes a socket that a venue before this one has left. Anything else stays, and is in the way.
fn remove_left_behind(path: &Path) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.file_type().is_socket() => {
            fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))
        }
        Ok(_) => anyhow::bail!(
            "{} is in the way of the operators' channel and is no socket: move it away",
            path.display()
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error).with_context(|| format!("cannot look at {}", path.display())),
    }
}

impl Listener for AdminListener {
    type Io = Connection;
    type Addr = Arc<LocalPeer>;

    async fn accept(&mut self) -> (Connection, Arc<LocalPeer>) {
        loop {
            let room = Arc::clone(&self.room).acquire_owned().await;
            let room = room.expect("the semaphore is never closed");
            match self.next_peer().await {
                Ok((stream, peer)) if peer.is_permitted() => {
                    let lifetime = Box::pin(tokio::time::sleep(LIFETIME));
                    let connection = Connection {
                        stream,
                        lifetime,
                        _room: room,
                    };
                    return (connection, Arc::new(peer));
                }
                Ok((_, peer)) => {
                    tracing::warn!(event = "admin_refused", %peer, "another user called the operators' channel");
                }
                Err(error) => {
                    tracing::warn!(event = "admin_not_accepted", %error, "an operator's connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Arc<LocalPeer>> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl AdminListener {
    async fn next_peer(&self) -> io::Result<(UnixStream, LocalPeer)> {
        let (stream, _) = self.listener.accept().await?;
        let peer = LocalPeer::of(&stream).await?;
        Ok((stream, peer))
    }
}

/// A connection that ends when its time is over.
pub(super) struct Connection {
    stream: UnixStream,
    lifetime: Pin<Box<Sleep>>,
    _room: OwnedSemaphorePermit,
}

impl Connection {
    fn check(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        match self.lifetime.as_mut().poll(context) {
            Poll::Ready(()) => Err(io::ErrorKind::TimedOut.into()),
            Poll::Pending => Ok(()),
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check(context)?;
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check(context)?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
