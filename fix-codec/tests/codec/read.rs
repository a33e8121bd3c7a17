//! Messages read into their types, written by other hands than ours.

use chrono::{DateTime, NaiveDate, Utc};
use fix_codec::dictionary::{ValidationOptions, groups, validate};
use fix_codec::messages::{
    BusinessMessageReject, Confirmation, ExecutionReport, Logon, NewOrderSingle, News,
    OrderCancelReject, Reject,
};
use fix_codec::values::{
    BusinessRejectReason, ConfirmStatus, CxlRejReason, ExecType, OrdStatus, OrdType,
    ReassignmentStatus, Side,
};
use fix_codec::{Message, MsgType, SessionReject, SessionRejectReason, tags};
use rust_decimal::Decimal;

use crate::wire::{decoded, with_header};

/// Decodes and validates a message and hands it on.
fn read(msg_type: &str, body: &str, look: impl FnOnce(&Message<'_>)) {
    decoded(&with_header(msg_type, body), |message| {
        let message = message.expect(body);
        assert_eq!(
            validate(&message, ValidationOptions::STRICT),
            Ok(()),
            "{body}"
        );
        look(&message);
    });
}

fn number(text: &str) -> Decimal {
    text.parse().expect(text)
}

#[test]
fn the_header() {
    read(
        "D",
        "11=a|55=S|54=1|60=20250115-10:15:30|40=1|",
        |message| {
            let header = &message.header;
            assert_eq!(header.begin_string, "FIX.4.4");
            assert_eq!(header.msg_type, MsgType::NewOrderSingle);
            assert_eq!(header.msg_seq_num, 2);
            assert_eq!(
                (header.sender_comp_id, header.target_comp_id),
                ("BANK", "CLOUDPIT")
            );
            let time: DateTime<Utc> = "2025-01-15T10:15:30.123Z".parse().expect("a time");
            assert_eq!(header.sending_time, time);
            assert!(!header.poss_dup && !header.poss_resend);
            let tags = |fields: fix_codec::Fields<'_>| {
                fields.iter().map(|field| field.tag).collect::<Vec<_>>()
            };
            assert_eq!(tags(message.header_fields()), [8, 9, 35, 49, 56, 34, 52]);
            assert_eq!(tags(message.body()), [11, 55, 54, 60, 40]);
            assert_eq!(tags(message.trailer_fields()), [10]);
            assert_eq!(message.fields().len(), 13);
            assert_eq!(message.get(tags::BODY_LENGTH), Some(&b"96"[..]));
            assert_eq!(message.get(tags::CL_ORD_ID), Some(&b"a"[..]));
            assert_eq!(message.get(tags::PRICE), None);
        },
    );
}

#[test]
fn an_order() {
    let body = "11=id|453=2|448=P|447=D|452=1|448=Q|802=1|523=desk|1=acme:1|55=S|54=2|\
                60=20250115-10:15:30|38=2|40=2|44=10.5000|15=USD|59=3|20001=i-1 i-2|78=1|79=other|";
    read("D", body, |message| {
        let order = NewOrderSingle::try_from(message).expect("an order");
        assert_eq!(order.cl_ord_id, "id");
        assert_eq!(order.account, Some("acme:1"));
        assert_eq!((order.side, order.ord_type), (Side::Sell, OrdType::Limit));
        assert_eq!(order.price, Some(number("10.5000")));
        assert_eq!(order.instance_ids.map(|ids| ids.iter().count()), Some(2));
        let parties: Vec<_> = order.parties.iter().collect();
        assert_eq!(order.parties.len(), 2);
        assert_eq!((parties[0].party_id, parties[0].party_role), ("P", Some(1)));
        assert!(parties[0].sub_ids.is_empty());
        assert_eq!(
            parties[1]
                .sub_ids
                .iter()
                .map(|sub| sub.party_sub_id)
                .collect::<Vec<_>>(),
            ["desk"]
        );

        let entries = message
            .group(tags::NO_PARTY_IDS)
            .expect("there")
            .expect("a count");
        assert_eq!(entries.announced(), 2);
        let ids: Vec<_> = entries.map(|entry| entry.get(tags::PARTY_ID)).collect();
        assert_eq!(ids, [Some(&b"P"[..]), Some(&b"Q"[..])]);
        assert!(message.group(tags::NO_LEGS).is_none());
        assert!(message.body().group(&groups::NO_ALLOCS).is_some());
    });
}

