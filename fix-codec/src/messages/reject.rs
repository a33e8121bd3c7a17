//! Refusals: OrderCancelReject(9) and BusinessMessageReject(j).

use chrono::{DateTime, Utc};

use super::macros::messages;
use crate::tags;
use crate::values::{BusinessRejectReason, CxlRejReason, CxlRejResponseTo, OrdStatus};

messages! {
    /// OrderCancelReject(9).
    pub struct OrderCancelReject<'a> {
        /// OrderID(37); `NONE` for an unknown order.
        required order_id: &'a str = tags::ORDER_ID,
        /// ClOrdID(11): of the refused request.
        required cl_ord_id: &'a str = tags::CL_ORD_ID,
        /// OrigClOrdID(41).
        required orig_cl_ord_id: &'a str = tags::ORIG_CL_ORD_ID,
        /// OrdStatus(39); rejected for an unknown order.
        required ord_status: OrdStatus = tags::ORD_STATUS,
        /// Account(1).
        optional account: &'a str = tags::ACCOUNT,
        /// TransactTime(60).
        optional transact_time: DateTime<Utc> = tags::TRANSACT_TIME,
        /// CxlRejResponseTo(434).
        required cxl_rej_response_to: CxlRejResponseTo = tags::CXL_REJ_RESPONSE_TO,
        /// CxlRejReason(102).
        optional cxl_rej_reason: CxlRejReason = tags::CXL_REJ_REASON,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
    }

    /// BusinessMessageReject(j).
    pub struct BusinessMessageReject<'a> {
        /// RefSeqNum(45).
        optional ref_seq_num: u64 = tags::REF_SEQ_NUM,
        /// RefMsgType(372).
        required ref_msg_type: &'a str = tags::REF_MSG_TYPE,
        /// BusinessRejectRefID(379).
        optional business_reject_ref_id: &'a str = tags::BUSINESS_REJECT_REF_ID,
        /// BusinessRejectReason(380).
        required business_reject_reason: BusinessRejectReason = tags::BUSINESS_REJECT_REASON,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
    }
}
