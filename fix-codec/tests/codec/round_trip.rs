//! What is written is read again as it was: any content, any split, one after the other.

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::messages::{ExecutionReport, Group, NewOrderSingle, Party, PartySub};
use fix_codec::values::{
    ExecType, OrdStatus, OrdType, Side, TimeInForce, TimePrecision, TokenList,
};
use fix_codec::{Decoder, EncodeHeader, Routing, encode, encode_resend};
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;

use crate::wire::{MAX_LENGTH, decoded};

fn text() -> impl Strategy<Value = String> {
    // Whatever a FIX string may hold: all but SOH.
    "[\\x02-\\x7e\u{e9}=|]{1,40}"
}

fn token() -> impl Strategy<Value = String> {
    "[!-~]{1,20}"
}

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    // Up to the end of the year 9999.
    (0_i64..253_402_300_799, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| DateTime::from_timestamp(seconds, nanos).expect("in range"))
}

fn decimal() -> impl Strategy<Value = Decimal> {
    let mantissa = prop_oneof![
        -1_000_000_i128..1_000_000,
        -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335,
    ];
    (mantissa, 0_u32..=28)
        .prop_map(|(mantissa, scale)| Decimal::from_i128_with_scale(mantissa, scale))
}

/// What is needed to make messages of: owned, as messages borrow.
#[derive(Clone, Debug)]
struct Parts {
    texts: Vec<String>,
    tokens: Vec<String>,
    times: (DateTime<Utc>, DateTime<Utc>),
    decimals: Vec<Option<Decimal>>,
    side: Side,
    ord_type: OrdType,
    time_in_force: Option<TimeInForce>,
    exec_type: ExecType,
    ord_status: OrdStatus,
    msg_seq_num: u64,
    flags: (bool, bool),
}

fn parts() -> impl Strategy<Value = Parts> {
    let texts = prop::collection::vec(text(), 8);
    let tokens = prop::collection::vec(token(), 1..5);
    let decimals = prop::collection::vec(prop::option::of(decimal()), 6);
    let codes = (
        select(Side::ALL),
        select(OrdType::ALL),
        prop::option::of(select(TimeInForce::ALL)),
        select(ExecType::ALL),
        select(OrdStatus::ALL),
    );
    (
        texts,
        tokens,
        (time(), time()),
        decimals,
        codes,
        any::<u64>(),
        any::<(bool, bool)>(),
    )
        .prop_map(
            |(texts, tokens, times, decimals, codes, msg_seq_num, flags)| Parts {
                texts,
                tokens,
                times,
                decimals,
                side: codes.0,
                ord_type: codes.1,
                time_in_force: codes.2,
                exec_type: codes.3,
                ord_status: codes.4,
                msg_seq_num,
                flags,
            },
        )
}

fn header(parts: &Parts) -> EncodeHeader<'_> {
    EncodeHeader {
        poss_dup: parts.flags.0,
        orig_sending_time: parts.flags.0.then_some(parts.times.1),
        poss_resend: parts.flags.1,
        last_msg_seq_num_processed: parts.flags.1.then_some(7),
        routing: Routing {
            target_sub_id: parts.flags.1.then_some("sub"),
            ..Routing::default()
        },
        precision: TimePrecision::Nanos,
        ..EncodeHeader::new(
            &parts.texts[0],
            &parts.texts[1],
            parts.msg_seq_num,
            parts.times.0,
        )
    }
}

