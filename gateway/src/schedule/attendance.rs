//! A client that was admitted into an opening: which notices it is still to get, and when it must go.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::calendar::{Calendar, Opening};

/// What is due to a client that is logged on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// A notice that the session ends.
    Notice,
    /// The session has ended.
    End,
}

/// A client's stay in one opening.
#[derive(Debug, Clone)]
pub(crate) struct Attendance {
    calendar: Arc<Calendar>,
    opening: Opening,
    /// Notices up to this moment were given, or came before the client.
    noticed: DateTime<Utc>,
}

impl Attendance {
    /// A client that comes at `now`; `None` when the session is closed.
    pub(crate) fn begin(calendar: &Arc<Calendar>, now: DateTime<Utc>) -> Option<Self> {
        Some(Self {
            calendar: Arc::clone(calendar),
            opening: calendar.opening_at(now)?,
            noticed: now,
        })
    }

    /// The opening that it is in.
    pub(crate) fn opening(&self) -> Opening {
        self.opening
    }

    /// When [`due`](Self::due) has something next.
    pub(crate) fn deadline(&self) -> DateTime<Utc> {
        let next = self.notices().find(|notice| *notice > self.noticed);
        next.unwrap_or(self.opening.closes)
    }

    /// What is due at `now`. Of several notices that are due at once one is given. A clock that was set back
    /// gives none again.
    pub(crate) fn due(&mut self, now: DateTime<Utc>) -> Option<Due> {
        if now >= self.opening.closes {
            return Some(Due::End);
        }
        if now < self.deadline() {
            return None;
        }
        self.noticed = now;
        Some(Due::Notice)
    }

    /// The moments of notices, in order: the longest time before the end is first.
    fn notices(&self) -> impl Iterator<Item = DateTime<Utc>> {
        let before = self.calendar.schedule().notice_before_end.iter();
        let closes = self.opening.closes;
        before
            .filter_map(move |before| closes.checked_sub_signed(TimeDelta::from_std(*before).ok()?))
    }
}
