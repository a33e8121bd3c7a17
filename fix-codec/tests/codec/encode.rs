//! Encoding: the exact bytes, lengths and checksums; what is sent again.

use bytes::BytesMut;
use chrono::{DateTime, NaiveDate, Utc};
use fix_codec::dictionary::{ValidationOptions, validate};
use fix_codec::messages::{
    Capacity, Confirmation, Group, Heartbeat, LineOfText, Logon, Logout, News, ResendRequest,
    TestRequest,
};
use fix_codec::values::{
    ConfirmStatus, ConfirmTransType, ConfirmType, EncryptMethod, FieldValue, OrderCapacity, Side,
    TimePrecision,
};
use fix_codec::{
    EncodeBody, EncodeHeader, MsgType, RawBody, ResendError, Routing, encode, encode_resend,
};
use rust_decimal::Decimal;

use crate::wire::{bytes, decoded, frame, message, text};

fn time(text: &str) -> DateTime<Utc> {
    DateTime::read(text.as_bytes()).expect(text)
}

fn header() -> EncodeHeader<'static> {
    EncodeHeader {
        precision: TimePrecision::Millis,
        ..EncodeHeader::new("SERVER", "CLIENT", 177, time("20090107-18:15:16"))
    }
}

fn check(header: &EncodeHeader<'_>, body: &impl EncodeBody, content: &str) {
    let mut out = BytesMut::from(&b"before"[..]);
    let range = encode(header, body, &mut out);
    assert_eq!(range, 6..out.len());
    assert_eq!(text(&out[..6]), "before");
    assert_eq!(text(&out[range.clone()]), text(&message(content)));
    frame(&out[range]);
}

#[test]
fn by_hand() {
    let mut out = BytesMut::new();
    let header = EncodeHeader {
        precision: TimePrecision::Seconds,
        ..header()
    };
    encode(&header, &Logon::new(EncryptMethod::None, 30), &mut out);
    // A well-known example of FIX 4.2 ends in 10=062; a 4 for its 2 adds 2.
    assert_eq!(
        text(&out),
        "8=FIX.4.4|9=65|35=A|49=SERVER|56=CLIENT|34=177|52=20090107-18:15:16|98=0|108=30|10=064|"
    );
}

#[test]
fn messages() {
    let start = "49=SERVER|56=CLIENT|34=177|52=20090107-18:15:16.000|";
    check(&header(), &Heartbeat::new(), &format!("35=0|{start}"));
    check(
        &header(),
        &TestRequest::new("hello"),
        &format!("35=1|{start}112=hello|"),
    );
    check(
        &header(),
        &ResendRequest::new(5, 0),
        &format!("35=2|{start}7=5|16=0|"),
    );
    let raw = Logon {
        raw_data: Some(b"a\x01b"),
        ..Logon::new(EncryptMethod::None, -1)
    };
    check(
        &header(),
        &raw,
        &format!("35=A|{start}98=0|108=-1|95=3|96=a|b|"),
    );
    let lines = [LineOfText::new("one"), LineOfText::new("two")];
    let news = News {
        lines_of_text: lines.as_slice().into(),
        ..News::new("head")
    };
    check(
        &header(),
        &news,
        &format!("35=B|{start}148=head|33=2|58=one|58=two|"),
    );
}

/// FIX 4.4 requires the counts of two groups that the venue never fills.
#[test]
fn a_confirmation_has_the_groups_that_fix_44_requires() {
    let one = Decimal::ONE;
    let capacities = [Capacity::new(OrderCapacity::Principal, one)];
    let confirmation = Confirmation {
        capacities: Group::new(&capacities),
        ..Confirmation::new(
            "c",
            ConfirmTransType::New,
            ConfirmType::Confirmation,
            ConfirmStatus::Confirmed,
            time("20250115-10:15:30"),
            NaiveDate::read(b"20250115").expect("a date"),
            "S",
            one,
            Side::Buy,
            "acme:1",
            one,
            one,
            one,
        )
    };
    check(
        &header(),
        &confirmation,
        "35=AK|49=SERVER|56=CLIENT|34=177|52=20090107-18:15:16.000|664=c|666=0|773=2|665=4|\
         60=20250115-10:15:30.000|75=20250115|55=S|80=1|54=1|862=1|528=P|863=1|79=acme:1|6=1|381=1|\
         118=1|711=0|555=0|",
    );
    let mut wire = BytesMut::new();
    encode(&header(), &confirmation, &mut wire);
    decoded(&wire, |message| {
        let message = message.expect("our own message");
        assert_eq!(validate(&message, ValidationOptions::STRICT), Ok(()));
    });
}

