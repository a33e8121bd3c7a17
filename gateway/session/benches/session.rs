//! What a session adds to a message in order, and what it takes to number, encode and hand out one.

use chrono::{DateTime, Utc};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::messages::TestRequest;
use fix_codec::{Decoder, EncodeHeader, Message, MsgType, RawBody, encode};
use fix_session::{Outputs, Received, Resume, SendOptions, Session, Settings};

const STRICT: ValidationOptions = ValidationOptions::STRICT;

/// How many messages one round takes.
const MESSAGES: u64 = 1_000;

/// A NewOrderSingle(D) as a client sends it.
const ORDER: RawBody<'_> = RawBody {
    msg_type: MsgType::NewOrderSingle,
    fields: &[
        (11, "A1B2C3D4"),
        (1, "acme:1234"),
        (55, "ACME.us-east-1.m5.large"),
        (54, "1"),
        (60, "20231114-22:13:20.000"),
        (38, "1"),
        (40, "2"),
        (44, "0.096"),
        (59, "0"),
    ],
};

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000, 0).expect("a valid time")
}

/// The bytes of a client's Logon and of the orders that follow it.
fn from_client() -> Vec<Vec<u8>> {
    let mut client = Session::new(
        Settings::initiator("CLIENT", "VENUE", 30),
        Resume::default(),
    );
    let mut out = Outputs::new();
    client.connected(start(), &mut out);
    let mut messages = vec![out.wire.to_vec()];
    for msg_seq_num in 2..MESSAGES + 2 {
        let mut bytes = bytes::BytesMut::new();
        let header = EncodeHeader::new("CLIENT", "VENUE", msg_seq_num, start());
        encode(&header, &ORDER, &mut bytes);
        messages.push(bytes.to_vec());
    }
    messages
}

fn decode<'a>(decoder: &'a mut Decoder, bytes: &'a [u8]) -> Message<'a> {
    let Framing::Message(frame) = next_frame(bytes, 4096) else {
        panic!("a whole message")
    };
    decoder.decode(frame).expect("a message")
}

/// A venue's session with a client that has logged on.
fn logged_on(logon: &Message<'_>) -> (Session, Outputs) {
    let mut session = Session::new(Settings::acceptor("VENUE", "CLIENT"), Resume::default());
    let mut out = Outputs::new();
    session.connected(start(), &mut out);
    assert_eq!(session.receive(start(), logon, &mut out), Received::Handled);
    out.clear();
    (session, out)
}

fn benchmarks(criterion: &mut Criterion) {
    let messages = from_client();
    let mut decoders: Vec<Decoder> = messages.iter().map(|_| Decoder::new()).collect();
    let messages: Vec<Message<'_>> = decoders
        .iter_mut()
        .zip(&messages)
        .map(|(decoder, bytes)| decode(decoder, bytes))
        .collect();
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(MESSAGES));
    group.bench_function("receive and validate", |bench| {
        bench.iter_batched_ref(
            || logged_on(&messages[0]),
            |(session, out)| {
                for message in &messages[1..] {
                    assert_eq!(
                        session.receive(start(), message, out),
                        Received::Application
                    );
                }
            },
            BatchSize::SmallInput,
        );
    });
    // The part of it that is the codec's.
    group.bench_function("validate", |bench| {
        bench.iter(|| {
            messages[1..]
                .iter()
                .all(|message| validate(message, STRICT).is_ok())
        });
    });
    group.bench_function("send", |bench| {
        let (mut session, mut out) = logged_on(&messages[0]);
        let body = TestRequest {
            test_req_id: "a report of no great length",
        };
        bench.iter(|| {
            for cause in 0..MESSAGES {
                let options = SendOptions {
                    cause,
                    poss_resend: false,
                };
                session.send(start(), &body, options, &mut out);
            }
            out.clear();
        });
    });
    group.finish();
}

criterion_group!(session, benchmarks);
criterion_main!(session);
