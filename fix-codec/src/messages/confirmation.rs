//! Confirmation(AK): how a trade settled (FIX 4.4 Volume 5).

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::macros::{group_entries, messages};
use super::party::Party;
use crate::dictionary::groups;
use crate::tags;
use crate::values::{
    ConfirmStatus, ConfirmTransType, ConfirmType, OrderCapacity, ReassignmentStatus, Side,
    TokenList,
};

messages! {
    /// Confirmation(AK).
    pub struct Confirmation<'a> {
        /// ConfirmID(664).
        required confirm_id: &'a str = tags::CONFIRM_ID,
        /// ConfirmRefID(772).
        optional confirm_ref_id: &'a str = tags::CONFIRM_REF_ID,
        /// ConfirmTransType(666).
        required confirm_trans_type: ConfirmTransType = tags::CONFIRM_TRANS_TYPE,
        /// ConfirmType(773).
        required confirm_type: ConfirmType = tags::CONFIRM_TYPE,
        /// CopyMsgIndicator(797): a drop copy.
        optional copy_msg_indicator: bool = tags::COPY_MSG_INDICATOR,
        /// ConfirmStatus(665).
        required confirm_status: ConfirmStatus = tags::CONFIRM_STATUS,
        /// NoPartyIDs(453).
        group parties: Party<'a> = tags::NO_PARTY_IDS,
        /// NoOrders(73).
        group orders: ConfirmedOrder<'a> = tags::NO_ORDERS,
        /// TransactTime(60).
        required transact_time: DateTime<Utc> = tags::TRANSACT_TIME,
        /// TradeDate(75).
        required trade_date: NaiveDate = tags::TRADE_DATE,
        /// Symbol(55).
        required symbol: &'a str = tags::SYMBOL,
        /// AllocQty(80).
        required alloc_qty: Decimal = tags::ALLOC_QTY,
        /// Side(54).
        required side: Side = tags::SIDE,
        /// Currency(15).
        optional currency: &'a str = tags::CURRENCY,
        /// NoCapacities(862); FIX 4.4 requires an entry.
        group capacities: Capacity<'a> = tags::NO_CAPACITIES,
        /// AllocAccount(79).
        required alloc_account: &'a str = tags::ALLOC_ACCOUNT,
        /// AvgPx(6).
        required avg_px: Decimal = tags::AVG_PX,
        /// Text(58).
        optional text: &'a str = tags::TEXT,
        /// GrossTradeAmt(381).
        required gross_trade_amt: Decimal = tags::GROSS_TRADE_AMT,
        /// NetMoney(118).
        required net_money: Decimal = tags::NET_MONEY,
        /// SettlDate(64).
        optional settl_date: NaiveDate = tags::SETTL_DATE,
        /// InstanceIDs(20001): the instances delivered.
        optional instance_ids: TokenList<'a> = tags::INSTANCE_IDS,
        /// ReassignmentID(20003).
        optional reassignment_id: &'a str = tags::REASSIGNMENT_ID,
        /// ReassignmentStatus(20004).
        optional reassignment_status: ReassignmentStatus = tags::REASSIGNMENT_STATUS,
    }
    empty [tags::NO_UNDERLYINGS, tags::NO_LEGS]
}

group_entries! {
    /// One entry of NoOrders(73).
    pub struct ConfirmedOrder<'a> in groups::NO_ORDERS {
        /// ClOrdID(11).
        required cl_ord_id: &'a str = tags::CL_ORD_ID,
        /// OrderID(37).
        optional order_id: &'a str = tags::ORDER_ID,
        /// OrderQty(38).
        optional order_qty: Decimal = tags::ORDER_QTY,
    }

    /// One entry of NoCapacities(862).
    pub struct Capacity<'a> in groups::NO_CAPACITIES {
        /// OrderCapacity(528).
        required order_capacity: OrderCapacity = tags::ORDER_CAPACITY,
        /// OrderRestrictions(529).
        optional order_restrictions: TokenList<'a> = tags::ORDER_RESTRICTIONS,
        /// OrderCapacityQty(863).
        required order_capacity_qty: Decimal = tags::ORDER_CAPACITY_QTY,
    }
}
