//! The other side of a connection, as far as the network and TLS tell: where it is and what certificate it has.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use config::Fingerprint;

/// The other side of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address. One of IPv4 is shown as that, also when it came over an IPv6 socket.
    pub address: SocketAddr,
    /// The certificate that it proved to hold the key of.
    pub certificate: Option<Fingerprint>,
}

impl Peer {
    /// A side of which nothing is known: a connection that was not made by a listener.
    pub const UNKNOWN: Self = Self {
        address: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
        certificate: None,
    };

    /// One at this address, with no certificate.
    #[must_use]
    pub fn at(address: SocketAddr) -> Self {
        let ip = address.ip().to_canonical();
        Self {
            address: SocketAddr::new(ip, address.port()),
            certificate: None,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}
