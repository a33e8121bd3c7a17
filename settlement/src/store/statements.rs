//! A day of some accounts, read from the ledger and the reassignments in one transaction.

use std::collections::BTreeMap;

use engine::{AccountName, CurrencyCode, Notional, Timestamp};

use super::{Read, Statement as _, Store, StoreError, Tx, cash::transfer, money, nanos};
use crate::{
    ledger::Account,
    state::State,
    statement::{AccountDay, Booked, Obligation, Owes, Statement, account_day},
};

/// The most movements and obligations of one statement.
const ROWS_MAX: usize = 200_000;

/// Why there is no statement.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// There are more movements, or more obligations, than one statement has.
    #[error("the day has more than {ROWS_MAX} movements or obligations")]
    TooLarge,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for StatementError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// The day of these accounts from `begin` until just before `end`.
    pub(crate) async fn statement(
        &self,
        accounts: &[AccountName],
        begin: Timestamp,
        end: Timestamp,
    ) -> Result<Statement, StatementError> {
        let mut tx = self.begin().await?;
        let (mut days, mut obligations, mut rows) = (Vec::new(), Vec::new(), 0_usize);
        for name in accounts {
            for account in [Account::Cash(*name), Account::Reserved(*name)] {
                for day in account_days(&mut tx, account, begin, end).await? {
                    rows = rows.saturating_add(day.movements.len());
                    days.push(day);
                }
            }
            obligations.extend(owed(&mut tx, name, end).await?);
            if rows.max(obligations.len()) > ROWS_MAX {
                return Err(StatementError::TooLarge);
            }
        }
        obligations.sort_by_key(|one| (one.executed_at, one.reassignment));
        Ok(Statement::new(days, obligations))
    }
}

/// The day of one account of the ledger in each currency that it ever had.
async fn account_days(
    tx: &mut Tx<'_>,
    account: Account,
    begin: Timestamp,
    end: Timestamp,
) -> Result<Vec<AccountDay>, StoreError> {
    let name = account.to_string();
    let mut days: BTreeMap<CurrencyCode, (i64, Vec<Booked>)> = BTreeMap::new();
    let before = sqlx::query(
        "SELECT currency, CAST(SUM(CASE WHEN credit = $1 THEN amount ELSE -amount END) AS BIGINT) AS total
         FROM transfers WHERE (debit = $1 OR credit = $1) AND at < $2 GROUP BY currency",
    )
    .bind(&name)
    .bind(nanos(begin)?)
    .rows(tx)
    .await?;
    for row in &before {
        let day = days.entry(row.parsed("currency")?).or_default();
        day.0 = row.whole("total")?;
    }
    let booked = sqlx::query(
        "SELECT * FROM transfers WHERE (debit = $1 OR credit = $1) AND at >= $2 AND at < $3
         ORDER BY number LIMIT $4",
    )
    .bind(&name)
    .bind(nanos(begin)?)
    .bind(nanos(end)?)
    .bind(limit())
    .rows(tx)
    .await?;
    for row in &booked {
        let transfer = transfer(row)?;
        let day = days.entry(transfer.currency).or_default();
        day.1.push(Booked {
            number: row.count("number")?,
            at: row.time("at")?,
            transfer,
        });
    }
    let days = days.into_iter().map(|(currency, (opening, booked))| {
        account_day(account, currency, money(opening), booked)
    });
    Ok(days.collect())
}

/// What an account had bought or sold, and what had not ended, at `end`.
async fn owed(
    tx: &mut Tx<'_>,
    account: &AccountName,
    end: Timestamp,
) -> Result<Vec<Obligation>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, buyer, seller, symbol, price, currency, executed_at, COALESCE((
           SELECT transitions.state FROM transitions
           WHERE transitions.reassignment = reassignments.id AND transitions.at < $2
           ORDER BY transitions.number DESC LIMIT 1), 'RECEIVED') AS state_then
         FROM reassignments
         WHERE (buyer = $1 OR seller = $1) AND executed_at < $2
           AND (state NOT IN ('SETTLED', 'BUSTED', 'CASH_SETTLED') OR entered_at >= $2)
         ORDER BY position, id LIMIT $3",
    )
    .bind(account.as_str())
    .bind(nanos(end)?)
    .bind(limit())
    .rows(tx)
    .await?;
    let mut owed = Vec::with_capacity(rows.len());
    for row in &rows {
        let bought = row.string("buyer")? == account.as_str();
        owed.push(Obligation {
            reassignment: row.parsed("id")?,
            state: State::parse(&row.string("state_then")?)
                .ok_or(StoreError::Unreadable("state"))?,
            executed_at: row.time("executed_at")?,
            account: *account,
            owes: if bought { Owes::Cash } else { Owes::Instance },
            symbol: row.parsed("symbol")?,
            price: Notional::from_micros(i128::from(row.whole("price")?)),
            currency: row.parsed("currency")?,
        });
    }
    Ok(owed)
}

/// One more than a statement has: then it is too large.
fn limit() -> i64 {
    i64::try_from(ROWS_MAX).map_or(i64::MAX, |most| most.saturating_add(1))
}
