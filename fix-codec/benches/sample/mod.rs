//! The messages that the benchmarks of the codec are about: an order, and the report of its fill.

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use fix_codec::frame::{Frame, Framing, next_frame};
use fix_codec::messages::{ExecutionReport, NewOrderSingle};
use fix_codec::values::{
    ExecType, LastLiquidityInd, OrdStatus, OrdType, Side, TimeInForce, TokenList,
};
use fix_codec::{EncodeBody, EncodeHeader, encode};
use rust_decimal::Decimal;

/// 2025-01-15T10:15:30.123456Z.
pub(crate) fn time() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_736_936_130_123_456).expect("within the range of dates")
}

pub(crate) fn new_order_single() -> NewOrderSingle<'static> {
    NewOrderSingle {
        account: Some("acme:1234"),
        order_qty: Some(Decimal::from(2)),
        price: Some(Decimal::new(105_000, 4)),
        currency: Some("USD"),
        time_in_force: Some(TimeInForce::Day),
        image_id: Some("img-0123456789abcdef"),
        ..NewOrderSingle::new(
            "order-000001",
            "ACME.us-east-1.m5.large",
            Side::Buy,
            time(),
            OrdType::Limit,
        )
    }
}

pub(crate) fn execution_report() -> ExecutionReport<'static> {
    ExecutionReport {
        secondary_exec_id: Some("1234567-1"),
        cl_ord_id: Some("order-000001"),
        account: Some("acme:1234"),
        order_qty: Some(Decimal::from(2)),
        ord_type: Some(OrdType::Limit),
        price: Some(Decimal::new(105_000, 4)),
        currency: Some("USD"),
        time_in_force: Some(TimeInForce::Day),
        last_qty: Some(Decimal::ONE),
        last_px: Some(Decimal::new(105_000, 4)),
        transact_time: Some(time()),
        last_liquidity_ind: Some(LastLiquidityInd::Removed),
        instance_ids: Some(TokenList::Text("i-0123456789abcdef0")),
        ..ExecutionReport::new(
            "1234567",
            "1234567-2",
            ExecType::Trade,
            OrdStatus::PartiallyFilled,
            "ACME.us-east-1.m5.large",
            Side::Buy,
            Decimal::ONE,
            Decimal::ONE,
            Decimal::new(105_000, 4),
        )
    }
}

pub(crate) fn encoded(body: &impl EncodeBody) -> BytesMut {
    let mut wire = BytesMut::new();
    encode(
        &EncodeHeader::new("BANK", "CLOUDPIT", 1_234, time()),
        body,
        &mut wire,
    );
    wire
}

pub(crate) fn frame(wire: &[u8]) -> Frame<'_> {
    let Framing::Message(frame) = next_frame(wire, 4_096) else {
        panic!("one whole message")
    };
    frame
}
