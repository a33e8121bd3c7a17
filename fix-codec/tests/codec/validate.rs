//! Decoding and validation: what is rejected, why, and with which header.

use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::{Fault, SessionReject};

use crate::wire::{decoded, message, text, with_header};

const ORDER: &str = "11=id|55=LNUX|54=1|60=20250115-10:15:30|40=1|38=5|";

/// `ok`, `garbled`, or the reason and tag of the reject.
fn outcome(wire: &[u8], options: ValidationOptions) -> String {
    let reject = |SessionReject {
                      reason, ref_tag, ..
                  }: SessionReject| match ref_tag {
        Some(tag) => format!("{} {tag}", reason.code()),
        None => reason.code().to_string(),
    };
    decoded(wire, |result| match result {
        Ok(message) => match validate(&message, options) {
            Ok(()) => "ok".to_owned(),
            Err(error) => reject(error),
        },
        Err(error) => match error.fault {
            Fault::Garbled => "garbled".to_owned(),
            Fault::Reject(error) => reject(error),
        },
    })
}

fn check(wire: &[u8], options: ValidationOptions, expected: &str) {
    assert_eq!(outcome(wire, options), expected, "{}", text(wire));
}

#[test]
fn header_and_framing() {
    let time = "52=20250115-10:15:30.123|";
    for (content, expected) in [
        (format!("35=0|49=A|56=B|34=2|{time}"), "ok"),
        (format!("35=0|34=2|{time}56=B|49=A|"), "ok"),
        (format!("34=2|35=0|49=A|56=B|{time}"), "garbled"),
        (format!("49=A|35=0|56=B|34=2|{time}"), "garbled"),
        (format!("35=0|56=B|34=2|{time}"), "1 49"),
        (format!("35=0|49=A|34=2|{time}"), "1 56"),
        (format!("35=0|49=A|56=B|{time}"), "1 34"),
        ("35=0|49=A|56=B|34=2|".to_owned(), "1 52"),
        (format!("35=0|49=A|56=B|34=x|{time}"), "6 34"),
        (format!("35=0|49=A|56=B|34=-2|{time}"), "6 34"),
        ("35=0|49=A|56=B|34=2|52=today|".to_owned(), "6 52"),
        (format!("35=0|49=A|56=B|34=2|43=X|{time}"), "6 43"),
        (format!("35=0|49=A|56=B|34=2|{time}122=yesterday|"), "6 122"),
        (format!("35=*|49=A|56=B|34=2|{time}"), "11"),
        (format!("35=ZZ|49=A|56=B|34=2|{time}"), "11"),
        (format!("35=TOOLONGATYPE|49=A|56=B|34=2|{time}"), "11"),
        (format!("35=|49=A|56=B|34=2|{time}"), "4 35"),
        (format!("35=0|49=A|56=|34=2|{time}"), "4 56"),
        (format!("35=0|49=|56=B|34=2|{time}"), "4 49"),
        (format!("35=0|49=A|56=B|34=|{time}"), "4 34"),
        ("35=0|49=A|56=B|34=2|52=|".to_owned(), "4 52"),
        // A type of FIX 4.4 that the dictionary does not define: unsupported, not wrong.
        (format!("35=E|49=A|56=B|34=2|{time}66=list|"), "ok"),
        (format!("35=0|49=A|49=A|56=B|34=2|{time}"), "13 49"),
        (format!("35=0|35=0|49=A|56=B|34=2|{time}"), "13 35"),
        (format!("35=0|8=FIX.4.4|49=A|56=B|34=2|{time}"), "13 8"),
        (format!("35=0|49=A|56=B|34=2|{time}10=000|"), "13 10"),
        (format!("35=0|49=A|56=B|34=2|{time}115=|"), "4 115"),
        (format!("35=0|49=A|56=B|34=2|{time}90=3|91=a|b|"), "ok"),
        (format!("35=0|49=A|56=B|34=2|{time}90=3|"), "1 91"),
        (format!("35=0|49=A|56=B|34=2|{time}91=abc|"), "1 90"),
        (
            format!("35=0|49=A|56=B|34=2|{time}627=1|628=H|629=20250115-10:15:30|630=7|"),
            "ok",
        ),
        (format!("35=0|49=A|56=B|34=2|{time}627=2|628=H|"), "16 627"),
        (format!("35=0|49=A|56=B|34=2|{time}93=3|89=a|b|"), "ok"),
    ] {
        check(&message(&content), ValidationOptions::STRICT, expected);
    }
}

