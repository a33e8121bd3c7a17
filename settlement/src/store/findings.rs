//! What sweeps have found: a row for each difference, from when it was first seen until it is gone.

use engine::{ProviderName, SlotName, Timestamp};

use super::{Read, Statement, Store, StoreError, Tx, alarm, nanos};
use crate::{
    provider::SlotView,
    reconcile::{Difference, FindingKind, Held, compare},
};

/// Something that a provider's listing and the register say differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose listing.
    pub provider: ProviderName,
    /// The slot.
    pub slot: SlotName,
    /// How the two differ.
    pub kind: FindingKind,
    /// In words, as of the last sweep that saw it.
    pub detail: String,
    /// When a sweep first saw it.
    pub first_seen: Timestamp,
    /// When one saw it last.
    pub last_seen: Timestamp,
    /// When one saw that it is gone; none: it stands.
    pub gone_at: Option<Timestamp>,
}

/// A finding that was seen so often is an alarm; a listing that is older than the register is not seen again.
const SIGHTINGS: i64 = 2;

impl Store {
    /// Compares a listing that was asked for at `asked_at` with the register, and writes down what differs. Slots of which
    /// a reassignment is under way, or was since then, are passed over. Gives the number of findings that stand.
    pub(crate) async fn sweep(
        &self,
        provider: &ProviderName,
        listing: &[SlotView],
        asked_at: Timestamp,
        now: Timestamp,
    ) -> Result<usize, StoreError> {
        let mut tx = self.begin().await?;
        let held = held(&mut tx, provider).await?;
        let mut standing = Vec::new();
        for difference in compare(&held, listing) {
            if !is_under_way(&mut tx, provider, &difference.slot, asked_at).await? {
                seen(&mut tx, provider, &difference, now).await?;
                standing.push((difference.slot, difference.kind));
            }
        }
        gone(&mut tx, provider, &standing, asked_at, now).await?;
        tx.commit().await?;
        Ok(standing.len())
    }

    /// What was seen in two sweeps or more, oldest first, at most `limit`: what stands, or all.
    pub(crate) async fn findings(&self, all: bool, limit: u32) -> Result<Vec<Finding>, StoreError> {
        sqlx::query(
            "SELECT * FROM findings WHERE sightings >= $1 AND ($2 = 1 OR gone_at IS NULL)
             ORDER BY number LIMIT $3",
        )
        .bind(SIGHTINGS)
        .bind(i64::from(all))
        .bind(i64::from(limit))
        .rows(&mut self.read().await?)
        .await?
        .iter()
        .map(finding)
        .collect()
    }
}

async fn held(tx: &mut Tx<'_>, provider: &ProviderName) -> Result<Vec<Held>, StoreError> {
    sqlx::query(
        "SELECT slot, instance, account, standing, (
           SELECT placed.image_digest FROM reassignments AS placed
           WHERE placed.provider = register.provider AND placed.slot = register.slot
             AND placed.new_instance = register.instance AND placed.state = 'SETTLED'
           ORDER BY placed.position DESC LIMIT 1) AS image_digest
         FROM register WHERE provider = $1 AND standing IN ('asked', 'held')",
    )
    .bind(provider.as_str())
    .rows(tx)
    .await?
    .iter()
    .map(|row| {
        Ok(Held {
            slot: row.parsed("slot")?,
            instance: row.parsed("instance")?,
            account: row.parsed("account")?,
            asked: row.string("standing")? == "asked",
            image_digest: row.maybe_string("image_digest")?,
        })
    })
    .collect()
}

/// Whether somebody of ours changes the slot, or did since the listing was asked for, or the register has not heard of it.
async fn is_under_way(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    slot: &SlotName,
    since: Timestamp,
) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT id FROM reassignments WHERE provider = $1 AND slot = $2
           AND (awake = 1 OR entered_at >= $3 OR state NOT IN ('SETTLED', 'BUSTED', 'CASH_SETTLED')
             OR EXISTS (SELECT 1 FROM outbox WHERE outbox.subject = reassignments.id))
         LIMIT 1",
    )
    .bind(provider.as_str())
    .bind(slot.as_str())
    .bind(nanos(since)?)
    .maybe_row(tx)
    .await?;
    Ok(row.is_some())
}

/// A difference stands: it is new, or still there.
async fn seen(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    difference: &Difference,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Difference { slot, kind, detail } = difference;
    let row = sqlx::query(
        "SELECT number, sightings FROM findings
         WHERE provider = $1 AND slot = $2 AND kind = $3 AND gone_at IS NULL",
    )
    .bind(provider.as_str())
    .bind(slot.as_str())
    .bind(kind.name())
    .maybe_row(tx)
    .await?;
    let Some(row) = row else {
        return insert(tx, provider, difference, now).await;
    };
    let sightings = row.whole("sightings")?.saturating_add(1);
    sqlx::query(
        "UPDATE findings SET sightings = $1, last_seen = $2, detail = $3 WHERE number = $4",
    )
    .bind(sightings)
    .bind(nanos(now)?)
    .bind(detail)
    .bind(row.whole("number")?)
    .run(tx)
    .await?;
    if sightings == SIGHTINGS {
        let subject = format!("slot:{provider}:{slot}");
        let what = format!(
            "the provider and the register differ: {}: {detail}",
            kind.name()
        );
        alarm(tx, &subject, &what, now).await?;
    }
    Ok(())
}

async fn insert(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    difference: &Difference,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO findings (number, provider, slot, kind, detail, first_seen, last_seen, sightings)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, $5, 1 FROM findings",
    )
    .bind(provider.as_str())
    .bind(difference.slot.as_str())
    .bind(difference.kind.name())
    .bind(&difference.detail)
    .bind(nanos(now)?)
    .run(tx)
    .await?;
    Ok(())
}

/// What stood and was not seen is gone; what was seen only once is forgotten.
async fn gone(
    tx: &mut Tx<'_>,
    provider: &ProviderName,
    standing: &[(SlotName, FindingKind)],
    asked_at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    let rows = sqlx::query("SELECT * FROM findings WHERE provider = $1 AND gone_at IS NULL")
        .bind(provider.as_str())
        .rows(tx)
        .await?;
    for row in &rows {
        let Finding { slot, kind, .. } = finding(row)?;
        if standing.contains(&(slot, kind)) || is_under_way(tx, provider, &slot, asked_at).await? {
            continue;
        }
        let number = row.whole("number")?;
        if row.whole("sightings")? < SIGHTINGS {
            sqlx::query("DELETE FROM findings WHERE number = $1")
                .bind(number)
                .run(tx)
                .await?;
        } else {
            sqlx::query("UPDATE findings SET gone_at = $1 WHERE number = $2")
                .bind(nanos(now)?)
                .bind(number)
                .run(tx)
                .await?;
        }
    }
    Ok(())
}

fn finding(row: &impl Read) -> Result<Finding, StoreError> {
    let kind = FindingKind::parse(&row.string("kind")?).ok_or(StoreError::Unreadable("kind"))?;
    Ok(Finding {
        provider: row.parsed("provider")?,
        slot: row.parsed("slot")?,
        kind,
        detail: row.string("detail")?,
        first_seen: row.time("first_seen")?,
        last_seen: row.time("last_seen")?,
        gone_at: row.maybe_count("gone_at")?.map(Timestamp::from_nanos),
    })
}
