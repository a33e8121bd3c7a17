//! Events about orders, to the very fields.

use engine::{
    CancelCause, CancelRefusal, Conditions, Event, Expiry, Liquidity, OrderKind, OrderRefusal,
    OrderStatus, Price, Quantity, SelfMatchInstruction, TimeInForce, TradingDay, TradingScope,
};

use super::fixtures::*;
use super::written;
use crate::order_entry::outbound::report;
use crate::order_entry::routing::concerns;

const SELL: &str = "1=acme:7|55=ACME.us-east-1.m5.large|54=2|38=3|40=2|44=10.5|59=0";
const BUY: &str = "1=acme:9|55=ACME.us-east-1.m5.large|54=1|38=3|40=1|59=3";
const LIMIT_BUY: &str = "1=acme:9|55=ACME.us-east-1.m5.large|54=1|38=3|40=2|44=10.5|59=0";
const AT: &str = "60=20231114-22:13:20.123456";

/// Each report on the event says exactly this: `{S}`, `{B}` and `{L}` stand for what was asked for, `{T}`
/// for the time.
pub(super) fn check(event: &Event, expected: &str) {
    let expected = expected
        .replace("{S}", SELL)
        .replace("{B}", BUY)
        .replace("{L}", LIMIT_BUY)
        .replace("{T}", AT);
    assert!(concerns(event).next().is_some());
    for concern in concerns(event) {
        assert_eq!(written(&report(event, &concern).unwrap()), expected);
    }
}

#[test]
fn accepted_orders() {
    check(
        &accepted(sell(0, 0, OrderStatus::New)),
        "35=8|37=41|11=s-1|17=57-2|150=0|39=0|{S}|151=3|14=0|6=0|{T}",
    );
    check(
        &accepted(buy(0, 0, OrderStatus::New)),
        "35=8|37=41|11=b-1|17=57-2|150=0|39=0|{B}|151=3|14=0|6=0|{T}|20002=img-9",
    );
    let mut test = sell(0, 0, OrderStatus::New);
    test.test = true;
    check(
        &accepted(test),
        "35=8|37=41|11=s-1|17=57-2|150=0|39=0|{S}|151=3|14=0|6=0|{T}|58=test instrument",
    );
}

#[test]
fn filled_orders() {
    check(
        &filled(
            sell(2, 20_500_000, OrderStatus::PartiallyFilled),
            Liquidity::Maker,
        ),
        "35=8|37=41|527=57-0|11=s-1|17=57-2|150=F|39=1|{S}|32=2|31=10.25|151=1|14=2|6=10.25|{T}|851=1|20001=i-1 i-2",
    );
    check(
        &filled(buy(3, 31_000_000, OrderStatus::Filled), Liquidity::Taker),
        "35=8|37=41|527=57-0|11=b-1|17=57-2|150=F|39=2|{B}|32=2|31=10.25|151=0|14=3|6=10.333333|{T}|851=2|20001=i-1 i-2|20002=img-9",
    );
}

#[test]
fn orders_cancelled_on_request() {
    for requester in ["SELLER", "SELLER2"] {
        check(
            &cancelled(
                sell(2, 20_500_000, OrderStatus::Cancelled),
                requested_by(requester),
            ),
            "35=8|37=41|11=c-1|41=s-1|17=57-2|150=4|39=4|{S}|151=0|14=2|6=10.25|{T}",
        );
    }
}

#[test]
fn orders_cancelled_by_the_market() {
    for (cause, why) in [
        (
            CancelCause::ImmediateOrCancel,
            "immediate or cancel: no more could be filled now",
        ),
        (
            CancelCause::FillOrKill,
            "fill or kill: it could not be filled whole now",
        ),
        (
            CancelCause::MarketUnfilled,
            "market order: no more could be filled now",
        ),
        (
            CancelCause::PriceBandReached,
            "price band: no more could be filled within it now",
        ),
        (
            CancelCause::MinimumQuantity,
            "minimum quantity: so much could not be filled now",
        ),
        (
            CancelCause::SelfTradePrevented,
            "self-match prevention: it would have traded with an order of its own",
        ),
        (
            CancelCause::Disconnected {
                session: session("BUYER2"),
            },
            "cancelled on disconnect of BUYER2",
        ),
        (
            CancelCause::TradingBlocked {
                scope: TradingScope::Session(session("BUYER")),
            },
            "trading is blocked for session BUYER",
        ),
        (
            CancelCause::TradingBlocked {
                scope: TradingScope::Venue,
            },
            "trading is blocked for the venue",
        ),
    ] {
        check(
            &cancelled(buy(0, 0, OrderStatus::Cancelled), cause),
            &format!(
                "35=8|37=41|11=b-1|17=57-2|150=4|39=4|378=8|{{B}}|151=0|14=0|6=0|{{T}}|58={why}|20002=img-9"
            ),
        );
    }
}

