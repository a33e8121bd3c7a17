//! A schedule in a configuration text, with times around now; and what the venue says of them.

use std::time::Duration;

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

/// A zone that is neither whole hours from UTC nor ever sets its clocks.
const ZONE: &str = "Asia/Kathmandu";

const TIME: &str = "%Y%m%d-%H:%M:%S";

/// Daily sessions that start and end at the times of day of these moments, whole seconds.
#[derive(Debug, Clone, Copy)]
pub struct Hours {
    /// When the next session starts.
    pub start: DateTime<Utc>,
    /// When the session that is under way ends.
    pub end: DateTime<Utc>,
}

impl Hours {
    /// Under way for some hours, for so many seconds still; the next starts `pause` seconds after that.
    #[must_use]
    pub fn ending_in(seconds: i64, pause: i64) -> Self {
        let end = second(gateway::clock::now()) + TimeDelta::seconds(seconds);
        Self {
            start: end + TimeDelta::seconds(pause),
            end,
        }
    }

    /// Began with the second that this moment is in, and not ending soon.
    #[must_use]
    pub fn begun(now: DateTime<Utc>) -> Self {
        let start = second(now);
        Self {
            start,
            end: start - TimeDelta::minutes(5),
        }
    }

    /// The configuration `text`, in which these sessions follow the schedule and no other one is known.
    ///
    /// # Panics
    /// When it has no such session.
    #[must_use]
    pub fn kept_by(&self, sessions: &[&str], text: &str) -> String {
        let text = text.split("\n[[schedules]]").next().unwrap_or_default();
        let mut text = text.to_owned();
        for session in sessions {
            let line = format!("comp_id = \"{session}\"\n");
            assert!(text.contains(&line), "no session {session}");
            let with = format!("{line}schedule = \"test\"\n");
            if !text.contains(&with) {
                text = text.replace(&line, &with);
            }
        }
        let [start, end] = [self.start, self.end].map(|time| local(time).format("%H:%M:%S"));
        format!(
            "{text}\n[[schedules]]\nname = \"test\"\ntime_zone = \"{ZONE}\"\nkind = \"daily\"\nstart = \"{start}\"\n\
             end = \"{end}\"\nnotice_before_end = [\"4s\"]\n"
        )
    }

    /// How the venue writes the start of the next session.
    #[must_use]
    pub fn opens(&self) -> String {
        let (utc, local) = (self.start.format(TIME), local(self.start).format(TIME));
        format!("it opens at {utc} UTC, {local} {ZONE}")
    }

    /// The headline of the notice before the end.
    #[must_use]
    pub fn headline(&self) -> String {
        format!("session ends at {}", self.end.format(TIME))
    }
}

/// Waits until another second has begun: sessions that begin with it begin after all that was.
pub async fn next_second() {
    let now = gateway::clock::now();
    let next = Duration::from_nanos(1_000_000_000 - u64::from(now.timestamp_subsec_nanos()));
    tokio::time::sleep(next).await;
}

fn second(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::seconds(1))
        .expect("a second fits the calendar")
}

fn local(time: DateTime<Utc>) -> DateTime<Utc> {
    time + TimeDelta::minutes(5 * 60 + 45)
}
