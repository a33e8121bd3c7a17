//! What the market has said of a reassignment since its trade: written with the event that says it, read by the worker
//! before each step. A worker that holds the reassignment meanwhile is not disturbed: it finds out at its next step.

use engine::{AmendedTrade, Amendment, ReassignmentId, ReassignmentStatus, Timestamp};

use super::{Read, Statement, Store, StoreError, Tx, alarm, commands, nanos};
use crate::{
    ledger::Amount,
    machine::Ruling,
    record::{Record, Said},
    traffic::Line,
};

impl Store {
    /// The reassignment with what the market has said of it by now.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`] when another worker or an operator has taken it over.
    pub(crate) async fn heard(&self, record: Record) -> Result<Heard, StoreError> {
        let row = sqlx::query(
            "SELECT ruling, correction, said, lease_epoch, (SELECT COUNT(*) FROM suspended_providers
               WHERE suspended_providers.provider = reassignments.provider) AS suspended,
               provider, (SELECT region FROM instruments WHERE instruments.symbol = reassignments.symbol) AS region
             FROM reassignments WHERE id = $1",
        )
        .bind(record.terms.id.to_string())
        .row(&mut self.read().await?)
        .await?;
        if row.count::<u64>("lease_epoch")? != record.lease_epoch {
            return Err(StoreError::LeaseLost);
        }
        let said = said(&row)?;
        Ok(Heard {
            record: Record { said, ..record },
            provider_suspended: row.flag("suspended")?,
            line: Line {
                provider: row.parsed("provider")?,
                region: row.maybe_parsed("region")?,
            },
        })
    }
}

/// What a worker must know before each step.
pub(crate) struct Heard {
    /// The reassignment with what the market has said of it by now.
    pub(crate) record: Record,
    /// An operator has suspended its provider.
    pub(crate) provider_suspended: bool,
    /// Where it settles.
    pub(crate) line: Line,
}

pub(super) fn said(row: &impl Read) -> Result<Said, StoreError> {
    let ruling = row.maybe_string("ruling")?;
    let ruling = ruling.map(|name| Ruling::parse(&name).ok_or(StoreError::Unreadable("ruling")));
    let correction = row.maybe_whole("correction")?;
    let correction = correction
        .map(|micros| Amount::new(i128::from(micros)).ok_or(StoreError::Unreadable("correction")));
    Ok(Said {
        ruling: ruling.transpose()?,
        correction: correction.transpose()?,
        words: row.string("said")?,
    })
}

/// The market lets a reassignment pass its point of no return.
pub(super) async fn begun(
    tx: &mut Tx<'_>,
    id: &ReassignmentId,
    now: Timestamp,
) -> Result<(), StoreError> {
    // The time that this step may take starts when it can be taken.
    sqlx::query(
        "UPDATE reassignments SET ruling = $1,
           awake = CASE WHEN state = 'ASKING' THEN 1 ELSE awake END,
           due_at = CASE WHEN state = 'ASKING' THEN $2 ELSE due_at END,
           entered_at = CASE WHEN state = 'ASKING' THEN $2 ELSE entered_at END
         WHERE id = $3 AND ruling IS NULL",
    )
    .bind(Ruling::Begun.name())
    .bind(nanos(now)?)
    .bind(id.to_string())
    .run(tx)
    .await?;
    Ok(())
}

/// A trade was busted or corrected; says how many reassignments that concerns.
pub(super) async fn amended(
    tx: &mut Tx<'_>,
    amended: &AmendedTrade,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let (operator, reason) = (amended.operator, amended.reason);
    for leg in &amended.trade.legs {
        let id = leg.reassignment.to_string();
        match amended.change {
            Amendment::Bust => {
                let words = format!("the trade was busted by {operator}: {reason}");
                busted(tx, &id, &words, now).await?;
            }
            Amendment::Correct { price } => {
                let words = format!("the price was corrected to {price} by {operator}: {reason}");
                let price = Amount::new(i128::from(price.micros())).ok_or(StoreError::TooLarge)?;
                corrected(tx, &id, price, &words, now).await?;
            }
        }
    }
    Ok(amended.trade.legs.len())
}

async fn busted(tx: &mut Tx<'_>, id: &str, words: &str, now: Timestamp) -> Result<(), StoreError> {
    let ruled = sqlx::query(
        "UPDATE reassignments SET ruling = $1, said = $2, awake = 1, due_at = $3
         WHERE id = $4 AND state IN ('RECEIVED', 'FUNDED', 'FENCED', 'ASKING', 'MANUAL', 'SUSPENDED')",
    )
    .bind(Ruling::Busted.name())
    .bind(words)
    .bind(nanos(now)?)
    .bind(id)
    .run(tx)
    .await?;
    if commands::waits(tx, id, u32::from(ReassignmentStatus::Failed.code())).await? {
        let what = "the trade was busted before the market heard that the slot does not hold the seller's instance: \
                    the slot can be traded; look at the provider, and withdraw it";
        alarm(tx, id, what, now).await?;
    }
    // The market hears nothing more of it: what it was to hear, it would only pass over.
    commands::withdraw(tx, id).await?;
    let state = sqlx::query("SELECT state FROM reassignments WHERE id = $1")
        .bind(id)
        .row(tx)
        .await?
        .state("state")?;
    if ruled == 0 && !state.is_end() {
        // Only a database that an earlier version wrote can hold such a reassignment.
        alarm(
            tx,
            id,
            "the trade was busted while it was being delivered",
            now,
        )
        .await?;
    }
    Ok(())
}

async fn corrected(
    tx: &mut Tx<'_>,
    id: &str,
    price: Amount,
    words: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE reassignments SET correction = $1, said = $2, awake = 1, due_at = $3
         WHERE id = $4 AND COALESCE(parked_from, state) IN ('RECEIVED', 'FUNDED', 'FENCED', 'ASKING')",
    )
    .bind(price.micros())
    .bind(words)
    .bind(nanos(now)?)
    .bind(id)
    .run(tx)
    .await?;
    Ok(())
}
