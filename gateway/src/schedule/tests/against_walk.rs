//! Any schedule in any zone, against a calendar that is obviously right: it walks the minutes, looks at the zone's clocks,
//! and asks whether a session is held at what they show. Clocks that are set back stand still until they show a later time.

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
    Weekday,
};
use chrono_tz::Tz;
use config::{Recurrence, Schedule};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};
use proptest::sample::{select, subsequence};

use super::{Calendar, EVERY_DAY};
use crate::schedule::calendar::Opening;

/// Zones of every kind: an hour, half an hour, two hours; midnight that is passed over; a day that was passed over;
/// clocks set back for a month; odd offsets; none of it.
pub(super) const ZONES: [Tz; 16] = [
    Tz::America__New_York,
    Tz::Europe__London,
    Tz::Australia__Sydney,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kathmandu,
    Tz::UTC,
    Tz::Africa__Casablanca,
    Tz::Africa__Cairo,
    Tz::America__Sao_Paulo,
    Tz::America__St_Johns,
    Tz::Antarctica__Troll,
    Tz::Asia__Beirut,
    Tz::Asia__Tehran,
    Tz::Pacific__Apia,
    Tz::Pacific__Chatham,
    Tz::America__Santiago,
];

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// Walked before it is looked at: a week and more, so that the start of every session is seen.
const BEFORE: TimeDelta = TimeDelta::days(10);

/// Looked at.
pub(super) const SPAN: TimeDelta = TimeDelta::days(9);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_schedule_is_what_walking_the_minutes_gives(
        schedule in schedule(),
        from in select(&ZONES[..]).prop_flat_map(|zone| (Just(zone), instant(zone))),
        holidays in vec(0_u64..12, 0..4),
    ) {
        let (zone, from) = from;
        let first = from.date_naive();
        let holidays = holidays.into_iter().filter_map(|days| first.checked_add_days(Days::new(days)));
        check(Schedule { time_zone: zone, holidays: holidays.collect(), ..schedule }, from);
    }
}

fn check(schedule: Schedule, from: DateTime<Utc>) {
    let calendar = Calendar::new(schedule.clone());
    let walked = walk(&schedule, from);
    let until = from + SPAN;
    let mut now = from;
    while now < until {
        let seen = walked
            .iter()
            .find(|opening| opening.opens <= now && now < opening.closes);
        // What is cut off by the end of the walk has no end.
        let whole = seen.is_none_or(|seen| seen.closes < until + MINUTE);
        let found = calendar.opening_at(now);
        if whole {
            assert_eq!(found.as_ref(), seen, "{schedule:?} at {now}");
        } else {
            assert_eq!(
                found.map(|found| found.opens),
                seen.map(|seen| seen.opens),
                "{schedule:?} at {now}"
            );
        }
        let next = walked
            .iter()
            .find(|opening| opening.opens > now)
            .map(|opening| opening.opens);
        if next.is_some() {
            let found = calendar.next_opening(now).map(|found| found.opens);
            assert_eq!(found, next, "{schedule:?} after {now}");
        }
        now += step(&walked, now);
    }
}

/// Every minute near a boundary, and now and then between.
fn step(walked: &[Opening], now: DateTime<Utc>) -> TimeDelta {
    let boundaries = walked
        .iter()
        .flat_map(|opening| [opening.opens, opening.closes]);
    let near = boundaries.map(|boundary| (boundary - now).abs()).min();
    if near.is_some_and(|near| near <= MINUTE * 37) {
        MINUTE
    } else {
        MINUTE * 35
    }
}

