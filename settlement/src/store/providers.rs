//! Providers that an operator has suspended: nothing is asked of them, and the time of their reassignments does not run.

use engine::{ProviderName, Timestamp};

use super::{
    ActError, By, Read, Statement, Store, StoreError,
    acts::{note, provider_subject},
    nanos,
};

/// A provider that an operator has suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SuspendedProvider {
    /// The provider.
    pub provider: ProviderName,
    /// Since when.
    pub since: Timestamp,
}

impl Store {
    /// Suspends a provider. Workers that are at it cannot write any more, so that they send no call.
    pub(crate) async fn suspend_provider(
        &self,
        provider: &ProviderName,
        by: &By,
        now: Timestamp,
    ) -> Result<(), ActError> {
        let mut tx = self.begin().await?;
        let inserted = sqlx::query(
            "INSERT INTO suspended_providers (provider, since) VALUES ($1, $2)
             ON CONFLICT (provider) DO NOTHING",
        )
        .bind(provider.as_str())
        .bind(nanos(now)?)
        .run(&mut tx)
        .await?;
        if inserted == 0 {
            return Err(ActError::AlreadySo("suspended"));
        }
        sqlx::query(
            "UPDATE reassignments SET lease_epoch = lease_epoch + 1, lease_until = 0
             WHERE provider = $1 AND lease_until > 0",
        )
        .bind(provider.as_str())
        .run(&mut tx)
        .await?;
        let subject = provider_subject(provider);
        note(&mut tx, &subject, "suspend-provider", "", by, now).await?;
        Ok(tx.commit().await?)
    }

    /// Has a provider asked again. What stood still goes on with the time that it had left.
    pub(crate) async fn resume_provider(
        &self,
        provider: &ProviderName,
        by: &By,
        now: Timestamp,
    ) -> Result<(), ActError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query("SELECT since FROM suspended_providers WHERE provider = $1")
            .bind(provider.as_str())
            .maybe_row(&mut tx)
            .await?;
        let Some(row) = row else {
            return Err(ActError::AlreadySo("in service"));
        };
        sqlx::query("DELETE FROM suspended_providers WHERE provider = $1")
            .bind(provider.as_str())
            .run(&mut tx)
            .await?;
        // What came while it was suspended has stood still only since then.
        sqlx::query(
            "UPDATE reassignments
             SET entered_at = entered_at + ($1 - CASE WHEN entered_at > $2 THEN entered_at ELSE $2 END)
             WHERE provider = $3 AND awake = 1
               AND state NOT IN ('SETTLED', 'BUSTED', 'CASH_SETTLED', 'MANUAL', 'SUSPENDED')",
        )
        .bind(nanos(now)?)
        .bind(row.whole("since")?)
        .bind(provider.as_str())
        .run(&mut tx)
        .await?;
        let subject = provider_subject(provider);
        note(&mut tx, &subject, "resume-provider", "", by, now).await?;
        Ok(tx.commit().await?)
    }

    /// The providers that are suspended.
    pub(crate) async fn suspended_providers(&self) -> Result<Vec<SuspendedProvider>, StoreError> {
        sqlx::query("SELECT provider, since FROM suspended_providers ORDER BY provider")
            .rows(&mut self.read().await?)
            .await?
            .iter()
            .map(|row| {
                Ok(SuspendedProvider {
                    provider: row.parsed("provider")?,
                    since: row.time("since")?,
                })
            })
            .collect()
    }
}
