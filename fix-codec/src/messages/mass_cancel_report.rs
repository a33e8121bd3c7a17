//! OrderMassCancelReport(r) (FIX 4.4 Volume 4).

use chrono::{DateTime, Utc};

use super::macros::messages;
use crate::tags;
use crate::values::{MassCancelRejectReason, MassCancelRequestType, MassCancelResponse, Side};

messages! {
    /// OrderMassCancelReport(r).
    pub struct OrderMassCancelReport<'a> {
        /// ClOrdID(11): of the request.
        optional cl_ord_id: &'a str = tags::CL_ORD_ID,
        /// OrderID(37): the venue's name for the request.
        required order_id: &'a str = tags::ORDER_ID,
        /// MassCancelRequestType(530): of the request.
        required mass_cancel_request_type: MassCancelRequestType = tags::MASS_CANCEL_REQUEST_TYPE,
        /// MassCancelResponse(531).
        required mass_cancel_response: MassCancelResponse = tags::MASS_CANCEL_RESPONSE,
        /// MassCancelRejectReason(532).
        optional mass_cancel_reject_reason: MassCancelRejectReason = tags::MASS_CANCEL_REJECT_REASON,
        /// TotalAffectedOrders(533).
        optional total_affected_orders: u64 = tags::TOTAL_AFFECTED_ORDERS,
        /// Symbol(55).
        optional symbol: &'a str = tags::SYMBOL,
        /// Side(54).
        optional side: Side = tags::SIDE,
        /// TransactTime(60).
        optional transact_time: DateTime<Utc> = tags::TRANSACT_TIME,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
    }
}