#[test]
fn good_till_orders_say_until_when() {
    let day = Expiry::EndOf(TradingDay::from_days(19_676));
    for (time_in_force, written) in [
        (TimeInForce::AtTheOpening, "59=2"),
        (TimeInForce::AtTheClose, "59=7"),
        (TimeInForce::GoodTillCancel, "59=1"),
        (TimeInForce::GoodTillDate(day), "59=6|432=20231115"),
        (
            TimeInForce::GoodTillDate(Expiry::At(TIME)),
            "59=6|126=20231114-22:13:20.123456",
        ),
    ] {
        let mut order = sell(0, 0, OrderStatus::New);
        order.time_in_force = time_in_force;
        let terms = SELL.replace("59=0", written);
        check(
            &accepted(order),
            &format!("35=8|37=41|11=s-1|17=57-2|150=0|39=0|{terms}|151=3|14=0|6=0|{{T}}"),
        );
    }
}

#[test]
fn orders_made_smaller_by_self_match_prevention() {
    check(
        &reduced(sell(2, 20_500_000, OrderStatus::PartiallyFilled)),
        "35=8|37=41|11=s-1|17=57-2|150=D|39=1|378=5|{S}|151=1|14=2|6=10.25|{T}|58=self-match prevention: made smaller \
         in the place of a trade with an order of its own",
    );
}

#[test]
fn what_an_order_asks_of_self_match_prevention_comes_back() {
    for (instruction, code) in [
        (SelfMatchInstruction::CancelTaker, 1),
        (SelfMatchInstruction::CancelMaker, 2),
        (SelfMatchInstruction::CancelBoth, 3),
        (SelfMatchInstruction::DecrementAndCancel, 100),
    ] {
        let conditions = Conditions {
            self_match_instruction: Some(instruction),
            self_match_group: Some("DESK-1".parse().unwrap()),
            ..Conditions::default()
        };
        let mut order = sell(0, 0, OrderStatus::New);
        order.conditions = conditions.carried();
        check(
            &accepted(order),
            &format!(
                "35=8|37=41|11=s-1|17=57-2|150=0|39=0|{{S}}|151=3|14=0|6=0|{{T}}|2362=DESK-1|2964={code}"
            ),
        );
    }
}

#[test]
fn what_else_an_order_asks_for_comes_back() {
    let conditions = Conditions {
        post_only: true,
        minimum_quantity: Some(Quantity::new(2)),
        displayed_quantity: Some(Quantity::new(1)),
        ..Conditions::default()
    };
    let mut order = sell(0, 0, OrderStatus::New);
    order.conditions = conditions.carried();
    check(
        &accepted(order),
        "35=8|37=41|11=s-1|17=57-2|150=0|39=0|{S}|18=6|151=3|14=0|6=0|{T}|110=2|111=1",
    );
}

#[test]
fn elected_stops() {
    let price = Price::from_micros;
    for (kind, written) in [
        (OrderKind::Stop(price(9_500_000)), "40=3|99=9.5"),
        (
            OrderKind::StopLimit {
                stop: price(9_500_000),
                limit: price(9_250_000),
            },
            "40=4|44=9.25|99=9.5",
        ),
    ] {
        let mut order = sell(0, 0, OrderStatus::New);
        order.kind = kind;
        let terms = SELL.replace("40=2|44=10.5", written);
        check(
            &triggered(order),
            &format!("35=8|37=41|11=s-1|17=57-2|150=L|39=0|{terms}|151=3|14=0|6=0|{{T}}"),
        );
    }
}

