//! One message there and back.
use bytes::BytesMut;
use chrono::{TimeZone, Utc};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::messages::*;
use fix_codec::values::*;
use fix_codec::*;

#[test]
fn there_and_back() {
    let now = Utc.with_ymd_and_hms(2025, 1, 15, 10, 15, 30).unwrap();
    let mut out = BytesMut::new();
    let sub_ids = [PartySub::new("x")];
    let parties = [Party {
        sub_ids: Group::new(&sub_ids),
        ..Party::new("p")
    }];
    let order = NewOrderSingle {
        parties: Group::new(&parties),
        account: Some("a"),
        order_qty: Some("100".parse().unwrap()),
        price: Some("10.50".parse().unwrap()),
        instance_ids: Some(TokenList::Tokens(&["a", "b"])),
        ..NewOrderSingle::new("id", "S", Side::Buy, now, OrdType::Limit)
    };
    let range = encode(&EncodeHeader::new("A", "B", 7, now), &order, &mut out);
    assert_eq!(range, 0..out.len());
    let Framing::Message(frame) = next_frame(&out, 4096) else {
        panic!("{:?}", next_frame(&out, 4096))
    };
    let mut decoder = Decoder::new();
    let message = decoder.decode(frame).unwrap();
    assert_eq!(validate(&message, ValidationOptions::STRICT), Ok(()));
    assert_eq!(NewOrderSingle::try_from(&message).unwrap(), order);
}
