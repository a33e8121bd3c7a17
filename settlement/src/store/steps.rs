//! Steps of a reassignment: each one a transaction that checks the worker's lease and writes the
//! state, the intent to call, the cash and the engine's command together or not at all.

use std::time::Duration;

use engine::{Command, ReassignmentStatus, Remark, SettledCash, Timestamp};

use super::{
    Read, Statement, Store, StoreError, Tx, alarm,
    cash::{balance, book, check_commit},
    commands, nanos, number, rows, words,
};
use crate::{
    ledger::{Account, Amount},
    machine::{Cash, Decision, Report, Ruling, Then},
    provider::ProviderError,
    record::{Learnt, Record},
    state::{Action, State},
};

impl Store {
    /// Takes up to `limit` reassignments that are due: at most one of each slot, the oldest first.
    pub(crate) async fn claim(
        &self,
        limit: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Record>, StoreError> {
        let until = after(now, lease);
        let mut tx = self.begin().await?;
        let rows = sqlx::query(
            "SELECT * FROM reassignments AS mine
             WHERE awake = 1 AND due_at <= $1 AND lease_until <= $1
               AND (mine.provider NOT IN (SELECT provider FROM suspended_providers)
                 OR (mine.ruling = 'BUSTED' AND mine.state NOT IN ('SETTLED', 'BUSTED', 'CASH_SETTLED')))
               AND NOT EXISTS (
                   SELECT 1 FROM reassignments AS older
                   WHERE older.provider = mine.provider AND older.slot = mine.slot
                     AND older.position < mine.position
                     AND (older.awake = 1 OR older.state IN ('MANUAL', 'SUSPENDED')))
             ORDER BY due_at, position LIMIT $2",
        )
        .bind(nanos(now)?)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .rows(&mut tx)
        .await?;
        let mut claims = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut record = rows::record(row)?;
            record.lease_epoch = record.lease_epoch.saturating_add(1);
            sqlx::query(
                "UPDATE reassignments SET lease_epoch = $1, lease_until = $2 WHERE id = $3",
            )
            .bind(number(record.lease_epoch)?)
            .bind(nanos(until)?)
            .bind(record.terms.id.to_string())
            .run(&mut tx)
            .await?;
            claims.push(record);
        }
        tx.commit().await?;
        Ok(claims)
    }

    /// When the next reassignment is due, if any is.
    pub(crate) async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query(
            "SELECT MIN(due_at) AS due FROM reassignments WHERE awake = 1 AND lease_until = 0
               AND (provider NOT IN (SELECT provider FROM suspended_providers)
                 OR (ruling = 'BUSTED' AND state NOT IN ('SETTLED', 'BUSTED', 'CASH_SETTLED')))",
        )
        .row(&mut self.read().await?)
        .await?;
        Ok(row.maybe_count("due")?.map(Timestamp::from_nanos))
    }

    /// Writes a step. The record comes back as it is now; nothing was written on an error.
    pub(crate) async fn advance(
        &self,
        record: &Record,
        decision: &Decision,
        learnt: Learnt,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Record, StoreError> {
        let next = record.after(decision, learnt, now);
        let mut tx = self.begin().await?;
        write(&mut tx, &next, now, after(now, lease), now).await?;
        consequences(&mut tx, record, &next, decision, now).await?;
        tx.commit().await?;
        Ok(next)
    }

    /// Writes a call's answer beside its intent.
    pub(crate) async fn answered(
        &self,
        record: &Record,
        outcome: &Result<Option<String>, ProviderError>,
        lease: Duration,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (word, detail) = match outcome {
            Ok(task) => ("accepted", task.clone().unwrap_or_default()),
            Err(error) => (error.class.name(), error.message.clone()),
        };
        let mut tx = self.begin().await?;
        write(&mut tx, record, now, after(now, lease), now).await?;
        sqlx::query(
            "UPDATE attempts SET answered_at = $1, outcome = $2, detail = $3
             WHERE reassignment = $4
               AND number = (SELECT MAX(number) FROM attempts WHERE reassignment = $4)",
        )
        .bind(nanos(now)?)
        .bind(word)
        .bind(words(&detail))
        .bind(record.terms.id.to_string())
        .run(&mut tx)
        .await?;
        tx.commit().await
    }

    /// Lays a reassignment down until `due`, for any worker to take up.
    pub(crate) async fn lay_down(
        &self,
        record: &Record,
        due: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        write(&mut tx, record, due, Timestamp::from_nanos(0), now).await?;
        tx.commit().await
    }

    /// Whether the buyer's free cash covers the price now.
    pub(crate) async fn has_funds(&self, record: &Record) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        has_funds(&mut tx, record).await
    }

    /// Whether the buyer's free cash, and what is set aside for this reassignment, cover its corrected price now.
    pub(crate) async fn has_funds_corrected(&self, record: &Record) -> Result<bool, StoreError> {
        let Some(price) = record.said.correction else {
            return Ok(true);
        };
        let mut tx = self.begin().await?;
        let terms = &record.terms;
        let free = balance(&mut tx, &Account::Cash(terms.buyer), terms.currency).await?;
        // Nothing is set aside before that.
        let aside = if record.state == State::Received {
            0
        } else {
            terms.price.micros()
        };
        Ok(free.saturating_add(aside) >= price.micros())
    }
}

