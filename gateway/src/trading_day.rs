//! The end of the trading day, midnight UTC: a journaled command, at which Day orders expire and ClOrdIDs may be
//! used again. One that passed while the venue was down is made up for at the start.

use chrono::{DateTime, Days, NaiveTime, Utc};
use engine::{Command, Input, Origin, Timestamp};
use sequencer::CommandSender;
use tokio::sync::watch;

use crate::clock;

/// Whether a trading day has ended between the latest command before a restart and `now`.
fn ended_between(latest: Timestamp, now: DateTime<Utc>) -> bool {
    let nanos = i64::try_from(latest.nanos()).unwrap_or(i64::MAX);
    latest.nanos() > 0 && DateTime::from_timestamp_nanos(nanos).date_naive() < now.date_naive()
}

/// The end of the day that `now` is in.
pub(crate) fn end_of_day(now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let tomorrow = now.date_naive().checked_add_days(Days::new(1))?;
    Some(tomorrow.and_time(NaiveTime::MIN).and_utc())
}

/// Whether a trading day has ended since the latest command, while the venue was down.
pub(crate) fn missed(latest: Timestamp) -> bool {
    ended_between(latest, clock::now())
}

/// Ends each trading day when it is over, until the venue drains.
pub(crate) async fn run(
    commands: CommandSender,
    mut draining: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    loop {
        let Some(deadline) = end_of_day(clock::now()) else {
            return Ok(()); // The calendar has no tomorrow.
        };
        // A timer may fire a little before its time by the clock that days are told by.
        while clock::now() < deadline {
            tokio::select! {
                _ = draining.wait_for(|draining| *draining) => return Ok(()),
                () = clock::until(Some(deadline)) => {}
            }
        }
        tracing::info!("the trading day ends");
        let end = Input {
            origin: Origin::Venue,
            command: Command::EndTradingDay,
        };
        commands.submit(vec![end]).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a time of the test")
    }

    #[test]
    fn a_day_that_ended_while_the_venue_was_down_is_noticed() {
        for (latest, now, expected) in [
            ("2026-03-01T10:00:00Z", "2026-03-01T23:59:59Z", false),
            (
                "2026-03-01T23:59:59.999999999Z",
                "2026-03-02T00:00:00Z",
                true,
            ),
            ("2026-03-01T10:00:00Z", "2026-03-09T09:00:00Z", true),
            // A clock that was set back ends no day twice.
            ("2026-03-02T00:00:01Z", "2026-03-01T23:00:00Z", false),
        ] {
            let latest = clock::timestamp(at(latest));
            assert_eq!(ended_between(latest, at(now)), expected, "{now}");
        }
        assert!(!ended_between(
            Timestamp::from_nanos(0),
            at("2026-03-01T10:00:00Z")
        ));
    }

    #[test]
    fn the_day_ends_at_midnight_utc() {
        let end = end_of_day(at("2026-12-31T23:59:59Z"));
        assert_eq!(end, Some(at("2027-01-01T00:00:00Z")));
    }
}
