//! What settlement keeps, in SQLite or in PostgreSQL: every step is one durable transaction.
//!
//! All SQL is in this module and its children, in the part of the language that both share (numbered parameters,
//! `ON CONFLICT`, whole numbers and text); what one of them needs for itself is in `connection`.

mod acts;
mod audit;
mod cash;
mod commands;
mod connection;
mod deposits;
mod figures;
mod findings;
mod funding;
mod inbox;
mod providers;
mod report;
mod rows;
mod rulings;
mod statements;
mod steps;

use std::time::Duration;

use engine::{Notional, Timestamp};

pub use self::connection::Unfit;
use self::connection::{Link, Statement, Tx};
use self::rows::Read;
pub(crate) use self::steps::after;
pub use self::{
    acts::{ActError, Acted, By},
    audit::{CheckError, LedgerReport, check_ledger},
    commands::OutboxId,
    figures::Figures,
    findings::Finding,
    funding::{Booked, Payment},
    inbox::{TakeError, Taken},
    providers::SuspendedProvider,
    report::{Alarm, Attempt, Balance, Listed, Timeline, Transition, Which},
    statements::StatementError,
};
use crate::{database::Database, ledger::LedgerError, secret::SecretError};

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
    /// The directory of the SQLite file cannot be made or found.
    #[error("cannot use the settlement directory")]
    Directory(#[source] std::io::Error),
    /// The password of the database cannot be had.
    #[error("the settlement database's password cannot be had")]
    Password(#[source] SecretError),
    /// There is no connection to be had.
    #[error("cannot connect to the settlement database")]
    Unreachable(#[source] sqlx::Error),
    /// The server cannot keep the books.
    #[error("the PostgreSQL server cannot keep the settlement books: {0}")]
    Unfit(Unfit),
    /// Another venue has the books open.
    #[error(
        "another venue has the settlement database open. Stop it, or give this one a database of its own"
    )]
    Held,
    /// Another venue has opened the books while the connection was lost; this one must not write any more.
    #[error("another venue has taken the settlement database over while the connection was lost")]
    TakenOver,
    /// The database did not answer in time; nobody knows what became of the statement.
    #[error("the settlement database did not answer in time")]
    NoAnswer,
    /// The connection was lost earlier in this transaction.
    #[error("the connection to the settlement database is lost")]
    Lost,
    /// The store was closed.
    #[error("the settlement database is closed")]
    Closed,
}

/// The database.
#[derive(Debug)]
pub(crate) struct Store {
    link: Link,
}

impl Store {
    /// Opens or makes the database. A second process is refused.
    pub(crate) async fn open(database: Database) -> Result<Self, StoreError> {
        let store = Self {
            link: Link::open(database).await?,
        };
        store.take_over().await?;
        Ok(store)
    }

    pub(crate) async fn close(&self) {
        self.link.close().await;
    }

    /// How long the database may be out of reach before it is given up.
    pub(crate) const fn outage_max(&self) -> Duration {
        self.link.outage_max()
    }

    async fn begin(&self) -> Result<Tx<'_>, StoreError> {
        self.link.begin().await
    }

    /// For a single statement that changes nothing.
    async fn read(&self) -> Result<Tx<'_>, StoreError> {
        self.link.read().await
    }

    /// What a process that is gone submitted may have died with it.
    async fn take_over(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE outbox SET submitted = 0")
            .run(&mut tx)
            .await?;
        tx.commit().await?;
        self.drop_leases().await
    }

    /// Workers that are gone hold nothing. The epochs stay: whoever is not gone after all cannot write.
    pub(crate) async fn drop_leases(&self) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE reassignments SET lease_until = 0 WHERE lease_until > 0")
            .run(&mut tx)
            .await?;
        tx.commit().await
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
        tx.commit().await
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
    .bind(words(what))
    .run(tx)
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

/// Text from outside as both databases hold it: PostgreSQL has no place for NUL.
fn words(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

fn money(micros: i64) -> Notional {
    Notional::from_micros(i128::from(micros))
}
