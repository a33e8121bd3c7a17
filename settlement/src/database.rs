//! Where settlement keeps its books, and how that is reached. Opens nothing.

use std::{path::PathBuf, time::Duration};

use crate::secret::TokenSource;

/// The database of settlement.
#[derive(Clone, Debug)]
pub enum Database {
    /// SQLite, in a file of this machine.
    Sqlite {
        /// The directory that holds `settlement.sqlite`; made if it is not there.
        directory: PathBuf,
    },
    /// PostgreSQL 14 or later.
    Postgresql(Postgresql),
}

impl Database {
    /// How long it may be out of reach before settlement gives up. A file does not come back.
    pub(crate) const fn outage_max(&self) -> Duration {
        match self {
            Self::Sqlite { .. } => Duration::ZERO,
            Self::Postgresql(settings) => settings.outage_max,
        }
    }
}

/// How a PostgreSQL server is reached, and how long is waited for it.
#[derive(Clone, Debug)]
pub struct Postgresql {
    /// A host name, an IP address, or the absolute path of the directory with the server's Unix socket.
    pub host: String,
    /// The server's port; on a Unix socket it is part of the socket's name.
    pub port: u16,
    /// The database on that server. The books are in its schema `cloudpit`, which is made if it is not there.
    pub database: String,
    /// The role that the venue logs in as.
    pub user: String,
    /// Its password; without one the server must know the venue in another way.
    pub password: Option<TokenSource>,
    /// How the connection is protected.
    pub protection: Protection,
    /// How long connecting may take, the wait for the session of an earlier process to end included.
    pub connect_timeout: Duration,
    /// How long one statement may take on the server.
    pub statement_timeout: Duration,
    /// How long the server may be out of reach, once the books were opened, before settlement gives up.
    pub outage_max: Duration,
}

/// How a connection to PostgreSQL is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Not at all: for a server on this machine.
    None,
    /// TLS, with a certificate that is valid for the host's name.
    Tls {
        /// The authorities that may sign it, in PEM; without a file the system's.
        ca_file: Option<PathBuf>,
    },
}
