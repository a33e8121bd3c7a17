//! The ledger's rows, all of them, checked against each other and against the reassignments.

use std::collections::BTreeSet;

use engine::CurrencyCode;
use sqlx::any::AnyRow;

use super::{Read, Statement, Store, StoreError, Tx, cash::transfer, connection};
use crate::{
    database::Database,
    ledger::{Account, Book, Kind, LedgerError},
    record::cash_subject,
    state::State,
};

/// Rows that are read with one statement: so few that it is short however long the ledger has become.
const PAGE: i64 = 256;

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

/// Replays every transfer, and compares what they add up to with the running balances and with the state of every
/// reassignment. A SQLite file must not be open in a venue; on PostgreSQL it may be, and one moment of it is looked at.
///
/// # Errors
/// [`CheckError`]: the first thing found wrong.
pub async fn check_ledger(database: &Database) -> Result<LedgerReport, CheckError> {
    let link = connection::look(database).await?;
    let mut tx = link.look().await?;
    let report = check(&mut tx).await?;
    drop(tx);
    link.close().await;
    Ok(report)
}

impl Store {
    pub(crate) async fn check_ledger(&self) -> Result<LedgerReport, CheckError> {
        let mut tx = self.link.look().await?;
        check(&mut tx).await
    }
}

/// The kinds of transfers that were booked, each with its subject.
type Kinds = BTreeSet<(String, &'static str)>;

async fn check(tx: &mut Tx<'_>) -> Result<LedgerReport, CheckError> {
    let mut book = Book::default();
    let mut kinds = Kinds::new();
    let transfers = replay(tx, &mut book, &mut kinds).await?;
    if let Some((currency, _)) = book.unbalanced().first() {
        return Err(CheckError::Unbalanced(*currency));
    }
    check_balances(tx, &book).await?;
    let reassignments = check_reassignments(tx, &book, &kinds).await?;
    Ok(LedgerReport {
        transfers,
        reassignments,
    })
}

/// Books every transfer again; gives their number.
async fn replay(tx: &mut Tx<'_>, book: &mut Book, kinds: &mut Kinds) -> Result<usize, CheckError> {
    let mut replayed: usize = 0;
    let mut last = i64::MIN;
    loop {
        let page =
            sqlx::query("SELECT * FROM transfers WHERE number > $1 ORDER BY number LIMIT $2")
                .bind(last)
                .bind(PAGE)
                .rows(tx)
                .await?;
        if page.is_empty() {
            return Ok(replayed);
        }
        for row in &page {
            last = row.whole("number")?;
            let transfer = transfer(row)?;
            if transfer.id() != row.string("id")? {
                return Err(CheckError::Changed(last));
            }
            book.apply(&transfer)
                .map_err(|source| CheckError::Transfer {
                    number: last,
                    source,
                })?;
            kinds.insert((transfer.subject, transfer.kind.name()));
        }
        replayed = replayed.saturating_add(page.len());
    }
}

async fn check_balances(tx: &mut Tx<'_>, book: &Book) -> Result<(), CheckError> {
    let rows = sqlx::query("SELECT * FROM balances").rows(tx).await?;
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

/// Compares every reassignment with its cash; gives their number.
async fn check_reassignments(
    tx: &mut Tx<'_>,
    book: &Book,
    kinds: &Kinds,
) -> Result<usize, CheckError> {
    let mut checked: usize = 0;
    let mut last = String::new();
    loop {
        let page = sqlx::query(
            "SELECT id, state, price, corrections FROM reassignments WHERE id > $1 ORDER BY id LIMIT $2",
        )
        .bind(&last)
        .bind(PAGE)
        .rows(tx)
        .await?;
        if page.is_empty() {
            return Ok(checked);
        }
        for row in &page {
            check_reassignment(row, book, kinds)?;
            last = row.string("id")?;
        }
        checked = checked.saturating_add(page.len());
    }
}

fn check_reassignment(row: &AnyRow, book: &Book, kinds: &Kinds) -> Result<(), CheckError> {
    let reassignment = row.string("id")?;
    let price: i64 = row.whole("price")?;
    let corrections = row.count("corrections")?;
    for earlier in 0..corrections {
        let id = cash_subject(&reassignment, earlier);
        let has = |kind: Kind| kinds.contains(&(id.clone(), kind.name()));
        let given_back = has(Kind::Reserve) == has(Kind::Void) && book.pending(&id) == 0;
        let moved = [Kind::Post, Kind::Payout, Kind::Penalty, Kind::BuyinDiff];
        if !given_back || moved.into_iter().any(has) {
            return Err(CheckError::Reassignment(reassignment));
        }
    }
    let id = cash_subject(&reassignment, corrections);
    let has = |kind: Kind| kinds.contains(&(id.clone(), kind.name()));
    let compensated = has(Kind::Penalty) || has(Kind::BuyinDiff);
    let paid = has(Kind::Post) && has(Kind::Payout) && !has(Kind::Void);
    let untouched = !has(Kind::Post) && !has(Kind::Payout);
    let agrees = match row.state("state")? {
        State::Received => !has(Kind::Reserve) && untouched && book.pending(&id) == 0,
        State::Settled => has(Kind::Reserve) && paid && book.pending(&id) == 0,
        State::Busted => {
            untouched && has(Kind::Reserve) == has(Kind::Void) && book.pending(&id) == 0
        }
        // The refund is posted, and nothing else was taken from the buyer.
        State::CashSettled => {
            untouched && has(Kind::Reserve) && has(Kind::Void) && book.pending(&id) == 0
        }
        State::Suspended | State::Manual if !has(Kind::Reserve) => untouched,
        State::Funded
        | State::Fenced
        | State::Asking
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
    if !agrees || (compensated && row.state("state")? != State::CashSettled) {
        return Err(CheckError::Reassignment(reassignment));
    }
    Ok(())
}
