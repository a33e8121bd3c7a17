//! Sockets: who may connect, who they say they are, and the bytes that pass.

mod connection;
mod identify;
mod listener;

pub use connection::{Connection, Stream, Turn};
pub(crate) use listener::{Limits, Listener};
