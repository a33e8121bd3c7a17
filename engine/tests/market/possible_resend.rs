//! Orders and cancels that their sender may have sent before, under another number: each is taken once.

use engine::{Command, EventBody, IgnoreReason, Origin};

use crate::desk::{Desk, after};

/// Sends the command of the script's last line once more, as one that may have been sent before; says why it was passed
/// over, if it was.
fn again(desk: &mut Desk) -> Option<IgnoreReason> {
    let last = desk.journal.last().expect("the script has a line");
    let Origin::Session { session, epoch, .. } = last.input.origin else {
        panic!("the last line is a session's")
    };
    let command = match last.input.command.clone() {
        Command::SubmitOrder(order) => Command::SubmitOrderAgain(order),
        Command::CancelOrder(request) => Command::CancelOrderAgain(request),
        other => panic!("{other:?} is not sent again"),
    };
    let origin = Origin::Session {
        session,
        epoch,
        msg_seq_num: 1_000,
    };
    match desk.apply(origin, command).first().map(|event| &event.body) {
        Some(EventBody::Ignored { reason, .. }) => Some(*reason),
        _ => None,
    }
}

#[test]
fn what_was_seen_before_is_passed_over() {
    for script in [
        "A buy 1@5",
        "B sell 1@5 a=b | A buy 1@5",
        "A buy 0@5",
        "A buy 1@5 | A cancel 1",
        "A cancel 1",
    ] {
        let mut desk = after(script);
        assert_eq!(again(&mut desk), Some(IgnoreReason::SeenBefore), "{script}");
    }
}

#[test]
fn what_was_not_seen_before_is_taken() {
    let mut desk = after("A buy 1@5");
    let Some(Command::SubmitOrder(order)) =
        desk.journal.last().map(|last| last.input.command.clone())
    else {
        panic!("the script sends an order")
    };
    let origin = |number| Origin::Session {
        session: "A".parse().expect("a name"),
        epoch: 0,
        msg_seq_num: number,
    };
    let new = engine::NewOrder {
        client_order_id: "another".parse().expect("a name"),
        ..order
    };
    let command = Command::SubmitOrderAgain(new);
    let taken = desk.apply(origin(1_000), command.clone());
    assert!(
        matches!(taken[0].body, EventBody::OrderAccepted { .. }),
        "{taken:?}"
    );
    let seen = desk.apply(origin(1_001), command);
    assert!(
        matches!(
            seen[0].body,
            EventBody::Ignored {
                reason: IgnoreReason::SeenBefore,
                ..
            }
        ),
        "{seen:?}"
    );
}
