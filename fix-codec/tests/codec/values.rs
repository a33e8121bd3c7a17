//! Values: each data type, read and written.

use bytes::BytesMut;
use chrono::{DateTime, NaiveDate, Timelike, Utc};
use fix_codec::values::{
    FieldValue, MonthYear, Side, TimePrecision, TokenList,
    ValueError::{self, Format, Missing, Range},
};
use fix_codec::{EncodeBody, EncodeHeader, MsgType, encode};
use rust_decimal::Decimal;

/// A message with nothing but one value, to see how it is written.
struct Only<T>(T);

impl<T: for<'a> FieldValue<'a>> EncodeBody for Only<T> {
    fn msg_type(&self) -> MsgType {
        MsgType::Heartbeat
    }

    fn encode_body(&self, out: &mut fix_codec::BodyWriter<'_>) {
        out.field(58, &self.0);
    }
}

fn written<T: for<'a> FieldValue<'a>>(value: T, precision: TimePrecision) -> String {
    let mut wire = BytesMut::new();
    let header = EncodeHeader {
        precision,
        ..EncodeHeader::new("A", "B", 1, DateTime::UNIX_EPOCH)
    };
    encode(&header, &Only(value), &mut wire);
    let text = crate::wire::text(&wire);
    let start = text.find("|58=").expect("the field") + "|58=".len();
    let (value, _) = text[start..].split_once('|').expect("a delimiter");
    value.to_owned()
}

#[test]
fn decimals() {
    let cases: [(&str, Result<&str, ValueError>); 28] = [
        ("0", Ok("0")),
        ("00023.23", Ok("23.23")),
        ("23.0", Ok("23.0")),
        ("23.00", Ok("23.00")),
        ("23", Ok("23")),
        (".5", Ok("0.5")),
        ("5.", Ok("5")),
        ("-23.23", Ok("-23.23")),
        ("-.5", Ok("-0.5")),
        ("0.000001", Ok("0.000001")),
        ("9999999999999999999", Ok("9999999999999999999")),
        ("99999999999999999999", Ok("99999999999999999999")),
        (
            "79228162514264337593543950335",
            Ok("79228162514264337593543950335"),
        ),
        (
            "0.0000000000000000000000000001",
            Ok("0.0000000000000000000000000001"),
        ),
        ("1.50000000000000000000000000000000000", Ok("1.5")),
        ("79228162514264337593543950336", Err(Range)),
        ("0.00000000000000000000000000001", Err(Range)),
        ("", Err(Missing)),
        ("-", Err(Format)),
        (".", Err(Format)),
        ("+1", Err(Format)),
        ("1e3", Err(Format)),
        ("1.2.3", Err(Format)),
        ("1,5", Err(Format)),
        (" 1", Err(Format)),
        ("--1", Err(Format)),
        ("NaN", Err(Format)),
        ("1111111111111111111111111x", Err(Format)),
    ];
    for (text, expected) in cases {
        let read = Decimal::read(text.as_bytes());
        assert_eq!(
            read.map(|number| number.to_string()),
            expected.map(str::to_owned),
            "{text}"
        );
        if let (Ok(number), Ok(expected)) = (read, expected) {
            assert_eq!(written(number, TimePrecision::Micros), expected);
        }
    }
}

