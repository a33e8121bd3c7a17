//! One byte stream to a FIX client: bytes in, bytes out, and how much of each is pending.
//! Never looks into a message.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, BytesMut};
use chrono::{DateTime, Utc};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::stream::Stream;
use super::turnstile::Place;
use crate::identity::Peer;
use crate::limits::Backlog;

/// How much is read from the socket at once.
const READ_BYTES: usize = 64 * 1024;

/// The most that is read and thrown away of a peer that was told goodbye.
const LATE_BYTES: usize = 1024 * 1024;

/// How long after the peer has closed a reset may follow: it does when the peer closed without having read all. More than a
/// packet takes there and back, and than one that is lost takes to be sent again.
const RESET_TIME: Duration = Duration::from_millis(500);

/// How long a peer over TLS has to close first. What tells it that no more comes are bytes there: it resets the connection
/// when it closes before it has read them, though it has read every message.
const CLOSES_FIRST_TIME: Duration = Duration::from_secs(1);

/// What a turn of the connection brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Bytes were read; they are in [`Connection::incoming`].
    Read,
    /// Some pending bytes were written.
    Wrote,
    /// The peer closed its side.
    Closed,
}

/// A stream with its two buffers.
pub struct Connection {
    stream: Box<dyn Stream>,
    /// Bytes read and not yet consumed.
    pub incoming: BytesMut,
    /// Bytes to write, in this order.
    outgoing: BytesMut,
    /// Whether the stream was given bytes that it may still hold: TLS has a buffer of its own.
    unflushed: bool,
    /// Who is at the other side.
    peer: Peer,
    /// Since when these wait.
    backlog: Backlog,
    /// Its place among the connections that the listener holds; given back when it is dropped.
    place: Option<Place>,
}

impl Connection {
    /// A connection over `stream`, with nothing read yet.
    pub fn new(stream: impl Stream + 'static) -> Self {
        Self {
            stream: Box::new(stream),
            incoming: BytesMut::new(),
            outgoing: BytesMut::new(),
            unflushed: false,
            peer: Peer::UNKNOWN,
            backlog: Backlog::default(),
            place: None,
        }
    }

    /// The same connection, with what is known of its other side.
    #[must_use]
    pub fn with_peer(mut self, peer: Peer) -> Self {
        self.peer = peer;
        self
    }

    /// Who is at the other side.
    #[must_use]
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// The same connection, which takes up this place for as long as it lives.
    #[must_use]
    pub(crate) fn in_place(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Gives back what is left of [`Connection::incoming`] after it was taken out. An idle session holds no memory.
    pub fn give_back(&mut self, incoming: BytesMut) {
        if !incoming.is_empty() {
            self.incoming = incoming;
        }
    }

    /// Bytes that the peer has not taken yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.outgoing.len()
    }

    /// What is pending now and was not before was added at `now`; `longest` is how long it may wait.
    pub(crate) fn note_pending(&mut self, now: DateTime<Utc>, longest: Duration) {
        self.backlog.mark(now, self.outgoing.len(), longest);
    }

    /// Since when the oldest pending byte waits, as far as it was noted.
    pub(crate) fn pending_since(&self) -> Option<DateTime<Utc>> {
        self.backlog.oldest()
    }

    /// Adds `bytes` to what is to be written, and writes as much as the peer takes at once.
    ///
    /// # Errors
    /// The stream's own error: the connection is of no more use.
    pub fn transmit(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.outgoing.extend_from_slice(bytes);
        let mut context = Context::from_waker(std::task::Waker::noop());
        match self.poll_write(&mut context) {
            Poll::Ready(Err(error)) => Err(error),
            Poll::Ready(Ok(())) | Poll::Pending => Ok(()),
        }
    }

