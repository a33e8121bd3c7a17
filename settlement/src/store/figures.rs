//! What is counted of the books for metrics. Only what has not ended, and what stands: it stays small however long the
//! venue runs.

use engine::Timestamp;

use super::{Read, Statement, Store, StoreError};
use crate::state::State;

/// How much there is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many reassignments are in each state that is no end.
    pub open: Vec<(State, u64)>,
    /// When the oldest trade of them was executed.
    pub oldest: Option<Timestamp>,
    /// How many findings stand.
    pub findings: u64,
    /// How many alarms there were, ever.
    pub alarms: u64,
}

impl Store {
    pub(crate) async fn figures(&self) -> Result<Figures, StoreError> {
        let mut figures = Figures::default();
        for state in State::ALL.into_iter().filter(|state| !state.is_end()) {
            let row = sqlx::query(
                "SELECT COUNT(*) AS found, MIN(executed_at) AS oldest FROM reassignments WHERE state = $1",
            )
            .bind(state.name())
            .row(&mut self.read().await?)
            .await?;
            figures.open.push((state, row.count("found")?));
            let oldest = row.maybe_count("oldest")?.map(Timestamp::from_nanos);
            figures.oldest = match (figures.oldest, oldest) {
                (Some(one), Some(other)) => Some(one.min(other)),
                (one, other) => one.or(other),
            };
        }
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM findings WHERE gone_at IS NULL AND sightings > 1) AS findings,
               (SELECT COUNT(*) FROM alarms) AS alarms",
        )
        .row(&mut self.read().await?)
        .await?;
        figures.findings = row.count("findings")?;
        figures.alarms = row.count("alarms")?;
        Ok(figures)
    }
}
