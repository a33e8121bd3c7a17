//! Phases: which may follow which, what each takes, and what halts do.

use std::time::Duration;

use engine::{
    Command, EventBody, HaltPolicy, HaltedOrders, Phase, PhaseRequest, Resumption, Timestamp,
};

use crate::desk::{BEAT, after, check};

/// `phase TEST pre-open`, with the beat at which it was due or without, `resume TEST`, `halt-policy TEST keep|cancel straight|beats`,
/// `release-halt-policy TEST`.
pub(crate) fn command(words: &[&str]) -> Option<Command> {
    Some(match words[0] {
        "phase" => Command::ChangePhase(PhaseRequest {
            symbol: words[1].parse().unwrap(),
            phase: phase(words[2]),
            reason: None,
            due: words
                .get(3)
                .map(|beat| Timestamp::from_nanos(beat.parse::<u64>().unwrap() * BEAT)),
        }),
        "resume" => Command::ReleaseHalt {
            symbol: words[1].parse().unwrap(),
            reason: None,
        },
        "halt-policy" => Command::SetHaltPolicy {
            symbol: words[1].parse().unwrap(),
            policy: HaltPolicy {
                orders: match words[2] {
                    "cancel" => HaltedOrders::Cancelled,
                    "keep" => HaltedOrders::Kept,
                    other => panic!("no such policy: {other}"),
                },
                resumption: match words[3] {
                    "straight" => Resumption::Straight,
                    beats => Resumption::Auction {
                        call: Duration::from_nanos(beats.parse::<u64>().unwrap() * BEAT),
                    },
                },
            },
        },
        "release-halt-policy" => Command::ReleaseHaltPolicy {
            symbol: words[1].parse().unwrap(),
        },
        _ => return None,
    })
}

fn phase(word: &str) -> Phase {
    let named = Phase::ALL
        .into_iter()
        .find(|phase| self::word(*phase) == word);
    named.expect("a phase")
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Closed => "closed",
        Phase::PreOpen => "pre-open",
        Phase::OpeningAuction => "opening",
        Phase::Continuous => "continuous",
        Phase::Halted => "halted",
        Phase::ClosingAuction => "closing",
    }
}

pub(crate) fn tell(body: &EventBody) -> Option<String> {
    Some(match body {
        EventBody::PhaseChanged(change) => format!("{}>{}", word(change.from), word(change.to)),
        EventBody::PhaseScheduled { phase, .. } => format!("scheduled {}", word(*phase)),
        EventBody::AuctionHeld(result) => {
            format!("auction {}@{}", result.quantity, result.price.micros())
        }
        EventBody::HaltPolicySet(change) => format!("halt-policy {}", change.symbol),
        _ => return None,
    })
}

#[test]
fn every_phase_may_follow_every_other_but_that_the_closing_auction_ends_the_day() {
    for from in Phase::ALL {
        for to in Phase::ALL {
            let script = format!(
                "operator phase TEST halted | operator phase TEST {} | operator phase TEST {}",
                word(from),
                word(to)
            );
            // From a halt, it is in a halt already.
            let desk = after(&script);
            let reached = desk.engine.phase(&"TEST".parse().unwrap()).unwrap().phase;
            let ends_day = matches!(to, Phase::Closed | Phase::Halted | Phase::ClosingAuction);
            let expected = if from != Phase::ClosingAuction || ends_day {
                to
            } else {
                from
            };
            assert_eq!(reached, expected, "{script}");
            assert_eq!(
                from.may_be_followed_by(to),
                reached == to && (from, to) != (Phase::ClosingAuction, Phase::ClosingAuction),
                "{script}"
            );
        }
    }
}

#[test]
fn who_may_change_phases_and_what_is_wrong_with_it() {
    check(
        "A phase TEST halted | settlement phase TEST halted | venue phase TEST halted | venue phase NONE closed | venue resume TEST \
         | operator resume TEST | operator phase TEST continuous | operator phase TEST closing | operator phase TEST \
         pre-open | operator halt-policy NONE keep straight | operator halt-policy TEST keep straight",
        "ignored NotPermitted; ignored NotPermitted; ignored NotPermitted; ignored Unknown; ignored NotPermitted; ignored HaltForbids; \
         ignored AlreadySo; continuous>closing; ignored PhaseNotNext; ignored Unknown; halt-policy TEST",
    );
}

