//! Set-up commands, and the positions that keep a message from being taken twice.

use engine::{
    Command, EventBody, FirmKind, IgnoreReason, Instrument, Origin, Price, Quantity, SessionRole,
};

use crate::desk::{Desk, account_of, after, check, instrument, session_of};

#[test]
fn a_message_is_taken_once() {
    check(
        "A#0.5 buy 1@5 | A#0.5 buy 1@5 | A#0.4 buy 1@5 | A#0.6 cancel 1 | A#0.6 cancel 1",
        "accepted 1; ignored AlreadyTaken; ignored AlreadyTaken; cancelled 1 by 4; ignored AlreadyTaken",
    );
}

#[test]
fn a_refused_message_is_taken_too() {
    check(
        "A#0.5 buy 0@5 | A#0.5 buy 1@5",
        "rejected 1 QuantityInvalid; ignored AlreadyTaken",
    );
}

#[test]
fn a_reset_starts_the_numbers_again() {
    check(
        "A#0.5 buy 1@5 | venue reset A 1 | A#1.1 buy 1@5 | A#0.9 buy 1@5",
        "accepted 1; reset A 1; accepted 3; ignored AlreadyTaken",
    );
    check(
        "venue reset A 2 | venue reset A 2 | venue reset A 1 | venue reset NONE 1 | B reset A 3
         | A reset A 3",
        "reset A 2; ignored AlreadySo; ignored NotLater; ignored Unknown; ignored NotPermitted;
         reset A 3",
    );
}

#[test]
fn sessions_are_apart() {
    check(
        "A#0.5 buy 1@5 | B#0.5 buy 1@5 | A2#0.1 buy 1@5 a=a",
        "accepted 1; accepted 2; accepted 3",
    );
}

#[test]
fn a_position_can_be_read() {
    let desk = after("A#0.5 buy 1@5 | venue reset A 3 | A#3.7 buy 1@5");
    let position = desk.engine.session(&"A".parse().unwrap()).unwrap();
    assert_eq!((position.epoch, position.last_msg_seq_num), (3, 7));
    assert_eq!(
        (position.firm.as_str(), position.role),
        ("A", SessionRole::OrderEntry)
    );
    assert!(desk.engine.session(&"NONE".parse().unwrap()).is_none());
    assert_eq!(desk.engine.sessions().count(), 7);
}

/// What a set-up command comes to: nothing for a change, or why it changed nothing.
fn set_up(command: Command) -> Option<IgnoreReason> {
    match Desk::open().apply(Origin::Venue, command)[0].body {
        EventBody::Ignored { reason, .. } => Some(reason),
        _ => None,
    }
}

fn check_set_up(rows: impl IntoIterator<Item = (Command, Option<IgnoreReason>)>) {
    for (command, expected) in rows {
        assert_eq!(set_up(command.clone()), expected, "{command:?}");
    }
}

#[test]
fn an_instrument_may_change_its_tick_and_its_limit_only() {
    let listed = instrument("TEST", None, 1);
    let limit = |count| Instrument {
        max_order_quantity: Quantity::new(count),
        ..listed
    };
    let tick = |micros| Instrument {
        tick: Price::from_micros(micros),
        ..listed
    };
    let euros = Instrument {
        currency: "EUR".parse().unwrap(),
        ..listed
    };
    let rows = [
        (listed, Some(IgnoreReason::AlreadySo)),
        (limit(5), None),
        (limit(0), Some(IgnoreReason::Invalid)),
        (tick(2), None),
        (tick(0), Some(IgnoreReason::Invalid)),
        (euros, Some(IgnoreReason::Contradicts)),
        (
            instrument("TEST", Some("ACME"), 1),
            Some(IgnoreReason::Contradicts),
        ),
    ];
    check_set_up(rows.map(|(terms, expected)| (Command::ListInstrument(terms), expected)));
}

#[test]
fn firms_accounts_and_sessions_are_admitted_once() {
    let firm = |firm: &str, kind| Command::AdmitFirm {
        firm: firm.parse().unwrap(),
        kind,
    };
    let rows = [
        (firm("A", FirmKind::Broker), Some(IgnoreReason::AlreadySo)),
        (
            firm("A", FirmKind::Provider),
            Some(IgnoreReason::Contradicts),
        ),
        (firm("NEW", FirmKind::Broker), None),
        (
            account_of("a", "A", Some("ACME")),
            Some(IgnoreReason::AlreadySo),
        ),
        (account_of("a", "A", None), Some(IgnoreReason::Contradicts)),
        (
            account_of("a", "B", Some("ACME")),
            Some(IgnoreReason::Contradicts),
        ),
        (account_of("new", "NONE", None), Some(IgnoreReason::Unknown)),
        (account_of("new", "A", None), None),
        (
            session_of("A", "A", SessionRole::OrderEntry),
            Some(IgnoreReason::AlreadySo),
        ),
        (session_of("A", "A", SessionRole::DropCopy), None),
        (
            session_of("A", "B", SessionRole::OrderEntry),
            Some(IgnoreReason::Contradicts),
        ),
        (
            session_of("NEW", "NONE", SessionRole::OrderEntry),
            Some(IgnoreReason::Unknown),
        ),
        (session_of("NEW", "B", SessionRole::DropCopy), None),
    ];
    check_set_up(rows);
}

#[test]
fn a_session_may_not_set_up_the_market() {
    let mut desk = Desk::open();
    let origin = Origin::Session {
        session: "A".parse().unwrap(),
        epoch: 9,
        msg_seq_num: 9,
    };
    let commands = [
        Command::ListInstrument(instrument("NEW", None, 1)),
        Command::AdmitFirm {
            firm: "NEW".parse().unwrap(),
            kind: FirmKind::Broker,
        },
        Command::EndTradingDay,
    ];
    for command in commands {
        let events = desk.apply(origin, command);
        let expected = EventBody::Ignored {
            origin,
            reason: IgnoreReason::NotPermitted,
        };
        assert_eq!(events[0].body, expected);
    }
}

#[test]
#[should_panic(expected = "commands come without gaps")]
fn a_gap_in_the_commands_stops_the_engine() {
    let mut desk = Desk::open();
    let mut sequenced = desk.journal.pop().unwrap();
    sequenced.number = engine::CommandNumber::new(sequenced.number.get() + 2);
    desk.engine.apply(&sequenced, &mut Vec::new());
}
