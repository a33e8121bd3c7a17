//! The ledger's rows: booking a transfer within a step's transaction, and checking them all offline.

use std::{collections::BTreeSet, path::Path};

use engine::{CurrencyCode, Timestamp};
use sqlx::{
    Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteRow},
};

use super::{FILE, Read, Store, StoreError, Tx, nanos};
use crate::{
    ledger::{Account, Amount, Book, Kind, LedgerError, Transfer},
    options::OpeningCash,
    state::State,
};

impl Store {
    /// Credits what accounts start with, each once, ever.
    pub(crate) async fn credit_opening(
        &self,
        opening: &[OpeningCash],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for cash in opening {
            if cash.amount.micros() == 0 {
                continue;
            }
            let transfer = Transfer {
                kind: Kind::Opening,
                subject: format!("{} {}", cash.account, cash.currency),
                debit: Account::External,
                credit: Account::Cash(cash.account),
                currency: cash.currency,
                amount: Amount::new(cash.amount.micros()).ok_or(StoreError::TooLarge)?,
            };
            match book(&mut tx, &transfer, now).await {
                Err(StoreError::Ledger(LedgerError::Repeated(_))) => {}
                booked => booked?,
            }
        }
        Ok(tx.commit().await?)
    }
}

/// Books one transfer.
pub(super) async fn book(
    tx: &mut Tx<'_>,
    transfer: &Transfer,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = transfer.id();
    let known = sqlx::query("SELECT id FROM transfers WHERE id = $1")
        .bind(&id)
        .fetch_optional(&mut **tx)
        .await?;
    if known.is_some() {
        return Err(LedgerError::Repeated(id).into());
    }
    sqlx::query(
        "INSERT INTO transfers (id, number, kind, subject, debit, credit, currency, amount, at)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM transfers",
    )
    .bind(&id)
    .bind(transfer.kind.name())
    .bind(&transfer.subject)
    .bind(transfer.debit.to_string())
    .bind(transfer.credit.to_string())
    .bind(transfer.currency.as_str())
    .bind(transfer.amount.micros())
    .bind(nanos(now)?)
    .execute(&mut **tx)
    .await?;
    let amount = transfer.amount.micros();
    change(
        tx,
        &transfer.debit,
        transfer.currency,
        amount.saturating_neg(),
    )
    .await?;
    change(tx, &transfer.credit, transfer.currency, amount).await
}

async fn change(
    tx: &mut Tx<'_>,
    account: &Account,
    currency: CurrencyCode,
    by: i64,
) -> Result<(), StoreError> {
    let after = balance(tx, account, currency)
        .await?
        .checked_add(by)
        .ok_or_else(|| LedgerError::Overflow(account.to_string()))?;
    if after < 0 && !account.may_be_negative() {
        return Err(LedgerError::Short {
            account: account.to_string(),
            currency,
        }
        .into());
    }
    sqlx::query(
        "INSERT INTO balances (account, currency, amount) VALUES ($1, $2, $3)
         ON CONFLICT (account, currency) DO UPDATE SET amount = excluded.amount",
    )
    .bind(account.to_string())
    .bind(currency.as_str())
    .bind(after)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What an account has, in micro-units.
pub(super) async fn balance(
    tx: &mut Tx<'_>,
    account: &Account,
    currency: CurrencyCode,
) -> Result<i64, StoreError> {
    sqlx::query("SELECT amount FROM balances WHERE account = $1 AND currency = $2")
        .bind(account.to_string())
        .bind(currency.as_str())
        .fetch_optional(&mut **tx)
        .await?
        .map_or(Ok(0), |row| row.whole("amount"))
}

/// The ledger's rules, before a transaction that moved `currency` for `subject` is committed.
pub(super) async fn check_commit(
    tx: &mut Tx<'_>,
    currency: CurrencyCode,
    subject: &str,
    state: State,
) -> Result<(), StoreError> {
    let sum: i64 = sqlx::query("SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS total FROM balances WHERE currency = $1")
        .bind(currency.as_str())
        .fetch_one(&mut **tx)
        .await?
        .whole("total")?;
    if sum != 0 {
        return Err(StoreError::Broken("debits and credits differ"));
    }
    if balance(tx, &Account::Escrow, currency).await? != 0 {
        return Err(StoreError::Broken(
            "escrow holds cash outside of a delivery",
        ));
    }
    if state.is_end() && pending(tx, subject).await? != 0 {
        return Err(StoreError::Broken("a finished trade still holds cash"));
    }
    Ok(())
}

/// What a subject still has set aside, in micro-units.
async fn pending(tx: &mut Tx<'_>, subject: &str) -> Result<i64, StoreError> {
    let rows = sqlx::query("SELECT * FROM transfers WHERE subject = $1")
        .bind(subject)
        .fetch_all(&mut **tx)
        .await?;
    rows.iter().try_fold(0_i64, |sum, row| {
        sum.checked_add(transfer(row)?.pending())
            .ok_or(StoreError::TooLarge)
    })
}

fn transfer(row: &SqliteRow) -> Result<Transfer, StoreError> {
    let account =
        |column| Account::parse(&row.string(column)?).ok_or(StoreError::Unreadable(column));
    Ok(Transfer {
        kind: Kind::parse(&row.string("kind")?).ok_or(StoreError::Unreadable("kind"))?,
        subject: row.string("subject")?,
        debit: account("debit")?,
        credit: account("credit")?,
        currency: row.parsed("currency")?,
        amount: Amount::new(i128::from(row.whole("amount")?))
            .ok_or(StoreError::Unreadable("amount"))?,
    })
}

/// What an offline check of the ledger went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerReport {
    /// How many transfers there are.
    pub transfers: usize,
    /// How many reassignments were compared with their cash.
    pub reassignments: usize,
}