#[test]
fn each_phase_takes_the_orders_that_make_sense_in_it() {
    let orders = [
        "1@5",
        "1@market",
        "1@to-limit",
        "1@5 gtc",
        "1@5 stop=9",
        "1@market stop=9",
        "1@5 open",
        "1@market open",
        "1@5 close",
        "1@market close",
        "1@5 ioc",
        "1@5 fok",
        "1@5 min=1",
        "1@5 post",
        "2@5 show=1",
    ];
    let call = "ok ok ok ok ok ok ok ok ok ok ImmediateInCall ImmediateInCall MinimumQuantityInCall \
                PostOnlyInCall ok";
    let late = call.replacen(
        "ok ok ok ok ok ok ok ok",
        "ok ok ok ok ok ok OpeningPassed OpeningPassed",
        1,
    );
    let trading = "ok ok ok ok ok ok OpeningPassed OpeningPassed ok ok ok ok ok ok ok";
    for (phase, expected) in [
        ("closed", &*["InstrumentClosed"; 15].join(" ")),
        ("pre-open", call),
        ("opening", call),
        ("continuous", trading),
        ("halted", &["InstrumentHalted"; 15].join(" ")),
        ("closing", &late),
    ] {
        let answers = orders.map(|order| {
            let mut desk = after(&format!(
                "operator phase TEST halted | operator phase TEST {phase}"
            ));
            let events = desk.run(&format!("A buy {order}"));
            match &events[0].body {
                EventBody::OrderAccepted { .. } => "ok".to_owned(),
                EventBody::OrderRejected { reason, .. } => {
                    format!("{reason:?}").split('(').next().unwrap().to_owned()
                }
                other => panic!("{other:?}"),
            }
        });
        assert_eq!(answers.join(" "), expected, "{phase}");
    }
}

#[test]
fn refusals_name_the_phase() {
    use engine::OrderRefusal;
    for (refusal, part) in [
        (OrderRefusal::InstrumentClosed, "closed"),
        (OrderRefusal::InstrumentHalted, "halted"),
        (
            OrderRefusal::OpeningPassed(Phase::Continuous),
            "continuous trading",
        ),
        (OrderRefusal::ImmediateInCall(Phase::PreOpen), "pre-open"),
        (
            OrderRefusal::MinimumQuantityInCall(Phase::OpeningAuction),
            "opening auction",
        ),
        (
            OrderRefusal::PostOnlyInCall(Phase::ClosingAuction),
            "closing auction",
        ),
    ] {
        assert!(refusal.to_string().contains(part), "{refusal}");
    }
}

#[test]
fn cancels_are_taken_in_every_phase_and_replaces_where_orders_are() {
    for (phase, replaced) in [
        (
            "closed",
            "replace-rejected 4 Terms(InstrumentClosed) (1 New)",
        ),
        ("pre-open", "replaced"),
        ("opening", "replaced"),
        (
            "halted",
            "replace-rejected 4 Terms(InstrumentHalted) (1 New)",
        ),
        ("closing", "replaced"),
    ] {
        let mut desk = after(&format!(
            "A buy 1@5 | A buy 1@4 | operator phase TEST {phase}"
        ));
        let body = &desk.run("A replace 1 2@5")[0].body;
        let taken = matches!(body, EventBody::OrderReplaced { .. });
        assert_eq!(taken, replaced.starts_with("replaced"), "{phase}: {body:?}");
        let body = &desk.run("A cancel 2")[0].body;
        assert!(
            matches!(body, EventBody::OrderCancelled { .. }),
            "{phase}: {body:?}"
        );
    }
}

#[test]
fn a_halt_keeps_orders_or_cancels_them_as_configured() {
    check(
        "A buy 1@5 | A buy 1@5 stop=7 | A buy 1@market close | operator phase TEST halted | A cancel 1 \
         | operator resume TEST",
        "accepted 1; accepted 2; accepted 3; continuous>halted; cancelled 1 by 5; halted>continuous",
    );
    check(
        "operator halt-policy TEST cancel straight | A buy 1@5 | A buy 1@5 stop=7 | A buy 1@market close \
         | B buy 1@5 x=COARSE | operator phase TEST halted",
        "halt-policy TEST; accepted 2; accepted 3; accepted 4; accepted 5; continuous>halted; cancelled 2 Halted; \
         cancelled 3 Halted; cancelled 4 Halted",
    );
}

