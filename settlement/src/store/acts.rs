//! What operators do: each act is a row that says who, when and why, in the transaction of what it does.

use std::time::Duration;

use engine::{
    CurrencyCode, Notional, OperatorName, ProviderName, ReassignmentId, Remark, Timestamp,
};

use super::{
    Read, Statement, Store, StoreError, Tx, nanos, rows,
    steps::{after, consequences, tell, write},
};
use crate::{
    ledger::{Account, Amount, LedgerError},
    machine::{Act, ActRefusal, CashOut, operated},
    options::Limits,
    provider::Class,
    record::Record,
    state::State,
};

/// Who answers for an act, and why it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub operator: OperatorName,
    /// Why.
    pub reason: Remark,
}

/// An act as it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acted {
    /// Its place among all acts.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What was done: the act by name.
    pub act: String,
    /// Who did it.
    pub operator: String,
    /// Why.
    pub reason: String,
    /// What of; empty when the act says it all.
    pub detail: String,
}

/// Why an act was not done; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// There is no such reassignment.
    #[error("there is no reassignment {0}")]
    UnknownReassignment(ReassignmentId),
    /// Settlement has no such provider.
    #[error("no provider {0} is configured")]
    UnknownProvider(ProviderName),
    /// The reassignment is not in a state for it.
    #[error(transparent)]
    Refused(#[from] ActRefusal),
    /// The provider stands as it is to stand.
    #[error("the provider is {0} already")]
    AlreadySo(&'static str),
    /// The default fund does not have what is to be paid from it.
    #[error("the default fund has too little {0}")]
    FundShort(CurrencyCode),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// What it would end may yet be changed at the provider.
    #[error("a {action} that was called has no answer, and may still have its effect")]
    CallUnderWay {
        /// What was called: an action by name.
        action: String,
        /// When it is under way no longer.
        until: Timestamp,
    },
    /// Another payment has this reference.
    #[error("another payment has the reference {reference}: {amount} {currency}")]
    ReferenceTaken {
        /// The reference.
        reference: Remark,
        /// How much was paid with it.
        amount: Notional,
        /// In which currency.
        currency: CurrencyCode,
    },
}

impl From<StoreError> for ActError {
    fn from(error: StoreError) -> Self {
        if let StoreError::Ledger(LedgerError::Short { account, currency }) = &error
            && *account == Account::DefaultFund.to_string()
        {
            return Self::FundShort(*currency);
        }
        Self::Store(error)
    }
}

impl From<sqlx::Error> for ActError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

impl Store {
    /// Does what an operator wants with a reassignment. Whoever works on it meanwhile cannot write any more.
    pub(crate) async fn act(
        &self,
        id: &ReassignmentId,
        act: &Act,
        by: &By,
        limits: &Limits,
        now: Timestamp,
    ) -> Result<State, ActError> {
        let mut tx = self.begin().await?;
        let name = id.to_string();
        let record = take_over(&mut tx, id).await?;
        let facts = record.facts(limits, true, now);
        let mut decision = operated(&facts, record.terms.price, act)?;
        decision.why = format!("{} by {}: {}", act.name(), by.operator, by.reason);
        let report = decision.report.take();
        let under_way = under_way(&mut tx, &name, limits.lease, now).await?;
        let free_at = match (act, under_way) {
            // What was called meanwhile would undo the end: an instance gone for nothing, a fence around a free slot.
            (Act::Reverse | Act::CashOut(_), Some((action, until))) => {
                return Err(ActError::CallUnderWay { action, until });
            }
            // Nor is it undone for a bust before.
            (Act::Suspend, Some((_, until))) => until,
            (Act::Suspend | Act::Resume | Act::Retry | Act::Reverse | Act::CashOut(_), _) => {
                Timestamp::from_nanos(0)
            }
        };
        let answered = latest_is_answered(&mut tx, &name).await?;
        let next = record.operated(act, &decision, answered, now);
        write(&mut tx, &next, now, free_at, now).await?;
        consequences(&mut tx, &record, &next, &decision, now).await?;
        if let Some(report) = report {
            tell(&mut tx, &next, report, &told(&next, act, by)).await?;
        }
        note(&mut tx, &name, act.name(), &detail(&record, act), by, now).await?;
        tx.commit().await?;
        tracing::info!(
            reassignment = %id, act = act.name(), operator = %by.operator, reason = %by.reason,
            to = next.state.name(), "an operator decided",
        );
        Ok(next.state)
    }

    /// What operators did with a reassignment, or with its provider since `since`, oldest first.
    pub(super) async fn acts(
        tx: &mut Tx<'_>,
        reassignment: &str,
        provider: &ProviderName,
        since: Timestamp,
    ) -> Result<Vec<Acted>, StoreError> {
        sqlx::query(
            "SELECT * FROM acts WHERE subject = $1 OR (subject = $2 AND at >= $3) ORDER BY number",
        )
        .bind(reassignment)
        .bind(provider_subject(provider))
        .bind(nanos(since)?)
        .rows(tx)
        .await?
        .iter()
        .map(acted)
        .collect()
    }
}

/// What acts call a provider.
pub(super) fn provider_subject(provider: &ProviderName) -> String {
    format!("provider:{provider}")
}

/// The reassignment with a new epoch: from here on no worker that holds it can write.
async fn take_over(tx: &mut Tx<'_>, id: &ReassignmentId) -> Result<Record, ActError> {
    sqlx::query("UPDATE reassignments SET lease_epoch = lease_epoch + 1 WHERE id = $1")
        .bind(id.to_string())
        .run(tx)
        .await?;
    let row = sqlx::query("SELECT * FROM reassignments WHERE id = $1")
        .bind(id.to_string())
        .maybe_row(tx)
        .await?;
    let row = row.ok_or(ActError::UnknownReassignment(*id))?;
    Ok(rows::record(&row)?)
}

/// Whether the outcome of the latest call is known; true where there was none.
async fn latest_is_answered(tx: &mut Tx<'_>, id: &str) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT outcome FROM attempts WHERE reassignment = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(id)
    .maybe_row(tx)
    .await?;
    let Some(row) = row else {
        return Ok(true);
    };
    let outcome = row.maybe_string("outcome")?;
    Ok(outcome.is_some_and(|outcome| outcome != Class::Unknown.name()))
}

/// The latest call whose outcome nobody knows and that may still be on its way, and until when: no call is older than
/// the lease that it was made with.
async fn under_way(
    tx: &mut Tx<'_>,
    id: &str,
    lease: Duration,
    now: Timestamp,
) -> Result<Option<(String, Timestamp)>, StoreError> {
    let row = sqlx::query(
        "SELECT action, started_at FROM attempts
         WHERE reassignment = $1 AND (outcome IS NULL OR outcome = $2)
         ORDER BY started_at DESC, number DESC LIMIT 1",
    )
    .bind(id)
    .bind(Class::Unknown.name())
    .maybe_row(tx)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let until = after(row.time("started_at")?, lease);
    Ok((until > now).then_some((row.string("action")?, until)))
}

/// Writes an act down; gives its number.
pub(super) async fn note(
    tx: &mut Tx<'_>,
    subject: &str,
    act: &str,
    detail: &str,
    by: &By,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let row = sqlx::query("SELECT COALESCE(MAX(number), 0) + 1 AS next FROM acts")
        .row(tx)
        .await?;
    let number = row.whole("next")?;
    sqlx::query(
        "INSERT INTO acts (number, at, subject, act, operator, reason, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(number)
    .bind(nanos(now)?)
    .bind(subject)
    .bind(act)
    .bind(by.operator.as_str())
    .bind(by.reason.as_str())
    .bind(detail)
    .run(tx)
    .await?;
    row.count("next")
}

/// What of: for the record of the act.
fn detail(record: &Record, act: &Act) -> String {
    let stage = record.parked.map_or(record.state, |parked| parked.from);
    match act {
        Act::Suspend | Act::Resume | Act::Retry | Act::Reverse => stage.name().to_owned(),
        Act::CashOut(terms) => format!("{}; {}", stage.name(), in_cash(record, stage, terms)),
    }
}

/// What the parties are told; an operator's name is not for them.
fn told(record: &Record, act: &Act, by: &By) -> String {
    match act {
        Act::CashOut(terms) => in_cash(record, record.state, terms),
        Act::Suspend | Act::Resume | Act::Retry | Act::Reverse => by.reason.to_string(),
    }
}

/// Who gets what, of a reassignment that ends in cash.
fn in_cash(record: &Record, stage: State, terms: &CashOut) -> String {
    let price = record.terms.price.micros();
    let taken = terms.instance_taken.unwrap_or(stage != State::Terminating);
    let seller = super::money(if taken { price } else { 0 });
    let buyer = super::money(terms.difference.map_or(0, Amount::micros));
    let currency = record.terms.currency;
    format!("in cash: refunded, buyer +{buyer}, seller +{seller} {currency}")
}

fn acted(row: &impl Read) -> Result<Acted, StoreError> {
    Ok(Acted {
        number: row.count("number")?,
        at: row.time("at")?,
        act: row.string("act")?,
        operator: row.string("operator")?,
        reason: row.string("reason")?,
        detail: row.string("detail")?,
    })
}
