//! Each table is a life of one throttle: what comes when, and what becomes of it.

use std::time::Duration;

use chrono::{TimeDelta, TimeZone as _, Utc};
use fix_codec::frame::{Framing, next_frame};
use fix_codec::{Decoder, MsgType};

use super::super::Time;
use super::{Throttle, Verdict};

/// In a second: 3 messages taken, 6 ends it; 5 cancels taken, 8 ends it; 4 administrative messages.
fn limits() -> config::Throttle {
    let tiers = |reject, logout| config::Tiers { reject, logout };
    config::Throttle {
        window: Duration::from_secs(1),
        messages: tiers(3, 6),
        cancels: tiers(5, 8),
        admin_logout: 4,
    }
}

fn at(millis: i64) -> Time {
    Utc.timestamp_millis_opt(1_700_000_000_000 + millis)
        .single()
        .expect("a time after 1970")
}

/// What a message lives through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// It comes, and it is its turn.
    Both,
    /// It comes, and waits behind a gap.
    Comes,
    /// Its turn has come.
    Turn,
}

/// What becomes of a message of this type: the verdict in a word, and what the client is told.
fn message(
    throttle: &mut Throttle,
    now: Time,
    msg_type: &str,
    poss_dup: bool,
    stage: Stage,
) -> String {
    let flag = if poss_dup { "43=Y|" } else { "" };
    let body = format!("35={msg_type}|34=2|49=ME|52=20260102-10:11:12|56=PIT|{flag}");
    let body = body.replace('|', "\u{1}");
    let mut text = format!("8=FIX.4.4\u{1}9={}\u{1}{body}", body.len());
    let sum = text.bytes().fold(0_u8, u8::wrapping_add);
    text.push_str(&format!("10={sum:03}\u{1}"));
    let Framing::Message(frame) = next_frame(text.as_bytes(), 1_024) else {
        panic!("{text} is no message")
    };
    let mut decoder = Decoder::new();
    let message = decoder.decode(frame).expect("it can be read");
    let header = &message.header;
    let verdict = match stage {
        Stage::Both | Stage::Comes => throttle.came(now, header),
        Stage::Turn => throttle.next_held(now, header),
    };
    if verdict != Verdict::Take || stage == Stage::Comes || header.msg_type.is_session() {
        return said(verdict);
    }
    match throttle.take(now, header) {
        Ok(()) => said(Verdict::Take),
        Err(why) => format!("refuse: {why}"),
    }
}

/// The verdict in a word, and what the client is told.
fn said(verdict: Verdict) -> String {
    match verdict {
        Verdict::Take => "take".to_owned(),
        Verdict::Wait(until) => format!("wait {}", (until - at(0)).num_milliseconds()),
        Verdict::LogOut(why) => format!("log out: {why}"),
    }
}

const REFUSED: &str = "refuse: more than 3 messages within 1s";

#[track_caller]
fn check(life: &[(i64, &str, &str)]) {
    let mut throttle = Throttle::new(Some(&limits()));
    for (millis, what, expected) in life {
        let now = at(*millis);
        let mut live =
            |msg_type, poss_dup, stage| message(&mut throttle, now, msg_type, poss_dup, stage);
        let became = match what.split_once(' ') {
            Some((msg_type, "again")) => live(msg_type, true, Stage::Both),
            Some((msg_type, "again waits")) => live(msg_type, true, Stage::Comes),
            Some((msg_type, "again has its turn")) => live(msg_type, true, Stage::Turn),
            Some((msg_type, "waits")) => live(msg_type, false, Stage::Comes),
            Some((msg_type, "has its turn")) => live(msg_type, false, Stage::Turn),
            Some(("garbled", bytes)) => {
                said(throttle.garbled(now, bytes.parse().expect("a number of bytes")))
            }
            Some(other) => panic!("{other:?} means nothing"),
            None if *what == "connected" => {
                throttle.connected();
                said(Verdict::Take)
            }
            None if *what == "unreadable" => said(throttle.unreadable(now)),
            None => live(what, false, Stage::Both),
        };
        assert_eq!(became, *expected, "{what} at {millis} ms");
    }
}

#[test]
fn messages_are_refused_over_the_first_limit_and_end_the_session_over_the_second() {
    check(&[
        (0, "D", "take"),
        (0, "G", "take"),
        (0, "V", "take"),
        (0, "D", REFUSED),
        (10, "D", REFUSED),
        (20, "D", REFUSED),
        (30, "D", "log out: more than 6 messages within 1s"),
        (40, "D", "log out: more than 6 messages within 1s"),
    ]);
}

#[test]
fn what_is_refused_takes_no_room() {
    check(&[
        (0, "D", "take"),
        (400, "D", "take"),
        (800, "D", "take"),
        (900, "D", REFUSED),
        // The first has left the window, the refused one was never in it.
        (1_100, "D", "take"),
        (1_150, "D", REFUSED),
        (1_500, "D", "take"),
        (1_900, "D", "take"),
    ]);
}