#[test]
fn an_operators_halt_policy_holds_until_it_is_released() {
    // What is configured cancels; an operator keeps; the configuration changes its mind meanwhile.
    check(
        "venue halt-policy TEST cancel straight | operator halt-policy TEST keep straight | A buy 1@5 \
         | operator phase TEST halted | operator resume TEST | venue halt-policy TEST cancel 5 \
         | operator release-halt-policy TEST | operator phase TEST halted | operator resume TEST",
        "halt-policy TEST; halt-policy TEST; accepted 3; continuous>halted; halted>continuous; halt-policy TEST; \
         halt-policy TEST; continuous>halted; cancelled 3 Halted; halted>opening",
    );
    check(
        "venue release-halt-policy TEST | operator release-halt-policy NONE | operator release-halt-policy TEST \
         | settlement halt-policy TEST cancel straight | operator halt-policy TEST keep straight \
         | operator halt-policy TEST keep straight",
        "ignored NotPermitted; ignored Unknown; ignored AlreadySo; ignored NotPermitted; halt-policy TEST; ignored AlreadySo",
    );
}

#[test]
fn a_halt_wins_over_the_calendar_until_it_is_released() {
    check(
        "venue phase TEST continuous | operator phase TEST halted | venue phase TEST closing | venue phase TEST closing \
         | operator resume TEST | venue phase TEST closed",
        "scheduled continuous; continuous>halted; scheduled closing; ignored AlreadySo; halted>closing; closing>closed",
    );
    // An operator may end it with another phase, and the calendar goes on from there.
    check(
        "operator phase TEST halted | operator phase TEST closed | venue phase TEST pre-open",
        "continuous>halted; halted>closed; closed>pre-open",
    );
}

#[test]
fn an_instrument_reopens_with_an_auction_as_configured() {
    check(
        "operator halt-policy TEST keep 5 | A buy 1@5 | operator phase TEST halted | operator phase TEST continuous \
         | operator resume TEST | B sell 1@4 | wait 3 | venue fire",
        "halt-policy TEST; accepted 2; continuous>halted; ignored HaltForbids; halted>opening; accepted 6; \
         auction 1@4; fill 2 1@4 0 left; fill 6 1@4 0 left; trade 2<6 1@4; opening>continuous",
    );
    // A halt in the call comes before its end, and another release begins another call.
    check(
        "operator halt-policy TEST keep 5 | operator phase TEST halted | operator resume TEST | operator phase TEST \
         halted | wait 9 | venue fire | operator resume TEST | wait 4 | venue fire",
        "halt-policy TEST; continuous>halted; halted>opening; opening>halted; ignored AlreadySo; halted>opening; \
         opening>continuous",
    );
}

#[test]
fn the_calendar_closes_an_instrument_that_it_missed_to_close() {
    check(
        "venue phase TEST closing | A buy 1@5 | B sell 1@5 | venue phase TEST pre-open",
        "continuous>closing; accepted 2; accepted 3; auction 1@5; fill 2 1@5 0 left; fill 3 1@5 0 left; \
         trade 2<3 1@5; closing>closed; closed>pre-open",
    );
}

#[test]
fn a_calendar_that_asks_for_a_phase_again_at_another_time_ends_what_an_operator_did() {
    check(
        "venue phase TEST continuous 1 | operator phase TEST closed | venue phase TEST continuous 1 \
         | venue phase TEST continuous 9 | venue phase TEST continuous 9 | venue phase TEST continuous 20",
        "scheduled continuous; continuous>closed; ignored AlreadySo; closed>continuous; ignored AlreadySo; \
         scheduled continuous",
    );
    // A call that was given up leaves the rest to the calendar, whether or not its step was taken before.
    check(
        &format!(
            "operator halt-policy TEST keep 5 | venue phase TEST continuous 1 | operator phase TEST halted \
             | operator resume TEST | wait {DAY} | venue day | venue phase TEST continuous 1"
        ),
        "halt-policy TEST; scheduled continuous; continuous>halted; halted>opening; day-ended; opening>closed; \
         closed>continuous",
    );
}

#[test]
fn the_day_expires_what_is_for_an_auction() {
    check(
        "operator phase TEST pre-open | A buy 1@5 open | A buy 1@market close | A buy 1@4 gtc | A buy 1@market | venue day",
        "continuous>pre-open; accepted 2; accepted 3; accepted 4; accepted 5; expired 5; expired 2; expired 3; day-ended",
    );
}

/// Beats in a day.
const DAY: u64 = 86_400_000_000;

