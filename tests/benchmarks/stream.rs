//! A TCP connection that never blocks, with a buffer each way, and the wait for any of several to be ready.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::AsFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::clock::{Nanos, SECOND};
use super::wire::{MESSAGE_BYTES_MAX, NotAMessage, message_length};

/// How much is read at once at most.
const INCOMING_BYTES: usize = 256 * 1024;
const _: () = assert!(INCOMING_BYTES > 4 * MESSAGE_BYTES_MAX);

/// A connection.
#[derive(Debug)]
pub struct Stream {
    socket: TcpStream,
    /// What was read.
    pub incoming: Incoming,
    /// What is to be written: append to it, then call [`Stream::flush`].
    pub outgoing: Vec<u8>,
    written: usize,
}

/// What was read and not yet taken.
#[derive(Debug)]
pub struct Incoming {
    buffer: Box<[u8]>,
    from: usize,
    to: usize,
}

/// What a read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// More bytes.
    More,
    /// Nothing now.
    Nothing,
    /// The peer has closed its side.
    Closed,
}

impl Stream {
    /// Takes over a connection.
    ///
    /// # Errors
    /// When the socket cannot be set up.
    pub fn new(socket: TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_nonblocking(true)?;
        Ok(Self {
            socket,
            incoming: Incoming {
                buffer: vec![0; INCOMING_BYTES].into(),
                from: 0,
                to: 0,
            },
            outgoing: Vec::new(),
            written: 0,
        })
    }

    /// Reads once.
    ///
    /// # Errors
    /// The socket's own: the connection is of no more use.
    pub fn fill(&mut self) -> io::Result<Filled> {
        let room = self.incoming.room();
        match self.socket.read(room) {
            Ok(0) => Ok(Filled::Closed),
            Ok(count) => {
                self.incoming.to += count;
                Ok(Filled::More)
            }
            Err(error) if is_passing(&error) => Ok(Filled::Nothing),
            Err(error) => Err(error),
        }
    }

    /// Writes what the peer takes now of [`Stream::outgoing`].
    ///
    /// # Errors
    /// The socket's own: the connection is of no more use.
    pub fn flush(&mut self) -> io::Result<()> {
        while self.written < self.outgoing.len() {
            match self.socket.write(&self.outgoing[self.written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => self.written += count,
                Err(error) if is_passing(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        self.outgoing.clear();
        self.written = 0;
        Ok(())
    }

    /// Whether there is something that the peer has not taken yet.
    #[must_use]
    pub fn has_unwritten(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// What to wait for on this connection.
    #[must_use]
    pub fn interest(&self) -> PollFd<'_> {
        let write = if self.has_unwritten() {
            PollFlags::OUT
        } else {
            PollFlags::empty()
        };
        PollFd::from_borrowed_fd(self.socket.as_fd(), PollFlags::IN | write)
    }
}

impl Incoming {
    /// The next whole message, if there is one.
    ///
    /// # Errors
    /// When the bytes are no message.
    pub fn next_message(&mut self) -> Result<Option<&[u8]>, NotAMessage> {
        let Some(length) = message_length(&self.buffer[self.from..self.to])? else {
            return Ok(None);
        };
        let from = self.from;
        self.from += length;
        Ok(Some(&self.buffer[from..self.from]))
    }

    /// Room to read into; never empty, for one message is much shorter than the buffer.
    fn room(&mut self) -> &mut [u8] {
        if self.from == self.to {
            (self.from, self.to) = (0, 0);
        } else if self.buffer.len() - self.to < MESSAGE_BYTES_MAX {
            self.buffer.copy_within(self.from..self.to, 0);
            (self.from, self.to) = (0, self.to - self.from);
        }
        &mut self.buffer[self.to..]
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// Waits until one of them is ready or the time is over, and notes the places of those that are.
///
/// # Errors
/// The system's own.
pub fn wait(
    interests: &mut [PollFd<'_>],
    limit: Option<Nanos>,
    ready: &mut Vec<usize>,
) -> io::Result<()> {
    ready.clear();
    let limit = limit.map(|limit| Timespec {
        tv_sec: i64::try_from(limit / SECOND).unwrap_or(i64::MAX),
        tv_nsec: i64::try_from(limit % SECOND).unwrap_or(0),
    });
    match poll(interests, limit.as_ref()) {
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let events = interests.iter().enumerate();
    ready.extend(events.filter_map(|(place, one)| (!one.revents().is_empty()).then_some(place)));
    Ok(())
}
