//! The kill switch: whom it blocks, what it cancels and in which order, what it refuses, and what releases; and how scripts
//! write it.

use engine::{
    Block, Command, EventBody, IgnoreReason, OperatorName, Origin, Timestamp, TradingScope,
};

use crate::desk::{BEAT, Desk, after, check, session_of};

/// `block venue`, `block firm=A`, `block session=A2`; `unblock` the same.
pub(crate) fn command(words: &[&str]) -> Command {
    let (kind, name) = words[1].split_once('=').unwrap_or((words[1], ""));
    let scope = match kind {
        "session" => TradingScope::Session(name.parse().unwrap()),
        "firm" => TradingScope::Firm(name.parse().unwrap()),
        "venue" => TradingScope::Venue,
        other => panic!("no such scope: {other}"),
    };
    let reason = "desk asked".parse().unwrap();
    match words[0] {
        "block" => Command::BlockTrading { scope, reason },
        "unblock" => Command::ReleaseTrading { scope, reason },
        other => panic!("no such command: {other}"),
    }
}

pub(crate) fn tell(body: &EventBody) -> Option<String> {
    match body {
        EventBody::TradingBlocked { scope, orders, .. } => {
            Some(format!("blocked {scope}: {orders}"))
        }
        EventBody::TradingReleased { scope, since, .. } => {
            Some(format!("released {scope} since {}", since.nanos() / BEAT))
        }
        _ => None,
    }
}

fn operator(name: &str) -> Origin {
    Origin::Operator {
        name: OperatorName::new(name).unwrap(),
    }
}

#[test]
fn a_block_cancels_what_rests_of_those_it_means_and_of_no_other() {
    check(
        "A2 buy 1@3 a=a | A buy 2@4 | B buy 1@2 | operator block session=A2",
        "accepted 1; accepted 2; accepted 3; blocked session A2: 1; cancelled 1 blocked session A2",
    );
    check(
        "A2 buy 1@3 a=a | A buy 2@4 | B buy 1@2 | operator block firm=A",
        "accepted 1; accepted 2; accepted 3; blocked firm A: 2; cancelled 2 blocked firm A; \
         cancelled 1 blocked firm A",
    );
    check(
        "A2 buy 1@3 a=a | B buy 1@2 | A buy 2@4 | operator block venue",
        "accepted 1; accepted 2; accepted 3; blocked the venue: 3; cancelled 3 blocked the venue; \
         cancelled 1 blocked the venue; cancelled 2 blocked the venue",
    );
}

#[test]
fn stops_that_wait_and_orders_for_longer_than_a_day_are_cancelled_too() {
    check(
        "A buy 1@market stop=9 | A sell 1@7 gtc | A buy 3@2 show=1 gtc | operator block firm=A",
        "accepted 1; accepted 2; accepted 3; blocked firm A: 3; cancelled 1 blocked firm A; \
         cancelled 2 blocked firm A; cancelled 3 blocked firm A",
    );
}

#[test]
fn a_block_gives_back_the_instances_that_orders_held() {
    check(
        "settlement deposit s-1 i-1 a SMALL | A sell 1@5 x=SMALL | operator block firm=A | settlement withdraw s-1 a",
        "deposited s-1; accepted 2; blocked firm A: 1; cancelled 2 blocked firm A; withdrawn s-1",
    );
}

#[test]
fn new_orders_and_changes_of_who_is_blocked_are_refused_and_the_widest_block_is_told() {
    check(
        "operator block session=A | A buy 1@3 | A2 buy 1@3 a=a | B buy 1@2",
        "blocked session A: 0; rejected 2 TradingBlocked(Session); accepted 3; accepted 4",
    );
    check(
        "operator block session=A | operator block firm=A | A buy 1@3 | operator block venue | A buy 1@3 | B buy 1@2",
        "blocked session A: 0; blocked firm A: 0; rejected 3 TradingBlocked(Firm); blocked the venue: 0; \
         rejected 5 TradingBlocked(Venue); rejected 6 TradingBlocked(Venue)",
    );
    // The order is another session's: what is blocked is who asks.
    check(
        "A2 buy 1@3 a=a | operator block session=A | A replace 1 2@3 a=a | A2 replace 1 2@3 a=a",
        "accepted 1; blocked session A: 0; replace-rejected 3 TradingBlocked(Session) (1 New); \
         replaced 1>4 2 left New",
    );
}

