//! Changes, questions and cancels of many: as commands, and as refused before the market sees them.

use engine::{
    Command, CommandNumber, MassCancelRequest, MassStatusRequest, NewOrder, OrderFilter, OrderId,
    OrdersOf, Quantity, ReplaceRequest, Side, StatusRequest, Timestamp,
};

use super::changed;
use super::fixtures::client_order_id;
use super::inbound_answers::{answer, long};
use super::inbound_commands::{input, order};

const REPLACE: &str = "35=G|37=41|41=o-1|11=c-1|1=acme:7|21=1|55=ACME.m5|54=2|60=20231114-22:13:20.123456|38=5|40=2|44=10.50|15=USD|59=0";
const STATUS: &str = "35=H|37=41|11=o-1|790=q-1|55=ACME.m5|54=2";
const MASS_CANCEL: &str = "35=q|11=c-1|530=1|55=ACME.m5|54=2|60=20231114-22:13:20.123456|20006=F";
const MASS_STATUS: &str = "35=AF|584=q-1|585=1|55=ACME.m5|54=2|20006=F";

const SENT: Timestamp = Timestamp::from_nanos(1_700_000_000_123_456_000);

fn check(fields: &str, changes: &[&str], expected: Command) {
    let found = input(&changed(fields, changes), None).command;
    assert_eq!(found, expected, "{changes:?}");
}

fn order_id() -> Option<OrderId> {
    Some(OrderId::new(CommandNumber::new(41)))
}

#[test]
fn a_change_has_the_terms_of_an_order() {
    let replace = |order_id, quantity| {
        Command::ReplaceOrder(ReplaceRequest {
            original_client_order_id: client_order_id("o-1"),
            order_id,
            order: NewOrder {
                client_order_id: client_order_id("c-1"),
                quantity: Quantity::new(quantity),
                ..order()
            },
        })
    };
    check(REPLACE, &[], replace(order_id(), 5));
    check(REPLACE, &["-37", "38=1"], replace(None, 1));
}

#[test]
fn a_question_about_one_order() {
    let status = StatusRequest {
        client_order_id: client_order_id("o-1"),
        order_id: order_id(),
        symbol: order().symbol,
        side: Side::Sell,
        request_id: Some("q-1".parse().unwrap()),
    };
    check(STATUS, &["1=acme:7"], Command::ReportOrder(status.clone()));
    let bare = StatusRequest {
        order_id: None,
        request_id: None,
        ..status
    };
    check(STATUS, &["-37", "-790"], Command::ReportOrder(bare));
}

#[test]
fn which_of_many_orders_are_meant() {
    let (symbol, sell) = (Some(order().symbol), Some(Side::Sell));
    for (scope, of) in [
        ("20006=F", OrdersOf::Firm),
        ("20006=S", OrdersOf::Session),
        ("-20006", OrdersOf::Session),
    ] {
        for (changes, all, symbol, side) in [
            (&[][..], "", symbol, sell),
            (&["-54"], "", symbol, None),
            (&["-55"], "7", None, sell),
            (&["-55", "-54"], "7", None, None),
        ] {
            let which = OrderFilter { of, symbol, side };
            let with = |tag: u32| {
                let mut with = changes.to_vec();
                with.push(scope);
                let kind = if all.is_empty() { "1" } else { all };
                let kind = format!("{tag}={kind}");
                (with, kind)
            };
            let (mut fields, kind) = with(530);
            fields.push(&kind);
            let request = MassCancelRequest {
                client_order_id: client_order_id("c-1"),
                which,
                transact_time: SENT,
            };
            check(MASS_CANCEL, &fields, Command::CancelOrders(request));
            let (mut fields, kind) = with(585);
            fields.push(&kind);
            let request = MassStatusRequest {
                request_id: "q-1".parse().unwrap(),
                which,
            };
            check(MASS_STATUS, &fields, Command::ReportOrders(request));
        }
    }
}

#[test]
fn what_may_have_been_sent_before_is_marked_so() {
    let again = |fields: &str| {
        let currencies = super::inbound_commands::currencies();
        let sender = super::inbound_commands::sender(&currencies);
        super::read(fields, |message| {
            let mut message = *message;
            message.header.poss_resend = true;
            crate::order_entry::inbound::command(&message, &sender, super::now())
                .unwrap()
                .command
        })
    };
    assert!(matches!(again(REPLACE), Command::ReplaceOrderAgain(_)));
    assert!(matches!(again(MASS_CANCEL), Command::CancelOrdersAgain(_)));
    assert!(matches!(again(STATUS), Command::ReportOrder(_)));
}

