//! Messages that become commands, field by field.

use std::collections::BTreeMap;

use engine::{
    AccountName, CancelRequest, ClientOrderId, Command, CommandNumber, Conditions, CurrencyCode,
    Expiry, ImageName, Input, InstanceName, NewOrder, OrderId, OrderKind, Origin, Price, Quantity,
    SelfMatchInstruction, Side, Symbol, TimeInForce, Timestamp, TradingDay,
};

use super::fixtures::session;
use super::{changed, now, read};
use crate::order_entry::inbound::{Sender, command};

pub(super) const ORDER: &str = "35=D|11=o-1|1=acme:7|21=1|55=ACME.m5|54=2|60=20231114-22:13:20.123456|38=3|40=2|44=10.50|15=USD|59=0";
pub(super) const CANCEL: &str =
    "35=F|41=o-1|37=41|11=c-1|55=ACME.m5|54=2|60=20231114-22:13:20.123456|38=3";

pub(super) fn currencies() -> BTreeMap<Symbol, CurrencyCode> {
    BTreeMap::from([(
        Symbol::new("ACME.m5").unwrap(),
        CurrencyCode::new("USD").unwrap(),
    )])
}

pub(super) fn sender(currencies: &BTreeMap<Symbol, CurrencyCode>) -> Sender<'_> {
    Sender {
        session: session("CLIENT"),
        epoch: 4,
        default_account: None,
        currencies,
    }
}

pub(super) fn input(fields: &str, default_account: Option<&str>) -> Input {
    let currencies = currencies();
    let default_account = default_account.map(|name| AccountName::new(name).unwrap());
    let sender = Sender {
        default_account,
        ..sender(&currencies)
    };
    read(fields, |message| command(message, &sender, now()).unwrap())
}

pub(super) fn order() -> NewOrder {
    NewOrder {
        client_order_id: ClientOrderId::new("o-1").unwrap(),
        account: AccountName::new("acme:7").unwrap(),
        symbol: Symbol::new("ACME.m5").unwrap(),
        side: Side::Sell,
        kind: OrderKind::Limit(Price::from_micros(10_500_000)),
        quantity: Quantity::new(3),
        time_in_force: TimeInForce::Day,
        instances: Vec::new(),
        image: None,
        transact_time: Timestamp::from_nanos(1_700_000_000_123_456_000),
        conditions: None,
    }
}

/// The order with these fields changed becomes the command with `change` made to it.
fn check_order(changes: &[&str], change: impl FnOnce(&mut NewOrder)) {
    let mut expected = order();
    change(&mut expected);
    let found = input(&changed(ORDER, changes), None).command;
    assert_eq!(found, Command::SubmitOrder(expected), "{changes:?}");
}

#[test]
fn a_command_carries_its_session_epoch_and_number() {
    let origin = Origin::Session {
        session: session("CLIENT"),
        epoch: 4,
        msg_seq_num: 9,
    };
    assert_eq!(input(ORDER, None).origin, origin);
    assert_eq!(input(CANCEL, None).origin, origin);
}

#[test]
fn the_names_of_an_order() {
    check_order(&["11=x"], |order| {
        order.client_order_id = ClientOrderId::new("x").unwrap()
    });
    check_order(&["1=globex:1"], |order| {
        order.account = AccountName::new("globex:1").unwrap()
    });
    check_order(&["55=BENCH.A"], |order| {
        order.symbol = Symbol::new("BENCH.A").unwrap()
    });
    check_order(&["20002=img-9"], |order| {
        order.image = Some(ImageName::new("img-9").unwrap())
    });
    check_order(&["20001=i-1 i-2 i-3"], |order| {
        order.instances = ["i-1", "i-2", "i-3"]
            .map(|name| InstanceName::new(name).unwrap())
            .to_vec();
    });
}

#[test]
fn the_terms_of_an_order() {
    check_order(&[], |_| {});
    check_order(&["54=1"], |order| order.side = Side::Buy);
    for (text, count) in [("18446744073709551615", u64::MAX), ("7.000", 7), ("0", 0)] {
        check_order(&[&format!("38={text}")], |order| {
            order.quantity = Quantity::new(count)
        });
    }
    for (text, micros) in [
        ("0.000001", 1),
        ("-5", -5_000_000),
        ("00010.5000000", 10_500_000),
    ] {
        check_order(&[&format!("44={text}")], |order| {
            order.kind = OrderKind::Limit(Price::from_micros(micros));
        });
    }
    check_order(&["40=1", "-44"], |order| order.kind = OrderKind::Market);
    check_order(&["40=K", "-44"], |order| {
        order.kind = OrderKind::MarketToLimit
    });
    let stop = Price::from_micros(11_250_000);
    check_order(&["40=3", "-44", "99=11.25"], |order| {
        order.kind = OrderKind::Stop(stop)
    });
    check_order(&["40=4", "99=11.25"], |order| {
        let limit = Price::from_micros(10_500_000);
        order.kind = OrderKind::StopLimit { stop, limit };
    });
    check_order(&["-59"], |order| order.time_in_force = TimeInForce::Day);
    check_order(&["59=3"], |order| {
        order.time_in_force = TimeInForce::ImmediateOrCancel
    });
    check_order(&["59=4"], |order| {
        order.time_in_force = TimeInForce::FillOrKill
    });
    check_order(&["59=1"], |order| {
        order.time_in_force = TimeInForce::GoodTillCancel
    });
    check_order(&["59=2"], |order| {
        order.time_in_force = TimeInForce::AtTheOpening
    });
    check_order(&["59=7"], |order| {
        order.time_in_force = TimeInForce::AtTheClose
    });
    check_order(&["59=6", "432=20231115"], |order| {
        let day = TradingDay::from_days(19_676);
        order.time_in_force = TimeInForce::GoodTillDate(Expiry::EndOf(day));
    });
    check_order(&["59=6", "126=20231114-22:13:20.000000007"], |order| {
        let time = Timestamp::from_nanos(1_700_000_000_000_000_007);
        order.time_in_force = TimeInForce::GoodTillDate(Expiry::At(time));
    });
    check_order(&["60=20231114-22:13:20.000000007"], |order| {
        order.transact_time = Timestamp::from_nanos(1_700_000_000_000_000_007);
    });
}

