//! Names, identifiers, money and time as they are written and read.

use engine::{
    ExecutionId, Notional, NotionalError, OrderId, Price, PriceError, Quantity, ReassignmentId,
    Symbol, Text, TextError, Timestamp,
};

#[test]
fn text_is_printable_ascii_within_its_length() {
    let rows = [
        ("a", Ok(())),
        ("a b~!", Ok(())),
        ("12345678", Ok(())),
        ("", Err(TextError::Empty)),
        ("123456789", Err(TextError::TooLong { limit: 8 })),
        (" a", Err(TextError::NotPrintable { position: 0 })),
        ("a ", Err(TextError::NotPrintable { position: 1 })),
        ("a\u{1}b", Err(TextError::NotPrintable { position: 1 })),
        ("a\u{7f}", Err(TextError::NotPrintable { position: 1 })),
        ("é", Err(TextError::NotPrintable { position: 0 })),
    ];
    for (text, expected) in rows {
        let read = Text::<8>::new(text);
        assert_eq!(read.map(|_| ()), expected, "{text:?}");
        if let Ok(read) = read {
            assert_eq!((read.as_str(), read.to_string().as_str()), (text, text));
        }
    }
    assert!(Text::<8>::new(&"x".repeat(1_000)).is_err());
}

#[test]
fn names_are_ordered_as_their_strings() {
    let mut names = ["b", "ab", "a", "a b", "B"].map(|name| Symbol::new(name).unwrap());
    names.sort();
    assert_eq!(
        names.map(|name| name.to_string()),
        ["B", "a", "a b", "ab", "b"]
    );
}

#[test]
fn a_name_that_is_not_one_is_not_read() {
    assert!(serde_json::from_str::<Symbol>("\"ok\"").is_ok());
    for text in ["\"\"", "\" x\"", "7", "\"\\u0007\""] {
        assert!(serde_json::from_str::<Symbol>(text).is_err(), "{text}");
    }
}

#[test]
fn identifiers_are_written_one_way_only() {
    for text in [
        "0-0-0",
        "12-3-4",
        "18446744073709551615-4294967295-4294967295",
    ] {
        assert_eq!(text.parse::<ReassignmentId>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "1",
        "1-2",
        "1-2-3-4",
        "01-2-3",
        "+1-2-3",
        "1-2-",
        "1-2-4294967296",
        "a-1-1",
    ] {
        assert!(text.parse::<ReassignmentId>().is_err(), "{text:?}");
    }
    assert_eq!("7-1".parse::<ExecutionId>().unwrap().to_string(), "7-1");
    assert_eq!("7".parse::<OrderId>().unwrap().to_string(), "7");
    assert!("NONE".parse::<OrderId>().is_err());
}

#[test]
fn money_shows_as_many_decimals_as_it_needs() {
    let rows = [
        (0, "0.00"),
        (1, "0.000001"),
        (10_500_000, "10.50"),
        (-1_234_500, "-1.2345"),
    ];
    for (micros, text) in rows {
        assert_eq!(Price::from_micros(micros).to_string(), text);
        assert_eq!(text.parse(), Ok(Price::from_micros(micros)));
        assert_eq!(Notional::from_micros(micros.into()).to_string(), text);
    }
    assert_eq!(
        Timestamp::from_nanos(1_000_000_001).to_string(),
        "1.000000001"
    );
}

#[test]
fn prices_are_read_exactly_or_not_at_all() {
    for (text, micros) in [
        ("7", 7_000_000),
        ("0010.5", 10_500_000),
        ("-0.0", 0),
        ("9223372036854.775807", i64::MAX),
        ("-9223372036854.775808", i64::MIN),
    ] {
        assert_eq!(text.parse(), Ok(Price::from_micros(micros)), "{text}");
    }
    for text in [
        "",
        "-",
        ".5",
        "5.",
        "--5",
        "+5",
        "1e3",
        " 1",
        "1.0000001",
        "1.2.3",
        "9223372036854.775808",
        "99999999999999999999999999999999999999999999",
    ] {
        assert_eq!(text.parse::<Price>(), Err(PriceError), "{text}");
    }
}

#[test]
fn amounts_are_read_as_prices_are_and_may_be_larger() {
    for (text, micros) in [
        ("7", 7_000_000),
        ("-10.5", -10_500_000),
        ("9223372036854.775808", i128::from(i64::MAX) + 1),
    ] {
        assert_eq!(text.parse(), Ok(Notional::from_micros(micros)), "{text}");
    }
    for text in [
        "",
        "1.0000001",
        "99999999999999999999999999999999999999999999",
    ] {
        assert_eq!(text.parse::<Notional>(), Err(NotionalError), "{text}");
    }
}

#[test]
fn the_largest_price_times_the_largest_quantity_fits() {
    let product = Price::from_micros(i64::MAX).times(Quantity::new(u64::MAX));
    assert_eq!(
        product.micros(),
        i128::from(i64::MAX) * i128::from(u64::MAX)
    );
    assert!(
        Price::from_micros(i64::MIN)
            .times(Quantity::new(u64::MAX))
            .micros()
            < 0
    );
    assert!(!Price::from_micros(5).is_multiple_of(Price::from_micros(0)));
}
