//! What all workers know of how providers answer: a breaker for each provider and region, a budget of repeats for each
//! provider, and how many calls were answered how. It is kept in memory: after a start everybody is asked again.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use engine::{ProviderName, RegionName, Timestamp};

use crate::{
    breaker::{Breaker, BreakerLimits},
    budget::{Budget, BudgetLimits},
    provider::{Accepted, ProviderError},
    state::Action,
};

/// A provider in one region; none: the instrument is not known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The provider.
    pub provider: ProviderName,
    /// The region.
    pub region: Option<RegionName>,
}

/// How many calls of one kind had one outcome since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallCount {
    /// Who was called.
    pub provider: ProviderName,
    /// What was called: an action by name.
    pub action: &'static str,
    /// `accepted`, or the class of the failure.
    pub outcome: &'static str,
    /// How many.
    pub count: u64,
}

type Calls = BTreeMap<(ProviderName, &'static str, &'static str), u64>;

/// What is known of all providers.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    breakers: Mutex<BTreeMap<Line, Breaker>>,
    budgets: Mutex<BTreeMap<ProviderName, Budget>>,
    calls: Mutex<Calls>,
}

impl Traffic {
    /// Whether a request may go out now; if not, how long to wait.
    pub(crate) fn admit(
        &self,
        line: &Line,
        limits: &BreakerLimits,
        now: Timestamp,
    ) -> Result<(), Duration> {
        held(&self.breakers)
            .entry(*line)
            .or_default()
            .admit(limits, now)
    }

    /// Takes note of how a request went.
    pub(crate) fn note<T>(
        &self,
        line: &Line,
        outcome: &Result<T, ProviderError>,
        limits: &BreakerLimits,
        now: Timestamp,
    ) {
        let mut breakers = held(&self.breakers);
        let breaker = breakers.entry(*line).or_default();
        let before = breaker.name();
        breaker.note(outcome, limits, now);
        if breaker.name() != before {
            let region = line.region.map(|region| region.to_string());
            let (from, to) = (before, breaker.name());
            tracing::warn!(provider = %line.provider, region, from, to, "breaker moved");
        }
    }

    /// Takes a repeat out of a provider's budget; how long it must be waited for.
    pub(crate) fn repeat(
        &self,
        provider: &ProviderName,
        limits: &BudgetLimits,
        now: Timestamp,
    ) -> Duration {
        held(&self.budgets)
            .entry(*provider)
            .or_default()
            .take(limits, now)
    }

    /// Counts an answered call.
    pub(crate) fn count(
        &self,
        provider: &ProviderName,
        action: Action,
        outcome: &Result<Accepted, ProviderError>,
    ) {
        let word = match outcome {
            Ok(_) => "accepted",
            Err(error) => error.class.name(),
        };
        let mut calls = held(&self.calls);
        let count = calls.entry((*provider, action.name(), word)).or_default();
        *count = count.saturating_add(1);
    }

    /// The breakers that were asked so far.
    pub(crate) fn breakers(&self) -> Vec<(Line, Breaker)> {
        let breakers = held(&self.breakers);
        breakers
            .iter()
            .map(|(line, breaker)| (*line, *breaker))
            .collect()
    }

    /// The calls that were answered so far.
    pub(crate) fn calls(&self) -> Vec<CallCount> {
        let calls = held(&self.calls);
        let all = calls
            .iter()
            .map(|((provider, action, outcome), count)| CallCount {
                provider: *provider,
                action,
                outcome,
                count: *count,
            });
        all.collect()
    }
}

/// Nobody holds one of them over anything that can fail.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
