//! How long framing, decoding, validating and encoding take.

use std::hint::black_box;

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Frame, Framing, next_frame};
use fix_codec::messages::{ExecutionReport, NewOrderSingle};
use fix_codec::values::{
    ExecType, LastLiquidityInd, OrdStatus, OrdType, Side, TimeInForce, TokenList,
};
use fix_codec::{Decoder, EncodeBody, EncodeHeader, encode};
use rust_decimal::Decimal;

/// 2025-01-15T10:15:30.123456Z.
fn time() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_736_936_130_123_456).expect("within the range of dates")
}

fn new_order_single() -> NewOrderSingle<'static> {
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

fn execution_report() -> ExecutionReport<'static> {
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

fn encoded(body: &impl EncodeBody) -> BytesMut {
    let mut wire = BytesMut::new();
    encode(
        &EncodeHeader::new("BANK", "CLOUDPIT", 1_234, time()),
        body,
        &mut wire,
    );
    wire
}

fn length(wire: &BytesMut) -> Throughput {
    Throughput::Bytes(u64::try_from(wire.len()).expect("a short message"))
}

fn frame(wire: &[u8]) -> Frame<'_> {
    let Framing::Message(frame) = next_frame(wire, 4_096) else {
        panic!("one whole message")
    };
    frame
}

fn inbound(criterion: &mut Criterion) {
    let wire = encoded(&new_order_single());
    let mut decoder = Decoder::new();
    let mut group = criterion.benchmark_group("NewOrderSingle");
    group.throughput(length(&wire));
    group.bench_function("frame", |bencher| {
        bencher.iter(|| frame(black_box(&wire)).len())
    });
    group.bench_function("frame, decode", |bencher| {
        bencher.iter(|| {
            let message = decoder.decode(frame(black_box(&wire))).expect("a message");
            message.header.msg_seq_num
        });
    });
    group.bench_function("frame, decode, validate", |bencher| {
        bencher.iter(|| {
            let message = decoder.decode(frame(black_box(&wire))).expect("a message");
            validate(&message, ValidationOptions::STRICT)
        });
    });
    group.bench_function("frame, decode, validate, read", |bencher| {
        bencher.iter(|| {
            let message = decoder.decode(frame(black_box(&wire))).expect("a message");
            validate(&message, ValidationOptions::STRICT).expect("a valid message");
            black_box(NewOrderSingle::try_from(&message).expect("an order"));
        });
    });
    group.finish();
}

fn outbound(criterion: &mut Criterion) {
    let report = execution_report();
    let header = EncodeHeader::new("CLOUDPIT", "BANK", 1_234, time());
    let mut wire = BytesMut::with_capacity(4_096);
    let mut group = criterion.benchmark_group("ExecutionReport");
    group.throughput(length(&encoded(&report)));
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            wire.clear();
            encode(black_box(&header), black_box(&report), &mut wire)
        });
    });
    group.finish();
}

criterion_group!(benches, inbound, outbound);
criterion_main!(benches);