/// What an offline check of the ledger found wrong.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// The database cannot be read.
    #[error("the ledger cannot be read")]
    Store(#[from] StoreError),
    /// A transfer could never have been booked.
    #[error("transfer {number} could not have been booked")]
    Transfer {
        /// Its place in the ledger.
        number: i64,
        /// Why not.
        source: LedgerError,
    },
    /// A transfer's id is not the one that its content gives: it was changed.
    #[error("transfer {0} was changed after it was booked")]
    Changed(i64),
    /// Debits and credits differ.
    #[error("debits and credits of {0} differ")]
    Unbalanced(CurrencyCode),
    /// A running balance is not what the transfers add up to.
    #[error("the balance of {0} is not what its transfers add up to")]
    Balance(String),
    /// A reassignment's state and its cash do not agree.
    #[error("the cash of reassignment {0} does not agree with its state")]
    Reassignment(String),
}

impl From<sqlx::Error> for CheckError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Replays every transfer of a database that no venue has open, and compares what they add up to with
/// the running balances and with the state of every reassignment.
///
/// # Errors
/// [`CheckError`]: the first thing found wrong.
pub async fn check_ledger(directory: &Path) -> Result<LedgerReport, CheckError> {
    use sqlx::{ConnectOptions, Connection};
    let mut connection = SqliteConnectOptions::new()
        .filename(directory.join(FILE))
        .read_only(true)
        .connect()
        .await?;
    let report = check(&mut connection).await?;
    connection.close().await?;
    Ok(report)
}

impl Store {
    pub(crate) async fn check_ledger(&self) -> Result<LedgerReport, CheckError> {
        let mut connection = self.pool.acquire().await?;
        check(&mut connection).await
    }
}

async fn check(connection: &mut SqliteConnection) -> Result<LedgerReport, CheckError> {
    let rows = sqlx::query("SELECT * FROM transfers ORDER BY number")
        .fetch_all(&mut *connection)
        .await?;
    let mut book = Book::default();
    let mut kinds = BTreeSet::new();
    for row in &rows {
        let number = row.whole("number")?;
        let transfer = transfer(row)?;
        if transfer.id() != row.string("id")? {
            return Err(CheckError::Changed(number));
        }
        book.apply(&transfer)
            .map_err(|source| CheckError::Transfer { number, source })?;
        kinds.insert((transfer.subject, transfer.kind.name()));
    }
    if let Some((currency, _)) = book.unbalanced().first() {
        return Err(CheckError::Unbalanced(*currency));
    }
    check_balances(connection, &book).await?;
    let reassignments = check_reassignments(connection, &book, &kinds).await?;
    Ok(LedgerReport {
        transfers: rows.len(),
        reassignments,
    })
}

async fn check_balances(connection: &mut SqliteConnection, book: &Book) -> Result<(), CheckError> {
    let rows = sqlx::query("SELECT * FROM balances")
        .fetch_all(&mut *connection)
        .await?;
    let mut kept = BTreeSet::new();
    for row in &rows {
        let name = row.string("account")?;
        let account = Account::parse(&name).ok_or(StoreError::Unreadable("account"))?;
        let currency = row.parsed("currency")?;
        if book.balance(&account, currency) != row.whole("amount")? {
            return Err(CheckError::Balance(name));
        }
        kept.insert((account, currency));
    }
    match book
        .balances()
        .find(|(account, currency, _)| !kept.contains(&(**account, *currency)))
    {
        Some((account, ..)) => Err(CheckError::Balance(account.to_string())),
        None => Ok(()),
    }
}

async fn check_reassignments(
    connection: &mut SqliteConnection,
    book: &Book,
    kinds: &BTreeSet<(String, &'static str)>,
) -> Result<usize, CheckError> {
    let rows = sqlx::query("SELECT id, state, price FROM reassignments")
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        let id = row.string("id")?;
        let price: i64 = row.try_get("price")?;
        let has = |kind: Kind| kinds.contains(&(id.clone(), kind.name()));
        let paid = has(Kind::Post) && has(Kind::Payout) && !has(Kind::Void);
        let untouched = !has(Kind::Post) && !has(Kind::Payout);
        let agrees = match row.state("state")? {
            State::Received => !has(Kind::Reserve) && untouched && book.pending(&id) == 0,
            State::Settled => has(Kind::Reserve) && paid && book.pending(&id) == 0,
            State::Busted => {
                untouched && has(Kind::Reserve) == has(Kind::Void) && book.pending(&id) == 0
            }
            State::CashSettled => book.pending(&id) == 0,
            State::Suspended | State::Manual if !has(Kind::Reserve) => untouched,
            State::Funded
            | State::Fenced
            | State::Terminating
            | State::Vacant
            | State::Placing
            | State::Placed
            | State::Starting
            | State::Running
            | State::Suspended
            | State::Manual => {
                has(Kind::Reserve) && untouched && !has(Kind::Void) && book.pending(&id) == price
            }
        };
        if !agrees {
            return Err(CheckError::Reassignment(id));
        }
    }
    Ok(rows.len())
}