pub(super) async fn has_funds(tx: &mut Tx<'_>, record: &Record) -> Result<bool, StoreError> {
    let free = balance(
        tx,
        &Account::Cash(record.terms.buyer),
        record.terms.currency,
    )
    .await?;
    Ok(free >= record.terms.price.micros())
}

/// Writes the changing part of a row, if the worker's lease still stands. If the market has said something that the
/// worker did not know, the reassignment stays awake, and due now. A correction that is newer than the one that was taken
/// over stays.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    record: &Record,
    due: Timestamp,
    lease_until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let learnt = &record.learnt;
    let written = sqlx::query(
        "UPDATE reassignments SET state = $1, entered_at = $2,
           awake = CASE WHEN COALESCE(ruling, '') <> $19 OR COALESCE(correction, 0) <> $20 THEN 1 ELSE $3 END,
           due_at = CASE WHEN COALESCE(ruling, '') <> $19 OR COALESCE(correction, 0) <> $20 THEN $21 ELSE $4 END,
           attempts = $5, price = $22, corrections = $23,
           correction = CASE WHEN corrections < $23 AND correction = $22 THEN NULL ELSE correction END,
           failures = $6, round = $7, task = $8, generation = $9, image_digest = $10, new_instance = $11,
           old_process = $12, new_process = $13, address = $14, fence_held = $15, lease_until = $16,
           parked_from = $24, parked_age = $25
         WHERE id = $17 AND lease_epoch = $18",
    )
    .bind(record.state.name())
    .bind(nanos(record.entered_at)?)
    .bind(i64::from(record.is_awake()))
    .bind(nanos(due)?)
    .bind(i64::from(record.attempts))
    .bind(i64::from(record.failures))
    .bind(i64::from(record.round))
    .bind(record.task.as_deref().map(words))
    .bind(learnt.generation.map(number).transpose()?)
    .bind(learnt.image_digest.as_deref().map(words))
    .bind(learnt.new_instance.map(|instance| instance.to_string()))
    .bind(learnt.old_process.map(i64::from))
    .bind(learnt.new_process.map(i64::from))
    .bind(learnt.address.as_deref().map(words))
    .bind(i64::from(record.fence_held))
    .bind(nanos(lease_until)?)
    .bind(record.terms.id.to_string())
    .bind(number(record.lease_epoch)?)
    .bind(record.said.ruling.map_or("", Ruling::name))
    .bind(record.said.correction.map_or(0, Amount::micros))
    .bind(nanos(now)?)
    .bind(record.terms.price.micros())
    .bind(i64::from(record.corrections))
    .bind(record.parked.map(|parked| parked.from.name()))
    .bind(number(record.parked.map_or(0, |parked| parked.age_nanos))?)
    .run(tx)
    .await?;
    if written == 1 {
        Ok(())
    } else {
        Err(StoreError::LeaseLost)
    }
}

/// All that a decision brings with it, in the transaction of its state.
pub(super) async fn consequences(
    tx: &mut Tx<'_>,
    before: &Record,
    next: &Record,
    decision: &Decision,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = next.terms.id.to_string();
    if next.state != before.state || decision.reprice {
        transition(tx, next, &decision.why, now).await?;
    }
    if let Some(cash) = decision.cash {
        move_cash(tx, before, next, cash, now).await?;
    }
    if decision.cash.is_some() || next.state.is_end() {
        check_commit(tx, next.terms.currency, &next.cash_subject(), next.state).await?;
    }
    if let Some(report) = decision.report {
        tell(tx, next, report, &decision.why).await?;
    }
    if decision.alarm {
        alarm(tx, &id, &decision.why, now).await?;
    }
    if let Then::Call { action, .. } = decision.then {
        intent(tx, next, action, now).await?;
    }
    Ok(())
}

