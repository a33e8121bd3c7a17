//! What limits there are, and what is taken up of them, for those who look.

use alloc::vec::Vec;

use super::exposure::Exposure;
use super::{Guard, Place};
use crate::command::{RiskLimits, RiskScope};
use crate::machine::Engine;
use crate::money::Notional;
use crate::text::CurrencyCode;

/// The limits of a scope, and what its orders come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskLimitsView {
    /// Whose they are.
    pub scope: RiskScope,
    /// What the configuration says.
    pub configured: RiskLimits,
    /// What an operator says instead, until it is released.
    pub operator: Option<RiskLimits>,
    /// How many orders are open; none of an instrument, for which they are not counted.
    pub open_orders: u64,
    /// What they are worth, and what is not settled, by currency, ascending; none without anything.
    pub exposure: Vec<ExposureView>,
}

impl RiskLimitsView {
    /// The limits in force.
    #[must_use]
    pub fn effective(&self) -> &RiskLimits {
        self.operator.as_ref().unwrap_or(&self.configured)
    }
}

/// Amounts of one currency, both sides added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExposureView {
    /// The currency.
    pub currency: CurrencyCode,
    /// What is open.
    pub open: Notional,
    /// What is traded and not settled.
    pub unsettled: Notional,
}

impl Engine {
    /// All limits: those of firms, accounts, sessions and instruments, each in the order of admission.
    pub fn risk_limits(&self) -> impl Iterator<Item = RiskLimitsView> + '_ {
        // While the counters do not hold, one pass serves all scopes: there may be as many as there are orders.
        let measured = self.measured_where_stale();
        self.risk.all().map(move |(place, guard)| {
            let measured = measured.as_ref().and_then(|risk| risk.guard(place));
            self.risk_view(place, guard, &measured.unwrap_or(guard).exposure)
        })
    }

    /// The limits of one scope, when it has any.
    #[must_use]
    pub fn risk_limits_of(&self, scope: RiskScope) -> Option<RiskLimitsView> {
        let place = self.registry.risk_place(scope)?;
        let guard = self.risk.guard(place)?;
        Some(self.risk_view(place, guard, &self.exposure(place, &guard.exposure)))
    }

    fn risk_view(&self, place: Place, guard: &Guard, counted: &Exposure) -> RiskLimitsView {
        let exposure = counted.money.iter().map(|held| ExposureView {
            currency: held.currency,
            open: held.open,
            unsettled: held.unsettled,
        });
        RiskLimitsView {
            scope: self.registry.risk_scope(place),
            configured: guard.configured.clone(),
            operator: guard.operator.clone(),
            open_orders: counted.orders,
            exposure: exposure.collect(),
        }
    }
}
