//! Lays limits down. What the configuration says and what an operator says instead are both kept: an operator's word
//! holds until it is released, whatever the configuration says meanwhile, and over any restart.

use alloc::boxed::Box;
use core::time::Duration;

use super::pace::Pace;
use super::recent::Recent;
use super::{Guard, Place};
use crate::command::{BasisPoints, MoneyLimits, OrderRate, Origin, RiskLimits, RiskScope};
use crate::event::{EventBody, RiskLimitsChange};
use crate::machine::Engine;
use crate::money::{Notional, Price, Quantity};
use crate::refusal::IgnoreReason;
use crate::registry::SetUp;
use crate::text::Remark;

const DAY: Duration = Duration::from_secs(86_400);

/// What is laid down, by the side that does.
enum Said {
    Configured(RiskLimits),
    /// None: the operator's word holds no more.
    ByOperator(Option<RiskLimits>),
}

impl Guard {
    /// For how long orders are counted towards a rate, and looked at for duplicates.
    fn windows(&self) -> (Option<Duration>, Option<Duration>) {
        let limits = self.limits();
        let rate = limits.order_rate.map(|rate| rate.window);
        (rate, limits.duplicate_window)
    }
}

impl Engine {
    /// Lays limits down for a scope, in the place of those that it has from the same side.
    pub(crate) fn set_risk_limits(
        &mut self,
        origin: Origin,
        scope: RiskScope,
        limits: &RiskLimits,
        reason: Option<Remark>,
    ) -> SetUp {
        let by_operator = match origin {
            Origin::Venue => false,
            Origin::Operator { .. } => true,
            Origin::Settlement | Origin::Session { .. } => return Err(IgnoreReason::NotPermitted),
        };
        let place = self.registry.risk_place(scope);
        let place = place.ok_or(IgnoreReason::Unknown)?;
        if by_operator && reason.is_none() {
            return Err(IgnoreReason::Invalid);
        }
        let limits = self.checked(place, limits)?;
        let said = if by_operator {
            Said::ByOperator(Some(limits))
        } else {
            Said::Configured(limits)
        };
        self.lay_limits_down((origin, reason), (scope, place), said)
    }

    /// Takes back what an operator has laid down for a scope: what the configuration says holds again.
    pub(crate) fn release_risk_limits(
        &mut self,
        origin: Origin,
        scope: RiskScope,
        reason: Option<Remark>,
    ) -> SetUp {
        if !matches!(origin, Origin::Operator { .. }) {
            return Err(IgnoreReason::NotPermitted);
        }
        let place = self.registry.risk_place(scope);
        let place = place.ok_or(IgnoreReason::Unknown)?;
        if reason.is_none() {
            return Err(IgnoreReason::Invalid);
        }
        self.lay_limits_down((origin, reason), (scope, place), Said::ByOperator(None))
    }

    fn lay_limits_down(
        &mut self,
        (origin, reason): (Origin, Option<Remark>),
        (scope, place): (RiskScope, Place),
        said: Said,
    ) -> SetUp {
        let none = Guard::default();
        let known = self.risk.guard(place).unwrap_or(&none);
        let is_so = match &said {
            Said::Configured(limits) => known.configured == *limits,
            Said::ByOperator(limits) => known.operator == *limits,
        };
        if is_so {
            return Err(IgnoreReason::AlreadySo);
        }
        let windows = known.windows();
        // Taken, not copied: what it remembers of orders may be much.
        let known = self.risk.guard_mut(place).map(core::mem::take);
        let is_new = known.is_none();
        let mut guard = known.unwrap_or_default();
        match said {
            Said::Configured(limits) => guard.configured = limits,
            Said::ByOperator(limits) => guard.operator = limits,
        }
        // What was counted by another measure says nothing.
        let (rate, duplicate) = guard.windows();
        if windows.0 != rate {
            guard.pace = Pace::default();
        }
        if windows.1 != duplicate {
            guard.recent = Recent::default();
        }
        let change = RiskLimitsChange {
            scope,
            origin,
            reason,
            configured: guard.configured.clone(),
            operator: guard.operator.clone(),
        };
        let needed = guard.operator.is_some() || !guard.configured.is_empty();
        self.risk.is_stale |= needed && is_new;
        self.risk.put(place, needed.then(|| Box::new(guard)));
        Ok(EventBody::RiskLimitsChanged(Box::new(change)))
    }

    /// Limits that may be laid down, in the order in which they are kept.
    fn checked(&self, place: Place, limits: &RiskLimits) -> Result<RiskLimits, IgnoreReason> {
        if !is_in_range(limits) || !fits(place, limits) {
            return Err(IgnoreReason::Invalid);
        }
        let instruments = &self.registry.instruments;
        let is_unknown = |symbol| instruments.find(symbol).is_none();
        if limits.restricted.iter().any(is_unknown) {
            return Err(IgnoreReason::Unknown);
        }
        if let Place::Instrument(place) = place {
            let own = instruments[place].terms.currency;
            if limits.money.iter().any(|money| money.currency != own) {
                return Err(IgnoreReason::Invalid);
            }
        }
        let mut limits = limits.clone();
        limits.money.sort_unstable_by_key(|money| money.currency);
        limits.restricted.sort_unstable();
        let twice = !limits.money.is_sorted_by(|a, b| a.currency < b.currency)
            || !limits.restricted.is_sorted_by(|a, b| a < b);
        if twice {
            return Err(IgnoreReason::Invalid);
        }
        Ok(limits)
    }
}

/// Whether limits make sense for such a scope: the table of [`RiskLimits`].
fn fits(place: Place, limits: &RiskLimits) -> bool {
    let money = &limits.money;
    let of_many = limits.max_open_orders.is_some()
        || limits.order_rate.is_some()
        || limits.duplicate_window.is_some()
        || money.iter().any(|money| money.max_open_notional.is_some());
    let credit = money.iter().any(|money| money.credit.is_some());
    let restricted = !limits.restricted.is_empty();
    let reference = limits.reference_price.is_some();
    match place {
        Place::Firm(_) | Place::Account(_) => !reference,
        Place::Session(_) => !reference && !credit && !restricted,
        Place::Instrument(_) => !of_many && !credit && !restricted,
    }
}

fn is_in_range(limits: &RiskLimits) -> bool {
    let RiskLimits {
        max_order_quantity,
        price_band,
        max_open_orders,
        money,
        order_rate,
        duplicate_window,
        restricted,
        reference_price,
    } = limits;
    let is_window = |window: Duration| !window.is_zero() && window <= DAY;
    max_order_quantity.is_none_or(|most| most > Quantity::ZERO)
        && price_band.is_none_or(BasisPoints::is_in_range)
        && max_open_orders.is_none_or(|most| most > 0)
        && money.len() <= RiskLimits::CURRENCIES_MAX
        && money.iter().all(is_money_in_range)
        && order_rate.is_none_or(|rate| {
            rate.orders > 0 && is_window(rate.window) && rate.window >= OrderRate::WINDOW_MIN
        })
        && duplicate_window.is_none_or(is_window)
        && restricted.len() <= RiskLimits::RESTRICTED_MAX
        && reference_price.is_none_or(|price| price > Price::default())
}

fn is_money_in_range(money: &MoneyLimits) -> bool {
    let MoneyLimits {
        currency: _,
        max_order_notional,
        max_open_notional,
        credit,
    } = money;
    let mut amounts = [max_order_notional, max_open_notional, credit].into_iter();
    amounts.all(|amount| amount.is_none_or(|amount| amount > Notional::ZERO))
}
