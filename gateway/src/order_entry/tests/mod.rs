//! Tests of the dictionary, as tables of messages: `35=8|37=41|...` stands for a message without header and
//! trailer.

pub(crate) mod fixtures;
mod inbound_answers;
mod inbound_commands;
mod limits;
mod order_states;
mod outbound_amendments;
mod outbound_confirmations;
mod outbound_executions;
mod outbound_phases;
mod requests_in;
mod requests_out;
mod routing;
mod totality;

use std::fmt::Write as _;

use bytes::BytesMut;
use chrono::{DateTime, Utc};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::{Decoder, EncodeBody, EncodeHeader, Message, MsgType, RawBody, encode};

use super::times::utc;

pub(crate) fn now() -> DateTime<Utc> {
    utc(fixtures::TIME)
}

/// Writes a message whole, reads it back, and holds it against the data dictionary, as a client does.
fn through_the_wire<T>(body: &impl EncodeBody, check: impl FnOnce(&Message<'_>) -> T) -> T {
    let mut bytes = BytesMut::new();
    encode(
        &EncodeHeader::new("CLOUDPIT", "CLIENT", 9, now()),
        body,
        &mut bytes,
    );
    let Framing::Message(frame) = next_frame(&bytes, bytes.len()) else {
        panic!("not one whole message: {bytes:?}");
    };
    let mut decoder = Decoder::new();
    check(&decoder.decode(frame).unwrap())
}

/// What a message says, after it was held against the data dictionary.
pub(crate) fn written(body: &impl EncodeBody) -> String {
    through_the_wire(body, |message| {
        let mut text = format!("35={}", message.msg_type().as_str());
        for field in message.body() {
            write!(
                text,
                "|{}={}",
                field.tag,
                String::from_utf8_lossy(field.value)
            )
            .unwrap();
        }
        validate(message, ValidationOptions::STRICT)
            .unwrap_or_else(|reject| panic!("{text}: {reject}"));
        text
    })
}

/// Reads a message from its fields, as it came from a client.
pub(crate) fn read<T>(fields: &str, check: impl FnOnce(&Message<'_>) -> T) -> T {
    let mut fields: Vec<(u32, &str)> = fields.split('|').map(field).collect();
    let (tag, msg_type) = fields.remove(0);
    assert_eq!(tag, 35);
    let msg_type = MsgType::from_code(msg_type.as_bytes()).unwrap();
    through_the_wire(
        &RawBody {
            msg_type,
            fields: &fields,
        },
        check,
    )
}

fn field(text: &str) -> (u32, &str) {
    let (tag, value) = text.split_once('=').unwrap();
    (tag.parse().unwrap(), value)
}

/// The message with fields changed (`44=5`), taken out (`-44`), or added at the end.
fn changed(base: &str, changes: &[&str]) -> String {
    let mut fields: Vec<&str> = base.split('|').collect();
    for change in changes {
        let tag = change.trim_start_matches('-').split('=').next().unwrap();
        let found = fields
            .iter()
            .position(|field| field.split('=').next() == Some(tag));
        match (found, change.starts_with('-')) {
            (Some(at), true) => drop(fields.remove(at)),
            (Some(at), false) => fields[at] = change,
            (None, true) => panic!("{change}: there is no such field"),
            (None, false) => fields.push(change),
        }
    }
    fields.join("|")
}
