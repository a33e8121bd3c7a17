//! Framing: whole messages, any split of them, and what is skipped.

use fix_codec::frame::{FrameError, Framing, next_frame};

use crate::wire::{MAX_LENGTH, bytes, message, text};

/// Messages from the wild, with the lengths and checksums that their senders computed.
const SAMPLES: [&str; 5] = [
    "8=FIX.4.2|9=178|35=8|49=PHLX|56=PERS|52=20071123-05:30:00.000|11=ATOMNOCCC9990900|20=3|150=E|\
     39=E|55=MSFT|167=CS|54=1|38=15|40=2|44=15|58=PHLX EQUITY TESTING|59=0|47=C|32=0|31=0|151=15|\
     14=0|6=0|10=128|",
    "8=FIX.4.2|9=65|35=A|49=SERVER|56=CLIENT|34=177|52=20090107-18:15:16|98=0|108=30|10=062|",
    "8=FIX.4.2|9=49|35=5|34=1|49=ARCA|52=20150916-04:14:05.306|56=TW|10=157|",
    "8=FIX.4.4|9=122|35=D|34=215|49=CLIENT12|52=20100225-19:41:57.316|56=B|1=Marcel|11=13346|21=1|\
     40=2|44=5|54=1|59=0|60=20100225-19:39:52.020|10=072|",
    "8=FIX.4.4|9=289|35=8|34=1090|49=TESTSELL1|52=20180920-18:23:53.671|56=TESTBUY1|6=113.35|\
     11=636730640278898634|14=3500.0000000000|15=USD|17=20636730646335310000|21=2|31=113.35|\
     32=3500|37=20636730646335310000|38=7000|39=1|40=1|54=1|55=MSFT|60=20180920-18:23:53.531|\
     150=F|151=3500|453=1|448=BRK2|447=D|452=1|10=151|",
];

/// Frames a stream that arrives in pieces of `step` bytes; each message, and each skipped part with
/// its error, as one line.
fn stream(wire: &[u8], step: usize, max_length: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut buffer = Vec::new();
    for piece in wire.chunks(step) {
        buffer.extend_from_slice(piece);
        loop {
            let taken = match next_frame(&buffer, max_length) {
                Framing::Incomplete => break,
                Framing::Message(frame) => {
                    lines.push(text(frame.bytes()));
                    frame.len()
                }
                Framing::Garbled { skip, error } => {
                    assert!(skip > 0 && skip <= buffer.len());
                    if lines.last().is_none_or(|last| !last.starts_with('?')) {
                        lines.push(format!("? {error:?}"));
                    }
                    skip
                }
            };
            buffer.drain(..taken);
        }
    }
    lines
}

#[test]
fn messages_from_the_wild() {
    for sample in SAMPLES {
        let wire = bytes(sample);
        let Framing::Message(frame) = next_frame(&wire, MAX_LENGTH) else {
            panic!("{sample}")
        };
        assert_eq!(frame.bytes(), wire);
        assert_eq!(frame.len(), wire.len());
        assert!(matches!(frame.begin_string(), b"FIX.4.2" | b"FIX.4.4"));
    }
}

#[test]
fn any_split_gives_the_same_messages() {
    let wire: Vec<u8> = SAMPLES.iter().flat_map(|sample| bytes(sample)).collect();
    for step in 1..wire.len() {
        assert_eq!(
            stream(&wire, step, MAX_LENGTH),
            SAMPLES,
            "in pieces of {step}"
        );
    }
}

#[test]
fn every_start_of_a_message_is_incomplete() {
    for sample in SAMPLES {
        let wire = bytes(sample);
        for length in 0..wire.len() {
            assert_eq!(
                next_frame(&wire[..length], MAX_LENGTH),
                Framing::Incomplete,
                "{length}"
            );
        }
    }
}