#[test]
fn cancels_have_room_of_their_own() {
    check(&[
        (0, "D", "take"),
        (0, "D", "take"),
        (0, "D", "take"),
        (0, "D", REFUSED),
        (0, "F", "take"),
        (0, "q", "take"),
        (0, "Z", "take"),
        (0, "F", "take"),
        (0, "F", "take"),
        (0, "F", "refuse: more than 5 cancels within 1s"),
        (0, "F", "refuse: more than 5 cancels within 1s"),
        (0, "F", "refuse: more than 5 cancels within 1s"),
        (0, "F", "log out: more than 8 cancels within 1s"),
        (0, "D", REFUSED),
    ]);
}

#[test]
fn administrative_messages_and_noise_end_the_session_only_in_a_flood() {
    let flood = "log out: more than 4 administrative or unreadable messages within 1s";
    check(&[
        (0, "1", "take"),
        (0, "2", "take"),
        (0, "unreadable", "take"),
        (0, "garbled 100", "take"),
        (0, "0", flood),
        (0, "D", "take"),
        // Much noise weighs as many messages.
        (5_000, "garbled 12287", "take"),
        (5_000, "1", "take"),
        (5_000, "1", flood),
        (9_000, "garbled 16384", flood),
    ]);
}

#[test]
fn what_is_sent_again_is_paced_and_counts_for_nothing_else() {
    check(&[
        (0, "D again", "take"),
        (0, "F again", "take"),
        (0, "4 again", "take"),
        // A slice of the window is 62.5 ms; time is cut at its multiples.
        (0, "D again", "wait 62"),
        (100, "D again", "wait 125"),
        (100, "D", "take"),
        (1_100, "D again", "take"),
    ]);
}

#[test]
fn what_waits_behind_a_gap_comes_then_and_is_taken_in_its_turn() {
    check(&[
        (0, "D waits", "take"),
        (0, "D waits", "take"),
        (0, "D waits", "take"),
        (0, "D waits", "take"),
        (0, "F waits", "take"),
        (0, "D waits", "take"),
        (500, "D", "take"),
        (500, "D has its turn", "take"),
        (500, "D has its turn", "take"),
        (500, "D has its turn", REFUSED),
        (500, "F has its turn", "take"),
        (500, "D has its turn", REFUSED),
        // Six have come, and that is all that may, whatever became of them.
        (600, "D waits", "log out: more than 6 messages within 1s"),
        (1_700, "D has its turn", "take"),
    ]);
}

#[test]
fn what_is_sent_again_and_waits_behind_a_gap_is_paced_twice() {
    check(&[
        (0, "D again waits", "take"),
        (0, "D again waits", "take"),
        (0, "D again waits", "take"),
        (0, "D again waits", "wait 62"),
        (1_100, "D again waits", "take"),
        (3_000, "D again has its turn", "take"),
        (3_000, "D again has its turn", "take"),
        (3_000, "D again has its turn", "take"),
        (3_000, "D again has its turn", "wait 3062"),
        // What is new has room of its own.
        (3_000, "D has its turn", "take"),
    ]);
}

#[test]
fn a_new_connection_begins_anew_but_for_what_was_taken() {
    let mut life = vec![(0, "D", "take"); 3];
    life.extend([(0, "D", REFUSED); 3]);
    life.push((0, "D", "log out: more than 6 messages within 1s"));
    life.push((10, "connected", "take"));
    life.push((10, "D", REFUSED));
    life.push((1_100, "D", "take"));
    check(&life);
}

#[test]
fn no_limit_is_no_limit() {
    let mut throttle = Throttle::new(None);
    for _ in 0..1_000 {
        for stage in [Stage::Both, Stage::Comes, Stage::Turn] {
            for (msg_type, poss_dup) in [("D", false), ("1", true)] {
                let became = message(&mut throttle, at(0), msg_type, poss_dup, stage);
                assert_eq!(became, "take");
            }
        }
        assert_eq!(throttle.garbled(at(0), usize::MAX), Verdict::Take);
    }
    assert!(!MsgType::NewOrderSingle.is_session());
}

proptest::proptest! {
    /// Against a list of all that was taken: never more than the limit in any window, and nothing is refused while a
    /// window and a slice hold fewer.
    #[test]
    fn the_first_tier_holds_in_every_window(
        steps in proptest::collection::vec(0_i64..400, 1..200),
    ) {
        let mut limits = limits();
        limits.messages.logout = u32::MAX;
        let mut throttle = Throttle::new(Some(&limits));
        let mut taken: Vec<Time> = Vec::new();
        let mut now = at(0);
        for step in steps {
            now += TimeDelta::milliseconds(step);
            let within = |millis| {
                let length = TimeDelta::milliseconds(millis);
                taken.iter().filter(|time| now - **time < length).count()
            };
            match message(&mut throttle, now, "D", false, Stage::Both).as_str() {
                "take" => {
                    proptest::prop_assert!(within(1_000) < 3);
                    taken.push(now);
                }
                REFUSED => proptest::prop_assert!(within(1_063) >= 3),
                other => proptest::prop_assert!(false, "{other}"),
            }
        }
    }
}