#[test]
fn fields_of_a_message() {
    for (msg_type, body, expected) in [
        ("0", "", "ok"),
        ("0", "112=TEST|", "ok"),
        ("0", "999=HI|", "0 999"),
        ("0", "0=HI|", "0 0"),
        ("0", "-1=HI|", "0 -1"),
        ("0", "x=HI|", "0"),
        ("0", "=HI|", "0"),
        ("0", "99999999999=HI|", "0 99999999999"),
        ("0", "5000=HI|", "0 5000"),
        ("0", "20099=HI|", "0 20099"),
        ("0", "41=HI|", "2 41"),
        ("0", "20001=HI|", "2 20001"),
        ("0", "112=|", "4 112"),
        ("0", "112=A|112=B|", "13 112"),
        // A value that goes on behind its delimiter.
        ("0", "112=HELLO|WORLD|", "17 112"),
        ("0", "112=A|57=X|", "14 57"),
        ("0", "93=1|89=x|112=A|", "14 112"),
        ("1", "", "1 112"),
        ("2", "7=1|16=0|", "ok"),
        ("2", "7=1|16=x|", "6 16"),
        ("4", "123=Z|36=5|", "6 123"),
        ("A", "98=0|108=30|", "ok"),
        ("A", "98=9|108=30|", "5 98"),
        ("A", "98=0|108=30|95=3|96=a|b|", "ok"),
        ("A", "98=0|108=30|95=30|96=a|b|", "5 95"),
        ("A", "98=0|108=30|95=2|96=abc|", "5 95"),
        ("A", "98=0|108=30|95=x|96=abc|", "6 95"),
        ("A", "98=0|108=30|95=3|", "1 96"),
        ("A", "98=0|108=30|96=abc|", "1 95"),
        ("A", "98=0|95=3|108=30|96=abc|", "1 96"),
        ("A", "98=0|108=30|95=0|96=|", "4 96"),
        ("5", "58=bye|354=4|355=\u{0}=|=|", "ok"),
        ("3", "45=2|371=-1|373=0|", "ok"),
    ] {
        check(
            &with_header(msg_type, body),
            ValidationOptions::STRICT,
            expected,
        );
    }
}

#[test]
fn fields_of_an_order() {
    for (more, expected) in [
        ("", "ok"),
        ("44=10.50|15=USD|59=0|20002=img|", "ok"),
        ("20001=i-1 i-2|", "ok"),
        ("20001=i-1  i-2|", "6 20001"),
        ("44=+10|", "6 44"),
        ("44=1e5|", "6 44"),
        ("59=Q|", "5 59"),
        ("59=00|", "6 59"),
        ("126=20250115-25:00:00|", "6 126"),
        ("18=G 6|", "ok"),
        ("18=G ?|", "5 18"),
        ("38=5|", "13 38"),
        ("43=Y|", "14 43"),
        ("528=A|", "ok"),
        ("528=B|", "5 528"),
        ("31=5|", "2 31"),
        ("8013=Y|", "2 8013"),
        ("75=20250230|", "6 75"),
        ("200=202513|", "6 200"),
        ("167=CS|", "ok"),
        ("167=BOO|", "5 167"),
        ("167=CSS|", "5 167"),
        ("875=3|", "5 875"),
    ] {
        check(
            &with_header("D", &format!("{ORDER}{more}")),
            ValidationOptions::STRICT,
            expected,
        );
    }
    for (body, expected) in [
        ("55=LNUX|54=1|60=20250115-10:15:30|40=1|38=5|", "1 11"),
        ("11=id|54=1|60=20250115-10:15:30|40=1|38=5|", "1 55"),
        ("11=id|55=LNUX|60=20250115-10:15:30|40=1|38=5|", "1 54"),
        ("11=id|55=LNUX|54=1|40=1|38=5|", "1 60"),
        ("40=1|11=id|", "1 54"),
    ] {
        check(&with_header("D", body), ValidationOptions::STRICT, expected);
    }
}

#[test]
fn repeating_groups() {
    for (more, expected) in [
        ("453=0|", "ok"),
        ("453=1|448=P|447=D|452=1|", "ok"),
        ("453=1|448=P|447=D|452=1|58=after|", "ok"),
        ("453=2|448=P|447=D|452=1|448=Q|447=D|452=3|", "ok"),
        ("453=2|448=P|802=2|523=a|803=1|523=b|448=Q|", "ok"),
        ("453=x|448=P|", "6 453"),
        ("453=-1|448=P|", "6 453"),
        ("453=2|448=P|447=D|452=1|", "16 453"),
        ("453=1|448=P|448=Q|", "16 453"),
        ("453=0|448=P|", "16 453"),
        ("453=18446744073709551615|448=P|", "16 453"),
        ("386=3|336=PRE-OPEN|336=AFTER-HOURS|58=x|", "16 386"),
        ("453=1|447=D|448=P|", "15 447"),
        ("453=1|448=P|452=1|447=D|", "15 447"),
        ("448=P|453=1|", "15 448"),
        ("453=1|448=P|447=D|447=D|", "13 447"),
        ("453=1|448=P|452=x|", "6 452"),
        ("453=1|448=P|452=99|", "5 452"),
        ("453=1|448=|", "4 448"),
        ("453=1|448=P|802=2|523=a|447=D|", "16 802"),
        ("453=1|448=P|802=1|803=1|523=a|", "15 803"),
        ("453=1|448=P|523=a|", "15 523"),
        ("453=1|448=P|453=1|448=Q|", "13 453"),
        ("711=1|311=U|362=3|363=a|b|", "ok"),
    ] {
        check(
            &with_header("D", &format!("{ORDER}{more}")),
            ValidationOptions::STRICT,
            expected,
        );
    }
    let confirmation =
        "664=1|666=0|773=1|665=4|60=20250115-10:15:30|75=20250115|55=S|711=0|555=0|80=1|54=1|";
    let money = "79=a|6=1|381=1|118=1|";
    for (group, expected) in [
        ("862=1|528=P|863=1|", "ok"),
        ("", "1 862"),
        ("711=0|", "13 711"),
        ("862=1|528=P|", "1 863"),
        ("862=1|863=1|528=P|", "15 863"),
    ] {
        let body = format!("{confirmation}{group}{money}");
        check(
            &with_header("AK", &body),
            ValidationOptions::STRICT,
            expected,
        );
    }
}

