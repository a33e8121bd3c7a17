//! How long framing, decoding, validating and encoding take.

mod sample;

use std::hint::black_box;

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::messages::NewOrderSingle;
use fix_codec::{Decoder, EncodeHeader, encode};
use sample::{encoded, execution_report, frame, new_order_single, time};

fn length(wire: &BytesMut) -> Throughput {
    Throughput::Bytes(u64::try_from(wire.len()).expect("a short message"))
}

/// What the host gives at this moment, to hold the other figures against: a chain of multiplications, each of which
/// waits for the one before (three cycles on most processors), and a copy.
fn host(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("host");
    group.bench_function("1,000 multiplications in a chain", |bencher| {
        bencher.iter(|| {
            (0..1_000_u64).fold(black_box(3_u64), |product, step| {
                product.wrapping_mul(black_box(5)) ^ step
            })
        });
    });
    let from = [7_u8; 4_096];
    let mut to = [0_u8; 4_096];
    group.bench_function("copy of 4,096 bytes", |bencher| {
        bencher.iter(|| black_box(&mut to).copy_from_slice(black_box(&from)));
    });
    group.finish();
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

criterion_group!(benches, host, inbound, outbound);
criterion_main!(benches);
