//! The same steps as `codec.rs`, a thousand times each and nothing else: to be counted by callgrind, which noise does
//! not move. `docs/performance.md` has the command.

mod sample;

use std::hint::black_box;

use bytes::BytesMut;
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::messages::{ExecutionReport, NewOrderSingle};
use fix_codec::{Decoder, EncodeHeader, encode};

/// How often each step is done.
const TIMES: usize = 1_000;

#[inline(never)]
fn decode_and_validate(decoder: &mut Decoder, wire: &[u8]) -> u64 {
    let Ok(message) = decoder.decode(sample::frame(wire)) else {
        panic!("a message")
    };
    validate(&message, ValidationOptions::STRICT).expect("a valid message");
    message.header.msg_seq_num
}

#[inline(never)]
fn decode_validate_and_read(decoder: &mut Decoder, wire: &[u8]) {
    let Ok(message) = decoder.decode(sample::frame(wire)) else {
        panic!("a message")
    };
    validate(&message, ValidationOptions::STRICT).expect("a valid message");
    black_box(NewOrderSingle::try_from(&message).expect("an order"));
}

#[inline(never)]
fn encode_report(header: &EncodeHeader<'_>, report: &ExecutionReport<'_>, wire: &mut BytesMut) {
    wire.clear();
    encode(header, report, wire);
}

fn main() {
    let order = sample::encoded(&sample::new_order_single());
    let mut decoder = Decoder::new();
    let report = sample::execution_report();
    let header = EncodeHeader::new("CLOUDPIT", "BANK", 1_234, sample::time());
    let mut wire = BytesMut::with_capacity(4_096);
    for _ in 0..TIMES {
        black_box(decode_and_validate(&mut decoder, black_box(&order)));
        decode_validate_and_read(&mut decoder, black_box(&order));
        encode_report(black_box(&header), black_box(&report), &mut wire);
    }
}
