//! Whatever a session delivers, order entry has one outcome for it: a command, or one answer that is itself a message
//! that our own dictionary finds right and that says which message it answers.

use bytes::BytesMut;
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::{Decoder, EncodeHeader, Message, MsgType, RawBody, encode, tags};
use proptest::prelude::*;
use proptest::sample::select;

use super::inbound_commands::{CANCEL, ORDER, currencies, sender};
use super::{now, written};
use crate::order_entry::inbound::{Refusal, command};

/// Requests of every kind that is taken or may be taken for one, and some that are never taken.
const REQUESTS: [&str; 9] = [
    ORDER,
    CANCEL,
    "35=D|11=o-1|1=acme:7|55=ACME.m5|54=1|60=20231114-22:13:20|38=1|40=1|59=6|126=20231115-00:00:00|20002=img",
    "35=G|41=o-1|11=r-1|1=acme:7|55=ACME.m5|54=2|60=20231114-22:13:20|38=5|40=2|44=10.50",
    "35=H|11=o-1|55=ACME.m5|54=2",
    "35=q|11=m-1|530=7|60=20231114-22:13:20",
    "35=AF|584=s-1|585=7",
    "35=V|262=r|263=1|264=0|267=1|269=0|146=1|55=ACME.m5",
    "35=B|148=head|33=1|58=text",
];

/// Fields that an order may have, that the venue refuses, and that it has never heard of.
const TAGS: [u32; 38] = [
    1, 11, 15, 18, 21, 37, 38, 40, 41, 44, 54, 55, 58, 59, 60, 99, 110, 111, 126, 152, 168, 192,
    210, 211, 388, 423, 432, 516, 530, 585, 640, 847, 854, 8_013, 20_001, 20_002, 9_999, 777,
];

/// Values that are right for some field, and wrong for most.
const VALUES: [&str; 36] = [
    "",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
    "8",
    "9",
    "A",
    "Z",
    "-1",
    "1.5",
    "10.505",
    "0.0000001",
    "1e3",
    "9223372036854.775808",
    "18446744073709551616",
    "99999999999999999999999999999999999",
    "19691231-23:59:59",
    "20231114-22:13:20",
    "99991231-23:59:60",
    "20231114",
    "20260230",
    "ACME.m5",
    "NONE.such",
    "acme:7",
    "USD",
    "EUR",
    "i-1 i-2",
    "i-1  i-2",
    " x",
    "é",
    "a=b",
];

/// One field of a request, changed; or one added.
#[derive(Debug, Clone)]
enum Change {
    Remove(usize),
    Swap(usize, usize),
    Set(usize, String),
    Add(u32, String),
}

type Fields = Vec<(u32, String)>;

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(&VALUES[..]).prop_map(str::to_owned),
        1 => "[ -~]{1,80}",
        1 => (30_usize..70).prop_map(|length| "x".repeat(length)),
        1 => any::<i64>().prop_map(|number| number.to_string()),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        1 => any::<usize>().prop_map(Change::Remove),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(one, other)| Change::Swap(one, other)),
        3 => (any::<usize>(), value()).prop_map(|(place, value)| Change::Set(place, value)),
        3 => (select(&TAGS[..]), value()).prop_map(|(tag, value)| Change::Add(tag, value)),
    ]
}

fn options() -> impl Strategy<Value = ValidationOptions> {
    any::<[bool; 4]>().prop_map(|[own, unknown, order, values]| ValidationOptions {
        allow_unknown_user_defined: own,
        allow_unknown: unknown,
        require_field_order: order,
        require_values: values,
    })
}

/// The request's type, and its fields with the changes made.
fn request(base: &str, changes: &[Change]) -> (MsgType, Fields) {
    let split = |field: &str| {
        let (tag, value) = field.split_once('=').unwrap();
        (tag.parse().unwrap(), value.to_owned())
    };
    let mut fields: Fields = base.split('|').map(split).collect();
    let msg_type = MsgType::from_code(fields.remove(0).1.as_bytes()).unwrap();
    for change in changes {
        let within = |place: &usize| place % fields.len().max(1);
        match change {
            Change::Add(tag, value) => fields.push((*tag, value.clone())),
            _ if fields.is_empty() => {}
            Change::Remove(place) => drop(fields.remove(within(place))),
            Change::Swap(one, other) => {
                let (one, other) = (within(one), within(other));
                fields.swap(one, other);
            }
            Change::Set(place, value) => {
                let place = within(place);
                fields[place].1.clone_from(value);
            }
        }
    }
    (msg_type, fields)
}

/// Holds what order entry makes of a message against the promise. `valid`: the session would have delivered it.
fn check(message: &Message<'_>, valid: bool) {
    let currencies = currencies();
    match command(message, &sender(&currencies), now()) {
        Ok(_) => {}
        Err(Refusal::Message(reject)) => {
            let tag = reject.ref_tag.expect("a Reject(3) says which field");
            assert!(tag > 0, "{reject:?}");
        }
        // What the session would not have delivered may be repeated with all that is wrong with it.
        Err(Refusal::Answer(_)) if !valid => {}
        Err(Refusal::Answer(answer)) => {
            let answer = written(&answer);
            let id = message.get(tags::CL_ORD_ID).unwrap_or_default();
            let id = String::from_utf8_lossy(id);
            let refers = match answer.split('|').next().unwrap() {
                "35=j" => format!("|45={}|", message.header.msg_seq_num),
                _ => format!("|11={id}|"),
            };
            assert!(answer.contains(&refers), "{answer} does not say {refers}");
        }
    }
}

proptest! {
    #[test]
    fn every_message_has_one_outcome(
        base in select(&REQUESTS[..]),
        changes in proptest::collection::vec(change(), 0..5),
        options in options(),
        poss_resend in any::<bool>(),
    ) {
        let (msg_type, fields) = request(base, &changes);
        let fields: Vec<_> = fields.iter().map(|(tag, value)| (*tag, value.as_str())).collect();
        let header = EncodeHeader {
            poss_resend,
            ..EncodeHeader::new("CLIENT", "CLOUDPIT", 9, now())
        };
        let mut bytes = BytesMut::new();
        encode(&header, &RawBody { msg_type, fields: &fields }, &mut bytes);
        let mut decoder = Decoder::new();
        if let Framing::Message(frame) = next_frame(&bytes, bytes.len())
            && let Ok(message) = decoder.decode(frame)
        {
            check(&message, validate(&message, options).is_ok());
        }
    }
}
