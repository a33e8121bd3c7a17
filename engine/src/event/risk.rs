//! What events say about limits.

use serde::{Deserialize, Serialize};

use crate::command::{Origin, RiskLimits, RiskScope};
use crate::text::Remark;

/// What limits a scope has now, who changed them and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskLimitsChange {
    /// Whose they are.
    pub scope: RiskScope,
    /// Who changed them.
    pub origin: Origin,
    /// Why, as an operator said.
    pub reason: Option<Remark>,
    /// What the configuration says.
    pub configured: RiskLimits,
    /// What an operator says instead, until it is released; then that holds.
    pub operator: Option<RiskLimits>,
}

impl RiskLimitsChange {
    /// The limits in force.
    #[must_use]
    pub fn effective(&self) -> &RiskLimits {
        self.operator.as_ref().unwrap_or(&self.configured)
    }
}
