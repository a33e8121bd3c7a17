//! The books of one measurement, in either database.

use std::time::Duration;

use settlement::{Database, Postgresql, Protection};
use tempfile::TempDir;

use crate::server::{PORT, Server, USER};

pub(crate) enum Books {
    Sqlite(TempDir),
    Postgresql(Box<Server>),
}

impl Books {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    /// A server of its own, as it is installed; none where PostgreSQL is not.
    pub(crate) fn postgresql() -> Option<Self> {
        let server = Server::start(&[])?;
        server.make_database("books");
        Some(Self::Postgresql(Box::new(server)))
    }

    pub(crate) fn database(&self) -> Database {
        match self {
            Self::Sqlite(directory) => Database::Sqlite {
                directory: directory.path().to_owned(),
            },
            Self::Postgresql(server) => Database::Postgresql(Postgresql {
                host: server.host().to_str().unwrap().to_owned(),
                port: PORT,
                database: "books".to_owned(),
                user: USER.to_owned(),
                password: None,
                protection: Protection::None,
                connect_timeout: Duration::from_secs(10),
                statement_timeout: Duration::from_secs(10),
                outage_max: Duration::from_secs(10),
            }),
        }
    }
}