#[test]
fn a_call_whose_end_was_missed_is_held_without_what_expired_meanwhile() {
    let call = "operator halt-policy TEST keep 5 | A buy 1@9 till=12 | A buy 1@8 gtc | operator phase TEST halted";
    check(
        &format!("{call} | operator resume TEST | B sell 1@5 | wait 20 | venue fire"),
        "halt-policy TEST; accepted 2; accepted 3; continuous>halted; halted>opening; accepted 6; expired 2; \
         auction 1@5; fill 3 1@5 0 left; fill 6 1@5 0 left; trade 3<6 1@5; opening>continuous",
    );
    // So it is with the orders of a client that was lost.
    check(
        &format!(
            "venue connect A session grace=14 | {call} | venue lose A | operator resume TEST | B sell 1@5 | wait 20 | venue fire"
        ),
        "connected A; halt-policy TEST; accepted 3; accepted 4; continuous>halted; gone A until 20; \
         halted>opening; accepted 8; expired 3; over A 1; cancelled 4 with A; opening>continuous",
    );
}

#[test]
fn a_call_whose_end_was_missed_with_its_day_is_given_up_where_a_calendar_goes_on() {
    let call = "operator halt-policy TEST keep 5 | venue phase TEST continuous 1 | A buy 1@9 | A buy 1@8 gtc \
                | operator phase TEST halted | operator resume TEST | B sell 1@5 gtc | B sell 1@market open";
    let told = "halt-policy TEST; scheduled continuous; accepted 3; accepted 4; continuous>halted; halted>opening; \
                accepted 7; accepted 8";
    let auction =
        "auction 1@5; fill 4 1@5 0 left; fill 7 1@5 0 left; trade 4<7 1@5; closed>continuous";
    check(
        &format!("{call} | wait {DAY} | venue day | venue phase TEST continuous 1"),
        &format!("{told}; expired 3; expired 8; day-ended; opening>closed; {auction}"),
    );
    // What ends with the day goes with the call, where the command that ends the day is still to come.
    check(
        &format!("{call} | wait {DAY} | venue fire | venue phase TEST continuous 1 | venue day"),
        &format!("{told}; expired 3; expired 8; opening>closed; {auction}; day-ended"),
    );
}

#[test]
fn a_call_whose_end_was_missed_with_its_day_is_held_where_no_calendar_goes_on() {
    let call = "operator halt-policy TEST keep 5 | A buy 1@9 | A buy 1@8 gtc | operator phase TEST halted \
                | operator resume TEST | B sell 1@5 gtc | B sell 1@market open";
    let told = "halt-policy TEST; accepted 2; accepted 3; continuous>halted; halted>opening; accepted 6; accepted 7";
    let auction =
        "auction 1@5; fill 3 1@5 0 left; fill 6 1@5 0 left; trade 3<6 1@5; opening>continuous";
    check(
        &format!("{call} | wait {DAY} | venue day"),
        &format!("{told}; expired 2; expired 7; day-ended; {auction}"),
    );
    check(
        &format!("{call} | wait {DAY} | venue fire | venue day"),
        &format!("{told}; expired 2; expired 7; {auction}; day-ended"),
    );
}

#[test]
fn a_call_that_ends_just_before_midnight_and_is_told_just_after_it_leads_to_trading() {
    // It is due in the last beat of the day, and the command that fires it comes with the first of the next.
    check(
        &format!(
            "operator halt-policy TEST keep 3 | A buy 1@8 gtc | A buy 1@9 | operator phase TEST halted | wait {} \
             | operator resume TEST | B sell 1@5 gtc | wait 2 | venue fire | A buy 1@2",
            DAY - 9
        ),
        "halt-policy TEST; accepted 2; accepted 3; continuous>halted; halted>opening; accepted 6; expired 3; \
         auction 1@5; fill 2 1@5 0 left; fill 6 1@5 0 left; trade 2<6 1@5; opening>continuous; accepted 8",
    );
}

#[test]
fn the_day_ends_before_the_call_does_that_it_lies_in() {
    check(
        &format!(
            "operator halt-policy TEST keep 9 | A buy 1@9 | A buy 1@8 gtc | wait {} | operator phase TEST halted \
             | operator resume TEST | B sell 1@5 gtc | wait 20 | venue day",
            DAY - 8
        ),
        "halt-policy TEST; accepted 2; accepted 3; continuous>halted; halted>opening; accepted 6; expired 2; day-ended; \
         auction 1@5; fill 3 1@5 0 left; fill 6 1@5 0 left; trade 3<6 1@5; opening>continuous",
    );
}