#[test]
fn header_fields() {
    let full = EncodeHeader {
        orig_sending_time: Some(time("20090107-18:15:15")),
        poss_dup: true,
        poss_resend: true,
        last_msg_seq_num_processed: Some(9),
        routing: Routing {
            sender_sub_id: Some("a"),
            deliver_to_sub_id: Some("b"),
            ..Routing::default()
        },
        ..header()
    };
    check(
        &full,
        &Heartbeat::new(),
        "35=0|49=SERVER|56=CLIENT|34=177|43=Y|97=Y|52=20090107-18:15:16.000|\
         122=20090107-18:15:15.000|369=9|50=a|129=b|",
    );
}

/// BodyLength(9) of two to five digits: the body moves into place.
#[test]
fn lengths() {
    for length in [
        0, 1, 20, 37, 38, 39, 40, 41, 500, 930, 940, 950, 5_000, 20_000,
    ] {
        let value = "x".repeat(length);
        let fields = [(58, value.as_str())];
        let body = RawBody {
            msg_type: MsgType::Logout,
            fields: &fields,
        };
        let content =
            format!("35=5|49=SERVER|56=CLIENT|34=177|52=20090107-18:15:16.000|58={value}|");
        check(&header(), &body, &content);
    }
    let short = EncodeHeader {
        sending_time: time("20090107-18:15:16"),
        ..header()
    };
    let short = EncodeHeader {
        sender_comp_id: "A",
        target_comp_id: "B",
        msg_seq_num: 1,
        ..short
    };
    check(
        &short,
        &Heartbeat::new(),
        "35=0|49=A|56=B|34=1|52=20090107-18:15:16.000|",
    );
}

#[test]
fn no_text_can_add_a_field() {
    let start = "35=5|49=SERVER|56=CLIENT|34=177|52=20090107-18:15:16.000|";
    let logout = Logout {
        text: Some("bye\u{1}10=000\u{1}8=FIX"),
    };
    check(&header(), &logout, &format!("{start}58=bye 10=000 8=FIX|"));
    let many = "\u{1}".repeat(256);
    check(
        &header(),
        &Logout { text: Some(&many) },
        &format!("{start}58={}|", " ".repeat(256)),
    );
    check(&header(), &Logout { text: Some("") }, start);
}

#[test]
fn sent_again() {
    for (stored, again) in [
        (
            "35=8|49=A|56=B|34=7|52=20250115-10:00:00.000|37=1|58=x|",
            "35=8|49=A|56=B|34=7|43=Y|52=20250115-10:15:30.123|122=20250115-10:00:00.000|37=1|58=x|",
        ),
        (
            "35=8|49=A|56=B|34=7|43=N|52=20250115-10:00:00|50=sub|37=1|",
            "35=8|49=A|56=B|34=7|43=Y|52=20250115-10:15:30|122=20250115-10:00:00|50=sub|37=1|",
        ),
        // Sent again before: when it was first sent stays.
        (
            "35=8|49=A|34=7|43=Y|52=20250115-10:05:00.000000|122=20250115-10:00:00.000|56=B|37=1|",
            "35=8|49=A|34=7|43=Y|52=20250115-10:15:30.123456|122=20250115-10:00:00.000|56=B|37=1|",
        ),
        // Data in header and body stays as it is, whatever it looks like.
        (
            "35=B|49=A|56=B|34=7|212=7|213=a|52=z||52=20250115-10:00:00.000|148=h|95=5|96=|43=N|",
            "35=B|49=A|56=B|34=7|212=7|213=a|52=z||43=Y|52=20250115-10:15:30.123|\
             122=20250115-10:00:00.000|148=h|95=5|96=|43=N|",
        ),
    ] {
        let mut out = BytesMut::from(&b"before"[..]);
        let now = time("20250115-10:15:30.123456");
        let range = encode_resend(&message(stored), now, &mut out).expect(stored);
        assert_eq!(range, 6..out.len());
        assert_eq!(text(&out[range]), text(&message(again)));
    }
}

#[test]
fn what_cannot_be_sent_again() {
    let good = message("35=8|49=A|56=B|34=7|52=20250115-10:00:00.000|37=1|");
    let twice = [good.clone(), good.clone()].concat();
    let cut = good[..good.len() - 1].to_vec();
    for (stored, error) in [
        (bytes("hello"), ResendError::NotOneMessage),
        (Vec::new(), ResendError::NotOneMessage),
        (twice, ResendError::NotOneMessage),
        (cut, ResendError::NotOneMessage),
        (
            message("35=8|49=A|56=B|34=7|37=1|"),
            ResendError::NoSendingTime,
        ),
    ] {
        let mut out = BytesMut::from(&b"before"[..]);
        let now = time("20250115-10:15:30.123456");
        assert_eq!(
            encode_resend(&stored, now, &mut out),
            Err(error),
            "{}",
            text(&stored)
        );
        assert_eq!(text(&out), "before");
    }
}
