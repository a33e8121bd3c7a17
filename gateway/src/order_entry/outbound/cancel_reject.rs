//! OrderCancelReject(9), FIX 4.4 Volume 4: a cancel or a change was refused.

use engine::{
    CancelRefusal, ClientOrderId, Event, EventBody, KnownOrder, NewOrder, ReplaceRefusal, Timestamp,
};
use fix_codec::messages::OrderCancelReject;
use fix_codec::values::{CxlRejResponseTo, OrdStatus};
use fix_codec::{BodyWriter, EncodeBody};

use crate::order_entry::codes::ord_status;
use crate::order_entry::refusals::{RefusalText, cxl_rej_reason, replace_rej_reason, replace_text};
use crate::order_entry::times::utc;
use crate::order_entry::words::Words;

/// OrderID(37) when the firm has no such order.
const NO_ORDER: &str = "NONE";

/// A refused cancel or change.
#[derive(Debug, Clone)]
pub(super) struct CancelReject<'e> {
    client_order_id: &'e ClientOrderId,
    original_client_order_id: &'e ClientOrderId,
    order: Option<KnownOrder>,
    refused: Refused<'e>,
    time: Timestamp,
}

/// What was refused, and why.
#[derive(Debug, Clone, Copy)]
enum Refused<'e> {
    Cancel(CancelRefusal),
    Replace(ReplaceRefusal, &'e NewOrder),
}

impl<'e> CancelReject<'e> {
    pub(super) fn of(event: &'e Event) -> Option<Self> {
        let time = event.time;
        if let EventBody::CancelRejected {
            request,
            order,
            reason,
            ..
        } = &event.body
        {
            Some(Self {
                client_order_id: &request.client_order_id,
                original_client_order_id: &request.original_client_order_id,
                order: *order,
                refused: Refused::Cancel(*reason),
                time,
            })
        } else if let EventBody::ReplaceRejected {
            request,
            order,
            reason,
            ..
        } = &event.body
        {
            Some(Self {
                client_order_id: &request.order.client_order_id,
                original_client_order_id: &request.original_client_order_id,
                order: *order,
                refused: Refused::Replace(*reason, &request.order),
                time,
            })
        } else {
            None
        }
    }

    pub(super) fn encode(&self, out: &mut BodyWriter<'_>) {
        let order_id = self.order.map(|order| Words::<24>::of(order.order_id));
        let (response_to, reason, text) = match self.refused {
            Refused::Cancel(refusal) => (
                CxlRejResponseTo::OrderCancelRequest,
                cxl_rej_reason(refusal),
                RefusalText::of(refusal),
            ),
            Refused::Replace(refusal, order) => (
                CxlRejResponseTo::OrderCancelReplaceRequest,
                replace_rej_reason(refusal),
                replace_text(refusal, order),
            ),
        };
        let message = OrderCancelReject {
            order_id: order_id.as_ref().map_or(NO_ORDER, Words::as_str),
            cl_ord_id: self.client_order_id.as_str(),
            orig_cl_ord_id: self.original_client_order_id.as_str(),
            ord_status: self
                .order
                .map_or(OrdStatus::Rejected, |order| ord_status(order.status)),
            account: None,
            transact_time: Some(utc(self.time)),
            cxl_rej_response_to: response_to,
            cxl_rej_reason: Some(reason),
            text: Some(text.as_str()),
        };
        message.encode_body(out);
    }
}