#[test]
fn the_name_of_a_refused_order_is_used_and_a_used_name_is_told_before_the_block() {
    check(
        "operator block firm=A | A buy 1@3 | operator unblock firm=A | A buy 1@3 id=2 | operator block firm=A | A buy 1@3 id=2",
        "blocked firm A: 0; rejected 2 TradingBlocked(Firm); released firm A since 1; \
         rejected 2 DuplicateClientOrderId; blocked firm A: 0; rejected 2 DuplicateClientOrderId",
    );
}

#[test]
fn who_is_blocked_may_cancel_and_ask() {
    check(
        "A2 buy 1@3 a=a | operator block session=A | A cancel 1 | A status 1 | A cancel-all firm",
        "accepted 1; blocked session A: 0; cancelled 1 by 3; report 1 0/1 0 left Cancelled; cancelling 0 by 5",
    );
}

#[test]
fn each_block_stands_by_itself_until_it_is_released() {
    check(
        "operator block venue | operator block firm=A | operator unblock venue | A buy 1@3 | B buy 1@2 \
         | venue day | A buy 1@3 | operator unblock firm=A | A buy 1@3",
        "blocked the venue: 0; blocked firm A: 0; released the venue since 1; rejected 4 TradingBlocked(Firm); \
         accepted 5; expired 5; day-ended; rejected 7 TradingBlocked(Firm); released firm A since 2; \
         accepted 9",
    );
}

#[test]
fn what_is_so_already_or_nobody_knows_is_passed_over() {
    check(
        "operator unblock venue | operator block firm=A | operator block firm=A | operator block firm=NOBODY \
         | operator unblock session=NOBODY",
        "ignored AlreadySo; blocked firm A: 0; ignored AlreadySo; ignored Unknown; ignored Unknown",
    );
}

#[test]
fn members_and_settlement_block_nobody() {
    check(
        "A block firm=B | settlement block venue | A unblock firm=B | venue block venue | B buy 1@2",
        "ignored NotPermitted; ignored NotPermitted; ignored NotPermitted; blocked the venue: 0; \
         rejected 5 TradingBlocked(Venue)",
    );
}

#[test]
fn a_session_that_is_admitted_later_is_blocked_with_its_firm() {
    let mut desk = after("operator block firm=A");
    desk.apply(
        Origin::Venue,
        session_of("A3", "A", engine::SessionRole::OrderEntry),
    );
    let events = desk.run("A3 buy 1@3 a=a");
    let EventBody::OrderRejected { reason, .. } = &events[0].body else {
        panic!("{events:?}");
    };
    assert_eq!(
        reason.to_string(),
        "trading is blocked for the firm",
        "members are told who is blocked, not why"
    );
}

#[test]
fn blocks_are_told_with_who_laid_them_down_when_and_why() {
    let mut desk = Desk::open();
    for (name, line) in [
        ("alice", "session=A2"),
        ("bob", "venue"),
        ("alice", "firm=B"),
        ("bob", "session=B"),
    ] {
        let events = desk.apply(operator(name), command(&["block", line]));
        assert!(
            matches!(&events[0].body, EventBody::TradingBlocked { by, .. } if *by == operator(name)),
            "{events:?}"
        );
    }
    let told = desk.engine.blocks().map(|(scope, block)| {
        let Block {
            by, reason, since, ..
        } = block;
        assert_eq!(reason.as_str(), "desk asked");
        (scope.to_string(), by, since)
    });
    let at = |beat| Timestamp::from_nanos(beat * BEAT);
    let expected = [
        ("the venue", "bob", 2),
        ("firm B", "alice", 3),
        ("session B", "bob", 4),
        ("session A2", "alice", 1),
    ]
    .map(|(scope, name, beat)| (scope.to_owned(), operator(name), at(beat)));
    assert_eq!(told.collect::<Vec<_>>(), expected);
    // A block that is laid down again is not another one.
    let events = desk.apply(operator("carol"), command(&["block", "venue"]));
    assert!(
        matches!(
            events[0].body,
            EventBody::Ignored {
                reason: IgnoreReason::AlreadySo,
                ..
            }
        ),
        "{events:?}"
    );
    assert_eq!(desk.engine.blocks().next().unwrap().1.by, operator("bob"));
}