/// What a validated message may still lack, or hold too large, is a reject as well.
#[test]
fn refusals() {
    use SessionRejectReason as R;
    for (body, reason, tag) in [
        (
            "11=a|55=S|54=1|60=20250115-10:15:30|",
            R::RequiredTagMissing,
            40,
        ),
        (
            "11=a|55=S|54=Z|60=20250115-10:15:30|40=1|",
            R::IncorrectValue,
            54,
        ),
        (
            "11=a|55=S|54=1|60=20250115-10:15:30|40=1|38=99999999999999999999999999999999|",
            R::IncorrectValue,
            38,
        ),
        (
            "11=a|55=S|54=1|60=20250115-10:15:30|40=1|453=1|447=D|",
            R::RequiredTagMissing,
            448,
        ),
        (
            "11=a|55=S|54=1|60=20250115-10:15:30|40=1|453=x|",
            R::IncorrectDataFormat,
            453,
        ),
        (
            "11=|55=S|54=1|60=20250115-10:15:30|40=1|58=|",
            R::RequiredTagMissing,
            11,
        ),
    ] {
        let wire = with_header("D", body);
        decoded(&wire, |message| {
            let message = message.expect(body);
            let refused = NewOrderSingle::try_from(&message).expect_err(body);
            assert_eq!(refused, SessionReject::new(reason, tag), "{body}");
        });
    }
}

#[test]
fn a_report() {
    let body = "6=113.35|11=63673|14=3500.0000000000|15=USD|17=2063|31=113.35|32=3500|37=2064|\
                38=7000|39=1|40=1|54=1|55=MSFT|60=20180920-18:23:53.531|150=F|151=3500|453=1|\
                448=BRK2|447=D|452=1|851=2|797=Y|";
    read("8", body, |message| {
        let report = ExecutionReport::try_from(message).expect("a report");
        assert_eq!((report.order_id, report.exec_id), ("2064", "2063"));
        assert_eq!(
            (report.exec_type, report.ord_status),
            (ExecType::Trade, OrdStatus::PartiallyFilled)
        );
        assert_eq!(report.cum_qty.to_string(), "3500.0000000000");
        assert_eq!(report.avg_px, number("113.35"));
        assert_eq!(report.copy_msg_indicator, Some(true));
        assert_eq!(
            report.parties.iter().next().map(|party| party.party_id),
            Some("BRK2")
        );
    });
}

#[test]
fn other_messages() {
    read(
        "A",
        "98=0|108=30|141=Y|384=2|372=D|385=S|372=8|385=R|553=me|554=secret|",
        |message| {
            let logon = Logon::try_from(message).expect("a logon");
            assert_eq!(
                (logon.heart_bt_int_s, logon.reset_seq_num_flag),
                (30, Some(true))
            );
            let types: Vec<_> = logon
                .msg_types
                .iter()
                .map(|entry| entry.ref_msg_type)
                .collect();
            assert_eq!(types, ["D", "8"]);
            assert_eq!(
                (logon.username, logon.password),
                (Some("me"), Some("secret"))
            );
        },
    );
    read(
        "3",
        "45=7|371=-1|372=D|373=0|58=Invalid tag number|",
        |message| {
            let reject = Reject::try_from(message).expect("a reject");
            assert_eq!((reject.ref_seq_num, reject.ref_tag_id), (7, Some(-1)));
        },
    );
    read("9", "37=NONE|11=c|41=o|39=8|434=1|102=1|", |message| {
        let reject = OrderCancelReject::try_from(message).expect("a cancel reject");
        assert_eq!(reject.cxl_rej_reason, Some(CxlRejReason::UnknownOrder));
    });
    read("j", "45=7|372=E|380=3|", |message| {
        let reject = BusinessMessageReject::try_from(message).expect("a business reject");
        assert_eq!(
            reject.business_reject_reason,
            BusinessRejectReason::UnsupportedMessageType
        );
    });
    read(
        "B",
        "148=head|33=2|58=one|354=3|355=a|b|58=two|",
        |message| {
            let news = News::try_from(message).expect("news");
            let lines: Vec<_> = news
                .lines_of_text
                .iter()
                .map(|line| (line.text, line.encoded_text))
                .collect();
            assert_eq!(lines, [("one", Some(&b"a\x01b"[..])), ("two", None)]);
        },
    );
}

#[test]
fn a_confirmation() {
    let body = "664=c|666=0|773=2|665=4|73=1|11=id|37=7|38=2|60=20250115-10:15:30|75=20250115|55=S|711=0|555=0|\
                80=1|54=1|862=1|528=P|863=1|79=acme:1|6=10.5|381=10.5|118=10.5|20001=i-1|\
                20003=5-0-1|20004=4|";
    read("AK", body, |message| {
        let confirmation = Confirmation::try_from(message).expect("a confirmation");
        assert_eq!(confirmation.confirm_status, ConfirmStatus::Confirmed);
        assert_eq!(
            Some(confirmation.trade_date),
            NaiveDate::from_ymd_opt(2025, 1, 15)
        );
        assert_eq!(
            confirmation
                .orders
                .iter()
                .next()
                .map(|order| order.cl_ord_id),
            Some("id")
        );
        assert_eq!(confirmation.capacities.len(), 1);
        assert_eq!(confirmation.reassignment_id, Some("5-0-1"));
        assert_eq!(
            confirmation.reassignment_status,
            Some(ReassignmentStatus::Settled)
        );
    });
}
