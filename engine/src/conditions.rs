//! What an order may ask for at one time, as checks. The order of the steps is the order of
//! [`OrderRefusal`].

use crate::book::Level;
use crate::command::{Conditions, NewOrder, OrderKind, TimeInForce};
use crate::machine::Engine;
use crate::order::Order;
use crate::refusal::OrderRefusal;

/// An iceberg order shows at least its quantity divided by this: it is refilled so often at most.
const DISPLAYED_PARTS_MAX: u64 = 100;

/// Whether what an order asks for beyond price, quantity and time makes sense, and can be had together.
#[inline]
pub(crate) fn check_conditions(new: &NewOrder) -> Result<(), OrderRefusal> {
    if new.conditions.is_none() && new.kind.stop().is_none() {
        return Ok(());
    }
    check_all(new)
}

fn check_all(new: &NewOrder) -> Result<(), OrderRefusal> {
    let immediate = matches!(
        new.time_in_force,
        TimeInForce::ImmediateOrCancel | TimeInForce::FillOrKill
    );
    if new.kind.stop().is_some() && immediate {
        return Err(OrderRefusal::ImmediateStopNotAllowed);
    }
    let for_auction = new.time_in_force.is_for_auction();
    if new.kind.stop().is_some() && for_auction {
        return Err(OrderRefusal::StopAtAuctionNotAllowed);
    }
    let may_rest = !immediate && !for_auction;
    let Some(asked) = new.conditions.as_deref() else {
        return Ok(());
    };
    check_quantities(asked, new)?;
    let priced = matches!(new.kind, OrderKind::Limit(_));
    let stops_at_limit = matches!(new.kind, OrderKind::StopLimit { .. });
    if asked.post_only && (!priced || !may_rest || asked.minimum_quantity.is_some()) {
        return Err(OrderRefusal::PostOnlyNotAllowed);
    }
    let minimum_makes_sense =
        new.kind.stop().is_none() && new.time_in_force != TimeInForce::FillOrKill && !for_auction;
    if asked.minimum_quantity.is_some() && !minimum_makes_sense {
        return Err(OrderRefusal::MinimumQuantityNotAllowed);
    }
    let may_be_shown = (priced || stops_at_limit) && may_rest;
    if asked.displayed_quantity.is_some() && !may_be_shown {
        return Err(OrderRefusal::DisplayedQuantityNotAllowed);
    }
    Ok(())
}

/// The quantities beside the order's own, which is more than zero.
fn check_quantities(asked: &Conditions, new: &NewOrder) -> Result<(), OrderRefusal> {
    if let Some(minimum) = asked.minimum_quantity
        && (minimum.is_zero() || minimum > new.quantity)
    {
        return Err(OrderRefusal::MinimumQuantityInvalid);
    }
    if let Some(displayed) = asked.displayed_quantity {
        if displayed.is_zero() || displayed > new.quantity {
            return Err(OrderRefusal::DisplayedQuantityInvalid);
        }
        if new.quantity.get().div_ceil(DISPLAYED_PARTS_MAX) > displayed.get() {
            return Err(OrderRefusal::DisplayedQuantityTooSmall);
        }
    }
    Ok(())
}

impl Engine {
    /// A post-only order takes nothing: it is refused where it would meet any order, be it one of its own.
    pub(crate) fn check_post_only(&self, order: &Order) -> Result<(), OrderRefusal> {
        let post_only = order.conditions().is_some_and(|asked| asked.post_only);
        if !post_only {
            return Ok(());
        }
        let mut levels = self
            .book(order.instrument)
            .levels(order.side.opposite(), &self.levels);
        let best = levels.find_map(Level::price);
        match best {
            Some(price) if order.accepts(price) => Err(OrderRefusal::WouldTake),
            _ => Ok(()),
        }
    }
}
