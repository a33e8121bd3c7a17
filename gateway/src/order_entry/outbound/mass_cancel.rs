//! OrderMassCancelReport(r), FIX 4.4 Volume 4: what becomes of a cancel of many orders. The orders themselves are told of by
//! ExecutionReports of their own, which follow.

use engine::{Event, EventBody, MassCancelRefusal, MassCancelRequest, Symbol, Timestamp};
use fix_codec::messages::OrderMassCancelReport;
use fix_codec::values::{MassCancelRequestType, MassCancelResponse};
use fix_codec::{BodyWriter, EncodeBody};

use crate::order_entry::codes;
use crate::order_entry::refusals::{RefusalText, mass_cancel_reject_reason};
use crate::order_entry::times::utc;
use crate::order_entry::words::Words;

/// An answer to a cancel of many orders.
#[derive(Debug, Clone)]
pub(super) struct MassCancel<'e> {
    request: &'e MassCancelRequest,
    /// How many orders are cancelled, or why none is.
    outcome: Result<u64, MassCancelRefusal>,
    /// The command that asked: the venue's name for the request.
    name: engine::CommandNumber,
    time: Timestamp,
}

impl<'e> MassCancel<'e> {
    pub(super) fn of(event: &'e Event) -> Option<Self> {
        let (request, outcome) = if let EventBody::OrdersCancelled {
            request, orders, ..
        } = &event.body
        {
            (request, Ok(*orders))
        } else if let EventBody::MassCancelRejected {
            request, reason, ..
        } = &event.body
        {
            (request, Err(*reason))
        } else {
            return None;
        };
        Some(Self {
            request,
            outcome,
            name: event.cause,
            time: event.time,
        })
    }

    pub(super) fn encode(&self, out: &mut BodyWriter<'_>) {
        let name = Words::<24>::of(self.name);
        let text = self.outcome.err().map(RefusalText::of);
        let symbol = self.request.which.symbol.as_ref();
        let (asked, done) = match symbol {
            Some(_) => (
                MassCancelRequestType::Security,
                MassCancelResponse::Security,
            ),
            None => (MassCancelRequestType::All, MassCancelResponse::All),
        };
        let message = OrderMassCancelReport {
            cl_ord_id: Some(self.request.client_order_id.as_str()),
            order_id: name.as_str(),
            mass_cancel_request_type: asked,
            mass_cancel_response: match self.outcome {
                Ok(_) => done,
                Err(_) => MassCancelResponse::Rejected,
            },
            mass_cancel_reject_reason: self.outcome.err().map(mass_cancel_reject_reason),
            total_affected_orders: Some(self.outcome.unwrap_or(0)),
            symbol: symbol.map(Symbol::as_str),
            side: self.request.which.side.map(codes::side),
            transact_time: Some(utc(self.time)),
            text: text.as_ref().map(Words::as_str),
        };
        message.encode_body(out);
    }
}
