//! Sessions that lose their clients: which orders are cancelled, when, and which are kept.

use std::time::Duration;

use engine::{
    CancelOnDisconnect, CancelScope, Command, Connection, DisconnectCause, EventBody, Expiry,
    TimeInForce, Timestamp, TradingDay,
};

use crate::desk::{BEAT, after, check};

/// `connect A`, and with a policy `connect A session|firm`, then any of `grace=beats spares stays`;
/// `lose A`, `logout A`, `cut A`, `stop A`; `fire`.
pub(crate) fn command(words: &[&str]) -> Command {
    let why = match words[0] {
        "connect" => {
            return Command::ConnectSession {
                session: words[1].parse().unwrap(),
                policy: words.get(2).map(|scope| policy(scope, &words[3..])),
            };
        }
        "fire" => return Command::FireTimers,
        "lose" => DisconnectCause::Lost,
        "logout" => DisconnectCause::LoggedOut,
        "cut" => DisconnectCause::ByVenue,
        "stop" => DisconnectCause::VenueStopped,
        "close" => DisconnectCause::HoursOver,
        other => panic!("no such command: {other}"),
    };
    Command::DisconnectSession {
        session: words[1].parse().unwrap(),
        why,
    }
}

fn policy(scope: &str, words: &[&str]) -> CancelOnDisconnect {
    let mut policy = CancelOnDisconnect {
        scope: match scope {
            "session" => CancelScope::Session,
            "firm" => CancelScope::Firm,
            other => panic!("no such scope: {other}"),
        },
        grace: Duration::ZERO,
        spares_good_till: false,
        on_logout: true,
    };
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("grace", beats) => {
                policy.grace = Duration::from_nanos(beats.parse::<u64>().unwrap() * BEAT);
            }
            ("spares", _) => policy.spares_good_till = true,
            ("stays", _) => policy.on_logout = false,
            other => panic!("no such option: {other:?}"),
        }
    }
    policy
}

pub(crate) fn till(beat: &str) -> TimeInForce {
    let nanos = beat.parse::<u64>().unwrap() * BEAT;
    TimeInForce::GoodTillDate(Expiry::At(Timestamp::from_nanos(nanos)))
}

pub(crate) fn last_day(day: &str) -> TimeInForce {
    TimeInForce::GoodTillDate(Expiry::EndOf(TradingDay::from_days(day.parse().unwrap())))
}

/// An event about a connection in few words; any other as it is.
pub(crate) fn tell(body: &EventBody) -> String {
    match body {
        EventBody::SessionConnected {
            session,
            called_off,
            ..
        } => {
            let called_off = called_off.map_or(String::new(), |at| format!(" not {}", beat(at)));
            format!("connected {session}{called_off}")
        }
        EventBody::SessionDisconnected {
            session,
            cancels_at,
            ..
        } => {
            let until = cancels_at.map_or(String::new(), |at| format!(" until {}", beat(at)));
            format!("gone {session}{until}")
        }
        EventBody::GraceEnded {
            session, orders, ..
        } => format!("over {session} {orders}"),
        other => format!("{other:?}"),
    }
}

fn beat(time: Timestamp) -> u64 {
    time.nanos() / BEAT
}

#[test]
fn without_a_policy_nothing_happens() {
    check(
        "venue connect A | A buy 1@5 | venue lose A | wait 99 | venue fire | A cancel 2",
        "connected A; accepted 2; ignored AlreadySo; ignored AlreadySo; cancelled 2 by 5",
    );
    check("venue lose A", "ignored AlreadySo");
    check(
        "venue connect NONE session | venue lose NONE",
        "ignored Unknown; ignored Unknown",
    );
}

#[test]
fn the_end_of_its_hours_is_no_loss() {
    check(
        "venue connect A session | A buy 1@5 | venue close A | wait 99 | venue lose A | A cancel 2",
        "connected A; accepted 2; gone A; ignored AlreadySo; cancelled 2 by 5",
    );
}

#[test]
fn no_session_says_of_another_that_it_came_or_went() {
    check(
        "A connect B session | A lose B | A fire",
        "ignored NotPermitted; ignored NotPermitted; ignored NotPermitted",
    );
    check(
        "operator connect A session | operator lose A",
        "connected A; gone A until 2; over A 0",
    );
}

#[test]
fn a_grace_of_zero_is_over_at_once() {
    check(
        "venue connect A session | A buy 1@5 | A sell 1@7 | venue lose A",
        "connected A; accepted 2; accepted 3; gone A until 4; over A 2; cancelled 2 with A; cancelled 3 with A",
    );
}

