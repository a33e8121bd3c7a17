//! OrderStatusRequest(H), FIX 4.4 Volume 4, to a question. Never looks the order up.

use engine::{Command, RequestId, StatusRequest};
use fix_codec::messages::OrderStatusRequest;
use fix_codec::values::BusinessRejectReason;
use fix_codec::{Message, tags};

use super::answer::{Answer, Business};
use super::named::named;
use super::{Refusal, client_order_id, out_of_range};

pub(super) fn read<'a>(message: &Message<'a>) -> Result<Command, Refusal<'a>> {
    let request = OrderStatusRequest::try_from(message)?;
    let client_order_id = client_order_id(tags::CL_ORD_ID, request.cl_ord_id)?;
    let request_id = request.ord_status_req_id.map(RequestId::new).transpose();
    let request_id = request_id.map_err(|_| out_of_range(tags::ORD_STATUS_REQ_ID))?;
    match named(request.order_id, request.symbol, request.side) {
        Ok((order_id, symbol, side)) => Ok(Command::ReportOrder(StatusRequest {
            client_order_id,
            order_id,
            symbol,
            side,
            request_id,
        })),
        Err(why) => {
            let (id, reason) = (Some(request.cl_ord_id), BusinessRejectReason::UnknownId);
            Err(Answer::Business(Business::new(message, id, reason, why)).into())
        }
    }
}
