//! The books of one test: in SQLite, in a folder of their own.

use settlement::{Database, Moment};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

/// At which moments of each state a test that dies everywhere dies.
pub(crate) const MOMENTS: [Moment; 4] = [
    Moment::Taken,
    Moment::Observed,
    Moment::Written,
    Moment::Called,
];

pub(crate) struct Books {
    directory: TempDir,
}

impl Books {
    /// There is always a SQLite.
    pub(crate) fn new() -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        Some(Self { directory })
    }

    pub(crate) fn database(&self) -> Database {
        Database::Sqlite {
            directory: self.directory.path().to_owned(),
        }
    }

    /// Changes the books behind settlement's back.
    pub(crate) async fn edit(&self, statement: &'static str) {
        let mut connection = SqliteConnectOptions::new()
            .filename(self.directory.path().join("settlement.sqlite"))
            .connect()
            .await
            .unwrap();
        sqlx::query(statement)
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }
}
