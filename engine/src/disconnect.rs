//! The words for a session that loses its client, and for what is to become of its orders then. Only data.

use core::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// What open orders meet when a session loses its client. CancelOrdersOnDisconnect(8013).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelOnDisconnect {
    /// Whose orders are cancelled.
    pub scope: CancelScope,
    /// How long after the loss; zero: at once. The client may come back until then, and keeps them.
    pub grace: Duration,
    /// Whether good-till-cancel and good-till-date orders are left alone.
    pub spares_good_till: bool,
    /// Whether a client that logs out counts as lost.
    pub on_logout: bool,
}

/// Whose orders are cancelled when a session loses its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum CancelScope {
    /// Those that the session sent.
    Session,
    /// All of its firm's, whichever of its sessions sent them, connected or not.
    Firm,
}

/// How a session lost its client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum DisconnectCause {
    /// The connection ended, or nothing came from the client any more.
    Lost,
    /// The client logged out: Logout(5).
    LoggedOut,
    /// The venue ended the connection.
    ByVenue,
    /// The venue itself stopped, or was stopped, while the client was there. Found at its next start.
    VenueStopped,
    /// The hours of the session were over: no loss, and nothing is cancelled.
    HoursOver,
}

/// Whether a session's client is watched, and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Connection {
    /// Nothing is to happen when it is lost, or what was to happen has.
    #[default]
    Unwatched,
    /// It is there.
    Watched(CancelOnDisconnect),
    /// It is gone.
    Lost {
        /// What is to happen.
        policy: CancelOnDisconnect,
        /// When.
        deadline: Timestamp,
    },
}