#[test]
fn the_first_command_that_is_not_earlier_fires_a_timer() {
    let begin = "venue connect A session grace=3 | A buy 1@5 | venue lose A";
    let begun = "connected A; accepted 2; gone A until 6";
    for (rest, expected) in [
        // Beats 4 and 5 are earlier; at 6 the order is gone before the sell can trade with it.
        (
            "B sell 1@9 | B sell 1@9 | B sell 1@5",
            "accepted 4; accepted 5; over A 1; cancelled 2 with A; accepted 6",
        ),
        (
            "B sell 1@9 | B sell 1@5",
            "accepted 4; accepted 5; fill 2 1@5 0 left; fill 5 1@5 0 left; trade 2<5 1@5",
        ),
        ("wait 2 | venue fire", "over A 1; cancelled 2 with A"),
        ("wait 1 | venue fire", "ignored AlreadySo"),
        (
            "wait 9 | venue fire | venue fire",
            "over A 1; cancelled 2 with A; ignored AlreadySo",
        ),
        (
            "wait 9 | A fire",
            "over A 1; cancelled 2 with A; ignored NotPermitted",
        ),
        (
            "wait 9 | A cancel 2",
            "over A 1; cancelled 2 with A; cancel-rejected 4 TooLateToCancel (2 Cancelled)",
        ),
        // What is left of the day ends after what was due before.
        (
            "wait 9 | venue day",
            "over A 1; cancelled 2 with A; day-ended",
        ),
        (
            "venue day | wait 9 | venue fire",
            "expired 2; day-ended; over A 0",
        ),
    ] {
        check(
            &format!("{begin} | {rest}"),
            &format!("{begun}; {expected}"),
        );
    }
}

#[test]
fn a_client_that_comes_back_in_time_keeps_its_orders() {
    check(
        "venue connect A session grace=3 | A buy 1@5 | venue lose A | venue connect A session grace=3 | wait 9
         | venue fire | venue lose A | wait 2 | venue fire",
        "connected A; accepted 2; gone A until 6; connected A not 6;
         ignored AlreadySo; gone A until 18; over A 1; cancelled 2 with A",
    );
    // At the deadline itself it is too late.
    check(
        "venue connect A session grace=3 | A buy 1@5 | venue lose A | wait 2 | venue connect A session grace=3",
        "connected A; accepted 2; gone A until 6; over A 1; cancelled 2 with A; connected A",
    );
    // It may come back with another policy, or with none.
    check(
        "venue connect A session grace=3 | A buy 1@5 | venue lose A | venue connect A | wait 9 | venue lose A",
        "connected A; accepted 2; gone A until 6; connected A not 6; ignored AlreadySo",
    );
}

#[test]
fn the_policy_of_the_latest_connection_counts() {
    check(
        "venue connect A session grace=50 | venue connect A session | A buy 1@5 | venue lose A",
        "connected A; connected A; accepted 3; gone A until 4; over A 1; cancelled 3 with A",
    );
}

#[test]
fn a_session_that_is_lost_is_lost_once() {
    check(
        "venue connect A session grace=3 | A buy 1@5 | venue lose A | venue cut A | wait 9 | venue lose A",
        "connected A; accepted 2; gone A until 6; ignored AlreadySo; over A 1; cancelled 2 with A; ignored AlreadySo",
    );
}

#[test]
fn scope_and_time_in_force_say_whose_orders_are_cancelled() {
    let orders =
        "A buy 1@5 id=day | A2 buy 1@4 a=a2 id=other | B buy 1@3 id=B | A buy 1@2 gtc id=gtc
                  | A2 buy 1@1 till=90 a=a2 id=till | A sell 1@9 lastday=3 id=date";
    let accepted =
        "accepted day; accepted other; accepted B; accepted gtc; accepted till; accepted date";
    for (policy, cancelled) in [
        (
            "session",
            "over A 3; cancelled day with A; cancelled gtc with A; cancelled date with A",
        ),
        ("session spares", "over A 1; cancelled day with A"),
        (
            "firm",
            "over A 5; cancelled day with A; cancelled gtc with A; cancelled date with A;
             cancelled other with A; cancelled till with A",
        ),
        (
            "firm spares",
            "over A 2; cancelled day with A; cancelled other with A",
        ),
    ] {
        // Whether the orders were there before the client came or not.
        check(
            &format!("{orders} | venue connect A {policy} | venue lose A"),
            &format!("{accepted}; connected A; gone A until 8; {cancelled}"),
        );
        check(
            &format!("venue connect A {policy} | {orders} | venue lose A"),
            &format!("connected A; {accepted}; gone A until 8; {cancelled}"),
        );
    }
}

#[test]
fn a_firm_is_cancelled_whole_though_others_of_it_are_connected() {
    check(
        "venue connect A firm | venue connect A2 session | A2 buy 1@5 a=a2 | venue lose A | venue lose A2",
        "connected A; connected A2; accepted 3; gone A until 4; over A 1; cancelled 3 with A; gone A2 until 5; over A2 0",
    );
}

