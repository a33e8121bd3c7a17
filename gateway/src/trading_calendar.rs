//! Brings instruments from phase to phase when their calendars say so: journaled commands, as all that shapes the market. At
//! the start, and when calendars are changed, it brings them to where they ought to be; what lay between is passed over. So it
//! does after each midnight UTC: the market gives up a call whose trading day is over, and leaves the rest to the calendar.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use config::TradingCalendar;
use engine::{Command, Input, Origin, PhaseRequest};
use sequencer::CommandSender;
use tokio::sync::watch;

use crate::schedule::{Step, Timetable};
use crate::{clock, trading_day};

/// A calendar, and what the market was last told: the step, and the trading day on which it was.
struct Followed {
    timetable: Timetable,
    told: Option<(Step, NaiveDate)>,
}

/// The calendars of a venue.
pub(crate) struct TradingCalendars(Vec<Followed>);

impl TradingCalendars {
    /// Nothing of them is told yet.
    pub(crate) fn new(calendars: &[TradingCalendar]) -> Self {
        let calendars = calendars.iter().cloned();
        let followed = calendars.map(|calendar| Followed {
            timetable: Timetable::new(calendar),
            told: None,
        });
        Self(followed.collect())
    }

    /// What the market is to be told that it was not told yet on this trading day, in the order of the file. The market itself
    /// passes over the step that its calendar has asked for before: it is known by when it was due, so that it is taken on a
    /// later day, and again where the market has closed the instrument because the day of a call was over.
    fn due(&mut self, now: DateTime<Utc>) -> Vec<Input> {
        let mut due = Vec::new();
        for Followed { timetable, told } in &mut self.0 {
            let step = timetable.step_at(now);
            let before = told.replace((step, now.date_naive()));
            if before == *told {
                continue;
            }
            let goes_on = before.is_none_or(|(known, _)| known != step);
            let Step { phase, begins } = step;
            for symbol in &timetable.calendar().instruments {
                if goes_on {
                    tracing::info!(event = "phase_due", %symbol, %phase, "the trading calendar goes on");
                }
                due.push(Input {
                    origin: Origin::Venue,
                    command: Command::ChangePhase(PhaseRequest {
                        symbol: *symbol,
                        phase,
                        reason: None,
                        due: Some(begins.map(clock::timestamp).unwrap_or_default()),
                    }),
                });
            }
        }
        due
    }

    /// The calendars are these from now on. What the market was told by one that is still there holds.
    fn go_by(&mut self, calendars: &[TradingCalendar]) {
        let before = std::mem::take(&mut self.0);
        let followed = calendars.iter().map(|calendar| {
            let known = before
                .iter()
                .find(|known| known.timetable.calendar() == calendar);
            Followed {
                timetable: Timetable::new(calendar.clone()),
                told: known.and_then(|known| known.told),
            }
        });
        self.0 = followed.collect();
    }

