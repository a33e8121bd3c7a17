//! OrderCancelRequest(F), FIX 4.4 Volume 4, to a cancel. Never looks the order up.

use chrono::{DateTime, Utc};
use engine::{CancelRequest, ClientOrderId, Command, OrderId, Symbol};
use fix_codec::messages::OrderCancelRequest;
use fix_codec::values::{CxlRejReason, Side};
use fix_codec::{Message, tags};

use super::answer::{Answer, CancelRefused, text};
use super::{Refusal, out_of_range};
use crate::order_entry::times::timestamp_from;

pub(super) fn read<'a>(message: &Message<'a>, now: DateTime<Utc>) -> Result<Command, Refusal<'a>> {
    let request = OrderCancelRequest::try_from(message)?;
    let client_order_id =
        ClientOrderId::new(request.cl_ord_id).map_err(|_| out_of_range(tags::CL_ORD_ID))?;
    let original_client_order_id = ClientOrderId::new(request.orig_cl_ord_id)
        .map_err(|_| out_of_range(tags::ORIG_CL_ORD_ID))?;
    let transact_time =
        timestamp_from(request.transact_time).ok_or(out_of_range(tags::TRANSACT_TIME))?;
    match named(&request) {
        Ok((order_id, symbol, side)) => Ok(Command::CancelOrder(CancelRequest {
            client_order_id,
            original_client_order_id,
            order_id,
            symbol,
            side,
            transact_time,
        })),
        Err(why) => {
            let reason = (CxlRejReason::UnknownOrder, why);
            Err(Answer::Cancel(Box::new(CancelRefused::new(request, reason, now))).into())
        }
    }
}

/// The order's name, instrument and side, if there can be an order with these.
fn named(
    request: &OrderCancelRequest<'_>,
) -> Result<(Option<OrderId>, Symbol, engine::Side), String> {
    let order_id = match request.order_id {
        None => None,
        Some(name) => match name.parse() {
            Ok(order_id) => Some(order_id),
            Err(_) => return Err(text(format_args!("no order has OrderID={name}"))),
        },
    };
    let symbol = Symbol::new(request.symbol)
        .map_err(|_| text(format_args!("no order has Symbol={}", request.symbol)))?;
    let side = side(request.side).ok_or_else(|| {
        text(format_args!(
            "no order has Side={}",
            char::from(request.side.code())
        ))
    })?;
    Ok((order_id, symbol, side))
}

/// The two sides that the market has.
pub(super) fn side(side: Side) -> Option<engine::Side> {
    match side {
        Side::Buy => Some(engine::Side::Buy),
        Side::Sell => Some(engine::Side::Sell),
        Side::BuyMinus
        | Side::SellPlus
        | Side::SellShort
        | Side::SellShortExempt
        | Side::Undisclosed
        | Side::Cross
        | Side::CrossShort
        | Side::CrossShortExempt
        | Side::AsDefined
        | Side::Opposite
        | Side::Subscribe
        | Side::Redeem
        | Side::Lend
        | Side::Borrow => None,
    }
}
