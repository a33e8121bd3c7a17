//! The ledger's rows: booking a transfer within a step's transaction.

use engine::{CurrencyCode, Timestamp};
use sqlx::any::AnyRow;

use super::{Read, Statement, Store, StoreError, Tx, nanos};
use crate::{
    ledger::{Account, Amount, Kind, LedgerError, Transfer},
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
        tx.commit().await
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
        .maybe_row(tx)
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
    .run(tx)
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
    .run(tx)
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
        .maybe_row(tx)
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
        .row(tx)
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
    check_kinds(tx, subject, state).await
}

/// The seller is paid for a delivery and only for one; who is compensated was refunded.
async fn check_kinds(tx: &mut Tx<'_>, subject: &str, state: State) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT kind FROM transfers WHERE subject = $1")
        .bind(subject)
        .rows(tx)
        .await?;
    let mut kinds = Vec::with_capacity(rows.len());
    for row in &rows {
        kinds.push(Kind::parse(&row.string("kind")?).ok_or(StoreError::Unreadable("kind"))?);
    }
    let has = |kind| kinds.contains(&kind);
    if (has(Kind::Post) && has(Kind::Payout)) != (state == State::Settled) {
        return Err(StoreError::Broken(
            "a seller is paid if and only if its trade is settled",
        ));
    }
    let refunded = has(Kind::Reserve) && has(Kind::Void);
    if state == State::CashSettled && !refunded {
        return Err(StoreError::Broken(
            "a trade ends in cash without the buyer's refund",
        ));
    }
    if (has(Kind::Penalty) || has(Kind::BuyinDiff)) && state != State::CashSettled {
        return Err(StoreError::Broken(
            "somebody is compensated for a trade that does not end in cash",
        ));
    }
    Ok(())
}

/// What a subject still has set aside, in micro-units.
async fn pending(tx: &mut Tx<'_>, subject: &str) -> Result<i64, StoreError> {
    let rows = sqlx::query("SELECT * FROM transfers WHERE subject = $1")
        .bind(subject)
        .rows(tx)
        .await?;
    rows.iter().try_fold(0_i64, |sum, row| {
        sum.checked_add(transfer(row)?.pending())
            .ok_or(StoreError::TooLarge)
    })
}

pub(super) fn transfer(row: &AnyRow) -> Result<Transfer, StoreError> {
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
