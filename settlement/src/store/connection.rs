//! The one connection of a store, and the transactions on it: each statement to a server has a limit of time, and a
//! connection that was lost is opened again for the next transaction, never for the rest of one.
//!
//! There is one because there is one writer: what one process writes is then in one order on every database, no
//! transaction meets another, and on PostgreSQL the lock that keeps other processes away lives and dies with the very
//! session that writes.

mod failure;
mod postgresql;
mod sqlite;
mod statement;

use std::time::Duration;

use sqlx::{AnyConnection, Connection};
use tokio::sync::{Mutex, MutexGuard};

pub use self::failure::Unfit;
pub(super) use self::statement::Statement;
use super::{Read, StoreError};
use crate::database::Database;

/// What the schema came to be by, on both databases.
static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The connection of one store.
#[derive(Debug)]
pub(super) struct Link {
    database: Database,
    slot: Mutex<Slot>,
}

/// The connection, or that there is none.
#[derive(Debug)]
struct Slot {
    connection: Option<AnyConnection>,
    /// A transaction was begun, and was not committed: its process or worker gave it up.
    unfinished: bool,
    /// Which opening of the books this is.
    opening: i64,
    closed: bool,
}

impl Link {
    /// Opens or makes the books, for this process alone.
    pub(super) async fn open(database: Database) -> Result<Self, StoreError> {
        let mut connection = connect(&database).await?;
        MIGRATIONS.run_direct(None, &mut connection, false).await?;
        let opening = enter(&mut connection).await?;
        Ok(Self {
            database,
            slot: Mutex::new(Slot {
                connection: Some(connection),
                unfinished: false,
                opening,
                closed: false,
            }),
        })
    }

    /// How long the database may be out of reach.
    pub(super) const fn outage_max(&self) -> Duration {
        self.database.outage_max()
    }

    pub(super) async fn close(&self) {
        let mut slot = self.slot.lock().await;
        slot.closed = true;
        if let Some(connection) = slot.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the settlement database was not closed cleanly");
        }
    }

    /// Begins a transaction that may write.
    pub(super) async fn begin(&self) -> Result<Tx<'_>, StoreError> {
        let mut tx = self.read().await?;
        match tx.start(self.begin_statement()).await {
            // Nothing was begun, so that it may be begun again.
            Err(error) if error.is_passing() && tx.slot.connection.is_none() => {
                self.restore(&mut tx.slot).await?;
                tx.start(self.begin_statement()).await?;
            }
            started => started?,
        }
        Ok(tx)
    }

    /// Reads without a transaction: for single statements.
    pub(super) async fn read(&self) -> Result<Tx<'_>, StoreError> {
        let mut slot = self.slot.lock().await;
        if slot.closed {
            return Err(StoreError::Closed);
        }
        if slot.connection.is_none() {
            self.restore(&mut slot).await?;
        }
        let mut tx = Tx {
            slot,
            answer_max: answer_max(&self.database),
        };
        if tx.slot.unfinished {
            tx.roll_back().await?;
        }
        Ok(tx)
    }

    /// Begins a look at one moment of the books.
    pub(super) async fn look(&self) -> Result<Tx<'_>, StoreError> {
        let mut tx = self.read().await?;
        tx.start(match self.database {
            Database::Sqlite { .. } => "BEGIN",
            Database::Postgresql(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        })
        .await?;
        Ok(tx)
    }

    /// Connects again, and makes sure that nobody else had the books meanwhile.
    async fn restore(&self, slot: &mut Slot) -> Result<(), StoreError> {
        let mut connection = connect(&self.database).await?;
        let opening = opening(&mut connection).await?;
        if opening != slot.opening {
            return Err(StoreError::TakenOver);
        }
        tracing::warn!("the settlement database is back");
        slot.connection = Some(connection);
        slot.unfinished = false;
        Ok(())
    }

    const fn begin_statement(&self) -> &'static str {
        match self.database {
            // It waits for the right to write now, and not at the first write.
            Database::Sqlite { .. } => "BEGIN IMMEDIATE",
            Database::Postgresql(_) => "BEGIN ISOLATION LEVEL READ COMMITTED",
        }
    }
}