/// What comes before a good message, and what is said of it.
#[test]
fn garbled_messages_are_skipped() {
    use FrameError as E;
    for (garbled, error) in [
        ("hello", E::NotAMessage),
        ("|||", E::NotAMessage),
        ("8=", E::NotAMessage),
        ("35=0|8=FOX.4.4|9=5|35=0|10=161|", E::NotAMessage),
        ("8=FIX.4.4.is.much.too.long.for.a.version|", E::BeginString),
        ("8=FIX.4.4|35=0|9=5|10=161|", E::BodyLength),
        ("8=FIX.4.4|9=|35=0|10=161|", E::BodyLength),
        ("8=FIX.4.4|9=x|35=0|10=161|", E::BodyLength),
        ("8=FIX.4.4|9=-5|35=0|10=161|", E::BodyLength),
        ("8=FIX.4.4|9=0000000005|35=0|10=161|", E::BodyLength),
        // Too short and too long for its message.
        ("8=FIX.4.4|9=4|35=0|10=161|", E::BodyLength),
        ("8=FIX.4.4|9=6|35=0|10=161|", E::BodyLength),
        ("8=FIX.4.4|9=0|10=161|", E::BodyLength),
        ("8=FIX.4.4|9=5|35=0|10=16|", E::BodyLength),
        ("8=FIX.4.4|9=5|35=0|11=161|", E::BodyLength),
        ("8=FIX.4.4|9=5|35=00|10=161|", E::BodyLength),
        ("8=FIX.4.4|9=5|35=0|10=162|", E::CheckSum),
        ("8=FIX.4.4|9=5|35=0|10=1x1|", E::CheckSum),
        ("8=FIX.4.4|9=99999999|35=0|10=161|", E::TooLong),
        ("8=FIX.4.4|9=999999999|35=0|10=161|", E::TooLong),
    ] {
        let mut wire = bytes(garbled);
        wire.extend(message("35=0|34=2|"));
        let expected = [format!("? {error:?}"), text(&message("35=0|34=2|"))];
        for step in [1, 7, wire.len()] {
            assert_eq!(
                stream(&wire, step, MAX_LENGTH),
                expected,
                "{garbled} in pieces of {step}"
            );
        }
    }
}

#[test]
fn a_message_inside_of_a_broken_one_is_not_taken() {
    let inner = text(&message("35=4|36=99|"));
    let outer = format!("35=B|95={}|96={inner}|", inner.len());
    let mut wire = message(&outer);
    let digit = wire.len() - 2;
    wire[digit] = if wire[digit] == b'0' { b'1' } else { b'0' };
    wire.extend(message("35=0|"));
    assert_eq!(
        stream(&wire, wire.len(), MAX_LENGTH),
        ["? CheckSum", &text(&message("35=0|"))]
    );
}

#[test]
fn the_limit_is_of_the_whole_message() {
    let wire = message("35=0|34=2|");
    assert!(matches!(next_frame(&wire, wire.len()), Framing::Message(_)));
    assert!(matches!(
        next_frame(&wire, wire.len() - 1),
        Framing::Garbled {
            error: FrameError::TooLong,
            ..
        }
    ));
}

/// Work is counted in bytes looked at, which time shows when it is quadratic: 4 MiB of message starts
/// would take minutes.
#[test]
fn hostile_streams_take_linear_time() {
    for piece in [
        "8=FIX.4.4|9=60000|",
        "8=FIX",
        "8=FIX.4.4|9=9|10=000|",
        "8",
        "|8=FI",
    ] {
        let wire = bytes(piece).repeat(4 * 1_048_576 / piece.len());
        let mut rest = wire.as_slice();
        loop {
            match next_frame(rest, MAX_LENGTH) {
                Framing::Incomplete => break,
                Framing::Message(frame) => rest = &rest[frame.len()..],
                Framing::Garbled { skip, .. } => rest = &rest[skip..],
            }
        }
        assert!(
            rest.len() <= MAX_LENGTH,
            "{piece}: {} bytes held back",
            rest.len()
        );
    }
}