#[test]
fn what_an_order_asks_for_beside_its_terms() {
    let check = |changes: &[&str], conditions: Conditions| {
        check_order(changes, |order| order.conditions = conditions.carried());
    };
    let none = Conditions::default();
    check(
        &["18=6"],
        Conditions {
            post_only: true,
            ..none
        },
    );
    check(
        &["110=2"],
        Conditions {
            minimum_quantity: Some(Quantity::new(2)),
            ..none
        },
    );
    check(
        &["111=0"],
        Conditions {
            displayed_quantity: Some(Quantity::new(0)),
            ..none
        },
    );
}

#[test]
fn self_match_prevention() {
    for (text, instruction) in [
        ("1", SelfMatchInstruction::CancelTaker),
        ("2", SelfMatchInstruction::CancelMaker),
        ("3", SelfMatchInstruction::CancelBoth),
        ("100", SelfMatchInstruction::DecrementAndCancel),
    ] {
        check_order(&[&format!("2964={text}")], |order| {
            order.conditions = Conditions {
                self_match_instruction: Some(instruction),
                ..Conditions::default()
            }
            .carried();
        });
    }
    check_order(&["2362=DESK-1"], |order| {
        order.conditions = Conditions {
            self_match_group: Some("DESK-1".parse().unwrap()),
            ..Conditions::default()
        }
        .carried();
    });
}

#[test]
fn what_changes_nothing_is_passed_over() {
    for changes in [
        &["-21"][..],
        &["21=3", "58=for my aunt", "423=2", "854=0"],
        &["-15"],
    ] {
        check_order(changes, |_| {});
    }
    // The market says that there is no such instrument.
    check_order(&["55=UNKNOWN", "15=EUR"], |order| {
        order.symbol = Symbol::new("UNKNOWN").unwrap()
    });
}

#[test]
fn the_account_of_the_session_stands_in() {
    for (changes, expected) in [(&["-1"][..], "acme:1"), (&[], "acme:7")] {
        let command = input(&changed(ORDER, changes), Some("acme:1")).command;
        assert!(
            matches!(&command, Command::SubmitOrder(order) if order.account.as_str() == expected),
            "{command:?}"
        );
    }
}

#[test]
fn every_field_of_a_cancel() {
    let cancel = || CancelRequest {
        client_order_id: ClientOrderId::new("c-1").unwrap(),
        original_client_order_id: ClientOrderId::new("o-1").unwrap(),
        order_id: Some(OrderId::new(CommandNumber::new(41))),
        symbol: Symbol::new("ACME.m5").unwrap(),
        side: Side::Sell,
        transact_time: Timestamp::from_nanos(1_700_000_000_123_456_000),
    };
    let check = |changes: &[&str], expected: CancelRequest| {
        let found = input(&changed(CANCEL, changes), None).command;
        assert_eq!(found, Command::CancelOrder(expected), "{changes:?}");
    };
    check(&[], cancel());
    check(&["-38", "1=acme:7", "58=please"], cancel());
    check(
        &["-37"],
        CancelRequest {
            order_id: None,
            ..cancel()
        },
    );
    check(
        &["11=z"],
        CancelRequest {
            client_order_id: ClientOrderId::new("z").unwrap(),
            ..cancel()
        },
    );
    check(
        &["41=z"],
        CancelRequest {
            original_client_order_id: ClientOrderId::new("z").unwrap(),
            ..cancel()
        },
    );
    check(
        &["55=X"],
        CancelRequest {
            symbol: Symbol::new("X").unwrap(),
            ..cancel()
        },
    );
    check(
        &["54=1"],
        CancelRequest {
            side: Side::Buy,
            ..cancel()
        },
    );
    check(
        &["60=19700101-00:00:00"],
        CancelRequest {
            transact_time: Timestamp::from_nanos(0),
            ..cancel()
        },
    );
}
