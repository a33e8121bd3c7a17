//! The hours of a session that follows a schedule: who comes outside of them is refused, who is there is told before the
//! end and logged out at it. What an instant means to the schedule is decided in `schedule`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use fix_codec::messages::{Group, LineOfText, News};
use fix_session::{SendOptions, Status};

use super::actor::Actor;
use super::event::SessionEvent;
use super::renewal::Renewal;
use crate::schedule::{Attendance, Calendar, Due, closed, ended, headline, notice};

/// What a session that follows a schedule knows of it.
pub(crate) struct Hours {
    calendar: Arc<Calendar>,
    /// Of the client that was let in over this connection.
    attendance: Option<Attendance>,
    /// Where sequence numbers start again in each trading session.
    pub(super) renewal: Option<Renewal>,
}

impl Hours {
    /// The hours of a session without a connection.
    pub(super) fn new(calendar: Arc<Calendar>, renewal: Option<Renewal>) -> Self {
        Self {
            calendar,
            attendance: None,
            renewal,
        }
    }
}

impl Actor {
    /// Takes note of the opening that a client comes in who has shown who it is; closed, it says when the next is.
    pub(super) fn enter(&mut self, now: DateTime<Utc>) -> Result<(), String> {
        let Some(hours) = &mut self.hours else {
            return Ok(());
        };
        hours.attendance = Attendance::begin(&hours.calendar, now);
        match &hours.attendance {
            Some(_) => Ok(()),
            None => Err(closed(&hours.calendar, now)),
        }
    }

    /// A client is let in: the first of a trading session starts the sequence numbers again.
    pub(super) fn let_in(&mut self) {
        if let Some(Hours {
            attendance: Some(attendance),
            renewal: Some(renewal),
            ..
        }) = &mut self.hours
        {
            if renewal.begin(attendance.opening().session_start) {
                self.session.number_anew();
            } else if self.session.demands_reset() {
                renewal.begin_again();
            }
        }
    }

    /// When the schedule wants something of a client that is logged on.
    pub(super) fn hours_deadline(&self) -> Option<DateTime<Utc>> {
        let attendance = self.hours.as_ref()?.attendance.as_ref()?;
        (self.session.status() == Status::LoggedOn).then(|| attendance.deadline())
    }

    /// Does what the schedule wants at `now`. Calling it early does nothing.
    pub(super) fn keep_hours(&mut self, now: DateTime<Utc>) {
        if self.session.status() != Status::LoggedOn {
            return;
        }
        let Some(hours) = &mut self.hours else {
            return;
        };
        let Some(attendance) = &mut hours.attendance else {
            return;
        };
        match attendance.due(now) {
            Some(Due::Notice) => {
                let closes = attendance.opening().closes;
                let text = notice(&hours.calendar, closes);
                self.give_notice(now, closes, &text);
            }
            Some(Due::End) => {
                let text = ended(&hours.calendar, now);
                self.observer.event(SessionEvent::HoursOver { text: &text });
                self.session.logout(now, Some(&text), &mut self.outputs);
                self.watching.close_hours();
            }
            None => {}
        }
    }

    /// The client's stay is over.
    pub(super) fn leave(&mut self) {
        if let Some(hours) = &mut self.hours {
            hours.attendance = None;
        }
    }

    fn give_notice(&mut self, now: DateTime<Utc>, closes: DateTime<Utc>, text: &str) {
        let headline = headline(closes);
        let lines = [LineOfText {
            text,
            encoded_text: None,
        }];
        let news = News {
            orig_time: Some(now),
            urgency: None,
            headline: &headline,
            lines_of_text: Group::new(&lines),
            url_link: None,
        };
        self.session
            .send(now, &news, SendOptions::default(), &mut self.outputs);
        self.observer.event(SessionEvent::EndNotice { text });
    }
}
