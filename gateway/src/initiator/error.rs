//! Why a FIX client could not go on.

use std::time::Duration;

use fix_session::DisconnectReason;

/// Why a FIX client could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The connection could not be made, or broke.
    #[error("the connection to the venue failed")]
    Io(#[from] std::io::Error),
    /// There is no connection.
    #[error("the client is not connected")]
    NotConnected,
    /// The Logon was not answered with one.
    #[error("the venue refused the Logon ({0:?})")]
    Refused(Option<DisconnectReason>),
    /// The connection ended while a message was waited for.
    #[error("the connection ended ({0:?})")]
    Disconnected(Option<DisconnectReason>),
    /// Nothing came in time.
    #[error("no message came within {0:?}")]
    Silence(Duration),
}
