//! ExecutionReport(8) (FIX 4.4 Volume 4).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::macros::messages;
use super::party::Party;
use crate::tags;
use crate::values::{
    ExecRestatementReason, ExecType, LastLiquidityInd, OrdRejReason, OrdStatus, OrdType,
    SelfMatchPreventionInstruction, Side, TimeInForce, TokenList,
};

messages! {
    /// ExecutionReport(8).
    pub struct ExecutionReport<'a> {
        /// OrderID(37).
        required order_id: &'a str = tags::ORDER_ID,
        /// SecondaryExecID(527): the trade id, where a client knows only the fields of FIX 4.4.
        optional secondary_exec_id: &'a str = tags::SECONDARY_EXEC_ID,
        /// ClOrdID(11).
        optional cl_ord_id: &'a str = tags::CL_ORD_ID,
        /// OrigClOrdID(41).
        optional orig_cl_ord_id: &'a str = tags::ORIG_CL_ORD_ID,
        /// OrdStatusReqID(790).
        optional ord_status_req_id: &'a str = tags::ORD_STATUS_REQ_ID,
        /// MassStatusReqID(584).
        optional mass_status_req_id: &'a str = tags::MASS_STATUS_REQ_ID,
        /// TotNumReports(911).
        optional tot_num_reports: u64 = tags::TOT_NUM_REPORTS,
        /// LastRptRequested(912).
        optional last_rpt_requested: bool = tags::LAST_RPT_REQUESTED,
        /// NoPartyIDs(453).
        group parties: Party<'a> = tags::NO_PARTY_IDS,
        /// ExecID(17).
        required exec_id: &'a str = tags::EXEC_ID,
        /// ExecRefID(19).
        optional exec_ref_id: &'a str = tags::EXEC_REF_ID,
        /// ExecType(150).
        required exec_type: ExecType = tags::EXEC_TYPE,
        /// OrdStatus(39).
        required ord_status: OrdStatus = tags::ORD_STATUS,
        /// OrdRejReason(103).
        optional ord_rej_reason: OrdRejReason = tags::ORD_REJ_REASON,
        /// ExecRestatementReason(378).
        optional exec_restatement_reason: ExecRestatementReason = tags::EXEC_RESTATEMENT_REASON,
        /// Account(1).
        optional account: &'a str = tags::ACCOUNT,
        /// Symbol(55).
        required symbol: &'a str = tags::SYMBOL,
        /// Side(54).
        required side: Side = tags::SIDE,
        /// OrderQty(38).
        optional order_qty: Decimal = tags::ORDER_QTY,
        /// OrdType(40).
        optional ord_type: OrdType = tags::ORD_TYPE,
        /// Price(44).
        optional price: Decimal = tags::PRICE,
        /// StopPx(99).
        optional stop_px: Decimal = tags::STOP_PX,
        /// Currency(15).
        optional currency: &'a str = tags::CURRENCY,
        /// TimeInForce(59).
        optional time_in_force: TimeInForce = tags::TIME_IN_FORCE,
        /// ExpireDate(432).
        optional expire_date: NaiveDate = tags::EXPIRE_DATE,
        /// ExpireTime(126).
        optional expire_time: DateTime<Utc> = tags::EXPIRE_TIME,
        /// ExecInst(18).
        optional exec_inst: TokenList<'a> = tags::EXEC_INST,
        /// LastQty(32).
        optional last_qty: Decimal = tags::LAST_QTY,
        /// LastPx(31).
        optional last_px: Decimal = tags::LAST_PX,
        /// LeavesQty(151).
        required leaves_qty: Decimal = tags::LEAVES_QTY,
        /// CumQty(14).
        required cum_qty: Decimal = tags::CUM_QTY,
        /// AvgPx(6).
        required avg_px: Decimal = tags::AVG_PX,
        /// TransactTime(60).
        optional transact_time: DateTime<Utc> = tags::TRANSACT_TIME,
        /// MinQty(110).
        optional min_qty: Decimal = tags::MIN_QTY,
        /// MaxFloor(111).
        optional max_floor: Decimal = tags::MAX_FLOOR,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
        /// LastLiquidityInd(851).
        optional last_liquidity_ind: LastLiquidityInd = tags::LAST_LIQUIDITY_IND,
        /// CopyMsgIndicator(797): a drop copy.
        optional copy_msg_indicator: bool = tags::COPY_MSG_INDICATOR,
        /// TrdMatchID(880). FIX 4.4 has it in TradeCaptureReport(AE) only: a client that validates
        /// with a stock dictionary refuses it here.
        optional trd_match_id: &'a str = tags::TRD_MATCH_ID,
        /// InstanceIDs(20001): the instances traded.
        optional instance_ids: TokenList<'a> = tags::INSTANCE_IDS,
        /// ImageID(20002).
        optional image_id: &'a str = tags::IMAGE_ID,
        /// SelfMatchPreventionID(2362) of FIX Latest.
        optional self_match_prevention_id: &'a str = tags::SELF_MATCH_PREVENTION_ID,
        /// SelfMatchPreventionInstruction(2964) of FIX Latest.
        optional self_match_prevention_instruction: SelfMatchPreventionInstruction =
            tags::SELF_MATCH_PREVENTION_INSTRUCTION,
    }
}