/// A connection for looking at books that are not ours: it takes no lock and changes nothing.
pub(super) async fn look(database: &Database) -> Result<Link, StoreError> {
    let connection = match database {
        Database::Sqlite { directory } => sqlite::look(directory).await?,
        Database::Postgresql(settings) => postgresql::look(settings).await?,
    };
    Ok(Link {
        database: database.clone(),
        slot: Mutex::new(Slot {
            connection: Some(connection),
            unfinished: false,
            opening: 0,
            closed: false,
        }),
    })
}

async fn connect(database: &Database) -> Result<AnyConnection, StoreError> {
    match database {
        Database::Sqlite { directory } => sqlite::connect(directory).await,
        Database::Postgresql(settings) => postgresql::connect(settings).await,
    }
}

/// How long the answer to one statement may take. There is no limit for a file: whoever gave up a slow disk would drop a
/// connection whose thread still writes, and could not open the file, which that thread holds, again.
const fn answer_max(database: &Database) -> Option<Duration> {
    /// For the way there and back.
    const MARGIN: Duration = Duration::from_secs(5);
    match database {
        Database::Sqlite { .. } => None,
        Database::Postgresql(settings) => Some(settings.statement_timeout.saturating_add(MARGIN)),
    }
}

/// Counts this opening.
async fn enter(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    sqlx::query("UPDATE progress SET openings = openings + 1")
        .execute(&mut *connection)
        .await?;
    opening(connection).await
}

async fn opening(connection: &mut AnyConnection) -> Result<i64, StoreError> {
    sqlx::query("SELECT openings FROM progress")
        .fetch_one(connection)
        .await?
        .whole("openings")
}

/// One transaction, or one look. Without a commit it leaves no trace.
#[derive(Debug)]
pub(crate) struct Tx<'a> {
    slot: MutexGuard<'a, Slot>,
    /// How long the answer to one statement may take; a file is waited for.
    answer_max: Option<Duration>,
}

impl Tx<'_> {
    async fn start(&mut self, statement: &'static str) -> Result<(), StoreError> {
        self.slot.unfinished = true;
        self.control(statement).await
    }

    /// Makes it durable. On an error nobody knows whether it is: whoever repeats must look first.
    pub(super) async fn commit(mut self) -> Result<(), StoreError> {
        self.control("COMMIT").await?;
        self.slot.unfinished = false;
        Ok(())
    }

    async fn roll_back(&mut self) -> Result<(), StoreError> {
        match self.control("ROLLBACK").await {
            // It was given up before it had begun, or has ended by itself.
            Err(StoreError::Database(error)) if !failure::is_lost(&error) => {}
            ended => ended?,
        }
        self.slot.unfinished = false;
        Ok(())
    }

    async fn control(&mut self, statement: &'static str) -> Result<(), StoreError> {
        let limit = self.answer_max;
        let done = sqlx::raw_sql(statement).execute(self.connection()?);
        let done = statement::within(limit, done).await;
        self.judge(done).map(drop)
    }

    fn connection(&mut self) -> Result<&mut AnyConnection, StoreError> {
        self.slot.connection.as_mut().ok_or(StoreError::Lost)
    }

    /// What an answer says about the connection.
    fn judge<T>(
        &mut self,
        answer: Result<Result<T, sqlx::Error>, tokio::time::error::Elapsed>,
    ) -> Result<T, StoreError> {
        let error = match answer {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) if !failure::is_lost(&error) => return Err(error.into()),
            Ok(Err(error)) => error.into(),
            Err(_) => StoreError::NoAnswer,
        };
        tracing::error!(%error, "the connection to the settlement database is lost");
        self.slot.connection = None;
        self.slot.unfinished = false;
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_waited_for_however_slow_its_disk_is() {
        let directory = "settlement".into();
        assert_eq!(answer_max(&Database::Sqlite { directory }), None);
    }
}
