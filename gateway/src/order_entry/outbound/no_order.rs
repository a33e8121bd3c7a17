//! ExecutionReport(8) with ExecType(150)=I and OrdStatus(39)=8, FIX 4.4 Volume 4: a question to which there is no order.

use engine::{Asked, Event, EventBody, ExecutionId, RequestId, StatusRefusal, Symbol, Timestamp};
use fix_codec::messages::ExecutionReport;
use fix_codec::values::{self, ExecType, OrdStatus};
use fix_codec::{BodyWriter, EncodeBody};
use rust_decimal::Decimal;

use crate::order_entry::codes;
use crate::order_entry::refusals::{RefusalText, status_rej_reason};
use crate::order_entry::times::utc;
use crate::order_entry::words::Words;

/// OrderID(37) where there is no order.
const NO_ORDER: &str = "NONE";
/// Symbol(55), which the message requires, where the question named none.
const NO_SYMBOL: &str = "[N/A]";

/// The answer that there is nothing.
#[derive(Debug, Clone)]
pub(super) struct NoOrder<'e> {
    asked: &'e Asked,
    execution: ExecutionId,
    reason: StatusRefusal,
    time: Timestamp,
}

impl<'e> NoOrder<'e> {
    pub(super) fn of(event: &'e Event) -> Option<Self> {
        let EventBody::NothingReported {
            asked,
            execution,
            reason,
            ..
        } = &event.body
        else {
            return None;
        };
        Some(Self {
            asked,
            execution: *execution,
            reason: *reason,
            time: event.time,
        })
    }

    pub(super) fn encode(&self, out: &mut BodyWriter<'_>) {
        let exec_id = Words::<40>::of(self.execution);
        let text = RefusalText::of(self.reason);
        let (symbol, side) = match self.asked {
            Asked::Order(request) => (Some(&request.symbol), Some(request.side)),
            Asked::Orders(request) => (request.which.symbol.as_ref(), request.which.side),
        };
        let mut message = ExecutionReport::new(
            NO_ORDER,
            exec_id.as_str(),
            ExecType::OrderStatus,
            OrdStatus::Rejected,
            symbol.map_or(NO_SYMBOL, Symbol::as_str),
            side.map_or(values::Side::Undisclosed, codes::side),
            Decimal::ZERO,
            Decimal::ZERO,
            Decimal::ZERO,
        );
        match self.asked {
            Asked::Order(request) => {
                message.cl_ord_id = Some(request.client_order_id.as_str());
                message.ord_status_req_id = request.request_id.as_ref().map(RequestId::as_str);
            }
            Asked::Orders(request) => {
                message.mass_status_req_id = Some(request.request_id.as_str());
                message.tot_num_reports = Some(0);
                message.last_rpt_requested = Some(true);
            }
        }
        message.ord_rej_reason = Some(status_rej_reason(self.reason));
        message.transact_time = Some(utc(self.time));
        message.text = Some(text.as_str());
        message.encode_body(out);
    }
}