fn with_order<T>(parts: &Parts, go: impl FnOnce(&NewOrderSingle<'_>) -> T) -> T {
    let tokens: Vec<&str> = parts.tokens.iter().map(String::as_str).collect();
    let sub_ids: Vec<_> = parts
        .tokens
        .iter()
        .map(|token| PartySub::new(token))
        .collect();
    let parties: Vec<_> = parts.texts[4..]
        .iter()
        .map(|text| Party {
            sub_ids: Group::new(&sub_ids),
            ..Party::new(text)
        })
        .collect();
    go(&NewOrderSingle {
        parties: Group::new(&parties),
        account: parts.flags.0.then_some(parts.texts[2].as_str()),
        order_qty: parts.decimals[0],
        price: parts.decimals[1],
        stop_px: parts.decimals[2],
        time_in_force: parts.time_in_force,
        expire_time: parts.flags.1.then_some(parts.times.0),
        text: parts.flags.1.then_some(parts.texts[3].as_str()),
        instance_ids: parts.flags.0.then_some(TokenList::Tokens(&tokens)),
        ..NewOrderSingle::new(
            &parts.texts[2],
            &parts.texts[3],
            parts.side,
            parts.times.1,
            parts.ord_type,
        )
    })
}

fn with_report<T>(parts: &Parts, go: impl FnOnce(&ExecutionReport<'_>) -> T) -> T {
    let number = |index: usize| parts.decimals[index].unwrap_or_default();
    go(&ExecutionReport {
        cl_ord_id: Some(&parts.texts[5]),
        price: parts.decimals[3],
        last_px: parts.decimals[4],
        transact_time: parts.flags.0.then_some(parts.times.1),
        copy_msg_indicator: parts.flags.1.then_some(true),
        instance_ids: Some(TokenList::Text(&parts.tokens[0])),
        ..ExecutionReport::new(
            &parts.texts[2],
            &parts.texts[3],
            parts.exec_type,
            parts.ord_status,
            &parts.texts[4],
            parts.side,
            number(0),
            number(1),
            number(2),
        )
    })
}

proptest! {
    #[test]
    fn orders_and_reports(all in prop::collection::vec(parts(), 1..4), step in 1_usize..400) {
        let mut wire = BytesMut::new();
        for parts in &all {
            with_order(parts, |order| encode(&header(parts), order, &mut wire));
            with_report(parts, |report| encode(&header(parts), report, &mut wire));
        }
        let mut decoder = Decoder::new();
        let mut buffer = Vec::new();
        let mut count = 0;
        for piece in wire.chunks(step) {
            buffer.extend_from_slice(piece);
            while let Framing::Message(frame) = next_frame(&buffer, MAX_LENGTH) {
                let length = frame.len();
                let message = decoder.decode(frame).expect("our own message");
                prop_assert_eq!(validate(&message, ValidationOptions::STRICT), Ok(()));
                let parts = &all[count / 2];
                prop_assert_eq!(message.header.msg_seq_num, parts.msg_seq_num);
                prop_assert_eq!(message.header.sending_time, parts.times.0);
                prop_assert_eq!(message.header.sender_comp_id, &parts.texts[0]);
                prop_assert_eq!(message.routing(), header(parts).routing);
                if count % 2 == 0 {
                    let read = NewOrderSingle::try_from(&message).expect("our own order");
                    with_order(parts, |order| assert_eq!(&read, order));
                } else {
                    let read = ExecutionReport::try_from(&message).expect("our own report");
                    with_report(parts, |report| assert_eq!(&read, report));
                }
                count += 1;
                buffer.drain(..length);
            }
        }
        prop_assert_eq!(count, all.len() * 2);
        prop_assert!(buffer.is_empty());
    }

    #[test]
    fn sent_again(parts in parts(), now in time()) {
        let mut wire = BytesMut::new();
        let stored = with_order(&parts, |order| encode(&header(&parts), order, &mut wire));
        let stored = wire[stored].to_vec();
        let again = encode_resend(&stored, now, &mut wire).expect("our own message");
        let again = wire[again].to_vec();
        decoded(&again, |message| {
            let message = message.expect("our own message");
            assert_eq!(validate(&message, ValidationOptions::STRICT), Ok(()));
            assert!(message.header.poss_dup);
            assert_eq!(message.header.sending_time, now);
            let first = if parts.flags.0 { parts.times.1 } else { parts.times.0 };
            assert_eq!(message.header.orig_sending_time, Some(first));
            let read = NewOrderSingle::try_from(&message).expect("our own order");
            with_order(&parts, |order| assert_eq!(&read, order));
        });
    }
}
