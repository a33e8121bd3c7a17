//! Messages that are refused before the market sees them, and the answers.

use fix_codec::SessionRejectReason;

use super::inbound_commands::{CANCEL, ORDER, currencies, sender};
use super::{changed, now, read, written};
use crate::order_entry::inbound::{Refusal, command};

/// The answer to a message: the fields of an application message, or `3|371=TAG|373=REASON`.
pub(super) fn answer(fields: &str) -> String {
    let currencies = currencies();
    read(fields, |message| {
        match command(message, &sender(&currencies), now()) {
            Ok(input) => panic!("{fields} became {input:?}"),
            Err(Refusal::Message(reject)) => {
                format!(
                    "35=3|371={}|373={}",
                    reject.ref_tag.unwrap(),
                    reject.reason.code()
                )
            }
            Err(Refusal::Answer(answer)) => written(&answer),
        }
    })
}

pub(super) fn long(tag: u32, length: usize) -> String {
    format!("{tag}={}", "x".repeat(length))
}

#[test]
fn types_that_the_venue_does_not_take() {
    for msg_type in ["8", "B", "V", "AB"] {
        assert_eq!(
            answer(&format!("35={msg_type}|58=hello")),
            format!("35=j|45=9|372={msg_type}|380=3|58=Unsupported Message Type")
        );
    }
}

#[test]
fn values_that_cannot_be_read_or_held() {
    let bad_value = SessionRejectReason::IncorrectValue.code();
    let bad_format = SessionRejectReason::IncorrectDataFormat.code();
    let missing = SessionRejectReason::RequiredTagMissing.code();
    for (base, change, tag, reason) in [
        (ORDER, "-11", 11, missing),
        (ORDER, "-55", 55, missing),
        (ORDER, "-54", 54, missing),
        (ORDER, "-60", 60, missing),
        (ORDER, "-40", 40, missing),
        (ORDER, &long(11, 37), 11, bad_value),
        (ORDER, "11= x", 11, bad_value),
        (ORDER, "11=é", 11, bad_value),
        (ORDER, "54=Z", 54, bad_value),
        (ORDER, "40=Z", 40, bad_value),
        (ORDER, "59=9", 59, bad_value),
        (ORDER, "38=x", 38, bad_format),
        (ORDER, "38=1.5", 38, bad_value),
        (ORDER, "38=-1", 38, bad_value),
        (ORDER, "38=18446744073709551616", 38, bad_value),
        (ORDER, "44=1e3", 44, bad_format),
        (ORDER, "44=0.0000001", 44, bad_value),
        (ORDER, "44=9223372036854.775808", 44, bad_value),
        (ORDER, "60=19691231-23:59:59", 60, bad_value),
        (ORDER, "60=yesterday", 60, bad_format),
        (ORDER, "126=19691231-23:59:59", 126, bad_value),
        (ORDER, "126=tomorrow", 126, bad_format),
        (ORDER, "432=19691231", 432, bad_value),
        (ORDER, "432=99991231", 432, bad_value),
        (ORDER, "432=20260230", 432, bad_format),
        (ORDER, &long(20001, 65), 20001, bad_value),
        (ORDER, "20001=i-1  i-2", 20001, bad_format),
        (
            ORDER,
            &format!("20001=i{}", " i".repeat(1_000)),
            20001,
            bad_value,
        ),
        (ORDER, &long(20002, 65), 20002, bad_value),
        (CANCEL, "-41", 41, missing),
        (CANCEL, "-11", 11, missing),
        (CANCEL, &long(11, 37), 11, bad_value),
        (CANCEL, &long(41, 37), 41, bad_value),
        (CANCEL, "60=19691231-23:59:59", 60, bad_value),
    ] {
        assert_eq!(
            answer(&changed(base, &[change])),
            format!("35=3|371={tag}|373={reason}"),
            "{change}"
        );
    }
}

#[test]
fn fields_that_this_order_needs() {
    for (tag, name) in [
        ("-38", "OrderQty(38)"),
        ("-44", "Price(44)"),
        ("59=6", "ExpireDate(432) or ExpireTime(126)"),
        ("-1", "Account(1)"),
    ] {
        assert_eq!(
            answer(&changed(ORDER, &[tag])),
            format!("35=j|45=9|372=D|379=o-1|380=5|58={name} is missing")
        );
    }
}

/// The rejected order's report, with its reason and text.
fn rejected(terms: &str, reason: u16, text: &str) -> String {
    format!(
        "35=8|37=NONE|11=o-1|17=CLIENT/4/9|150=8|39=8|103={reason}|{terms}|151=0|14=0|6=0|60=20231114-22:13:20.123456|58={text}"
    )
}

const TERMS: &str = "1=acme:7|55=ACME.m5|54=2|38=3|40=2|44=10.50|15=USD|59=0";

