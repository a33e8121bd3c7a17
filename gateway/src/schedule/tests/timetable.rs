//! Any trading calendar in any zone, against one that walks the minutes and looks at what the zone's clocks show; and the days on
//! which clocks are set, by hand.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use config::TradingCalendar;
use engine::Phase;
use proptest::prelude::{ProptestConfig, Strategy, any, proptest};
use proptest::sample::{select, subsequence};

use super::EVERY_DAY;
use super::against_walk::ZONES;
use crate::schedule::Timetable;

const PHASES: [Phase; 5] = [
    Phase::PreOpen,
    Phase::OpeningAuction,
    Phase::Continuous,
    Phase::ClosingAuction,
    Phase::Closed,
];

fn calendar(zone: Tz, times: &[&str]) -> TradingCalendar {
    let times = times
        .iter()
        .map(|time| time.parse().expect("a time of day"));
    TradingCalendar {
        instruments: vec!["TEST".parse().expect("a symbol")],
        time_zone: zone,
        days: EVERY_DAY.to_vec(),
        holidays: BTreeSet::new(),
        steps: times.zip(PHASES).collect(),
    }
}

fn phase_at(table: &Timetable, now: DateTime<Utc>) -> Phase {
    table.step_at(now).phase
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a time of the test")
}

#[test]
fn a_day_goes_by_the_clocks_of_its_zone_on_both_sides_of_a_change() {
    let zone = Tz::America__New_York;
    let times = ["08:00:00", "09:25:00", "09:30:00", "16:00:00", "16:05:00"];
    let table = Timetable::new(TradingCalendar {
        days: EVERY_DAY[..5].to_vec(),
        holidays: BTreeSet::from(["2026-11-26".parse().expect("a date")]),
        ..calendar(zone, &times)
    });
    for (now, phase, next) in [
        // Friday before clocks are set forward, and Monday after.
        (
            "2026-03-06T14:29:59Z",
            Phase::OpeningAuction,
            "2026-03-06T14:30:00Z",
        ),
        (
            "2026-03-06T21:05:00Z",
            Phase::Closed,
            "2026-03-09T12:00:00Z",
        ),
        (
            "2026-03-09T13:30:00Z",
            Phase::Continuous,
            "2026-03-09T20:00:00Z",
        ),
        // Friday before they are set back, and Monday after.
        (
            "2026-10-30T20:04:59Z",
            Phase::ClosingAuction,
            "2026-10-30T20:05:00Z",
        ),
        (
            "2026-10-30T20:05:00Z",
            Phase::Closed,
            "2026-11-02T13:00:00Z",
        ),
        (
            "2026-11-02T14:00:00Z",
            Phase::PreOpen,
            "2026-11-02T14:25:00Z",
        ),
        // A holiday.
        (
            "2026-11-26T15:00:00Z",
            Phase::Closed,
            "2026-11-27T13:00:00Z",
        ),
    ] {
        let now = at(now);
        assert_eq!(phase_at(&table, now), phase, "{now}");
        assert_eq!(table.next_step(now), Some(at(next)), "{now}");
    }
}

#[test]
fn times_that_are_passed_over_or_come_twice() {
    let zone = Tz::Europe__Berlin;
    let times = ["01:00:00", "02:10:00", "02:30:00", "02:50:00", "04:00:00"];
    let table = Timetable::new(calendar(zone, &times));
    // 02:00 to 03:00 is not there: what would begin in it begins, and is over, at its end.
    assert_eq!(phase_at(&table, at("2026-03-29T00:59:59Z")), Phase::PreOpen);
    assert_eq!(
        phase_at(&table, at("2026-03-29T01:00:00Z")),
        Phase::ClosingAuction
    );
    // 02:00 to 03:00 comes twice: what has begun the first time goes on.
    assert_eq!(
        phase_at(&table, at("2026-10-25T00:30:00Z")),
        Phase::Continuous
    );
    assert_eq!(
        phase_at(&table, at("2026-10-25T01:15:00Z")),
        Phase::ClosingAuction
    );
    assert_eq!(
        table.next_step(at("2026-10-25T00:50:00Z")),
        Some(at("2026-10-25T03:00:00Z"))
    );
}

fn steps() -> impl Strategy<Value = Vec<(NaiveTime, Phase)>> {
    let times = subsequence((0_u32..24 * 60).collect::<Vec<_>>(), 5);
    (times, any::<bool>(), any::<bool>()).prop_map(|(times, pre_open, closing)| {
        let time = |minutes: u32| NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0);
        let steps = times.into_iter().filter_map(time).zip(PHASES);
        let kept = steps.filter(|(_, phase)| {
            (pre_open || *phase != Phase::PreOpen) && (closing || *phase != Phase::ClosingAuction)
        });
        kept.collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn a_calendar_is_what_walking_the_minutes_gives(
        steps in steps(),
        zone in select(&ZONES[..]),
        day in 0_i64..1_500,
        days in subsequence(EVERY_DAY.to_vec(), 1..=7),
        holiday in 0_u64..5,
    ) {
        let from = at("2023-01-01T00:00:00Z") + TimeDelta::days(day);
        let holiday = from.date_naive() + chrono::Days::new(holiday);
        let calendar = TradingCalendar {
            days,
            holidays: BTreeSet::from([holiday]),
            steps,
            ..calendar(zone, &[])
        };
        check(&calendar, from);
    }
}

/// Walks four days, after two that are not looked at.
fn check(calendar: &TradingCalendar, from: DateTime<Utc>) {
    let table = Timetable::new(calendar.clone());
    let is_open = |date: NaiveDate, weekday: Weekday| {
        calendar.days.contains(&weekday) && !calendar.holidays.contains(&date)
    };
    let (mut phase, mut since) = (Phase::Closed, None);
    // Clocks that are set back stand still until they show a later time.
    let mut latest = None;
    let mut announced = None;
    for minute in -2 * 1440..4 * 1440 {
        let now = from + TimeDelta::minutes(minute);
        let local = calendar
            .time_zone
            .from_utc_datetime(&now.naive_utc())
            .naive_local();
        let before = latest;
        latest = latest.max(Some(local));
        let mut stepped = false;
        if let (Some(before), Some(latest)) = (before, latest) {
            let dates = before
                .date()
                .iter_days()
                .take_while(|date| *date <= latest.date());
            for date in dates.filter(|date| is_open(*date, date.weekday())) {
                for (time, next) in &calendar.steps {
                    let begins = date.and_time(*time);
                    if before < begins && begins <= latest {
                        (phase, stepped) = (*next, true);
                    }
                }
            }
        }
        since = if stepped { Some(now) } else { since };
        if minute >= 0 {
            if since.is_some() {
                assert_eq!(table.step_at(now).begins, since, "{now} {calendar:?}");
            }
            assert_eq!(phase_at(&table, now), phase, "{now} {local} {calendar:?}");
            if let Some(announced) = announced {
                assert_eq!(stepped, announced == now, "{now} {calendar:?}");
            }
            if stepped || announced.is_none() {
                announced = table.next_step(now);
            }
        }
    }
}