/// Has the market told how far it has come, with this text.
pub(super) async fn tell(
    tx: &mut Tx<'_>,
    record: &Record,
    report: Report,
    text: &str,
) -> Result<(), StoreError> {
    let (status, command) = command(record, report, text);
    let id = record.terms.id.to_string();
    commands::enqueue(tx, &id, u32::from(status.code()), &command).await
}

pub(super) async fn transition(
    tx: &mut Tx<'_>,
    record: &Record,
    why: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO transitions (reassignment, number, state, at, why)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4 FROM transitions WHERE reassignment = $1",
    )
    .bind(record.terms.id.to_string())
    .bind(record.state.name())
    .bind(nanos(now)?)
    .bind(words(why))
    .run(tx)
    .await?;
    Ok(())
}

async fn intent(
    tx: &mut Tx<'_>,
    record: &Record,
    action: Action,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO attempts (reassignment, number, action, token, started_at, request)
         SELECT $1, COALESCE(MAX(number), 0) + 1, $2, $3, $4, $5 FROM attempts WHERE reassignment = $1",
    )
    .bind(record.terms.id.to_string())
    .bind(action.name())
    .bind(record.token(action))
    .bind(nanos(now)?)
    .bind(record.request(action))
    .run(tx)
    .await?;
    Ok(())
}

async fn move_cash(
    tx: &mut Tx<'_>,
    before: &Record,
    next: &Record,
    cash: Cash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let price = next.price();
    match cash {
        Cash::Reserve => book(tx, &price.reserve(), now).await,
        // What was set aside is at the price that held until now.
        Cash::Void => book(tx, &before.price().void(), now).await,
        Cash::Reprice => {
            book(tx, &before.price().void(), now).await?;
            book(tx, &price.reserve(), now).await
        }
        Cash::Post => {
            for transfer in price.post() {
                book(tx, &transfer, now).await?;
            }
            Ok(())
        }
        Cash::CashOut {
            difference,
            instance_taken,
        } => {
            for transfer in price.cash_out(difference, instance_taken) {
                book(tx, &transfer, now).await?;
            }
            Ok(())
        }
    }
}

/// The engine's command for a report.
fn command(record: &Record, report: Report, why: &str) -> (ReassignmentStatus, Command) {
    let status = match report {
        Report::Pending => ReassignmentStatus::Pending,
        Report::Terminating => ReassignmentStatus::Terminating,
        Report::Placing => ReassignmentStatus::Placing,
        Report::Starting => ReassignmentStatus::Starting,
        Report::Settled => ReassignmentStatus::Settled,
        Report::Failed => ReassignmentStatus::Failed,
        Report::Reversed => ReassignmentStatus::Reversed,
    };
    let cash = (report == Report::Settled).then(|| SettledCash {
        currency: record.terms.currency,
        amount: super::money(record.terms.price.micros()),
    });
    let command = Command::UpdateReassignment {
        reassignment: record.terms.id,
        status,
        new_instance: record.learnt.new_instance,
        text: remark(why),
        cash,
    };
    (status, command)
}

/// As much of a sentence as a remark holds; what a provider wrote may hold anything.
fn remark(text: &str) -> Option<Remark> {
    let printable: String = text
        .chars()
        .filter(|letter| matches!(letter, ' '..='~'))
        .take(Remark::LENGTH_MAX)
        .collect();
    Remark::new(printable.trim()).ok()
}

pub(crate) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    let wait = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX);
    Timestamp::from_nanos(now.nanos().saturating_add(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_takes_what_it_can_hold() {
        assert_eq!(remark(""), None);
        assert_eq!(remark("  \u{7}\n"), None);
        assert_eq!(remark("gr\u{fc}n\n").unwrap().as_str(), "grn");
        assert_eq!(
            remark(&"x".repeat(300)).unwrap().as_str().len(),
            Remark::LENGTH_MAX
        );
    }
}
