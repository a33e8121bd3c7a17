//! What is masked: a table of messages, and properties over any bytes cut in any way.

use proptest::collection::vec;
use proptest::prelude::*;

use super::Mask;

fn masked(parts: &[&[u8]]) -> Vec<u8> {
    let mut mask = Mask::new();
    let mut out = Vec::new();
    for part in parts {
        mask.pass(part, |byte| out.push(byte));
    }
    out
}

#[test]
fn secrets_are_masked_and_nothing_else() {
    for (message, expected) in [
        (
            "8=FIX.4.4|35=A|553=me|554=secret|98=0|",
            "8=FIX.4.4|35=A|553=me|554=***|98=0|",
        ),
        (
            "35=A|554=old|925=new|10=000|",
            "35=A|554=***|925=***|10=000|",
        ),
        // At the start, at the end, empty, twice, with zeros before it, cut off.
        ("554=secret|", "554=***|"),
        ("35=A|554=secret", "35=A|554=***"),
        ("554=|1=a|", "554=***|1=a|"),
        ("554=a|554=b|1=a|", "554=***|554=***|1=a|"),
        ("0554=secret|1=a|", "0554=***|1=a|"),
        // What looks like a secret inside of one.
        ("554=a=b 925=c|1=a|", "554=***|1=a|"),
        // Other tags with the same digits.
        ("1554=a|5540=b|96554=c|55=4|", "1554=a|5540=b|96554=c|55=4|"),
        ("9=554|34=925|45=96|", "9=554|34=925|45=96|"),
        // Other separators than SOH: all that follows is hidden.
        ("8=FIX.4.4;554=secret;10=000;", "8=FIX.4.4;554=***"),
        ("GET /?554=secret HTTP/1.1\r\n", "GET /?554=***"),
        // Raw data, with separators and tags in it.
        ("95=6|96=se|ret|1=a|", "95=6|96=***|1=a|"),
        ("95=11|96=a|554=b|c=d|1=a|", "95=11|96=***|1=a|"),
        ("95=0|96=|1=a|", "95=0|96=***|1=a|"),
        ("95=06|96=secret|1=a|", "95=06|96=***|1=a|"),
        // A length for one only, though another field stands between.
        (
            "95=6|1=a|96=secret|96=secret|1=a|",
            "95=6|1=a|96=***|96=***",
        ),
        // A length that is missing or wrong: nobody knows where the secret ends.
        ("96=se|ret|1=a|", "96=***"),
        ("95=x|96=se|ret|1=a|", "95=x|96=***"),
        ("95=3|96=secret|more|1=a|", "95=3|96=***"),
        ("95=99999999999|96=secret|1=a|", "95=99999999999|96=***"),
        // In the middle of a value it is masked up to the field's end.
        ("58=rate 96=high|1=a|", "58=rate 96=***|1=a|"),
    ] {
        let soh = |text: &str| text.replace('|', "\u{1}");
        let shown = masked(&[soh(message).as_bytes()]);
        let shown = String::from_utf8_lossy(&shown).replace('\u{1}', "|");
        assert_eq!(shown, expected, "{message}");
    }
}

#[test]
fn after_a_part_that_is_not_known_a_field_must_end_first() {
    let mut out = Vec::new();
    Mask::lost().pass(b"cret\x0158=a\x01554=secret\x01", |byte| out.push(byte));
    assert_eq!(out, b"\x0158=a\x01554=***\x01");
}

/// Letters that stand nowhere but in secrets.
fn secret() -> impl Strategy<Value = Vec<u8>> {
    "[QXZ]{4,12}".prop_map(String::into_bytes)
}

/// A field with a secret: a password, or raw data of the right length with separators inside, or without one.
fn secret_field() -> impl Strategy<Value = Vec<u8>> {
    let password = (
        prop_oneof![Just("554="), Just("925="), Just("0554=")],
        secret(),
    )
        .prop_map(|(tag, value)| [tag.as_bytes(), &value].concat());
    let raw = vec(secret(), 1..4).prop_map(|parts| {
        let value = parts.join(&1);
        let length = value.len();
        [format!("95={length}\u{1}96=").as_bytes(), &value].concat()
    });
    let wrong = (any::<u16>(), secret())
        .prop_map(|(length, value)| [format!("95={length}\u{1}96=").as_bytes(), &value].concat());
    let lone = secret().prop_map(|value| [b"96=", value.as_slice()].concat());
    prop_oneof![4 => password, 2 => raw, 1 => wrong, 1 => lone]
}

/// Any field, or noise, without the letters of secrets.
fn other_field() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[0-9]{1,4}=[a-w0-9 =|]{0,12}".prop_map(String::into_bytes),
        Just(b"35=A".to_vec()),
        Just(b"95=".to_vec()),
        vec(any::<u8>(), 0..12).prop_map(|mut noise| {
            noise.retain(|byte| !b"QXZ".contains(byte));
            noise
        }),
    ]
}

proptest! {
    #[test]
    fn no_secret_passes_however_the_stream_is_cut(
        fields in vec(prop_oneof![1 => secret_field(), 2 => other_field()], 0..12),
        cuts in vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let stream = fields.join(&1);
        let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        places.extend([0, stream.len()]);
        places.sort_unstable();
        let parts: Vec<&[u8]> = places.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
        let shown = masked(&parts);
        // Two letters of a secret in a row are a part of it.
        let leaked = shown.windows(2).any(|pair| pair.iter().all(|byte| b"QXZ".contains(byte)));
        prop_assert!(!leaked, "{}", String::from_utf8_lossy(&shown));
        prop_assert_eq!(shown, masked(&[&stream]));
    }

    #[test]
    fn what_holds_no_secret_passes_unchanged(bytes in vec(any::<u8>(), 0..200)) {
        // Without digits there is no tag.
        let bytes: Vec<u8> = bytes.into_iter().filter(|byte| !byte.is_ascii_digit()).collect();
        prop_assert_eq!(masked(&[&bytes]), bytes);
    }
}
