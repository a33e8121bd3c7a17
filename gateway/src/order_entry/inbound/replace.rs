//! OrderCancelReplaceRequest(G), FIX 4.4 Volume 4, to a change. Its terms are read as those of an order; it never looks the
//! order up.

use chrono::{DateTime, Utc};
use engine::{Command, ReplaceRequest};
use fix_codec::messages::OrderCancelReplaceRequest;
use fix_codec::values::{BusinessRejectReason, CxlRejResponseTo};
use fix_codec::{Message, tags};

use super::answer::{Answer, Business, CancelRefused};
use super::named::named;
use super::{Refusal, Sender, client_order_id, new_order};

pub(super) fn read<'a>(
    message: &Message<'a>,
    sender: &Sender<'_>,
    now: DateTime<Utc>,
) -> Result<Command, Refusal<'a>> {
    let request = OrderCancelReplaceRequest::try_from(message)?;
    let original_client_order_id = client_order_id(tags::ORIG_CL_ORD_ID, request.orig_cl_ord_id)?;
    let terms = request.order;
    let order_id = match named(request.order_id, terms.symbol, terms.side) {
        Ok((order_id, _, _)) => order_id,
        Err(why) => {
            let names = (terms.cl_ord_id, request.orig_cl_ord_id);
            let response = CxlRejResponseTo::OrderCancelReplaceRequest;
            return Err(CancelRefused::unknown_order(
                names,
                terms.account,
                response,
                why,
                now,
            ));
        }
    };
    match new_order::terms(message, &terms, sender)? {
        Ok(order) => Ok(Command::ReplaceOrder(ReplaceRequest {
            original_client_order_id,
            order_id,
            order,
        })),
        // An OrderCancelReject(9) says where the order stands, which is not known here.
        Err((_, why)) => {
            let (id, reason) = (Some(terms.cl_ord_id), BusinessRejectReason::Other);
            Err(Answer::Business(Business::new(message, id, reason, why)).into())
        }
    }
}