#[test]
fn what_is_filled_or_cancelled_meanwhile_is_left_alone() {
    check(
        "venue connect A session grace=9 | A buy 3@5 | A buy 1@4 | A buy 1@3 | venue lose A | B sell 3@5 | B sell 1@4
         | A2 cancel 4 | A2 buy 5@2 a=a2 | wait 9 | venue fire",
        "connected A; accepted 2; accepted 3; accepted 4; gone A until 14;
         accepted 6; fill 2 3@5 0 left; fill 6 3@5 0 left; trade 2<6 3@5;
         accepted 7; fill 3 1@4 0 left; fill 7 1@4 0 left; trade 3<7 1@4;
         cancelled 4 by 8; accepted 9; over A 0",
    );
    check(
        "venue connect A session grace=9 | A buy 3@5 | B sell 1@5 | venue lose A | wait 9 | venue fire",
        "connected A; accepted 2; accepted 3; fill 2 1@5 2 left; fill 3 1@5 0 left; trade 2<3 1@5;
         gone A until 13; over A 1; cancelled 2 with A",
    );
}

#[test]
fn what_a_cancelled_order_held_is_free_again() {
    check(
        "settlement deposit s-1 i-1 a SMALL | venue connect A session | A sell 1@5 x=SMALL | A sell 1@5 x=SMALL
         | venue lose A | A sell 1@5 x=SMALL",
        "deposited s-1; connected A; accepted 3; rejected 4 NotEnoughFreeInstances;
         gone A until 5; over A 1; cancelled 3 with A; accepted 6",
    );
}

#[test]
fn a_logout_counts_as_a_loss_unless_the_policy_says_otherwise() {
    for (policy, lost, expected) in [
        (
            "session",
            "logout",
            "gone A until 3; over A 1; cancelled 2 with A",
        ),
        ("session stays", "logout", "gone A"),
        (
            "session stays",
            "lose",
            "gone A until 3; over A 1; cancelled 2 with A",
        ),
        (
            "session stays",
            "cut",
            "gone A until 3; over A 1; cancelled 2 with A",
        ),
        (
            "session stays",
            "stop",
            "gone A until 3; over A 1; cancelled 2 with A",
        ),
    ] {
        check(
            &format!("venue connect A {policy} | A buy 1@5 | venue {lost} A"),
            &format!("connected A; accepted 2; {expected}"),
        );
    }
}

#[test]
fn timers_fire_in_the_order_of_their_times_and_orders_expire_first() {
    check(
        "venue connect A session grace=9 | venue connect B session grace=5 | A buy 1@5 | B buy 1@4
         | M buy 1@3 till=13 | M buy 1@2 till=15 | venue lose A | venue lose B | wait 20 | venue fire",
        "connected A; connected B; accepted 3; accepted 4; accepted 5; accepted 6; gone A until 16; gone B until 13;
         expired 5; expired 6; over B 1; cancelled 4 with B; over A 1; cancelled 3 with A",
    );
}

#[test]
fn the_next_timer_can_be_asked_for() {
    let due = |script: &str| after(script).engine.next_timer().map(beat);
    let lost = "venue connect A session grace=9 | A buy 1@5 till=99 | venue lose A";
    assert_eq!(due("A buy 1@5"), None);
    assert_eq!(due("A buy 1@5 till=99"), Some(99));
    assert_eq!(due("A buy 1@5 till=99 | A cancel 1"), None);
    assert_eq!(due("A buy 1@5 till=99 | B sell 1@5"), None);
    assert_eq!(due("A buy 1@5 till=99 | wait 98 | venue fire"), None);
    assert_eq!(due(lost), Some(12));
    assert_eq!(due(&format!("{lost} | venue connect A session")), Some(99));
    assert_eq!(due(&format!("{lost} | wait 9 | venue fire")), None);
}

#[test]
fn where_a_client_is_can_be_read() {
    let connection = |script: &str| {
        let session = "A".parse().unwrap();
        after(script).engine.session(&session).unwrap().connection
    };
    let policy = policy("session", &["grace=9"]);
    let connect = "venue connect A session grace=9";
    assert_eq!(connection("A buy 1@5"), Connection::Unwatched);
    assert_eq!(connection(connect), Connection::Watched(policy));
    let deadline = Timestamp::from_nanos(11 * BEAT);
    let lost = Connection::Lost { policy, deadline };
    assert_eq!(connection(&format!("{connect} | venue lose A")), lost);
    let over = format!("{connect} | venue lose A | wait 9 | venue fire");
    assert_eq!(connection(&over), Connection::Unwatched);
}

#[test]
fn a_grace_that_never_ends_never_ends() {
    let mut desk = after("A buy 1@5");
    let policy = CancelOnDisconnect {
        grace: Duration::MAX,
        ..policy("session", &[])
    };
    let session = "A".parse().unwrap();
    let connect = Command::ConnectSession {
        session,
        policy: Some(policy),
    };
    desk.apply(engine::Origin::Venue, connect);
    desk.run("venue lose A");
    desk.run("wait 1000000000000");
    assert_eq!(
        tell(&desk.run("venue fire")[0].body).split(' ').next(),
        Some("Ignored")
    );
}
