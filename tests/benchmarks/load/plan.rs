//! What a load is: how many sessions, at what pace, for how long.

use std::net::SocketAddr;

use super::super::clock::{Nanos, SECOND};

/// The most sessions of one load: as many as the load-test configuration has clients.
pub const SESSIONS_MAX: usize = 16;

/// The pace of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Closed loop: each session keeps so many orders unanswered, and sends the next when one is answered.
    Closed {
        /// Orders in flight, for each session.
        in_flight: usize,
    },
    /// Open loop: so many orders a second, all sessions together, evenly spaced, whatever the server does.
    Open {
        /// Orders a second.
        orders_per_second: u64,
    },
}

/// A load.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The server.
    pub address: SocketAddr,
    /// Its CompID.
    pub target_comp_id: String,
    /// How many sessions, `CLIENT1` and on; at most [`SESSIONS_MAX`].
    pub sessions: usize,
    /// The pace.
    pub pace: Pace,
    /// How long orders are sent before those that are measured.
    pub warm_up: Nanos,
    /// How long orders are sent that are measured.
    pub measured: Nanos,
    /// The load ends when so many orders were sent, even if it is not over: books must not grow without limit.
    pub orders_max: u64,
    /// How many of a hundred orders cross, and so trade with one of another session that rests. The others rest at
    /// prices that do not cross.
    pub crossing_percent: u64,
    /// How long to wait for a server that does not get on with it.
    pub patience: Nanos,
}

impl Plan {
    /// A load for the venue at `address`, with a second to warm up, and without orders that cross.
    #[must_use]
    pub fn new(address: SocketAddr, sessions: usize, pace: Pace, measured: Nanos) -> Self {
        Self {
            address,
            target_comp_id: "CLOUDPIT".to_owned(),
            sessions: sessions.clamp(1, SESSIONS_MAX),
            pace,
            warm_up: SECOND,
            measured,
            orders_max: 4_000_000,
            crossing_percent: 0,
            patience: 10 * SECOND,
        }
    }
}