    /// When there is something to tell again.
    fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let steps = self.0.iter();
        steps
            .filter_map(|followed| followed.timetable.next_step(now))
            .chain(trading_day::end_of_day(now).filter(|_| !self.0.is_empty()))
            .min()
    }

    /// Follows the calendars until the venue drains; others, when `changed` brings them.
    ///
    /// # Errors
    /// When the market takes no more commands.
    pub(crate) async fn run(
        mut self,
        commands: CommandSender,
        mut changed: watch::Receiver<Arc<[TradingCalendar]>>,
        mut draining: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        loop {
            let now = clock::now();
            let due = self.due(now);
            if !due.is_empty() {
                commands.submit(due).await?;
            }
            let next = self.next(now);
            tokio::select! {
                _ = draining.wait_for(|draining| *draining) => return Ok(()),
                Ok(()) = changed.changed() => self.go_by(&changed.borrow_and_update()),
                () = clock::until(next) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Phase;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time of the test")
    }

    fn told(calendars: &mut TradingCalendars, now: &str) -> Vec<String> {
        let due = calendars.due(at(now)).into_iter();
        due.map(|input| {
            let Command::ChangePhase(request) = input.command else {
                panic!("{:?} is of no calendar", input.command);
            };
            let due = request.due.and_then(clock::time).expect("a step is due");
            let due = due.format("%d %H:%M");
            format!("{} {} since {due}", request.symbol, request.phase)
        })
        .collect()
    }

    fn calendar(instruments: &[&str], close: &str) -> TradingCalendar {
        let time = |text: &str| text.parse().expect("a time of day");
        let instruments = instruments.iter();
        TradingCalendar {
            instruments: instruments
                .map(|name| name.parse().expect("a symbol"))
                .collect(),
            time_zone: chrono_tz::UTC,
            days: vec![chrono::Weekday::Thu],
            holidays: std::collections::BTreeSet::new(),
            steps: vec![
                (time("09:00:00"), Phase::PreOpen),
                (time("10:00:00"), Phase::Continuous),
                (time(close), Phase::Closed),
            ],
        }
    }

    #[test]
    fn of_changed_calendars_those_are_told_that_are_new() {
        let mut calendars = TradingCalendars::new(&[
            calendar(&["A"], "17:00:00"),
            calendar(&["B"], "17:00:00"),
            calendar(&["C"], "17:00:00"),
        ]);
        let noon = "2026-01-01T12:00:00Z";
        assert_eq!(told(&mut calendars, noon).len(), 3);
        // A goes by another, B by the same, C by none any more, and D comes.
        calendars.go_by(&[
            calendar(&["D"], "17:00:00"),
            calendar(&["B"], "17:00:00"),
            calendar(&["A"], "11:00:00"),
        ]);
        assert_eq!(
            told(&mut calendars, noon),
            [
                "D continuous trading since 01 10:00",
                "A closed since 01 11:00"
            ]
        );
        assert!(told(&mut calendars, noon).is_empty());
        let next = at("2026-01-01T17:00:00Z");
        assert_eq!(calendars.next(at(noon)), Some(next));
    }

    #[test]
    fn each_step_is_told_once_to_each_instrument_and_what_was_missed_is_passed_over() {
        let mut calendars = TradingCalendars::new(&[calendar(&["A", "B"], "17:00:00")]);
        let day = "2026-01-01T";
        assert_eq!(
            told(&mut calendars, &format!("{day}08:00:00Z")),
            ["A closed since 25 17:00", "B closed since 25 17:00"]
        );
        assert_eq!(
            calendars.next(at("2026-01-01T08:00:00Z")),
            Some(at("2026-01-01T09:00:00Z"))
        );
        assert_eq!(
            told(&mut calendars, &format!("{day}09:00:00Z")),
            ["A pre-open since 01 09:00", "B pre-open since 01 09:00"]
        );
        assert!(told(&mut calendars, &format!("{day}09:59:59Z")).is_empty());
        // The machine was asleep.
        assert_eq!(
            told(&mut calendars, &format!("{day}18:00:00Z")),
            ["A closed since 01 17:00", "B closed since 01 17:00"]
        );
        assert_eq!(
            calendars.next(at("2026-01-01T18:00:00Z")),
            Some(at("2026-01-02T00:00:00Z"))
        );
        // It slept a week and a day: the phase is the same, the step is not.
        assert_eq!(
            told(&mut calendars, "2026-01-09T12:00:00Z"),
            ["A closed since 08 17:00", "B closed since 08 17:00"]
        );
    }

    #[test]
    fn after_each_midnight_the_step_is_told_again_for_calls_that_were_given_up_with_their_day() {
        let mut calendars = TradingCalendars::new(&[calendar(&["A"], "17:00:00")]);
        let closed = ["A closed since 01 17:00"];
        assert_eq!(told(&mut calendars, "2026-01-01T23:59:59.9Z"), closed);
        assert!(told(&mut calendars, "2026-01-01T23:59:59.9995Z").is_empty());
        assert_eq!(told(&mut calendars, "2026-01-02T00:00:00Z"), closed);
        assert!(told(&mut calendars, "2026-01-02T00:00:01Z").is_empty());
        let nothing = TradingCalendars::new(&[]);
        assert_eq!(nothing.next(at("2026-01-02T00:00:00Z")), None);
    }
}
