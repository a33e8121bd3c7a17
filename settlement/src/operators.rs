//! What operators ask of settlement and have it do. Every act is written down with what it does.

use engine::{AccountName, ProviderName, ReassignmentId, Timestamp};

use crate::{
    breaker::Breaker,
    machine::Act,
    settlement::{Settlement, outage},
    state::State,
    statement::Statement,
    store::{
        ActError, Alarm, Booked, By, Figures, Finding, Listed, Payment, StatementError, StoreError,
        SuspendedProvider, Which,
    },
    traffic::{CallCount, Line},
};

impl Settlement {
    /// Reassignments, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn list(&self, which: &Which, limit: u32) -> Result<Vec<Listed>, StoreError> {
        let store = &self.shared.store;
        outage::twice(|| store.list(which, limit)).await
    }

    /// Does `act` with a reassignment, whoever works on it; gives its state from then on.
    ///
    /// # Errors
    /// [`ActError`] when it may not be done now; nothing is changed then. Where the database fails it may be done or not.
    pub async fn act(&self, id: &ReassignmentId, act: &Act, by: &By) -> Result<State, ActError> {
        let shared = &self.shared;
        let (limits, now) = (&shared.limits, shared.now());
        let acted = shared.store.act(id, act, by, limits, now).await;
        // Though no answer came, it may be done.
        shared.wake();
        acted
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
        let store = &self.shared.store;
        outage::twice(|| store.suspended_providers()).await
    }

    /// What sweeps have found, oldest first, at most `limit`: what stands, or all.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn findings(&self, all: bool, limit: u32) -> Result<Vec<Finding>, StoreError> {
        let store = &self.shared.store;
        outage::twice(|| store.findings(all, limit)).await
    }

    /// What these accounts had at `begin` and just before `end`, every movement in between, and what had not ended then.
    ///
    /// # Errors
    /// [`StatementError`] when there is more than one statement holds, or the database fails.
    pub async fn statement(
        &self,
        accounts: &[AccountName],
        begin: Timestamp,
        end: Timestamp,
    ) -> Result<Statement, StatementError> {
        let store = &self.shared.store;
        outage::twice(|| store.statement(accounts, begin, end)).await
    }

    /// What is counted for metrics: what has not ended, and what stands.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn figures(&self) -> Result<Figures, StoreError> {
        let store = &self.shared.store;
        outage::twice(|| store.figures()).await
    }

    /// The breakers of the providers and regions that were asked since the start.
    #[must_use]
    pub fn breakers(&self) -> Vec<(Line, Breaker)> {
        self.shared.traffic.breakers()
    }

    /// The calls that were answered since the start.
    #[must_use]
    pub fn calls(&self) -> Vec<CallCount> {
        self.shared.traffic.calls()
    }

    /// The providers that are configured, in the order of their names.
    pub fn providers(&self) -> impl Iterator<Item = ProviderName> {
        self.shared.planes.keys().copied()
    }

    /// Pays into the default fund, from which trades that end in cash are paid. What was paid with this reference before is
    /// not paid again.
    ///
    /// # Errors
    /// [`ActError`] when another payment has the reference, or the database fails; nothing is changed then.
    pub async fn fund(&self, payment: &Payment, by: &By) -> Result<Booked, ActError> {
        let (store, now) = (&self.shared.store, self.shared.now());
        store.fund(payment, by, now).await
    }

    /// The latest alarms, the latest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn latest_alarms(&self, limit: u32) -> Result<Vec<Alarm>, StoreError> {
        let store = &self.shared.store;
        outage::twice(|| store.latest_alarms(limit)).await
    }

    fn known(&self, provider: &ProviderName) -> Result<(), ActError> {
        if self.shared.planes.contains_key(provider) {
            Ok(())
        } else {
            Err(ActError::UnknownProvider(*provider))
        }
    }
}
