//! The load generator: FIX sessions that send orders at a pace, match every answer to its order, and measure how
//! long it took. It fails loudly when an order was refused, answered twice or not at all: a benchmark that
//! measures refusals measures nothing.
//!
//! Latency counts from the moment at which an order was meant to be sent. In an open loop that moment is on a
//! fixed schedule, so that a server that stalls is charged for every order that had to wait (no coordinated
//! omission). One thread drives all sessions and never spins, for the server needs the machine too.

mod flow;
mod mistake;
mod offer;
mod orders;
mod plan;
mod seen;
mod session;
mod tally;

pub use mistake::Mistake;
pub use offer::run;
pub use plan::{Pace, Plan, SESSIONS_MAX};
pub use tally::{Latency, Outcome};
