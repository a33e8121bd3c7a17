//! What is told of changes, questions and cancels of many, to the very fields.

use engine::{
    Asked, CancelCause, CancelRefusal, CommandNumber, Event, EventBody, KnownOrder,
    MassCancelRefusal, MassCancelRequest, MassStatusRequest, NewOrder, OrderFilter, OrderId,
    OrderRefusal, OrderStatus, OrdersOf, Question, ReplaceRefusal, ReplaceRequest, Side,
    StatusRefusal, StatusRequest,
};

use super::fixtures::*;
use super::outbound_executions::check;
use crate::order_entry::routing::{Part, concerns};

fn parts(event: &Event) -> Vec<(&str, Part, bool)> {
    let told = concerns(event);
    told.map(|concern| {
        let copied = concern.is_copied();
        (concern.session.as_str(), concern.part, copied)
    })
    .collect()
}

fn replaced(asked_by: &str, cumulative: u64, micros: i128, status: OrderStatus) -> Event {
    let mut order = sell(cumulative, micros, status);
    order.original_client_order_id = Some(client_order_id("s-0"));
    event(EventBody::OrderReplaced {
        order,
        execution: execution(),
        session: session(asked_by),
    })
}

#[test]
fn replaced_orders() {
    check(
        &replaced("SELLER", 0, 0, OrderStatus::New),
        "35=8|37=41|11=s-1|41=s-0|17=57-2|150=5|39=0|{S}|151=3|14=0|6=0|{T}",
    );
    check(
        &replaced("SELLER", 2, 20_500_000, OrderStatus::PartiallyFilled),
        "35=8|37=41|11=s-1|41=s-0|17=57-2|150=5|39=1|{S}|151=1|14=2|6=10.25|{T}",
    );
    let own = ("SELLER", Part::Order, true);
    assert_eq!(parts(&replaced("SELLER", 0, 0, OrderStatus::New)), [own]);
    assert_eq!(
        parts(&replaced("SELLER2", 0, 0, OrderStatus::New)),
        [own, ("SELLER2", Part::Request, false)]
    );
}

fn replace_rejected(status: Option<OrderStatus>, reason: ReplaceRefusal) -> Event {
    let order_id = OrderId::new(CommandNumber::new(41));
    event(EventBody::ReplaceRejected {
        origin: origin("BUYER"),
        firm: Some(firm("GREEN")),
        request: ReplaceRequest {
            original_client_order_id: client_order_id("b-1"),
            order_id: None,
            order: NewOrder {
                client_order_id: client_order_id("c-1"),
                ..new_order()
            },
        },
        order: status.map(|status| KnownOrder { order_id, status }),
        reason,
    })
}

#[test]
fn refused_changes() {
    let terms = ReplaceRefusal::Terms;
    let of_order = ReplaceRefusal::Order;
    for (status, reason, code, attempt) in [
        (None, of_order(CancelRefusal::UnknownOrder), 1, ""),
        (
            Some(OrderStatus::New),
            of_order(CancelRefusal::OrderReplaced),
            1,
            "",
        ),
        (
            Some(OrderStatus::Filled),
            of_order(CancelRefusal::TooLateToCancel),
            0,
            "",
        ),
        (None, of_order(CancelRefusal::DuplicateClientOrderId), 6, ""),
        (
            Some(OrderStatus::New),
            ReplaceRefusal::AccountChanged,
            99,
            ": Account=acme:9",
        ),
        (
            Some(OrderStatus::PartiallyFilled),
            ReplaceRefusal::DeliveredNotNamed,
            99,
            "",
        ),
        (
            Some(OrderStatus::New),
            terms(OrderRefusal::PriceOffTick),
            99,
            ": Price=10.5",
        ),
    ] {
        let rejected = replace_rejected(status, reason);
        let (name, stands) = match status {
            None => ("NONE", '8'),
            Some(OrderStatus::New) => ("41", '0'),
            Some(OrderStatus::PartiallyFilled) => ("41", '1'),
            Some(_) => ("41", '2'),
        };
        check(
            &rejected,
            &format!(
                "35=9|37={name}|11=c-1|41=b-1|39={stands}|{{T}}|434=2|102={code}|58={reason}{attempt}"
            ),
        );
        assert_eq!(parts(&rejected), [("BUYER", Part::Order, true)]);
    }
}

fn mass_cancel(on_one: bool) -> MassCancelRequest {
    MassCancelRequest {
        client_order_id: client_order_id("c-1"),
        which: OrderFilter {
            of: OrdersOf::Firm,
            symbol: on_one.then(symbol),
            side: on_one.then_some(Side::Sell),
        },
        transact_time: TIME,
    }
}

