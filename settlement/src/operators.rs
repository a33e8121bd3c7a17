//! What operators ask of settlement and have it do. Every act is written down with what it does.

use engine::{CurrencyCode, Notional, ProviderName, ReassignmentId};

use crate::{
    ledger::Amount,
    machine::Act,
    settlement::Settlement,
    state::State,
    store::{ActError, By, Listed, StoreError, SuspendedProvider, Which},
};

impl Settlement {
    /// Reassignments, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn list(&self, which: &Which, limit: u32) -> Result<Vec<Listed>, StoreError> {
        self.shared.store.list(which, limit).await
    }

    /// Does `act` with a reassignment, whoever works on it; gives its state from then on.
    ///
    /// # Errors
    /// [`ActError`] when it may not be done now; nothing is changed then.
    pub async fn act(&self, id: &ReassignmentId, act: &Act, by: &By) -> Result<State, ActError> {
        let shared = &self.shared;
        let (limits, now) = (&shared.limits, shared.now());
        let state = shared.store.act(id, act, by, limits, now).await?;
        shared.work.notify_one();
        shared.commands.notify_one();
        Ok(state)
    }

    /// Asks nothing of a provider any more, until it is resumed. Its reassignments stand still; trades that are busted are
    /// undone in the books all the same.
    ///
    /// # Errors
    /// [`ActError`] when there is no such provider, or it is suspended already.
    pub async fn suspend_provider(&self, provider: &ProviderName, by: &By) -> Result<(), ActError> {
        self.known(provider)?;
        let (store, now) = (&self.shared.store, self.shared.now());
        store.suspend_provider(provider, by, now).await
    }

    /// Has a provider asked again.
    ///
    /// # Errors
    /// [`ActError`] when there is no such provider, or it is not suspended.
    pub async fn resume_provider(&self, provider: &ProviderName, by: &By) -> Result<(), ActError> {
        self.known(provider)?;
        let (store, now) = (&self.shared.store, self.shared.now());
        store.resume_provider(provider, by, now).await?;
        self.shared.work.notify_one();
        Ok(())
    }

    /// The providers that operators have suspended.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn suspended_providers(&self) -> Result<Vec<SuspendedProvider>, StoreError> {
        self.shared.store.suspended_providers().await
    }

    /// The providers that are configured, in the order of their names.
    pub fn providers(&self) -> impl Iterator<Item = ProviderName> {
        self.shared.planes.keys().copied()
    }

    /// Pays into the default fund, from which trades that end in cash are paid.
    ///
    /// # Errors
    /// [`ActError`] when the amount is not more than zero or too large, or the database fails.
    pub async fn fund(
        &self,
        currency: CurrencyCode,
        amount: Notional,
        by: &By,
    ) -> Result<(), ActError> {
        let amount = Amount::new(amount.micros()).ok_or(StoreError::TooLarge)?;
        let (store, now) = (&self.shared.store, self.shared.now());
        store.fund(currency, amount, by, now).await
    }

    fn known(&self, provider: &ProviderName) -> Result<(), ActError> {
        if self.shared.planes.contains_key(provider) {
            Ok(())
        } else {
            Err(ActError::UnknownProvider(*provider))
        }
    }
}
