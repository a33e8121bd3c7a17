//! Holds an order against the limits that it meets: those of its firm, its account, its session and its instrument, in
//! this order; of each, one after the other as [`BreachedLimit`] declares them. The first one that it would go beyond
//! is the answer.

use super::exposure::worth;
use super::recent::Likeness;
use super::{Band, Guard, Place};
use crate::breach::{BreachedLimit, LimitBreach};
use crate::command::{BasisPoints, MoneyLimits, RiskLimits};
use crate::machine::Engine;
use crate::money::{Notional, Price};
use crate::order::Order;
use crate::refusal::OrderRefusal;
use crate::text::{CurrencyCode, Symbol};
use crate::time::Timestamp;

/// An order, as limits see it.
struct Attempt<'a> {
    order: &'a Order,
    /// What it was, where it is changed.
    before: Option<&'a Order>,
    symbol: Symbol,
    currency: CurrencyCode,
    /// What its prices are held against, where there is anything.
    reference: Option<Price>,
    /// What it counts with, a piece; none where it has no price of its own and there is no reference.
    price: Option<Price>,
    now: Timestamp,
}

impl Engine {
    /// Whether an order goes beyond no limit; `before` is what it was, where it is changed. Changes nothing.
    #[inline]
    pub(crate) fn check_limits(
        &self,
        order: &Order,
        before: Option<&Order>,
        now: Timestamp,
    ) -> Result<(), OrderRefusal> {
        if !self.risk.is_on() {
            return Ok(());
        }
        self.check_all_limits(order, before, now)
            .map_err(OrderRefusal::LimitBreached)
    }

    #[cold]
    fn check_all_limits(
        &self,
        order: &Order,
        before: Option<&Order>,
        now: Timestamp,
    ) -> Result<(), LimitBreach> {
        if before.is_some() && order.leaves().is_zero() {
            // It only ends.
            return Ok(());
        }
        let attempt = self.attempt(order, before, now);
        for (place, guard) in self.risk.met_by(order) {
            guard.check(&attempt).map_err(|limit| LimitBreach {
                scope: self.registry.risk_scope(place),
                limit,
            })?;
        }
        Ok(())
    }

    fn attempt<'a>(
        &self,
        order: &'a Order,
        before: Option<&'a Order>,
        now: Timestamp,
    ) -> Attempt<'a> {
        let terms = &self.registry.instruments[order.instrument].terms;
        // The market will have come to the price of a stop when it elects it.
        let waits_for = order.stop().filter(|_| order.waits());
        let reference = waits_for.or_else(|| self.reference_price(order.instrument));
        let price = order.limit().or(waits_for);
        let price = price.or_else(|| self.price_without_limit(order, reference));
        Attempt {
            order,
            before,
            symbol: terms.symbol,
            currency: terms.currency,
            reference,
            price,
            now,
        }
    }

    /// What an order counts with that has no price of its own: as far as it may go.
    fn price_without_limit(&self, order: &Order, reference: Option<Price>) -> Option<Price> {
        let farthest = || Some(self.band(order)?.edge(order.side).max(reference?));
        farthest().or(reference)
    }

    /// Lays down what an order counts with that is to collect for an auction, where it has no price of its own.
    pub(crate) fn lay_down_price(&self, order: &mut Order) {
        if order.limit().is_none() && !order.waits() {
            let reference = self.reference_price(order.instrument);
            order.count_at(self.price_without_limit(order, reference));
        }
    }

    /// What prices of an instrument are held against: its last trade, else what was laid down.
    pub(crate) fn reference_price(&self, instrument: u32) -> Option<Price> {
        let laid_down = || {
            let guard = self.risk.guard(Place::Instrument(instrument))?;
            guard.limits().reference_price
        };
        self.book(instrument).last_price.or_else(laid_down)
    }

    /// The prices that an order may trade at: the narrowest of the bands that it meets, about the reference price.
    pub(crate) fn band(&self, order: &Order) -> Option<Band> {
        let widths = self.risk.met_by(order);
        let width = widths
            .filter_map(|(_, guard)| guard.limits().price_band)
            .min()?;
        Some(Band::around(self.reference_price(order.instrument)?, width))
    }

    /// How far an order without a limit price goes, where there is a band.
    #[inline]
    pub(crate) fn farthest_price(&self, order: &Order) -> Option<Price> {
        if !self.risk.is_on() || order.limit().is_some() {
            return None;
        }
        Some(self.band(order)?.edge(order.side))
    }
}

impl Guard {
    fn check(&self, attempt: &Attempt<'_>) -> Result<(), BreachedLimit> {
        let limits = self.limits();
        check_order(limits, attempt)?;
        let money = check_money(limits, attempt)?;
        self.check_open_orders(limits, attempt)?;
        if let Some(money) = money {
            self.check_exposure(money, attempt)?;
        }
        self.check_timing(limits, attempt)
    }

