//! OrderCancelRequest(F), FIX 4.4 Volume 4, to a cancel. Never looks the order up.

use chrono::{DateTime, Utc};
use engine::{CancelRequest, Command};
use fix_codec::messages::OrderCancelRequest;
use fix_codec::values::CxlRejResponseTo;
use fix_codec::{Message, tags};

use super::answer::CancelRefused;
use super::named::named;
use super::{Refusal, client_order_id, out_of_range};
use crate::order_entry::times::timestamp_from;

pub(super) fn read<'a>(message: &Message<'a>, now: DateTime<Utc>) -> Result<Command, Refusal<'a>> {
    let request = OrderCancelRequest::try_from(message)?;
    let name = client_order_id(tags::CL_ORD_ID, request.cl_ord_id)?;
    let original_client_order_id = client_order_id(tags::ORIG_CL_ORD_ID, request.orig_cl_ord_id)?;
    let transact_time =
        timestamp_from(request.transact_time).ok_or(out_of_range(tags::TRANSACT_TIME))?;
    match named(request.order_id, request.symbol, request.side) {
        Ok((order_id, symbol, side)) => Ok(Command::CancelOrder(CancelRequest {
            client_order_id: name,
            original_client_order_id,
            order_id,
            symbol,
            side,
            transact_time,
        })),
        Err(why) => {
            let names = (request.cl_ord_id, request.orig_cl_ord_id);
            let response = CxlRejResponseTo::OrderCancelRequest;
            Err(CancelRefused::unknown_order(
                names,
                request.account,
                response,
                why,
                now,
            ))
        }
    }
}
