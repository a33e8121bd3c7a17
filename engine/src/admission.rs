//! The one ladder of checks between an order as it was sent and an order that lives. The order of
//! the steps is the order of [`OrderRefusal`].

use alloc::vec::Vec;

use crate::command::{FirmKind, NewOrder, SessionRole, Side, TimeInForce};
use crate::conditions::check_conditions;
use crate::extras::Extras;
use crate::ids::OrderId;
use crate::inventory::SlotPlace;
use crate::machine::Engine;
use crate::money::{Notional, Price, Quantity};
use crate::order::{Delivery, Lifetime, Limit, Links, Order};
use crate::refusal::OrderRefusal;
use crate::registry::{Account, Listing};
use crate::text::InstanceName;
use crate::time::Timestamp;
use crate::view::HoldingState;

impl Engine {
    /// Makes an order of what a session sent, or says the first reason why not, but for what only the book knows
    /// ([`Engine::check_post_only`], which ranks last). Changes nothing.
    pub(crate) fn check_order(
        &self,
        id: OrderId,
        accepted_at: Timestamp,
        sender: Option<u32>,
        new: &NewOrder,
    ) -> Result<Order, OrderRefusal> {
        let session = sender.ok_or(OrderRefusal::SessionUnknown)?;
        let firm = self.check_trader(session)?;
        if self.orders.find(firm, &new.client_order_id).is_some() {
            return Err(OrderRefusal::DuplicateClientOrderId);
        }
        self.orders.check_room(firm)?;
        let blocked = self.blocks.check(session, firm);
        blocked.map_err(OrderRefusal::TradingBlocked)?;
        let instrument = self.registry.instruments.find(&new.symbol);
        let instrument = instrument.ok_or(OrderRefusal::UnknownInstrument)?;
        let listing = &self.registry.instruments[instrument];
        let account = self.registry.accounts.find(&new.account);
        let account = account.ok_or(OrderRefusal::UnknownAccount)?;
        check_account(&self.registry.accounts[account], firm, listing)?;
        check_terms(new, listing, accepted_at)?;
        let delivery = match new.side {
            Side::Buy => self.check_buy(new, firm, listing)?,
            Side::Sell => self.check_sell(new, account, instrument)?,
        };
        Ok(Order {
            id,
            limit: Limit::of(new.kind),
            quantity: new.quantity,
            cumulative: Quantity::ZERO,
            filled_notional: Notional::ZERO,
            accepted_at,
            instrument,
            firm,
            account,
            session,
            client_order_id: new.client_order_id,
            side: new.side,
            lifetime: Lifetime::of(new.time_in_force),
            replaced: false,
            delivery,
            extras: Extras::of(new),
            links: Links::default(),
        })
    }

    /// The firm of a session that may send orders.
    fn check_trader(&self, session: u32) -> Result<u32, OrderRefusal> {
        let session = &self.registry.sessions[session];
        match session.role {
            SessionRole::OrderEntry => {}
            SessionRole::DropCopy => return Err(OrderRefusal::SessionNotPermitted),
        }
        match self.registry.firms[session.firm].kind {
            FirmKind::Broker | FirmKind::MarketMaker | FirmKind::Provider => Ok(session.firm),
            FirmKind::Regulator => Err(OrderRefusal::FirmNotPermitted),
        }
    }

    pub(crate) fn check_buy(
        &self,
        new: &NewOrder,
        firm: u32,
        listing: &Listing,
    ) -> Result<Delivery, OrderRefusal> {
        let buys_back = self.registry.firms[firm].kind == FirmKind::Provider;
        if new.image.is_none() && !buys_back && !listing.is_test() {
            return Err(OrderRefusal::ImageRequired);
        }
        if !new.instances.is_empty() {
            return Err(OrderRefusal::InstancesNotAllowed);
        }
        Ok(Delivery::Image(new.image))
    }

    fn check_sell(
        &self,
        new: &NewOrder,
        account: u32,
        instrument: u32,
    ) -> Result<Delivery, OrderRefusal> {
        if new.image.is_some() {
            return Err(OrderRefusal::ImageNotAllowed);
        }
        let slots = match self.registry.instruments[instrument].provider {
            None if new.instances.is_empty() => Vec::new(),
            None => return Err(OrderRefusal::InstancesNotAllowed),
            Some(_) if new.instances.is_empty() => {
                self.inventory
                    .draw(account, instrument, new.quantity.get())?
            }
            Some(provider) => {
                check_count(new)?;
                self.check_instances(&new.instances, provider, account, instrument, None)?
            }
        };
        Ok(Delivery::Slots(slots))
    }

