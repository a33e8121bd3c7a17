//! How settlement stands, as numbers: looked up when somebody asks for them.

use engine::Timestamp;
use settlement::breaker::Breaker;
use settlement::{Settlement, StoreError};

use super::catalogue::{
    SETTLEMENT_ALARMS, SETTLEMENT_BREAKER, SETTLEMENT_CALLS, SETTLEMENT_FINDINGS,
    SETTLEMENT_OLDEST, SETTLEMENT_SUSPENDED, SETTLEMENTS_OPEN,
};
use super::{Metrics, as_gauge};

/// Shows what there is to do, what stands, and how providers answer.
///
/// # Errors
/// When settlement's books cannot be read.
pub(super) async fn look_up(
    settlement: &Settlement,
    metrics: &Metrics,
    now: Timestamp,
) -> Result<(), StoreError> {
    let figures = settlement.figures().await?;
    for (state, count) in &figures.open {
        let open = metrics.gauge(&SETTLEMENTS_OPEN, &[state.name()]);
        open.set(as_gauge(*count));
    }
    let age = figures.oldest.map_or(0, |oldest| {
        let nanos = now.nanos().saturating_sub(oldest.nanos());
        nanos / 1_000_000_000
    });
    metrics.gauge(&SETTLEMENT_OLDEST, &[]).set(as_gauge(age));
    let findings = metrics.gauge(&SETTLEMENT_FINDINGS, &[]);
    findings.set(as_gauge(figures.findings));
    let alarms = metrics.counter(&SETTLEMENT_ALARMS, &[]);
    alarms.absolute(figures.alarms);
    let suspended = settlement.suspended_providers().await?;
    for provider in settlement.providers() {
        let is_suspended = suspended.iter().any(|one| one.provider == provider);
        let gauge = metrics.gauge(&SETTLEMENT_SUSPENDED, &[provider.as_str()]);
        gauge.set(as_gauge(u64::from(is_suspended)));
    }
    for call in settlement.calls() {
        let labels = [call.provider.as_str(), call.action, call.outcome];
        let calls = metrics.counter(&SETTLEMENT_CALLS, &labels);
        calls.absolute(call.count);
    }
    for (line, breaker) in settlement.breakers() {
        let region = line.region.map(|region| region.to_string());
        let labels = [line.provider.as_str(), region.as_deref().unwrap_or("")];
        let is_open = !matches!(breaker, Breaker::Closed { .. });
        let gauge = metrics.gauge(&SETTLEMENT_BREAKER, &labels);
        gauge.set(as_gauge(u64::from(is_open)));
    }
    Ok(())
}