#[test]
fn market_to_limit_has_a_price_once_it_is_a_limit_order() {
    let mut order = sell(0, 0, OrderStatus::New);
    order.kind = OrderKind::MarketToLimit;
    let terms = SELL.replace("40=2|44=10.5", "40=K");
    check(
        &accepted(order),
        &format!("35=8|37=41|11=s-1|17=57-2|150=0|39=0|{terms}|151=3|14=0|6=0|{{T}}"),
    );
}

#[test]
fn refused_conditions() {
    let price = Price::from_micros;
    let mut order = new_order();
    order.kind = OrderKind::StopLimit {
        stop: price(9_500_000),
        limit: price(9_250_000),
    };
    order.conditions = Conditions {
        post_only: true,
        minimum_quantity: Some(Quantity::new(9)),
        displayed_quantity: Some(Quantity::new(8)),
        ..Conditions::default()
    }
    .carried();
    let terms = LIMIT_BUY.replace("40=2|44=10.5", "40=4|44=9.25|99=9.5");
    for (reason, code, attempt) in [
        (OrderRefusal::StopPriceInvalid, 99, ": StopPx=9.5"),
        (OrderRefusal::StopPriceOffTick, 99, ": StopPx=9.5"),
        (OrderRefusal::ImmediateStopNotAllowed, 11, ""),
        (OrderRefusal::MinimumQuantityInvalid, 13, ": MinQty=9"),
        (OrderRefusal::DisplayedQuantityInvalid, 13, ": MaxFloor=8"),
        (OrderRefusal::DisplayedQuantityTooSmall, 13, ": MaxFloor=8"),
        (OrderRefusal::PostOnlyNotAllowed, 11, ""),
        (OrderRefusal::MinimumQuantityNotAllowed, 11, ": MinQty=9"),
        (
            OrderRefusal::DisplayedQuantityNotAllowed,
            11,
            ": MaxFloor=8",
        ),
        (OrderRefusal::WouldTake, 99, ": Price=9.25"),
    ] {
        check(
            &rejected(order.clone(), reason),
            &format!(
                "35=8|37=57|11=b-1|17=57-2|150=8|39=8|103={code}|{terms}|18=6|151=0|14=0|6=0|{{T}}|110=9|111=8|\
                 58={reason}{attempt}|20002=img-9"
            ),
        );
    }
}

#[test]
fn expired_orders() {
    check(
        &expired(sell(2, 20_500_000, OrderStatus::Expired)),
        "35=8|37=41|11=s-1|17=57-2|150=C|39=C|{S}|151=0|14=2|6=10.25|{T}",
    );
}

#[test]
fn refused_orders() {
    let quantity = "OrderQty=3";
    let account = "Account=acme:9";
    for (reason, code, attempt) in [
        (OrderRefusal::SessionUnknown, 99, ""),
        (OrderRefusal::SessionNotPermitted, 99, ""),
        (OrderRefusal::FirmNotPermitted, 99, ""),
        (OrderRefusal::DuplicateClientOrderId, 6, "ClOrdID=b-1"),
        (
            OrderRefusal::UnknownInstrument,
            1,
            "Symbol=ACME.us-east-1.m5.large",
        ),
        (OrderRefusal::UnknownAccount, 15, account),
        (OrderRefusal::AccountNotOfFirm, 15, account),
        (OrderRefusal::AccountNotAtProvider, 15, account),
        (OrderRefusal::QuantityInvalid, 13, quantity),
        (OrderRefusal::QuantityAboveLimit, 3, quantity),
        (
            OrderRefusal::TooManyClientOrderIds { used: 9, limit: 9 },
            3,
            "",
        ),
        (OrderRefusal::PriceInvalid, 99, "Price=10.5"),
        (OrderRefusal::PriceOffTick, 99, "Price=10.5"),
        (OrderRefusal::ImageNotAllowed, 99, "ImageID=img-9"),
        (OrderRefusal::ImageRequired, 99, ""),
        (OrderRefusal::InstancesNotAllowed, 99, ""),
        (OrderRefusal::InstanceCountMismatch, 99, quantity),
        (OrderRefusal::InstanceRepeated, 99, ""),
        (OrderRefusal::InstanceUnknown, 99, ""),
        (OrderRefusal::InstanceNotOfAccount, 99, account),
        (OrderRefusal::InstanceWrongInstrument, 99, ""),
        (OrderRefusal::InstanceHeld, 99, ""),
        (OrderRefusal::NotEnoughFreeInstances, 99, quantity),
    ] {
        let attempt = if attempt.is_empty() {
            String::new()
        } else {
            format!(": {attempt}")
        };
        check(
            &rejected(new_order(), reason),
            &format!(
                "35=8|37=57|11=b-1|17=57-2|150=8|39=8|103={code}|{{L}}|151=0|14=0|6=0|{{T}}|58={reason}{attempt}|20002=img-9"
            ),
        );
    }
}

