//! What the board shows after events, and the messages that are made of it.

use chrono::{NaiveTime, Weekday};
use engine::{CommandNumber, CurrencyCode, Instrument, Origin, PhaseChange, Price, Quantity};
use fix_codec::values::TradSesStatus;

use super::*;
use crate::order_entry::tests::written;
use crate::trading_status::{instrument, market};

const TIME: Timestamp = Timestamp::from_nanos(1_700_000_000_123_456_000);

fn event(body: EventBody) -> Event {
    Event {
        cause: CommandNumber::FIRST,
        index: 0,
        time: TIME,
        body,
    }
}

fn listed(symbol: &str, kind: InstrumentKind) -> Event {
    event(EventBody::InstrumentListed(Instrument {
        symbol: symbol.parse().unwrap(),
        kind,
        currency: CurrencyCode::new("USD").unwrap(),
        tick: Price::from_micros(10_000),
        max_order_quantity: Quantity::new(10),
    }))
}

fn real() -> InstrumentKind {
    InstrumentKind::Instances {
        provider: "acme".parse().unwrap(),
        region: "r".parse().unwrap(),
        instance_type: "t".parse().unwrap(),
    }
}

fn stepped(symbol: &str, to: Phase, test: bool) -> Event {
    event(EventBody::PhaseChanged(Box::new(PhaseChange {
        symbol: symbol.parse().unwrap(),
        from: Phase::Continuous,
        to,
        origin: Origin::Venue,
        reason: Some("news".parse().unwrap()),
        test,
    })))
}

/// The places of those that say something.
fn note(state: &mut State, first: u64, events: &[Event]) -> Vec<usize> {
    let positions = (first..).map(EventPosition::new);
    state.note_all(positions.zip(events)).places
}

#[test]
fn what_was_noted_is_passed_over_and_the_rest_is_shown() {
    let mut state = State::empty(EventPosition::new(10));
    state.list("A".parse().unwrap(), Phase::Closed, false);
    let events = [
        // That was before the venue started.
        stepped("A", Phase::Halted, false),
        stepped("A", Phase::PreOpen, false),
        event(EventBody::TradingDayEnded),
        listed("A", real()),
        listed("B", real()),
        // Nobody knows it.
        stepped("C", Phase::Halted, false),
    ];
    assert_eq!(note(&mut state, 9, &events), [1, 4]);
    let known = state.instruments[&"A".parse().unwrap()];
    assert_eq!((known.phase, known.since), (Phase::PreOpen, Some(TIME)));
    assert_eq!(
        state.counted().to_string(),
        "1 in pre-open, 1 in continuous trading"
    );
}

#[test]
fn test_instruments_count_only_where_there_are_no_others() {
    let mut state = State::empty(EventPosition::START);
    note(&mut state, 0, &[listed("T", InstrumentKind::Test)]);
    assert_eq!(state.counted().standing().status, TradSesStatus::Open);
    let events = [listed("A", real()), stepped("A", Phase::Halted, false)];
    note(&mut state, 1, &events);
    assert_eq!(state.counted().standing().status, TradSesStatus::Halted);
}

fn calendar(instruments: &[&str], close: &str) -> Timetable {
    let time = |text: &str| -> NaiveTime { text.parse().unwrap() };
    Timetable::new(TradingCalendar {
        instruments: instruments
            .iter()
            .map(|name| name.parse().unwrap())
            .collect(),
        time_zone: chrono_tz::UTC,
        days: vec![Weekday::Thu],
        holidays: BTreeSet::new(),
        steps: vec![
            (time("09:00:00"), Phase::PreOpen),
            (time("10:00:00"), Phase::Continuous),
            (time("16:00:00"), Phase::ClosingAuction),
            (time(close), Phase::Closed),
        ],
    })
}

fn hours(state: &mut State, now: &str) -> String {
    let Some(hours) = state.hours(now.parse().unwrap()) else {
        return "none".to_owned();
    };
    let all = [hours.start, hours.open, hours.pre_close, hours.close];
    let all = all.map(|time| time.unwrap().format("%dT%H ").to_string());
    all.concat()
}

#[test]
fn hours_are_told_that_all_instruments_have_in_common() {
    let mut state = State::empty(EventPosition::START);
    note(&mut state, 0, &[listed("A", real()), listed("B", real())]);
    note(&mut state, 2, &[listed("T", InstrumentKind::Test)]);
    let first = "01T09 01T10 01T16 01T17 ";
    let next = "08T09 08T10 08T16 08T17 ";
    for (calendars, now, expected) in [
        (
            vec![calendar(&["A", "B"], "17:00:00")],
            "2026-01-01T08:00:00Z",
            first,
        ),
        (
            vec![calendar(&["A", "B"], "17:00:00")],
            "2026-01-01T16:59:59Z",
            first,
        ),
        (
            vec![calendar(&["A", "B"], "17:00:00")],
            "2026-01-01T17:00:00Z",
            next,
        ),
        (
            vec![calendar(&["A", "B"], "17:00:00")],
            "2026-01-05T00:00:00Z",
            next,
        ),
        (
            vec![calendar(&["A"], "17:00:00"), calendar(&["B"], "17:00:00")],
            "2026-01-01T08:00:00Z",
            first,
        ),
        (
            vec![calendar(&["A"], "17:00:00"), calendar(&["B"], "18:00:00")],
            "2026-01-01T08:00:00Z",
            "none",
        ),
        // B has none.
        (
            vec![calendar(&["A"], "17:00:00")],
            "2026-01-01T08:00:00Z",
            "none",
        ),
        (
            vec![
                calendar(&["A", "B"], "17:00:00"),
                calendar(&["T"], "18:00:00"),
            ],
            "2026-01-01T08:00:00Z",
            first,
        ),
        (vec![], "2026-01-01T08:00:00Z", "none"),
    ] {
        state.go_by(calendars);
        assert_eq!(hours(&mut state, now), expected, "{now}");
    }
}

