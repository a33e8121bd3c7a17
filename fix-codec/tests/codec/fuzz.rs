//! No input may panic. Seeded, so that a failure can be had again; the seed is in the message.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::BytesMut;
use chrono::DateTime;
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::messages::{
    BusinessMessageReject, Confirmation, ExecutionReport, Heartbeat, Logon, Logout, NewOrderSingle,
    News, OrderCancelReject, OrderCancelRequest, Reject, ResendRequest, SequenceReset, TestRequest,
};
use fix_codec::{Decoder, EncodeBody, EncodeHeader, Message, encode, encode_resend, tags};

use crate::wire::{message, text, with_header};

const SEED: u64 = 0x0046_4958_2e34_2e34;

/// SplitMix64: enough to choose what to break.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end.max(1)).expect("64 bits");
        usize::try_from(self.next() % end).expect("below a usize")
    }

    fn byte(&mut self) -> u8 {
        const LIKELY: &[u8] = b"\x01\x01\x01==0123456789-.8FIXDAKYN \xff\x00";
        LIKELY[self.below(LIKELY.len())]
    }
}

/// One message of every type that has a Rust type, and some that have none, from MsgType(35) on.
fn seeds() -> Vec<String> {
    let party = "453=1|448=P|447=D|452=1|802=2|523=a|803=1|523=b|";
    [
        ("A", "98=0|108=30|95=3|96=a|b|384=1|372=D|385=S|"),
        ("0", "112=x|"),
        ("1", "112=x|"),
        ("2", "7=1|16=0|"),
        ("3", "45=2|371=5|372=D|373=5|58=x|"),
        ("4", "123=Y|36=9|"),
        ("5", "58=bye|354=3|355=a|b|"),
        (
            "D",
            "11=id|55=S|54=1|60=20250115-10:15:30.123456789|40=2|38=5|44=10.50|20001=i-1 i-2|",
        ),
        ("F", "41=o|11=c|55=S|54=1|60=20250115-10:15:30|"),
        (
            "8",
            "37=1|17=2|150=F|39=1|55=S|54=1|151=1|14=1|6=10.5|31=10.5|32=1|",
        ),
        ("9", "37=NONE|11=c|41=o|39=8|434=1|102=1|"),
        ("j", "45=7|372=E|380=3|"),
        (
            "AK",
            "664=c|666=0|773=2|665=4|73=1|11=id|37=7|60=20250115-10:15:30|75=20250115|55=S|711=0|555=0|80=1|\
             54=1|862=1|528=P|863=1|79=a|6=1|381=1|118=1|",
        ),
        ("B", "148=head|33=2|58=one|354=3|355=a|b|58=two|"),
        ("i", "117=q|296=1|302=s|304=1|295=1|299=e|55=S|132=1|133=2|"),
        ("W", "55=S|268=2|269=0|270=1|271=2|269=1|270=3|271=4|"),
        ("E", "66=list|"),
    ]
    .iter()
    .flat_map(|(msg_type, body)| {
        let plain = text(&with_header(msg_type, body));
        let parties = text(&with_header(msg_type, &format!("{body}{party}")));
        [plain, parties]
    })
    .map(|wire| {
        wire.split_once("|35=")
            .map(|(_, content)| format!("35={content}"))
            .expect("35")
    })
    .map(|content| {
        content
            .rsplit_once("10=")
            .map(|(content, _)| content.to_owned())
            .expect("10")
    })
    .collect()
}

/// Breaks a message somewhere.
fn mutate(wire: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(wire.len());
        match random.below(5) {
            0 if !wire.is_empty() => wire[at] = random.byte(),
            1 => wire.insert(at, random.byte()),
            2 if !wire.is_empty() => drop(wire.remove(at)),
            3 => {
                let end = at + random.below(wire.len() - at);
                let piece = wire[at..end].to_vec();
                let to = random.below(wire.len());
                wire.splice(to..to, piece);
            }
            _ => {
                let end = at + random.below((wire.len() - at).min(12));
                wire.drain(at..end);
            }
        }
    }
}