#[test]
fn an_order_that_would_have_expired_already() {
    let day = Expiry::EndOf(TradingDay::from_days(19_675));
    for (expiry, fields, attempt) in [
        (day, "432=20231114", "ExpireDate=20231114"),
        (
            Expiry::At(TIME),
            "126=20231114-22:13:20.123456",
            "ExpireTime=20231114-22:13:20.123456",
        ),
    ] {
        let mut order = new_order();
        order.time_in_force = TimeInForce::GoodTillDate(expiry);
        let terms = LIMIT_BUY.replace("59=0", &format!("59=6|{fields}"));
        check(
            &rejected(order, OrderRefusal::ExpiryPassed),
            &format!(
                "35=8|37=57|11=b-1|17=57-2|150=8|39=8|103=4|{terms}|151=0|14=0|6=0|{{T}}|58=the time at which the \
                 order expires has passed: {attempt}|20002=img-9"
            ),
        );
    }
}

#[test]
fn a_firm_learns_nothing_of_the_accounts_of_others() {
    let text = |reason| {
        let event = rejected(new_order(), reason);
        let concern = concerns(&event).next().unwrap();
        written(&report(&event, &concern).unwrap())
    };
    assert_eq!(
        text(OrderRefusal::UnknownAccount),
        text(OrderRefusal::AccountNotOfFirm)
    );
}

#[test]
fn a_price_is_written_as_it_is() {
    for (micros, text) in [
        (1, "0.000001"),
        (-2_500_000, "-2.5"),
        (1_000_000_000, "1000"),
    ] {
        let mut order = sell(0, 0, OrderStatus::New);
        order.kind = OrderKind::Limit(Price::from_micros(micros));
        let terms = SELL.replace("44=10.5", &format!("44={text}"));
        check(
            &accepted(order),
            &format!("35=8|37=41|11=s-1|17=57-2|150=0|39=0|{terms}|151=3|14=0|6=0|{{T}}"),
        );
    }
}

#[test]
fn refused_cancels() {
    for (status, reason, fields) in [
        (
            None,
            CancelRefusal::SessionUnknown,
            "37=NONE|11=c-1|41=b-1|39=8|{T}|434=1|102=99",
        ),
        (
            None,
            CancelRefusal::SessionNotPermitted,
            "37=NONE|11=c-1|41=b-1|39=8|{T}|434=1|102=99",
        ),
        (
            Some(OrderStatus::New),
            CancelRefusal::DuplicateClientOrderId,
            "37=41|11=c-1|41=b-1|39=0|{T}|434=1|102=6",
        ),
        (
            None,
            CancelRefusal::UnknownOrder,
            "37=NONE|11=c-1|41=b-1|39=8|{T}|434=1|102=1",
        ),
        (
            Some(OrderStatus::Filled),
            CancelRefusal::TooLateToCancel,
            "37=41|11=c-1|41=b-1|39=2|{T}|434=1|102=0",
        ),
        (
            Some(OrderStatus::Cancelled),
            CancelRefusal::TooLateToCancel,
            "37=41|11=c-1|41=b-1|39=4|{T}|434=1|102=0",
        ),
        (
            Some(OrderStatus::Expired),
            CancelRefusal::TooLateToCancel,
            "37=41|11=c-1|41=b-1|39=C|{T}|434=1|102=0",
        ),
        (
            Some(OrderStatus::PartiallyFilled),
            CancelRefusal::OrderMismatch,
            "37=41|11=c-1|41=b-1|39=1|{T}|434=1|102=1",
        ),
    ] {
        check(
            &cancel_rejected(status, reason),
            &format!("35=9|{fields}|58={reason}"),
        );
    }
}
