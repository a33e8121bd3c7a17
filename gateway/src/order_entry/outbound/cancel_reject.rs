//! OrderCancelReject(9), FIX 4.4 Volume 4: a cancel was refused.

use engine::{CancelRefusal, CancelRequest, Event, EventBody, KnownOrder, Timestamp};
use fix_codec::messages::OrderCancelReject;
use fix_codec::values::{CxlRejResponseTo, OrdStatus};
use fix_codec::{BodyWriter, EncodeBody};

use crate::order_entry::codes::ord_status;
use crate::order_entry::refusals::{RefusalText, cxl_rej_reason};
use crate::order_entry::times::utc;
use crate::order_entry::words::Words;

/// OrderID(37) when the firm has no such order.
const NO_ORDER: &str = "NONE";

/// A refused cancel.
#[derive(Debug, Clone)]
pub(super) struct CancelReject<'e> {
    request: &'e CancelRequest,
    order: Option<KnownOrder>,
    reason: CancelRefusal,
    time: Timestamp,
}

impl<'e> CancelReject<'e> {
    pub(super) fn of(event: &'e Event) -> Option<Self> {
        let EventBody::CancelRejected {
            request,
            order,
            reason,
            ..
        } = &event.body
        else {
            return None;
        };
        Some(Self {
            request,
            order: *order,
            reason: *reason,
            time: event.time,
        })
    }

    pub(super) fn encode(&self, out: &mut BodyWriter<'_>) {
        let order_id = self.order.map(|order| Words::<24>::of(order.order_id));
        let text = RefusalText::of(self.reason);
        let message = OrderCancelReject {
            order_id: order_id.as_ref().map_or(NO_ORDER, Words::as_str),
            cl_ord_id: self.request.client_order_id.as_str(),
            orig_cl_ord_id: self.request.original_client_order_id.as_str(),
            ord_status: self
                .order
                .map_or(OrdStatus::Rejected, |order| ord_status(order.status)),
            account: None,
            transact_time: Some(utc(self.time)),
            cxl_rej_response_to: CxlRejResponseTo::OrderCancelRequest,
            cxl_rej_reason: Some(cxl_rej_reason(self.reason)),
            text: Some(text.as_str()),
        };
        message.encode_body(out);
    }
}