    /// Waits until something was read or written. May be dropped at any time without loss.
    /// Reads only while `read` is true: a session that is being drained takes no more input.
    ///
    /// # Errors
    /// The stream's own error: the connection is of no more use.
    pub async fn turn(&mut self, read: bool) -> io::Result<Turn> {
        poll_fn(|context| {
            if !self.outgoing.is_empty()
                && let Poll::Ready(written) = self.poll_write(context)
            {
                return Poll::Ready(written.map(|()| Turn::Wrote));
            }
            if let Poll::Ready(Err(error)) = self.poll_flush(context) {
                return Poll::Ready(Err(error));
            }
            if read {
                return self.poll_read(context);
            }
            Poll::Pending
        })
        .await
    }

    /// Writes all that is pending.
    ///
    /// # Errors
    /// The stream's own error: the connection is of no more use.
    pub async fn flush(&mut self) -> io::Result<()> {
        while !self.outgoing.is_empty() {
            self.turn(false).await?;
        }
        poll_fn(|context| self.poll_flush(context)).await
    }

    /// Writes all that is pending, and tells the peer that no more comes.
    ///
    /// # Errors
    /// As [`Connection::flush`].
    pub async fn finish(&mut self) -> io::Result<()> {
        self.flush().await?;
        poll_fn(|context| Pin::new(&mut self.stream).poll_shutdown(context)).await
    }

    /// [`Connection::finish`], and waits until the peer closes its side. What it still sends is not looked at. An end without
    /// an error shows that it has read all that was sent: a system resets a connection whose owner closes it with
    /// something unread.
    ///
    /// # Errors
    /// As [`Connection::flush`]; and when the peer closed with something unread, or sends on.
    pub async fn finish_and_await_close(&mut self) -> io::Result<()> {
        self.flush().await?;
        let closed = self.stream.ends_with_bytes() && self.closes_first().await?;
        if !closed {
            self.finish().await?;
            self.await_close().await?;
        }
        tokio::time::sleep(RESET_TIME).await;
        if let Some(error) = self.stream.late_error() {
            return Err(error);
        }
        if closed {
            // Bytes to one that has closed: what they meet says nothing of what it has read.
            drop(self.finish().await);
        }
        Ok(())
    }

    /// Whether the peer closes its side before it is told that no more comes.
    async fn closes_first(&mut self) -> io::Result<bool> {
        match tokio::time::timeout(CLOSES_FIRST_TIME, self.await_close()).await {
            Ok(closed) => closed.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// Reads until the peer has closed its side.
    async fn await_close(&mut self) -> io::Result<()> {
        let mut late = 0;
        while self.turn(true).await? != Turn::Closed {
            late += self.incoming.len();
            self.incoming.clear();
            if late > LATE_BYTES {
                return Err(io::Error::other("the peer sends on after the end"));
            }
        }
        Ok(())
    }

    /// Ready when the stream holds nothing back.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.unflushed {
            ready!(Pin::new(&mut self.stream).poll_flush(context))?;
            self.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Ready when at least one pending byte was written.
    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut wrote = false;
        while !self.outgoing.is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, &self.outgoing) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(count)) => {
                    self.outgoing.advance(count);
                    self.unflushed = true;
                    self.backlog.take(count);
                    wrote = true;
                }
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending if wrote => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
        }
        self.release_idle_memory();
        Poll::Ready(Ok(()))
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<Turn>> {
        let mut chunk = [std::mem::MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut chunk);
        match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
            // Over TLS: it closed without saying so first, as many do. Messages know their own ends.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Poll::Ready(Ok(Turn::Closed));
            }
            read => read?,
        }
        if buffer.filled().is_empty() {
            return Poll::Ready(Ok(Turn::Closed));
        }
        self.incoming.extend_from_slice(buffer.filled());
        Poll::Ready(Ok(Turn::Read))
    }

    /// An idle session holds no buffers: ten thousand of them must fit.
    fn release_idle_memory(&mut self) {
        if self.outgoing.capacity() > READ_BYTES {
            self.outgoing = BytesMut::new();
        }
    }
}

#[cfg(test)]
mod tests;