    /// The slots of the instances that a sell names, in the order named. Those that `holder` holds count as free.
    pub(crate) fn check_instances(
        &self,
        instances: &[InstanceName],
        provider: u32,
        account: u32,
        instrument: u32,
        holder: Option<OrderId>,
    ) -> Result<Vec<SlotPlace>, OrderRefusal> {
        let mut sorted: Vec<&InstanceName> = instances.iter().collect();
        sorted.sort_unstable();
        if sorted.is_sorted_by(|a, b| a < b) {
            let find =
                |instance| self.check_instance(instance, provider, account, instrument, holder);
            return first_in_precedence(instances.iter().map(find));
        }
        Err(OrderRefusal::InstanceRepeated)
    }

    fn check_instance(
        &self,
        instance: &InstanceName,
        provider: u32,
        account: u32,
        instrument: u32,
        holder: Option<OrderId>,
    ) -> Result<SlotPlace, OrderRefusal> {
        let place = self.inventory.find_instance(provider, *instance);
        let place = place.ok_or(OrderRefusal::InstanceUnknown)?;
        let slot = self.inventory.slot(place);
        let accounts = &self.registry.accounts;
        if accounts[slot.account].firm != accounts[account].firm {
            // A firm learns nothing about the instances of others.
            return Err(OrderRefusal::InstanceUnknown);
        }
        if slot.account != account {
            return Err(OrderRefusal::InstanceNotOfAccount);
        }
        if slot.instrument != instrument {
            return Err(OrderRefusal::InstanceWrongInstrument);
        }
        match slot.state {
            Some(HoldingState::Free) => Ok(place),
            Some(HoldingState::HeldByOrder(order)) if Some(order) == holder => Ok(place),
            _ => Err(OrderRefusal::InstanceHeld),
        }
    }
}

/// A sell that names instances names as many as it offers.
pub(crate) fn check_count(new: &NewOrder) -> Result<(), OrderRefusal> {
    if u64::try_from(new.instances.len()) == Ok(new.quantity.get()) {
        Ok(())
    } else {
        Err(OrderRefusal::InstanceCountMismatch)
    }
}

/// All slots, or of all that is wrong with them what comes first in precedence.
fn first_in_precedence(
    slots: impl Iterator<Item = Result<SlotPlace, OrderRefusal>>,
) -> Result<Vec<SlotPlace>, OrderRefusal> {
    let mut found = Vec::with_capacity(slots.size_hint().0);
    let mut first: Option<OrderRefusal> = None;
    for slot in slots {
        match slot {
            Ok(place) => found.push(place),
            Err(reason) => first = Some(first.map_or(reason, |known| known.min(reason))),
        }
    }
    first.map_or(Ok(found), Err)
}

fn check_account(account: &Account, firm: u32, listing: &Listing) -> Result<(), OrderRefusal> {
    if account.firm != firm {
        return Err(OrderRefusal::AccountNotOfFirm);
    }
    if !listing.is_test() && account.provider != listing.provider {
        return Err(OrderRefusal::AccountNotAtProvider);
    }
    Ok(())
}

/// What may be said of an order's terms without its account's instances.
pub(crate) fn check_terms(
    new: &NewOrder,
    listing: &Listing,
    now: Timestamp,
) -> Result<(), OrderRefusal> {
    listing.trading.check_phase(new)?;
    check_size(new, listing)?;
    check_price(new, listing)?;
    check_expiry(new, now)?;
    check_conditions(new)
}

fn check_size(new: &NewOrder, listing: &Listing) -> Result<(), OrderRefusal> {
    if new.quantity.is_zero() {
        return Err(OrderRefusal::QuantityInvalid);
    }
    if new.quantity > listing.terms.max_order_quantity {
        return Err(OrderRefusal::QuantityAboveLimit);
    }
    Ok(())
}

fn check_price(new: &NewOrder, listing: &Listing) -> Result<(), OrderRefusal> {
    if let Some(limit) = new.kind.limit() {
        if limit <= Price::from_micros(0) {
            return Err(OrderRefusal::PriceInvalid);
        }
        if !limit.is_multiple_of(listing.terms.tick) {
            return Err(OrderRefusal::PriceOffTick);
        }
    }
    if let Some(stop) = new.kind.stop() {
        if stop <= Price::from_micros(0) {
            return Err(OrderRefusal::StopPriceInvalid);
        }
        if !stop.is_multiple_of(listing.terms.tick) {
            return Err(OrderRefusal::StopPriceOffTick);
        }
    }
    Ok(())
}

fn check_expiry(new: &NewOrder, now: Timestamp) -> Result<(), OrderRefusal> {
    match new.time_in_force {
        TimeInForce::GoodTillDate(expiry) if expiry.time() <= now => {
            Err(OrderRefusal::ExpiryPassed)
        }
        TimeInForce::Day
        | TimeInForce::ImmediateOrCancel
        | TimeInForce::FillOrKill
        | TimeInForce::GoodTillCancel
        | TimeInForce::GoodTillDate(_)
        | TimeInForce::AtTheOpening
        | TimeInForce::AtTheClose => Ok(()),
    }
}