#[test]
fn orders_on_terms_that_the_venue_does_not_offer() {
    for (change, text) in [
        ("54=5", "Side=5"),
        ("40=5", "OrdType=5"),
        ("40=P", "OrdType=P"),
        ("40=1", "Price(44) on an order that has no limit"),
        ("59=5", "TimeInForce=5"),
        ("15=EUR", "Currency=EUR: ACME.m5 is priced in USD"),
    ] {
        let terms = changed(TERMS, &[change]);
        let expected = rejected(&terms, 11, &format!("this venue does not offer {text}"));
        assert_eq!(answer(&changed(ORDER, &[change])), expected);
    }
    for (field, name) in [
        ("18=G", "ExecInst(18) other than 6"),
        ("18=6 G", "ExecInst(18) other than 6"),
        ("126=20301114-22:13:20.000000", "ExpireTime(126)"),
        ("152=1", "CashOrderQty(152)"),
        ("63=3", "SettlType(63)"),
        ("64=20231116", "SettlDate(64)"),
        ("121=Y", "ForexReq(121)"),
        ("849=0.5", "ParticipationRate(849)"),
        ("168=20301114-22:13:20", "EffectiveTime(168)"),
        ("192=1", "OrderQty2(192)"),
        ("210=1", "MaxShow(210)"),
        ("211=1", "PegOffsetValue(211)"),
        ("386=1", "NoTradingSessions(386)"),
        ("388=0", "DiscretionInst(388)"),
        ("432=20301114", "ExpireDate(432)"),
        ("516=1", "OrderPercent(516)"),
        ("640=1", "Price2(640)"),
        ("847=1", "TargetStrategy(847)"),
        ("423=1", "PriceType(423)"),
        ("854=1", "QtyType(854)"),
    ] {
        let terms = match field.split('=').next() {
            Some("18" | "126" | "432") => changed(TERMS, &[field]),
            _ => TERMS.to_owned(),
        };
        let expected = rejected(&terms, 11, &format!("this venue does not offer {name}"));
        assert_eq!(answer(&changed(ORDER, &[field])), expected);
    }
}

#[test]
fn orders_with_a_price_that_they_do_not_take() {
    let no_limit = "this venue does not offer Price(44) on an order that has no limit";
    let no_stop = "this venue does not offer StopPx(99) on an order that is no stop";
    for (changes, terms, text) in [
        (&["40=K"][..], "40=K|44=10.50", no_limit),
        (&["40=3", "99=11"], "40=3|44=10.50|99=11", no_limit),
        (&["99=11"], "40=2|44=10.50|99=11", no_stop),
        (&["40=1", "-44", "99=11"], "40=1|99=11", no_stop),
        (&["40=K", "-44", "99=11"], "40=K|99=11", no_stop),
    ] {
        let terms = TERMS.replace("40=2|44=10.50", terms);
        assert_eq!(
            answer(&changed(ORDER, changes)),
            rejected(&terms, 11, text),
            "{changes:?}"
        );
    }
}

#[test]
fn prices_that_are_missing() {
    for (changes, name) in [
        (&["40=4", "-44", "99=11"][..], "Price(44)"),
        (&["40=4"], "StopPx(99)"),
        (&["40=3", "-44"], "StopPx(99)"),
    ] {
        assert_eq!(
            answer(&changed(ORDER, changes)),
            format!("35=j|45=9|372=D|379=o-1|380=5|58={name} is missing"),
            "{changes:?}"
        );
    }
}

#[test]
fn orders_with_two_expiries_or_one_too_many() {
    let both = ["59=6", "432=20301114", "126=20301114-22:13:20.000000"];
    let terms = changed(TERMS, &both);
    let text = "this venue does not offer ExpireDate(432) and ExpireTime(126) in one order";
    assert_eq!(answer(&changed(ORDER, &both)), rejected(&terms, 11, text));
    for expiry in ["432=20301114", "126=20301114-22:13:20.000000"] {
        let changes = ["59=1", expiry];
        let name = if expiry.starts_with('4') {
            "ExpireDate(432)"
        } else {
            "ExpireTime(126)"
        };
        let text = format!("this venue does not offer {name}");
        let terms = changed(TERMS, &changes);
        assert_eq!(
            answer(&changed(ORDER, &changes)),
            rejected(&terms, 11, &text)
        );
    }
}

#[test]
fn names_that_nothing_can_have() {
    let symbol = long(55, 33);
    let text = format!("there is no instrument Symbol={}", "x".repeat(33));
    assert_eq!(
        answer(&changed(ORDER, &[&symbol])),
        rejected(&changed(TERMS, &[&symbol]), 1, &text)
    );
    let account = long(1, 49);
    let text = format!("there is no account Account={}", "x".repeat(49));
    assert_eq!(
        answer(&changed(ORDER, &[&account])),
        rejected(&changed(TERMS, &[&account]), 15, &text)
    );
}

#[test]
fn cancels_of_what_is_no_order() {
    for (change, text) in [
        ("37=fifty", "no order has OrderID=fifty"),
        ("37=041", "no order has OrderID=041"),
        ("54=5", "no order has Side=5"),
        (
            "55=XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
            "no order has Symbol=XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
        ),
    ] {
        assert_eq!(
            answer(&changed(CANCEL, &[change])),
            format!(
                "35=9|37=NONE|11=c-1|41=o-1|39=8|60=20231114-22:13:20.123456|434=1|102=1|58={text}"
            )
        );
    }
    let with_account = changed(CANCEL, &["37=fifty", "1=acme:7"]);
    assert_eq!(
        answer(&with_account),
        "35=9|37=NONE|11=c-1|41=o-1|39=8|1=acme:7|60=20231114-22:13:20.123456|434=1|102=1|58=no order has OrderID=fifty"
    );
}