    fn check_open_orders(
        &self,
        limits: &RiskLimits,
        attempt: &Attempt<'_>,
    ) -> Result<(), BreachedLimit> {
        let after = self.exposure.orders.saturating_add(1);
        match limits.max_open_orders {
            Some(limit) if attempt.before.is_none() && after > limit => {
                Err(BreachedLimit::OpenOrders {
                    limit,
                    attempt: after,
                })
            }
            _ => Ok(()),
        }
    }

    /// What makes less open than there is may be asked for beyond a limit, too: that is the way back.
    fn check_exposure(
        &self,
        money: &MoneyLimits,
        attempt: &Attempt<'_>,
    ) -> Result<(), BreachedLimit> {
        let held = self.exposure.held(attempt.currency);
        let before = attempt.before.map_or(Notional::ZERO, worth);
        let price = attempt.price.unwrap_or_default();
        let after = price.times(attempt.order.leaves());
        if after <= before {
            return Ok(());
        }
        let open = sum([held.open.checked_sub(before), Some(after)]);
        let taken_up = sum([Some(open), Some(held.unsettled)]);
        let currency = attempt.currency;
        if let Some(limit) = money.max_open_notional.filter(|limit| open > *limit) {
            return Err(BreachedLimit::OpenNotional {
                limit,
                attempt: open,
                currency,
            });
        }
        if let Some(limit) = money.credit.filter(|limit| taken_up > *limit) {
            return Err(BreachedLimit::Credit {
                limit,
                attempt: taken_up,
                currency,
            });
        }
        Ok(())
    }

    fn check_timing(
        &self,
        limits: &RiskLimits,
        attempt: &Attempt<'_>,
    ) -> Result<(), BreachedLimit> {
        if let Some(rate) = limits.order_rate
            && self.pace.count(attempt.now, rate.window) >= u64::from(rate.orders)
        {
            return Err(BreachedLimit::OrderRate {
                limit: rate.orders,
                window: rate.window,
            });
        }
        let likeness = Likeness::of(attempt.order);
        match limits.duplicate_window {
            Some(window)
                if attempt.before.is_none() && self.recent.has(&likeness, attempt.now, window) =>
            {
                Err(BreachedLimit::Duplicate { window })
            }
            _ => Ok(()),
        }
    }
}

/// What may be said of one order by itself.
fn check_order(limits: &RiskLimits, attempt: &Attempt<'_>) -> Result<(), BreachedLimit> {
    let symbol = attempt.symbol;
    if limits.restricted.binary_search(&symbol).is_ok() {
        return Err(BreachedLimit::Restricted { symbol });
    }
    let quantity = attempt.order.quantity;
    if let Some(limit) = limits.max_order_quantity.filter(|limit| quantity > *limit) {
        return Err(BreachedLimit::OrderQuantity {
            limit,
            attempt: quantity,
        });
    }
    if let Some(width) = limits.price_band {
        check_band(width, attempt)?;
    }
    if attempt.price.is_none() && (limits.price_band.is_some() || !limits.money.is_empty()) {
        return Err(BreachedLimit::NoReferencePrice { symbol });
    }
    Ok(())
}

fn check_band(width: BasisPoints, attempt: &Attempt<'_>) -> Result<(), BreachedLimit> {
    let (Some(limit), Some(reference)) = (attempt.order.limit(), attempt.reference) else {
        return Ok(());
    };
    let band = Band::around(reference, width);
    if band.contains(limit) {
        return Ok(());
    }
    Err(BreachedLimit::PriceBand {
        lowest: band.lowest,
        highest: band.highest,
        attempt: limit,
    })
}

/// The limits in the currency of the order, where there are any on money: it keeps to that on one order.
fn check_money<'l>(
    limits: &'l RiskLimits,
    attempt: &Attempt<'_>,
) -> Result<Option<&'l MoneyLimits>, BreachedLimit> {
    let currency = attempt.currency;
    if limits.money.is_empty() {
        return Ok(None);
    }
    let money = limits.money.iter().find(|money| money.currency == currency);
    let money = money.ok_or(BreachedLimit::CurrencyWithoutLimit { currency })?;
    let price = attempt.price.unwrap_or_default();
    let notional = price.times(attempt.order.quantity);
    match money.max_order_notional {
        Some(limit) if notional > limit => Err(BreachedLimit::OrderNotional {
            limit,
            attempt: notional,
            currency,
        }),
        _ => Ok(Some(money)),
    }
}

/// The sum of two amounts. What no number can hold, or a counter that has wrapped, is as much as there can be.
fn sum([one, other]: [Option<Notional>; 2]) -> Notional {
    const MOST: Notional = Notional::from_micros(i128::MAX);
    let whole = |amount: &Notional| *amount >= Notional::ZERO;
    let both = one.filter(whole).zip(other.filter(whole));
    let sum = both.and_then(|(one, other)| one.checked_add(other));
    sum.unwrap_or(MOST)
}