/// Reads a type out of the message; what can be read must be writable and readable again.
fn reread<'m, 'a, T>(message: &'m Message<'a>)
where
    T: EncodeBody + TryFrom<&'m Message<'a>>,
{
    if let Ok(body) = T::try_from(message) {
        let mut wire = BytesMut::new();
        let header = EncodeHeader::new("A", "B", 1, DateTime::UNIX_EPOCH);
        encode(&header, &body, &mut wire);
        let Framing::Message(frame) = next_frame(&wire, usize::MAX) else {
            panic!("not one message: {}", text(&wire));
        };
        assert_eq!(frame.len(), wire.len());
        Decoder::new().decode(frame).expect("our own message");
    }
}

/// Does with bytes everything that can be done with them.
fn exercise(wire: &[u8], decoder: &mut Decoder) {
    let mut rest = wire;
    loop {
        let frame = match next_frame(rest, 4_096) {
            Framing::Incomplete => return,
            Framing::Garbled { skip, .. } => {
                assert!(skip > 0);
                rest = &rest[skip..];
                continue;
            }
            Framing::Message(frame) => frame,
        };
        rest = &rest[frame.len()..];
        let mut again = BytesMut::new();
        let resent = encode_resend(frame.bytes(), DateTime::UNIX_EPOCH, &mut again);
        if let Ok(range) = resent {
            assert!(matches!(
                next_frame(&again[range], usize::MAX),
                Framing::Message(_)
            ));
        }
        let Ok(message) = decoder.decode(frame) else {
            continue;
        };
        let strict = validate(&message, ValidationOptions::STRICT);
        let relaxed = validate(&message, ValidationOptions::RELAXED);
        assert!(
            strict.is_err() || relaxed.is_ok(),
            "strict takes what relaxed does not"
        );
        for field in message.fields() {
            message.get(field.tag).expect("a field that is there");
        }
        if let Some(Ok(entries)) = message.group(tags::NO_PARTY_IDS) {
            assert!(entries.map(|entry| entry.len()).sum::<usize>() <= message.fields().len());
        }
        reread::<Logon<'_>>(&message);
        reread::<Heartbeat<'_>>(&message);
        reread::<TestRequest<'_>>(&message);
        reread::<ResendRequest>(&message);
        reread::<Reject<'_>>(&message);
        reread::<SequenceReset>(&message);
        reread::<Logout<'_>>(&message);
        reread::<NewOrderSingle<'_>>(&message);
        reread::<OrderCancelRequest<'_>>(&message);
        reread::<ExecutionReport<'_>>(&message);
        reread::<OrderCancelReject<'_>>(&message);
        reread::<BusinessMessageReject<'_>>(&message);
        reread::<Confirmation<'_>>(&message);
        reread::<News<'_>>(&message);
    }
}

/// Runs `exercise`, and says which input it was when it panics.
fn survive(wire: &[u8], decoder: &mut Decoder, round: usize) {
    let outcome = catch_unwind(AssertUnwindSafe(|| exercise(wire, decoder)));
    assert!(
        outcome.is_ok(),
        "seed {SEED:#x}, round {round}: {}",
        text(wire)
    );
}

/// Fields are broken, length and checksum are right: this gets past framing.
#[test]
fn broken_fields_in_whole_frames() {
    let seeds = seeds();
    let mut random = Random(SEED);
    let mut decoder = Decoder::new();
    for round in 0..60_000 {
        let mut content = seeds[random.below(seeds.len())].clone().into_bytes();
        mutate(&mut content, &mut random);
        let content = String::from_utf8_lossy(&content).into_owned();
        survive(
            &message(&content.replace('\u{1}', "|")),
            &mut decoder,
            round,
        );
    }
}

/// Anything is broken.
#[test]
fn broken_frames() {
    let seeds = seeds();
    let mut random = Random(SEED ^ 1);
    let mut decoder = Decoder::new();
    for round in 0..60_000 {
        let mut wire = message(&seeds[random.below(seeds.len())]);
        mutate(&mut wire, &mut random);
        wire.extend(message("35=0|49=A|56=B|34=1|52=20250115-10:15:30|"));
        survive(&wire, &mut decoder, round);
    }
}

#[test]
fn random_bytes() {
    let mut random = Random(SEED ^ 2);
    let mut decoder = Decoder::new();
    for round in 0..20_000 {
        let length = random.below(200);
        let any: Vec<u8> = (0..length).map(|_| random.byte()).collect();
        survive(&any, &mut decoder, round);
        let content = String::from_utf8_lossy(&any).replace('\u{1}', "|");
        survive(&message(&format!("35=D|{content}|")), &mut decoder, round);
    }
}