#[test]
fn relaxed() {
    let user_defined = ValidationOptions {
        allow_unknown_user_defined: true,
        ..ValidationOptions::STRICT
    };
    let order = ValidationOptions {
        require_field_order: false,
        ..ValidationOptions::STRICT
    };
    let unknown = ValidationOptions {
        allow_unknown: true,
        ..ValidationOptions::STRICT
    };
    let values = ValidationOptions {
        require_values: false,
        ..ValidationOptions::STRICT
    };
    for (options, more, expected) in [
        (user_defined, "5000=HI|", "ok"),
        (user_defined, "20099=HI|", "ok"),
        (user_defined, "8013=Y|", "ok"),
        (user_defined, "5000=|", "4 5000"),
        (user_defined, "999=HI|", "0 999"),
        (user_defined, "31=5|", "2 31"),
        (user_defined, "453=1|448=P|5001=x|447=D|", "15 447"),
        (order, "57=X|", "ok"),
        (order, "43=Q|", "6 43"),
        (order, "453=1|448=P|452=1|447=D|", "ok"),
        (order, "453=1|447=D|448=P|", "15 447"),
        (order, "93=1|89=x|44=5|", "ok"),
        (order, "5000=HI|", "0 5000"),
        (unknown, "999=HI|", "ok"),
        (unknown, "31=5|31=6|", "ok"),
        (unknown, "31=x|", "6 31"),
        (unknown, "999=|", "4 999"),
        (unknown, "5000=HI|", "0 5000"),
        (unknown, "0=HI|", "0 0"),
        (unknown, "448=P|", "15 448"),
        (values, "58=|", "ok"),
        (values, "44=|", "ok"),
        (values, "453=|", "ok"),
        (values, "453=1|448=|", "ok"),
        (values, "354=|", "ok"),
        (values, "354=|355=|", "1 354"),
        (values, "5000=|", "0 5000"),
        (values, "115=|", "14 115"),
        (ValidationOptions::RELAXED, "57=X|5000=HI|", "ok"),
        (ValidationOptions::RELAXED, "58=|", "4 58"),
    ] {
        check(
            &with_header("D", &format!("{ORDER}{more}")),
            options,
            expected,
        );
    }
}

/// A reject must say to which message it belongs, and go back the way that the message came.
#[test]
fn what_a_failed_message_still_says() {
    let wire = with_header("D", "115=JCD|116=CS|11=id|garbage|");
    decoded(&wire, |result| {
        let error = result.expect_err("garbage has no tag");
        assert!(matches!(error.fault, Fault::Reject(_)));
        let header = *error.header;
        assert_eq!(header.begin_string, "FIX.4.4");
        assert_eq!(header.msg_type, Some("D"));
        assert_eq!(header.msg_seq_num, Some(2));
        assert_eq!(header.sender_comp_id, Some("BANK"));
        assert_eq!(header.target_comp_id, Some("CLOUDPIT"));
        assert!(header.sending_time.is_some());
        let answer = header.routing.reversed();
        assert_eq!(answer.deliver_to_comp_id, Some("JCD"));
        assert_eq!(answer.deliver_to_sub_id, Some("CS"));
        assert_eq!(answer.on_behalf_of_comp_id, None);
    });
    let wire = message("35=0|49=A|56=B|34=|52=20250115-10:15:30|");
    decoded(&wire, |result| {
        let error = result.expect_err("MsgSeqNum(34) is empty");
        assert_eq!(error.header.msg_seq_num, None);
        assert_eq!(error.header.msg_type, Some("0"));
    });
}

#[test]
fn too_many_fields() {
    let body = "58=x|".repeat(fix_codec::FIELDS_MAX);
    check(&with_header("0", &body), ValidationOptions::STRICT, "99 58");
}
