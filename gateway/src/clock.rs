//! The one clock of the venue. Everything else is told the time; only this file reads it.

use chrono::{DateTime, Utc};
use engine::Timestamp;

/// The time now, UTC.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where the clock is read"
)]
pub fn now() -> DateTime<Utc> {
    Utc::now()
}

/// `time` as the engine counts it: nanoseconds since 1970. A time that does not fit (before 1970 or after 2262) is 0.
#[must_use]
pub fn timestamp(time: DateTime<Utc>) -> Timestamp {
    let nanos = time.timestamp_nanos_opt().unwrap_or_default();
    Timestamp::from_nanos(u64::try_from(nanos).unwrap_or_default())
}

/// A time of the engine by the calendar; `None` for one that never comes.
pub(crate) fn time(time: Timestamp) -> Option<DateTime<Utc>> {
    let nanos = i64::try_from(time.nanos()).ok()?;
    Some(DateTime::from_timestamp_nanos(nanos))
}

/// The system's clock, for the sequencer to stamp commands with.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl sequencer::Clock for SystemClock {
    fn now(&mut self) -> Timestamp {
        timestamp(now())
    }
}

/// Waits until `deadline`; for ever where there is none.
pub(crate) async fn until(deadline: Option<DateTime<Utc>>) {
    match deadline {
        Some(deadline) => {
            let left = (deadline - now()).to_std().unwrap_or_default();
            tokio::time::sleep(left).await;
        }
        None => std::future::pending().await,
    }
}
