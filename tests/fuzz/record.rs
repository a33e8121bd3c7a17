//! What a session has put out, held against the rules: numbers go up by one and are never used twice, everything on the
//! wire is a message that our own dictionary finds right, what is sent again says what it said, and no gap fill passes
//! over something that could have been sent again.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::messages::SequenceReset;
use fix_codec::{BEGIN_STRING, Decoder, Message, MsgType, tags};
use fix_session::{Outputs, Place};

/// Fields that belong to one transmission of a message.
const OF_TRANSMISSION: [u32; 6] = [
    tags::BODY_LENGTH,
    tags::CHECK_SUM,
    tags::POSS_DUP_FLAG,
    tags::SENDING_TIME,
    tags::ORIG_SENDING_TIME,
    tags::POSS_RESEND,
];

/// All that one session has numbered since its numbers were reset.
pub(super) struct Record {
    ours: String,
    peer: String,
    /// What may be asked for again.
    store: BTreeMap<u64, Vec<u8>>,
    /// The number that is given out next.
    next: u64,
    /// The highest number that went out under its own steam, not again.
    last_live: u64,
}

/// A message that went to the peer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sent {
    pub(super) msg_type: MsgType,
    pub(super) msg_seq_num: u64,
    /// It was sent before, or stands for what is not sent again: the number that comes after it.
    pub(super) resent_below: Option<u64>,
    /// SessionRejectReason(373) and RefTagID(371) of a Reject.
    pub(super) why: Option<(Vec<u8>, Vec<u8>)>,
    /// TestReqID(112).
    pub(super) test_req_id: Option<Vec<u8>>,
}

impl Record {
    pub(super) fn new(ours: &str, peer: &str, next: u64) -> Self {
        Self {
            ours: ours.to_owned(),
            peer: peer.to_owned(),
            store: BTreeMap::new(),
            next,
            last_live: next - 1,
        }
    }

    /// Both sides' numbers start again.
    pub(super) fn reset(&mut self) {
        self.store.clear();
        self.next = 1;
        self.last_live = 0;
    }

    /// The venue starts again and leaves out some numbers.
    pub(super) fn skip(&mut self, skipped: u64) {
        self.next += skipped;
    }

    /// What may be asked for again, within these numbers.
    pub(super) fn range(&self, begin: u64, end: u64) -> impl Iterator<Item = (u64, &[u8])> {
        let range = self.store.range(begin..=end.max(begin));
        range.map(|(number, bytes)| (*number, bytes.as_slice()))
    }

    /// Keeps what is to be kept.
    pub(super) fn keep(&mut self, out: &Outputs) {
        let mut wire_end = 0;
        for stored in &out.stored {
            assert_eq!(stored.msg_seq_num, self.next, "numbers go up by one");
            self.next += 1;
            if stored.place == Place::Wire {
                assert!(stored.range.start >= wire_end, "the wire is in order");
                wire_end = stored.range.end;
            }
            let bytes = out.bytes(stored);
            let whole = next_frame(bytes, bytes.len());
            assert!(
                matches!(whole, Framing::Message(frame) if frame.len() == bytes.len()),
                "what is kept is one message: {}",
                readable(bytes)
            );
            if stored.resendable {
                self.store.insert(stored.msg_seq_num, bytes.to_vec());
            }
            if stored.place == Place::Unsent {
                check_valid(bytes);
            }
        }
    }

    /// Looks at what goes to the peer.
    pub(super) fn transmitted(&mut self, now: DateTime<Utc>, wire: &[u8]) -> Vec<Sent> {
        let mut sent = Vec::new();
        let mut rest = wire;
        let mut decoder = Decoder::new();
        while !rest.is_empty() {
            let Framing::Message(frame) = next_frame(rest, rest.len()) else {
                panic!("no message of ours: {}", readable(rest));
            };
            rest = &rest[frame.len()..];
            let message = decoder.decode(frame).unwrap_or_else(|error| {
                panic!("ours, but {error}: {}", readable(frame.bytes()));
            });
            if let Err(why) = validate(&message, ValidationOptions::STRICT) {
                panic!("ours, but {why:?}: {}", readable(frame.bytes()));
            }
            self.check_header(now, &message);
            sent.push(self.check_number(&message));
        }
        sent
    }