#[test]
fn cancels_of_many_orders() {
    for (on_one, fields) in [
        (
            true,
            "530=1|531=1|533=7|55=ACME.us-east-1.m5.large|54=2|{T}",
        ),
        (false, "530=7|531=7|533=7|{T}"),
    ] {
        let done = event(EventBody::OrdersCancelled {
            session: session("SELLER"),
            firm: firm("BLUE"),
            request: mass_cancel(on_one),
            orders: 7,
        });
        check(&done, &format!("35=r|11=c-1|37=57|{fields}"));
        assert_eq!(parts(&done), [("SELLER", Part::Answer, false)]);
    }
    for (reason, code) in [
        (MassCancelRefusal::UnknownInstrument, 1),
        (MassCancelRefusal::DuplicateClientOrderId, 99),
        (MassCancelRefusal::SessionNotPermitted, 99),
        (MassCancelRefusal::SessionUnknown, 99),
    ] {
        let refused = event(EventBody::MassCancelRejected {
            origin: origin("SELLER"),
            firm: None,
            request: mass_cancel(false),
            reason,
        });
        check(
            &refused,
            &format!("35=r|11=c-1|37=57|530=7|531=0|532={code}|533=0|{{T}}|58={reason}"),
        );
    }
    let cause = CancelCause::MassCancelled {
        session: session("SELLER2"),
        client_order_id: client_order_id("c-1"),
    };
    let one = cancelled(sell(0, 0, OrderStatus::Cancelled), cause);
    check(
        &one,
        "35=8|37=41|11=s-1|17=57-2|150=4|39=4|{S}|151=0|14=0|6=0|{T}|58=cancelled by the mass cancel ClOrdID=c-1",
    );
    assert_eq!(parts(&one), [("SELLER", Part::Order, true)]);
}

#[test]
fn where_orders_stand() {
    let reported = |answers| {
        event(EventBody::OrderReported {
            session: session("SELLER2"),
            order: sell(2, 20_500_000, OrderStatus::PartiallyFilled),
            execution: execution(),
            answers,
        })
    };
    let stands = "17=57-2|150=I|39=1|{S}|151=1|14=2|6=10.25|{T}";
    let request_id = "q-1".parse().unwrap();
    for (question, fields) in [
        (Question::Order { request_id: None }, ""),
        (
            Question::Order {
                request_id: Some(request_id),
            },
            "790=q-1|",
        ),
        (
            Question::Orders {
                request_id,
                total: 9,
                last: false,
            },
            "584=q-1|911=9|912=N|",
        ),
    ] {
        let event = reported(question);
        check(&event, &format!("35=8|37=41|11=s-1|{fields}{stands}"));
        assert_eq!(parts(&event), [("SELLER2", Part::Answer, false)]);
    }
}

#[test]
fn questions_to_which_there_is_no_order() {
    let asked_one = Asked::Order(StatusRequest {
        client_order_id: client_order_id("s-9"),
        order_id: None,
        symbol: symbol(),
        side: Side::Sell,
        request_id: Some("q-1".parse().unwrap()),
    });
    let asked_all = Asked::Orders(MassStatusRequest {
        request_id: "q-1".parse().unwrap(),
        which: mass_cancel(false).which,
    });
    for (asked, reason, fields) in [
        (
            asked_one.clone(),
            StatusRefusal::UnknownOrder,
            "11=s-9|790=q-1|17=57-2|150=I|39=8|103=5|55=ACME.us-east-1.m5.large|54=2",
        ),
        (
            asked_one,
            StatusRefusal::SessionNotPermitted,
            "11=s-9|790=q-1|17=57-2|150=I|39=8|103=99|55=ACME.us-east-1.m5.large|54=2",
        ),
        (
            asked_all,
            StatusRefusal::NoOrders,
            "584=q-1|911=0|912=Y|17=57-2|150=I|39=8|103=5|55=[N/A]|54=7",
        ),
    ] {
        let nothing = event(EventBody::NothingReported {
            origin: origin("SELLER"),
            firm: Some(firm("BLUE")),
            asked,
            execution: execution(),
            reason,
        });
        check(
            &nothing,
            &format!("35=8|37=NONE|{fields}|151=0|14=0|6=0|{{T}}|58={reason}"),
        );
        assert_eq!(parts(&nothing), [("SELLER", Part::Answer, false)]);
    }
}