#[test]
fn timestamps() {
    use TimePrecision::{Micros, Millis, Nanos, Seconds};
    for (text, precision) in [
        ("20250115-10:15:30", Seconds),
        ("20250115-10:15:30.123", Millis),
        ("20250115-10:15:30.123456", Micros),
        ("20250115-10:15:30.123456789", Nanos),
        ("20250115-00:00:00.000", Millis),
        ("20240229-23:59:59.999999999", Nanos),
        ("20161231-23:59:60", Seconds),
        ("20161231-23:59:60.500", Millis),
        ("19700101-00:00:00", Seconds),
        ("99991231-23:59:59", Seconds),
    ] {
        let time = DateTime::<Utc>::read(text.as_bytes()).expect(text);
        assert_eq!(written(time, precision), text);
    }
    let time = DateTime::<Utc>::read(b"20250115-10:15:30.1").expect("one digit");
    assert_eq!(time.nanosecond(), 100_000_000);
    assert_eq!(DateTime::<Utc>::read(b""), Err(Missing));
    for wrong in [
        "2025-01-15T10:15:30",
        "20250115",
        "20250115-",
        "20250115 10:15:30",
        "20250115-10:15",
        "20250115-24:00:00",
        "20250115-10:60:00",
        "20250115-10:15:61",
        "20250132-10:15:30",
        "20251301-10:15:30",
        "20250229-10:15:30",
        "20250100-10:15:30",
        "20250115-10:15:30.",
        "20250115-10:15:30.1234567890",
        "20250115-10:15:30,123",
        "20250115-10:15:3x",
        "2025011x-10:15:30",
        "20250115-1x:15:30",
        "20250115-x1:15:30",
        "20250115-10:15:30.x",
        "20250115-10:15:30Z",
    ] {
        assert_eq!(
            DateTime::<Utc>::read(wrong.as_bytes()),
            Err(Format),
            "{wrong}"
        );
    }
}

#[test]
fn dates() {
    let date = NaiveDate::read(b"20250115").expect("a date");
    assert_eq!(date.to_string(), "2025-01-15");
    assert_eq!(written(date, TimePrecision::Micros), "20250115");
    for wrong in ["2025011", "20250230", "2025-1-5", "202501150"] {
        assert_eq!(NaiveDate::read(wrong.as_bytes()), Err(Format), "{wrong}");
    }
    for (text, good) in [
        ("202501", true),
        ("20250115", true),
        ("202501w3", true),
        ("202513", false),
        ("202501w6", false),
        ("20250132", false),
        ("2025", false),
    ] {
        assert_eq!(MonthYear::read(text.as_bytes()).is_ok(), good, "{text}");
    }
}

#[test]
fn whole_numbers() {
    for (text, expected) in [
        ("0", Ok(0)),
        ("007", Ok(7)),
        ("-7", Ok(-7)),
        ("9223372036854775807", Ok(i64::MAX)),
        ("-9223372036854775808", Ok(i64::MIN)),
        ("9223372036854775808", Err(Range)),
        ("99999999999999999999", Err(Range)),
        ("", Err(Missing)),
        ("-", Err(Format)),
        ("+7", Err(Format)),
        ("7 ", Err(Format)),
        ("1.0", Err(Format)),
    ] {
        assert_eq!(i64::read(text.as_bytes()), expected, "{text}");
        if let Ok(number) = expected {
            let plain = number.to_string();
            assert_eq!(written(number, TimePrecision::Micros), plain);
        }
    }
    assert_eq!(u16::read(b"65536"), Err(Range));
    assert_eq!(u64::read(b"18446744073709551615"), Ok(u64::MAX));
}

#[test]
fn flags_and_codes() {
    assert_eq!(bool::read(b"Y"), Ok(true));
    assert_eq!(bool::read(b"N"), Ok(false));
    assert_eq!(bool::read(b"y"), Err(Format));
    assert_eq!(Side::read(b"1"), Ok(Side::Buy));
    assert_eq!(Side::read(b"H"), Err(Range));
    assert_eq!(Side::read(b"11"), Err(Format));
    assert_eq!(Side::read(b""), Err(Missing));
}

#[test]
fn token_lists() {
    let list = TokenList::read(b"i-1 i-2 i-3").expect("a list");
    assert_eq!(list.iter().collect::<Vec<_>>(), ["i-1", "i-2", "i-3"]);
    assert_eq!(list, TokenList::Tokens(&["i-1", "i-2", "i-3"]));
    for wrong in [" ", " a", "a ", "a  b"] {
        assert_eq!(TokenList::read(wrong.as_bytes()), Err(Format), "{wrong:?}");
    }
}
