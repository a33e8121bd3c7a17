//! What a client asks for: orders, cancels and where orders stand (FIX 4.4 Volume 4).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::macros::messages;
use super::party::Party;
use crate::tags;
use crate::values::{
    HandlInst, MassCancelRequestType, MassStatusReqType, OrdType, RequestScope,
    SelfMatchPreventionInstruction, Side, TimeInForce, TokenList,
};

messages! {
    /// NewOrderSingle(D).
    pub struct NewOrderSingle<'a> {
        /// ClOrdID(11).
        required cl_ord_id: &'a str = tags::CL_ORD_ID,
        /// NoPartyIDs(453).
        group parties: Party<'a> = tags::NO_PARTY_IDS,
        /// Account(1): at the provider, to deliver from (sell) or into (buy).
        optional account: &'a str = tags::ACCOUNT,
        /// HandlInst(21).
        optional handl_inst: HandlInst = tags::HANDL_INST,
        /// ExecInst(18).
        optional exec_inst: TokenList<'a> = tags::EXEC_INST,
        /// Symbol(55).
        required symbol: &'a str = tags::SYMBOL,
        /// Side(54).
        required side: Side = tags::SIDE,
        /// TransactTime(60).
        required transact_time: DateTime<Utc> = tags::TRANSACT_TIME,
        /// OrderQty(38). FIX 4.4 requires it or CashOrderQty(152).
        optional order_qty: Decimal = tags::ORDER_QTY,
        /// OrdType(40).
        required ord_type: OrdType = tags::ORD_TYPE,
        /// Price(44).
        optional price: Decimal = tags::PRICE,
        /// StopPx(99).
        optional stop_px: Decimal = tags::STOP_PX,
        /// Currency(15).
        optional currency: &'a str = tags::CURRENCY,
        /// TimeInForce(59). Absent means Day.
        optional time_in_force: TimeInForce = tags::TIME_IN_FORCE,
        /// ExpireTime(126).
        optional expire_time: DateTime<Utc> = tags::EXPIRE_TIME,
        /// ExpireDate(432).
        optional expire_date: NaiveDate = tags::EXPIRE_DATE,
        /// MinQty(110).
        optional min_qty: Decimal = tags::MIN_QTY,
        /// MaxFloor(111).
        optional max_floor: Decimal = tags::MAX_FLOOR,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
        /// InstanceIDs(20001): the instances offered.
        optional instance_ids: TokenList<'a> = tags::INSTANCE_IDS,
        /// ImageID(20002): what to start in the slot.
        optional image_id: &'a str = tags::IMAGE_ID,
        /// SelfMatchPreventionID(2362) of FIX Latest.
        optional self_match_prevention_id: &'a str = tags::SELF_MATCH_PREVENTION_ID,
        /// SelfMatchPreventionInstruction(2964) of FIX Latest.
        optional self_match_prevention_instruction: SelfMatchPreventionInstruction =
            tags::SELF_MATCH_PREVENTION_INSTRUCTION,
    }

    /// OrderCancelRequest(F).
    pub struct OrderCancelRequest<'a> {
        /// OrigClOrdID(41).
        required orig_cl_ord_id: &'a str = tags::ORIG_CL_ORD_ID,
        /// OrderID(37).
        optional order_id: &'a str = tags::ORDER_ID,
        /// ClOrdID(11): of this request.
        required cl_ord_id: &'a str = tags::CL_ORD_ID,
        /// Account(1).
        optional account: &'a str = tags::ACCOUNT,
        /// NoPartyIDs(453).
        group parties: Party<'a> = tags::NO_PARTY_IDS,
        /// Symbol(55).
        required symbol: &'a str = tags::SYMBOL,
        /// Side(54).
        required side: Side = tags::SIDE,
        /// TransactTime(60).
        required transact_time: DateTime<Utc> = tags::TRANSACT_TIME,
        /// OrderQty(38).
        optional order_qty: Decimal = tags::ORDER_QTY,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
    }

    /// OrderStatusRequest(H).
    pub struct OrderStatusRequest<'a> {
        /// OrderID(37).
        optional order_id: &'a str = tags::ORDER_ID,
        /// ClOrdID(11): of the order.
        required cl_ord_id: &'a str = tags::CL_ORD_ID,
        /// OrdStatusReqID(790).
        optional ord_status_req_id: &'a str = tags::ORD_STATUS_REQ_ID,
        /// Account(1).
        optional account: &'a str = tags::ACCOUNT,
        /// Symbol(55).
        required symbol: &'a str = tags::SYMBOL,
        /// Side(54).
        required side: Side = tags::SIDE,
    }

    /// OrderMassCancelRequest(q).
    pub struct OrderMassCancelRequest<'a> {
        /// ClOrdID(11): of this request.
        required cl_ord_id: &'a str = tags::CL_ORD_ID,
        /// MassCancelRequestType(530).
        required mass_cancel_request_type: MassCancelRequestType = tags::MASS_CANCEL_REQUEST_TYPE,
        /// Symbol(55).
        optional symbol: &'a str = tags::SYMBOL,
        /// Side(54).
        optional side: Side = tags::SIDE,
        /// TransactTime(60).
        required transact_time: DateTime<Utc> = tags::TRANSACT_TIME,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
        /// RequestScope(20006): whose orders. Absent means those of the session.
        optional request_scope: RequestScope = tags::REQUEST_SCOPE,
    }

    /// OrderMassStatusRequest(AF).
    pub struct OrderMassStatusRequest<'a> {
        /// MassStatusReqID(584).
        required mass_status_req_id: &'a str = tags::MASS_STATUS_REQ_ID,
        /// MassStatusReqType(585).
        required mass_status_req_type: MassStatusReqType = tags::MASS_STATUS_REQ_TYPE,
        /// Account(1).
        optional account: &'a str = tags::ACCOUNT,
        /// Symbol(55).
        optional symbol: &'a str = tags::SYMBOL,
        /// Side(54).
        optional side: Side = tags::SIDE,
        /// RequestScope(20006): whose orders. Absent means those of the session.
        optional request_scope: RequestScope = tags::REQUEST_SCOPE,
    }
}