    fn check_header(&self, now: DateTime<Utc>, message: &Message<'_>) {
        let header = &message.header;
        let shown = || readable(message.bytes());
        assert_eq!(header.begin_string, BEGIN_STRING, "{}", shown());
        assert_eq!(header.sender_comp_id, self.ours, "{}", shown());
        assert_eq!(header.target_comp_id, self.peer, "{}", shown());
        let age = now - header.sending_time;
        // Times may be written in whole seconds.
        assert_eq!(age.num_seconds(), 0, "{}", shown());
        if let Some(original) = header.orig_sending_time {
            assert!(original <= header.sending_time, "{}", shown());
        }
    }

    fn check_number(&mut self, message: &Message<'_>) -> Sent {
        let header = &message.header;
        let (number, shown) = (header.msg_seq_num, || readable(message.bytes()));
        let is_gap_fill = header.msg_type == MsgType::SequenceReset;
        let resent_below = if is_gap_fill {
            let body = SequenceReset::try_from(message).expect("it was validated");
            assert_eq!(body.gap_fill_flag, Some(true), "{}", shown());
            assert!(number < body.new_seq_no, "{}", shown());
            let passed_over = self.store.range(number..body.new_seq_no).next();
            assert_eq!(passed_over, None, "passed over by {}", shown());
            Some(body.new_seq_no)
        } else if header.poss_dup {
            self.check_same(message);
            Some(number + 1)
        } else {
            assert!(number > self.last_live, "sent twice: {}", shown());
            self.last_live = number;
            None
        };
        assert!(
            resent_below.unwrap_or(number + 1) <= self.next,
            "a number that was never given out: {}",
            shown()
        );
        let field = |tag| message.get(tag).map(<[u8]>::to_vec);
        let reason = field(tags::SESSION_REJECT_REASON);
        Sent {
            msg_type: header.msg_type,
            msg_seq_num: number,
            resent_below,
            why: reason.map(|reason| (reason, field(tags::REF_TAG_ID).unwrap_or_default())),
            test_req_id: field(tags::TEST_REQ_ID),
        }
    }

    /// A message that is sent again says what it said.
    fn check_same(&self, again: &Message<'_>) {
        let number = again.header.msg_seq_num;
        let Some(stored) = self.store.get(&number) else {
            panic!("sent again, but never kept: {}", readable(again.bytes()));
        };
        let mut decoder = Decoder::new();
        let Framing::Message(frame) = next_frame(stored, stored.len()) else {
            panic!("what is kept is a message");
        };
        let first = decoder.decode(frame).expect("what is kept can be read");
        assert!(
            lasting(&first).eq(lasting(again)),
            "{} came again as {}",
            readable(stored),
            readable(again.bytes())
        );
        assert_eq!(
            again.header.orig_sending_time,
            Some(first.header.sending_time)
        );
    }
}

/// What is kept to be sent later is right already.
fn check_valid(bytes: &[u8]) {
    let mut decoder = Decoder::new();
    let Framing::Message(frame) = next_frame(bytes, bytes.len()) else {
        panic!("no message of ours: {}", readable(bytes));
    };
    let message = decoder.decode(frame).expect("ours can be read");
    let valid = validate(&message, ValidationOptions::STRICT);
    assert_eq!(valid, Ok(()), "ours: {}", readable(bytes));
}

fn lasting<'a>(message: &Message<'a>) -> impl Iterator<Item = (u32, &'a [u8])> {
    let fields = message.fields().iter();
    fields
        .filter(|field| !OF_TRANSMISSION.contains(&field.tag))
        .map(|field| (field.tag, field.value))
}

/// Bytes with `|` for SOH.
pub(super) fn readable(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace('\u{1}', "|")
}