/// The openings around `from`, found minute by minute.
pub(super) fn walk(schedule: &Schedule, from: DateTime<Utc>) -> Vec<Opening> {
    let mut openings: Vec<Opening> = Vec::new();
    let mut highest = NaiveDateTime::MIN;
    let mut before: Option<NaiveDateTime> = None;
    let mut session: Option<(NaiveDateTime, DateTime<Utc>)> = None;
    let mut now = from - BEFORE;
    while now < from + SPAN + MINUTE {
        highest = highest.max(now.with_timezone(&schedule.time_zone).naive_local());
        let held = held(schedule, highest);
        if let Some(start) = held {
            if before != held {
                let known = session.filter(|(known, _)| *known == start);
                let (_, session_start) = *session.insert(known.unwrap_or((start, now)));
                openings.push(Opening {
                    opens: now,
                    closes: now,
                    session_start,
                });
            }
            if let Some(last) = openings.last_mut() {
                last.closes = now + MINUTE;
            }
        }
        before = held;
        now += MINUTE;
    }
    openings
}

/// The session that is held when clocks show `local`, by when it starts; `None`: none is.
fn held(schedule: &Schedule, local: NaiveDateTime) -> Option<NaiveDateTime> {
    if schedule.holidays.contains(&local.date()) {
        return None;
    }
    // The latest moment at which one starts, day by day back.
    let starts = |date: NaiveDate| match &schedule.recurrence {
        Recurrence::Daily { days } => days.contains(&date.weekday()),
        Recurrence::Weekly { start_day, .. } => date.weekday() == *start_day,
    };
    let ends = |date: NaiveDate| match &schedule.recurrence {
        Recurrence::Daily { .. } => true,
        Recurrence::Weekly { end_day, .. } => date.weekday() == *end_day,
    };
    let start = (0..8)
        .map(|days| (local.date() - Days::new(days)).and_time(schedule.start))
        .find(|start| *start <= local && starts(start.date()))?;
    let end = (0..9)
        .map(|days| (start.date() + Days::new(days)).and_time(schedule.end))
        .find(|end| *end > start && ends(end.date()))?;
    (local < end).then_some(start)
}

pub(super) fn schedule() -> impl Strategy<Value = Schedule> {
    let day = || select(&EVERY_DAY[..]);
    let recurrence = prop_oneof![
        subsequence(&EVERY_DAY[..], 1..=7)
            .prop_map(|days: Vec<Weekday>| Recurrence::Daily { days }),
        (day(), day()).prop_map(|(start_day, end_day)| Recurrence::Weekly { start_day, end_day }),
    ];
    // The small hours are when clocks are set.
    let minute = || prop_oneof![0_u32..240, 0_u32..1_440, Just(0)];
    let time =
        |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).expect("a time of day");
    let times = (minute(), minute()).prop_map(move |(start, end)| {
        let end = if start == end {
            (end + 30) % 1_440
        } else {
            end
        };
        (time(start), time(end))
    });
    (recurrence, times).prop_map(|(recurrence, (start, end))| Schedule {
        name: "any".to_owned(),
        time_zone: Tz::UTC,
        recurrence,
        start,
        end,
        holidays: BTreeSet::new(),
        notice_before_end: Vec::new(),
        reset_at_start: true,
    })
}

/// A minute of the last decades or the next ones, mostly a few days before clocks are set.
pub(super) fn instant(zone: Tz) -> impl Strategy<Value = DateTime<Utc>> {
    let start = Utc
        .with_ymd_and_hms(2005, 1, 1, 0, 0, 0)
        .single()
        .expect("a time");
    let minutes = 35 * 365 * 24 * 60;
    (0_i64..minutes, 0_i64..6 * 24 * 60, 0_u8..4).prop_map(move |(minute, before, kind)| {
        let any = start + MINUTE * i32::try_from(minute).expect("it is small");
        match next_change(zone, any).filter(|_| kind > 0) {
            Some(change) => change - MINUTE * i32::try_from(before).expect("it is small"),
            None => any,
        }
    })
}

/// When clocks are set next, to the minute, within two years.
fn next_change(zone: Tz, from: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).to_string();
    let mut at = from;
    for step in [TimeDelta::days(1), TimeDelta::hours(1), MINUTE] {
        let changed = (0..730)
            .map(|steps| at + step * steps)
            .find(|at| offset(*at) != offset(from))?;
        at = changed - step;
    }
    Some(at + MINUTE)
}
