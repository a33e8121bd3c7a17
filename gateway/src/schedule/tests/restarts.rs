//! Logons at any times, in any schedule, through restarts and kills: numbers start again once in each session in which
//! somebody logs on, and never between.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use config::Schedule;
use engine::Timestamp;
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy as _, proptest};
use proptest::sample::select;

use super::Calendar;
use super::against_walk::{SPAN, ZONES, instant, schedule, walk};
use crate::clock;
use crate::schedule::Run;

/// What becomes of the venue with a Logon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It goes on.
    GoesOn,
    /// It is stopped, or killed, when all that the Logon leads to is in the journal; and starts again.
    EndsAfter,
    /// It is killed before that; and starts again.
    EndsBefore,
}

const FATES: [Fate; 4] = [
    Fate::GoesOn,
    Fate::GoesOn,
    Fate::EndsAfter,
    Fate::EndsBefore,
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn numbers_start_again_once_in_each_session_whatever_the_venue_goes_through(
        schedule in schedule(),
        from in select(&ZONES[..]).prop_flat_map(|zone| (Just(zone), instant(zone))),
        logons in vec((0..SPAN.num_minutes(), select(&FATES[..])), 1..60),
    ) {
        let (time_zone, from) = from;
        let mut logons: Vec<_> = logons
            .into_iter()
            .map(|(minutes, fate)| (from + TimeDelta::minutes(minutes), fate))
            .collect();
        logons.sort_by_key(|(at, _)| *at);
        let schedule = Schedule { time_zone, ..schedule };
        assert_eq!(
            resets(&schedule, &logons),
            expected(&schedule, from, &logons),
            "{schedule:?} {logons:?}"
        );
    }
}

/// The Logons with which numbers start again.
fn resets(schedule: &Schedule, logons: &[(DateTime<Utc>, Fate)]) -> Vec<DateTime<Utc>> {
    let calendar = Calendar::new(schedule.clone());
    let mut journal = Timestamp::default();
    let mut run = Run::since(journal);
    let mut resets = Vec::new();
    for (at, fate) in logons {
        let Some(opening) = calendar.opening_at(*at) else {
            continue;
        };
        if run.begin(opening.session_start) && *fate != Fate::EndsBefore {
            journal = clock::timestamp(*at);
            run.begun(journal);
            resets.push(*at);
        }
        if *fate != Fate::GoesOn {
            run = Run::since(journal);
        }
    }
    resets
}

/// What they should be, from sessions found minute by minute and a list of those that were seen to.
fn expected(
    schedule: &Schedule,
    from: DateTime<Utc>,
    logons: &[(DateTime<Utc>, Fate)],
) -> Vec<DateTime<Utc>> {
    let walked = walk(schedule, from);
    let mut done = BTreeSet::new();
    let first_ones = logons.iter().filter(|(at, fate)| {
        let opening = walked
            .iter()
            .find(|opening| opening.opens <= *at && *at < opening.closes);
        let session = opening.map(|opening| opening.session_start);
        *fate != Fate::EndsBefore && session.is_some_and(|start| done.insert(start))
    });
    first_ones.map(|(at, _)| *at).collect()
}
