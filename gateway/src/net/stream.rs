//! What a connection can be over, and what of it only the system can tell.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// What a FIX session talks over: TCP, or TLS over TCP.
pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {
    /// An error of the transport that no read or write has shown, such as a reset that came behind the peer's last byte.
    fn late_error(&self) -> Option<io::Error>;

    /// Whether the peer is sent bytes that say that no more come.
    fn ends_with_bytes(&self) -> bool;
}

impl Stream for TcpStream {
    fn late_error(&self) -> Option<io::Error> {
        self.take_error().unwrap_or_else(Some)
    }

    fn ends_with_bytes(&self) -> bool {
        false
    }
}

impl Stream for TlsStream<TcpStream> {
    fn late_error(&self) -> Option<io::Error> {
        self.get_ref().0.late_error()
    }

    fn ends_with_bytes(&self) -> bool {
        true
    }
}

#[cfg(test)]
impl Stream for tokio::io::DuplexStream {
    fn late_error(&self) -> Option<io::Error> {
        None
    }

    fn ends_with_bytes(&self) -> bool {
        false
    }
}
