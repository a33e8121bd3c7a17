//! The floor: an acceptor that answers every order from memory. It has no session rules, no matching and no log:
//! what it costs is what the machine, its network stack and the load generator cost. The venue is measured
//! against it. One thread: it is the fastest on two cores, one of which the load generator has.

mod answer;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::AsFd as _;

use rustix::event::{PollFd, PollFlags};

use self::answer::Answerer;
use super::clock::Clock;
use super::stream::{Filled, Stream, wait};

/// Connections served at once; more are closed as they come.
const CONNECTIONS_MAX: usize = 64;

/// A bound floor.
#[derive(Debug)]
pub struct Floor {
    listener: TcpListener,
    address: SocketAddr,
    clock: Clock,
    connections: Vec<Connection>,
}

#[derive(Debug)]
struct Connection {
    stream: Stream,
    answerer: Answerer,
}

impl Floor {
    /// Binds to a port of loopback that the system chooses.
    ///
    /// # Errors
    /// When it cannot be bound.
    pub fn bind() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            clock: Clock::start(),
            connections: Vec::new(),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the process ends.
    ///
    /// # Errors
    /// When the system can no longer wait for connections. A connection's own failure ends that connection only.
    pub fn run(mut self) -> io::Result<()> {
        let mut ready = Vec::new();
        loop {
            let mut interests: Vec<_> = self
                .connections
                .iter()
                .map(|one| one.stream.interest())
                .collect();
            interests.push(PollFd::from_borrowed_fd(
                self.listener.as_fd(),
                PollFlags::IN,
            ));
            wait(&mut interests, None, &mut ready)?;
            drop(interests);
            let listener = self.connections.len();
            // From the last to the first: the places of those not yet served stay as they are.
            for place in ready.iter().rev() {
                if *place == listener {
                    self.accept();
                } else if !self.serve(*place) {
                    self.connections.remove(*place);
                }
            }
        }
    }

    fn accept(&mut self) {
        while let Ok((socket, _)) = self.listener.accept() {
            if self.connections.len() < CONNECTIONS_MAX
                && let Ok(stream) = Stream::new(socket)
            {
                let answerer = Answerer::default();
                self.connections.push(Connection { stream, answerer });
            }
        }
    }

    /// Answers what came. False when the connection is over.
    fn serve(&mut self, place: usize) -> bool {
        let Some(Connection { stream, answerer }) = self.connections.get_mut(place) else {
            return true;
        };
        let Ok(Filled::More | Filled::Nothing) = stream.fill() else {
            return false;
        };
        answerer.set_time(self.clock.time_of_day(self.clock.now()));
        loop {
            match stream.incoming.next_message() {
                Ok(Some(message)) => answerer.answer(message, &mut stream.outgoing),
                Ok(None) => return stream.flush().is_ok(),
                Err(_) => return false,
            }
        }
    }
}
