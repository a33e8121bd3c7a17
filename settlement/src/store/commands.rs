//! The outbox: commands for the engine, written with the step that caused them and kept until the
//! engine's own event shows that they arrived.

use engine::Command;
use sqlx::any::AnyRow;

use super::{Read, Statement, Store, StoreError, Tx, number};

/// Names a command in the outbox. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutboxId(i64);

/// Commands that are handed out at once.
const BATCH: i64 = 256;

impl Store {
    /// Commands that were not submitted yet, in order.
    pub(crate) async fn unsubmitted(&self) -> Result<Vec<(OutboxId, Command)>, StoreError> {
        sqlx::query("SELECT id, command FROM outbox WHERE submitted = 0 ORDER BY id LIMIT $1")
            .bind(BATCH)
            .rows(&mut self.read().await?)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    pub(crate) async fn mark_submitted(&self, ids: &[OutboxId]) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for id in ids {
            sqlx::query("UPDATE outbox SET submitted = 1 WHERE id = $1")
                .bind(id.0)
                .run(&mut tx)
                .await?;
        }
        tx.commit().await
    }
}

fn read(row: &AnyRow) -> Result<(OutboxId, Command), StoreError> {
    let command = serde_json::from_str(&row.string("command")?)?;
    Ok((OutboxId(row.whole("id")?), command))
}

/// Adds a command. Those of one subject keep their order. Of a reassignment whose trade was busted the market hears
/// nothing more.
pub(super) async fn enqueue(
    tx: &mut Tx<'_>,
    subject: &str,
    status: u32,
    command: &Command,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO outbox (id, subject, status, command, submitted) SELECT next_outbox, $1, $2, $3, 0 FROM progress WHERE NOT EXISTS (SELECT 1 FROM reassignments WHERE id = $1 AND ruling = 'BUSTED')")
        .bind(subject)
        .bind(i64::from(status))
        .bind(serde_json::to_string(command)?)
        .run(tx)
        .await?;
    sqlx::query("UPDATE progress SET next_outbox = next_outbox + 1")
        .run(tx)
        .await?;
    Ok(())
}

/// The engine has shown `status` of `subject`: commands up to it have done their work.
pub(super) async fn arrived(tx: &mut Tx<'_>, subject: &str, status: u32) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM outbox WHERE subject = $1 AND status <= $2")
        .bind(subject)
        .bind(number(u64::from(status))?)
        .run(tx)
        .await?;
    Ok(())
}

/// Whether a command with `status` of a subject is there that the engine has not shown yet.
pub(super) async fn waits(tx: &mut Tx<'_>, subject: &str, status: u32) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM outbox WHERE subject = $1 AND status = $2")
        .bind(subject)
        .bind(i64::from(status))
        .maybe_row(tx)
        .await?;
    Ok(row.is_some())
}

/// Takes back all commands of a subject that the engine has not shown yet.
pub(super) async fn withdraw(tx: &mut Tx<'_>, subject: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM outbox WHERE subject = $1")
        .bind(subject)
        .run(tx)
        .await?;
    Ok(())
}