#[test]
fn hours_are_worked_out_once_for_as_long_as_they_hold() {
    let at = |now: &str| -> DateTime<Utc> { now.parse().unwrap() };
    let (morning, noon) = (at("2026-01-01T08:00:00Z"), at("2026-01-01T12:00:00Z"));
    let close = at("2026-01-01T17:00:00Z");
    let mut state = State::empty(EventPosition::START);
    note(&mut state, 0, &[listed("A", real())]);
    state.go_by(vec![calendar(&["A"], "17:00:00")]);
    let first = state.market(morning).hours;
    let known = state.hours;
    assert!(first.is_some() && known.is_some());
    // A step changes no hours, nor does the time, before the day ends.
    note(&mut state, 1, &[stepped("A", Phase::Halted, false)]);
    assert_eq!((state.market(noon).hours, state.hours), (first, known));
    // The day ends.
    assert_ne!(state.market(close).hours, first);
    assert_ne!(state.hours, known);
    // The clock was set back.
    assert_eq!(state.market(noon).hours, first);
    // Another calendar, and an instrument without one.
    state.go_by(vec![calendar(&["A"], "18:00:00")]);
    let later = state.market(noon).hours;
    assert!(later.is_some() && later != first);
    note(&mut state, 2, &[listed("B", real())]);
    assert_eq!(state.market(noon).hours, None);
}

#[test]
fn hours_that_differ_are_compared_again_when_one_day_ends() {
    let mut state = State::empty(EventPosition::START);
    note(&mut state, 0, &[listed("A", real()), listed("B", real())]);
    let mut of_b = calendar(&["B"], "17:00:00").calendar().clone();
    of_b.holidays.insert("2026-01-01".parse().unwrap());
    state.go_by(vec![calendar(&["A"], "17:00:00"), Timetable::new(of_b)]);
    for (now, expected) in [
        ("2026-01-01T16:59:59Z", "none"),
        ("2026-01-01T17:00:00Z", "08T09 08T10 08T16 08T17 "),
    ] {
        assert_eq!(hours(&mut state, now), expected, "{now}");
    }
}

#[test]
fn a_phase_becomes_a_message() {
    let (name, symbol) = ("q-1".parse().unwrap(), "A".parse().unwrap());
    let reason = Some("news".parse().unwrap());
    for (phase, since, reason, unsolicited, expected) in [
        (
            Phase::Halted,
            Some(TIME),
            reason,
            true,
            "35=f|324=q-1|55=A|336=1|325=Y|326=2|60=20231114-22:13:20.123456|58=news",
        ),
        (
            Phase::Continuous,
            None,
            None,
            false,
            "35=f|324=q-1|55=A|336=1|625=3|325=N|326=17",
        ),
        (
            Phase::ClosingAuction,
            None,
            None,
            true,
            "35=f|324=q-1|55=A|336=1|625=4|325=Y",
        ),
    ] {
        let message = instrument(&name, &symbol, (phase, since, &reason), unsolicited);
        assert_eq!(written(&message), expected);
    }
}

#[test]
fn the_market_becomes_a_message() {
    let name = "q-1".parse().unwrap();
    let mut state = State::empty(EventPosition::START);
    note(&mut state, 0, &[listed("A", real()), listed("B", real())]);
    state.go_by(vec![calendar(&["A", "B"], "17:00:00")]);
    let now = "2026-01-01T08:00:00Z".parse().unwrap();
    let day = "341=20260101-09:00:00.000000|342=20260101-10:00:00.000000|\
               343=20260101-16:00:00.000000|344=20260101-17:00:00.000000";
    let told = market(&name, &state.market(now), false).trad_ses_status;
    assert_eq!(told, TradSesStatus::Open);
    let expected = format!("35=h|335=q-1|336=1|625=3|325=N|340=2|{day}");
    assert_eq!(written(&market(&name, &state.market(now), false)), expected);
    note(&mut state, 2, &[stepped("A", Phase::Halted, false)]);
    let text = "58=1 in continuous trading, 1 in halt";
    let expected = format!("35=h|335=q-1|336=1|325=Y|340=2|{day}|{text}");
    assert_eq!(written(&market(&name, &state.market(now), true)), expected);
    let refused = crate::trading_status::market_refused(&name, "NIGHT");
    let refused = written(&refused);
    assert!(
        refused.starts_with("35=h|335=q-1|336=NIGHT|340=6|567=1|58="),
        "{refused}"
    );
}
