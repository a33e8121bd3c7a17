//! Events in few words, as the expectations of the tables write them.

use engine::{CancelCause, Event, EventBody, Fill, Trade};

use crate::desk::Desk;
use crate::{amending, blocking, connections, phases, requests, risk};

/// An event in few words.
pub(crate) fn tell(event: &Event, desk: &Desk) -> String {
    match &event.body {
        EventBody::Ignored { reason, .. } => format!("ignored {reason:?}"),
        EventBody::OrderAccepted { order, .. } => format!("accepted {}", order.client_order_id),
        EventBody::OrderRejected { order, reason, .. } => {
            format!(
                "rejected {} {}",
                order.client_order_id,
                risk::refusal(reason)
            )
        }
        EventBody::OrderFilled { order, fill, .. } => {
            let Fill {
                price, quantity, ..
            } = fill;
            let (name, leaves) = (order.client_order_id, order.leaves);
            let instances = list(fill.instances.iter().map(ToString::to_string));
            format!(
                "fill {name} {quantity}@{} {leaves} left{instances}",
                price.micros()
            )
        }
        EventBody::TradeExecuted(trade) => tell_trade(trade),
        EventBody::OrderCancelled { order, cause, .. } => {
            format!("cancelled {} {}", order.client_order_id, tell_cause(cause))
        }
        EventBody::OrderExpired { order, .. } => format!("expired {}", order.client_order_id),
        EventBody::OrderTriggered { order, .. } => {
            format!("triggered {}", order.client_order_id)
        }
        EventBody::OrderReduced { order, .. } => format!(
            "reduced {} to {} {} left",
            order.client_order_id, order.quantity, order.leaves
        ),
        EventBody::SelfMatchPreventionSet { firm, .. } => format!("self-match {firm}"),
        EventBody::RiskLimitsChanged(change) => risk::tell(change),
        EventBody::CancelRejected {
            request,
            order,
            reason,
            ..
        } => {
            let order = order.map_or(String::new(), |order| {
                format!(" ({} {:?})", desk.place_of(order.order_id), order.status)
            });
            format!(
                "cancel-rejected {} {reason:?}{order}",
                request.client_order_id
            )
        }
        other => requests::tell(other, desk)
            .or_else(|| amending::tell(other))
            .or_else(|| blocking::tell(other))
            .or_else(|| phases::tell(other))
            .unwrap_or_else(|| tell_inventory(other)),
    }
}

fn tell_cause(cause: &CancelCause) -> String {
    match cause {
        CancelCause::Requested {
            client_order_id, ..
        } => format!("by {client_order_id}"),
        CancelCause::ImmediateOrCancel
        | CancelCause::FillOrKill
        | CancelCause::MarketUnfilled
        | CancelCause::SelfTradePrevented
        | CancelCause::MinimumQuantity
        | CancelCause::PriceBandReached
        | CancelCause::OpeningOver
        | CancelCause::CloseOver
        | CancelCause::Halted => format!("{cause:?}"),
        CancelCause::Disconnected { session } => format!("with {session}"),
        CancelCause::MassCancelled {
            client_order_id, ..
        } => format!("with all by {client_order_id}"),
        CancelCause::TradingBlocked { scope } => format!("blocked {scope}"),
    }
}

fn tell_trade(trade: &Trade) -> String {
    let (buyer, seller) = (trade.buyer.client_order_id, trade.seller.client_order_id);
    let legs = list(
        trade
            .legs
            .iter()
            .map(|leg| format!("{}/{}", leg.slot, leg.instance)),
    );
    let retire = if trade.retire { " retire" } else { "" };
    format!(
        "trade {buyer}<{seller} {}@{}{legs}{retire}",
        trade.quantity,
        trade.price.micros()
    )
}

fn tell_inventory(body: &EventBody) -> String {
    match body {
        EventBody::InstanceDeposited { slot, .. } => format!("deposited {slot}"),
        EventBody::DepositRefused { slot, reason, .. } => {
            format!("deposit-refused {slot} {reason:?}")
        }
        EventBody::InstanceWithdrawn { slot, .. } => format!("withdrawn {slot}"),
        EventBody::WithdrawalRefused { slot, reason, .. } => {
            format!("withdrawal-refused {slot} {reason:?}")
        }
        EventBody::ReassignmentUpdated(update) => {
            format!("updated {} {:?}", update.slot, update.status)
        }
        EventBody::InstanceTransferred {
            slot,
            instance,
            from,
            to,
            ..
        } => {
            format!("transferred {slot}/{instance} {from}>{to}")
        }
        EventBody::InstanceRetired { slot, instance, .. } => format!("retired {slot}/{instance}"),
        EventBody::SessionReset { session, epoch } => format!("reset {session} {epoch}"),
        EventBody::TradingDayEnded => "day-ended".to_owned(),
        other => connections::tell(other),
    }
}

fn list(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    if names.is_empty() {
        String::new()
    } else {
        format!(" [{}]", names.join(" "))
    }
}
