//! What is looked at before an order is taken, in the naive market.

use engine::{
    FirmName, InstanceName, NewOrder, OrderRefusal, Phase, Price, SessionName, Side, SlotName,
    Timestamp,
};

use super::{Naive, account_of, instrument_of, phases, special, timing};

impl Naive {
    /// What the order holds, or why it is refused.
    pub(super) fn check(
        &self,
        firm: FirmName,
        session: SessionName,
        new: &NewOrder,
        now: Timestamp,
    ) -> Result<Vec<SlotName>, OrderRefusal> {
        if self.used.contains(&(firm, new.client_order_id)) {
            return Err(OrderRefusal::DuplicateClientOrderId);
        }
        self.blocked(session)
            .map_err(OrderRefusal::TradingBlocked)?;
        let Some((provider, _)) = instrument_of(new.symbol.as_str()) else {
            return Err(OrderRefusal::UnknownInstrument);
        };
        let Some((owner, account_provider)) = account_of(new.account.as_str()) else {
            return Err(OrderRefusal::UnknownAccount);
        };
        if owner != firm {
            return Err(OrderRefusal::AccountNotOfFirm);
        }
        if provider.is_some_and(|provider| provider != account_provider) {
            return Err(OrderRefusal::AccountNotAtProvider);
        }
        check_terms(self.phase(new.symbol.as_str()), firm, new, now)?;
        let (sell, named) = (new.side == Side::Sell, !new.instances.is_empty());
        if !sell || provider.is_none() {
            return Ok(Vec::new());
        }
        let wanted = usize::try_from(new.quantity.get()).unwrap();
        if named {
            self.named(firm, new, &new.instances, None)
        } else {
            self.drawn(new, wanted)
        }
    }

    fn drawn(&self, new: &NewOrder, wanted: usize) -> Result<Vec<SlotName>, OrderRefusal> {
        let free = self.holdings.iter().filter(|holding| {
            holding.free && holding.account == new.account && holding.symbol == new.symbol
        });
        let slots: Vec<SlotName> = free.map(|holding| holding.slot).take(wanted).collect();
        if slots.len() == wanted {
            Ok(slots)
        } else {
            Err(OrderRefusal::NotEnoughFreeInstances)
        }
    }

    /// The slots of instances that are named. Those that `holder` holds count as free.
    pub(super) fn named(
        &self,
        firm: FirmName,
        new: &NewOrder,
        names: &[InstanceName],
        holder: Option<usize>,
    ) -> Result<Vec<SlotName>, OrderRefusal> {
        if u64::try_from(new.instances.len()).unwrap() != new.quantity.get() {
            return Err(OrderRefusal::InstanceCountMismatch);
        }
        let held = holder.map_or(&[][..], |at| &self.orders[at].holds);
        if names
            .iter()
            .any(|name| names.iter().filter(|other| *other == name).count() > 1)
        {
            return Err(OrderRefusal::InstanceRepeated);
        }
        let find = |name: &InstanceName| {
            self.holdings
                .iter()
                .find(|holding| holding.instance == *name)
        };
        let reasons: Vec<Option<OrderRefusal>> = names
            .iter()
            .map(|name| match find(name) {
                None => Some(OrderRefusal::InstanceUnknown),
                Some(holding) => {
                    let (owner, _) = account_of(holding.account.as_str()).unwrap();
                    let wrong = [
                        (owner != firm, OrderRefusal::InstanceUnknown),
                        (
                            holding.account != new.account,
                            OrderRefusal::InstanceNotOfAccount,
                        ),
                        (
                            holding.symbol != new.symbol,
                            OrderRefusal::InstanceWrongInstrument,
                        ),
                        (
                            !holding.free && !held.contains(&holding.slot),
                            OrderRefusal::InstanceHeld,
                        ),
                    ];
                    wrong
                        .into_iter()
                        .find(|(wrong, _)| *wrong)
                        .map(|(_, reason)| reason)
                }
            })
            .collect();
        match reasons.into_iter().flatten().min() {
            Some(reason) => Err(reason),
            None => Ok(names.iter().map(|name| find(name).unwrap().slot).collect()),
        }
    }
}

/// What is wrong with the terms themselves.
pub(super) fn check_terms(
    phase: Phase,
    firm: FirmName,
    new: &NewOrder,
    now: Timestamp,
) -> Result<(), OrderRefusal> {
    let (provider, tick) = instrument_of(new.symbol.as_str()).unwrap();
    let limit = new.kind.limit().map(Price::micros);
    let stop = new.kind.stop().map(Price::micros);
    let (sell, named) = (new.side == Side::Sell, !new.instances.is_empty());
    let first = [
        (new.quantity.get() == 0, OrderRefusal::QuantityInvalid),
        (new.quantity.get() > 1_000, OrderRefusal::QuantityAboveLimit),
        (
            limit.is_some_and(|price| price <= 0),
            OrderRefusal::PriceInvalid,
        ),
        (
            limit.is_some_and(|price| price % tick != 0),
            OrderRefusal::PriceOffTick,
        ),
        (
            stop.is_some_and(|price| price <= 0),
            OrderRefusal::StopPriceInvalid,
        ),
        (
            stop.is_some_and(|price| price % tick != 0),
            OrderRefusal::StopPriceOffTick,
        ),
        (
            timing::expiry(new.time_in_force).is_some_and(|time| time <= now),
            OrderRefusal::ExpiryPassed,
        ),
    ];
    let then = [
        (sell && new.image.is_some(), OrderRefusal::ImageNotAllowed),
        (
            !sell && provider.is_some() && new.image.is_none() && firm.as_str() != "P",
            OrderRefusal::ImageRequired,
        ),
        (
            named && (!sell || provider.is_none()),
            OrderRefusal::InstancesNotAllowed,
        ),
    ];
    let special = special::wrong(new);
    let outside = phases::wrong(phase, new);
    let mut wrong = outside.iter().chain(&first).chain(&special).chain(&then);
    let first = wrong.find(|(wrong, _)| *wrong);
    first.map_or(Ok(()), |(_, reason)| Err(*reason))
}
