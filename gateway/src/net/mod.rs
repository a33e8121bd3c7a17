//! Sockets: who may connect, who they say they are, and the bytes that pass.

mod connection;
mod identify;
mod listener;
mod stream;
mod tls;
mod turnstile;

pub use connection::{Connection, Turn};
pub(crate) use listener::{Limits, Listener, Reception};
pub use stream::Stream;
pub(crate) use tls::Encryption;