#[test]
fn values_that_cannot_be_read_or_held() {
    for (base, change, tag, reason) in [
        (REPLACE, "-41", 41, 1),
        (REPLACE, "-11", 11, 1),
        (REPLACE, &long(41, 37), 41, 5),
        (REPLACE, &long(11, 37), 11, 5),
        (REPLACE, "38=1.5", 38, 5),
        (STATUS, "-11", 11, 1),
        (STATUS, &long(11, 37), 11, 5),
        (STATUS, &long(790, 37), 790, 5),
        (MASS_CANCEL, "-11", 11, 1),
        (MASS_CANCEL, "-530", 530, 1),
        (MASS_CANCEL, "530=8", 530, 5),
        (MASS_CANCEL, "20006=X", 20006, 5),
        (MASS_CANCEL, "60=19691231-23:59:59", 60, 5),
        (MASS_STATUS, "-584", 584, 1),
        (MASS_STATUS, &long(584, 37), 584, 5),
        (MASS_STATUS, "585=9", 585, 5),
    ] {
        assert_eq!(
            answer(&changed(base, &[change])),
            format!("35=3|371={tag}|373={reason}"),
            "{change}"
        );
    }
}

#[test]
fn what_the_venue_does_not_offer() {
    for (base, changes, expected) in [
        (
            REPLACE,
            &["37=none"][..],
            "35=9|37=NONE|11=c-1|41=o-1|39=8|1=acme:7|60=20231114-22:13:20.123456|434=2|102=1|58=no order has OrderID=none",
        ),
        (
            REPLACE,
            &["54=5"],
            "35=9|37=NONE|11=c-1|41=o-1|39=8|1=acme:7|60=20231114-22:13:20.123456|434=2|102=1|58=no order has Side=5",
        ),
        (
            REPLACE,
            &["40=9"],
            "35=j|45=9|372=G|379=c-1|380=0|58=this venue does not offer OrdType=9",
        ),
        (
            REPLACE,
            &["-44"],
            "35=j|45=9|372=G|379=c-1|380=5|58=Price(44) is missing",
        ),
        (
            REPLACE,
            &["-1"],
            "35=j|45=9|372=G|379=c-1|380=5|58=Account(1) is missing",
        ),
        (
            STATUS,
            &["37=none"],
            "35=j|45=9|372=H|379=o-1|380=1|58=no order has OrderID=none",
        ),
        (
            MASS_CANCEL,
            &["530=3"],
            "35=r|11=c-1|37=NONE|530=3|531=0|532=0|533=0|55=ACME.m5|54=2|60=20231114-22:13:20.123456|58=this venue does not offer MassCancelRequestType=3",
        ),
        (
            MASS_CANCEL,
            &["530=7"],
            "35=r|11=c-1|37=NONE|530=7|531=0|532=0|533=0|55=ACME.m5|54=2|60=20231114-22:13:20.123456|58=this venue does not offer Symbol(55) with MassCancelRequestType=7: all orders",
        ),
        (
            MASS_CANCEL,
            &["-55"],
            "35=j|45=9|372=q|379=c-1|380=5|58=Symbol(55) is missing",
        ),
        (
            MASS_STATUS,
            &["585=8"],
            "35=j|45=9|372=AF|379=q-1|380=0|58=this venue does not offer MassStatusReqType=8",
        ),
        (
            MASS_STATUS,
            &["1=acme:7"],
            "35=j|45=9|372=AF|379=q-1|380=0|58=this venue does not offer tag 1 in such a request",
        ),
        (
            MASS_CANCEL,
            &["530=7", "-55", "336=OWN"],
            "35=r|11=c-1|37=NONE|530=7|531=0|532=0|533=0|54=2|60=20231114-22:13:20.123456|58=this venue does not offer tag 336 in such a request",
        ),
        (
            MASS_STATUS,
            &["54=7"],
            "35=j|45=9|372=AF|379=q-1|380=0|58=this venue does not offer Side=7",
        ),
    ] {
        assert_eq!(answer(&changed(base, changes)), expected, "{changes:?}");
    }
}
