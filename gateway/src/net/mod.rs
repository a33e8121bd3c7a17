//! Sockets: who may connect, who they say they are, and the bytes that pass.

mod connection;
mod identify;
mod listener;
mod tls;
mod turnstile;

pub use connection::{Connection, Stream, Turn};
pub(crate) use listener::{Limits, Listener, Reception};
pub(crate) use tls::Encryption;
