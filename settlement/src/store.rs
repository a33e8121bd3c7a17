//! What settlement keeps: one SQLite file, where every step is one durable transaction.
//!
//! All SQL is in this module and its children, in the part of the language that PostgreSQL shares
//! (numbered parameters, `ON CONFLICT`), so that it can stand beside SQLite.

mod acts;
mod audit;
mod cash;
mod commands;
mod deposits;
mod figures;
mod findings;
mod inbox;
mod providers;
mod report;
mod rows;
mod rulings;
mod statements;
mod steps;

use std::{path::Path, time::Duration};

use engine::{Notional, Timestamp};
use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{
        SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqlitePoolOptions,
        SqliteSynchronous,
    },
};

use self::rows::Read;
pub(crate) use self::steps::after;
pub use self::{
    acts::{ActError, Acted, By},
    audit::{CheckError, LedgerReport, check_ledger},
    commands::OutboxId,
    figures::Figures,
    findings::Finding,
    inbox::{TakeError, Taken},
    providers::SuspendedProvider,
    report::{Attempt, Balance, Listed, Timeline, Transition, Which},
    statements::StatementError,
};
use crate::ledger::LedgerError;

/// One transaction.
type Tx<'a> = Transaction<'a, Sqlite>;

/// The file within the directory.
const FILE: &str = "settlement.sqlite";

/// The database cannot do what was asked, or holds what it must not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error("the settlement database failed")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the settlement database's schema cannot be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A row does not hold what was written to it.
    #[error("the settlement database holds an unreadable {0}")]
    Unreadable(&'static str),
    /// A number does not fit the database.
    #[error("a number does not fit the settlement database")]
    TooLarge,
    /// A command or trade could not be written as text.
    #[error("cannot write as JSON")]
    Json(#[from] serde_json::Error),
    /// The ledger refused a transfer.
    #[error("the ledger refused a transfer")]
    Ledger(#[from] LedgerError),
    /// The ledger would break one of its rules; nothing was written.
    #[error("the ledger would break a rule: {0}")]
    Broken(&'static str),
    /// Another worker, or an operator, has taken the reassignment over; nothing was written.
    #[error("another worker, or an operator, has taken the reassignment over")]
    LeaseLost,
}

/// The database.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
}

impl Store {
    /// Opens or makes the database. A second process is refused.
    pub(crate) async fn open(directory: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(directory.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // Held by this process alone: two settlements over one file would pay twice.
            .locking_mode(SqliteLockingMode::Exclusive)
            .busy_timeout(Duration::from_secs(1));
        // One connection: SQLite has one writer, and readers here are rare.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        sqlx::migrate!("./migrations").run(&pool).await?;
        let store = Self { pool };
        store.take_over().await?;
        Ok(store)
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    async fn begin(&self) -> Result<Tx<'_>, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// What a process that is gone submitted may have died with it.
    async fn take_over(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE outbox SET submitted = 0")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.drop_leases().await
    }

    /// Workers that are gone hold nothing. The epochs stay: whoever is not gone after all cannot write.
    pub(crate) async fn drop_leases(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE reassignments SET lease_until = 0 WHERE lease_until > 0")
            .execute(&mut *tx)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Writes down what an operator must know.
    pub(crate) async fn alarm(
        &self,
        subject: &str,
        what: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        alarm(&mut tx, subject, what, now).await?;
        Ok(tx.commit().await?)
    }
}

async fn alarm(
    tx: &mut Tx<'_>,
    subject: &str,
    what: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tracing::error!(subject, what, "settlement alarm");
    sqlx::query(
        "INSERT INTO alarms (number, at, subject, what)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3 FROM alarms",
    )
    .bind(nanos(now)?)
    .bind(subject)
    .bind(what)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A time as the database keeps it; it lasts until the year 2262.
fn nanos(time: Timestamp) -> Result<i64, StoreError> {
    number(time.nanos())
}

fn number(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| StoreError::TooLarge)
}

fn money(micros: i64) -> Notional {
    Notional::from_micros(i128::from(micros))
}
