//! What a client's session does about its limits: weighs each message when it comes and when its turn comes, holds back what is sent again
//! too fast, cuts a client that takes nothing or leaves a message unfinished.

use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use fix_codec::frame::FrameError;
use fix_codec::values::BusinessRejectReason;
use fix_codec::{Header, Message, tags};
use fix_session::{BusinessReject, Outputs, Session, Status};

use super::actor::Actor;
use super::event::{Beyond, Ended, SessionEvent};
use crate::clock;
use crate::limits::{Exceeded, Throttle, Verdict};

/// How long a message may take from its first byte to its last.
const MESSAGE_TIME: Duration = Duration::from_secs(30);

/// What a session remembers of its client's demands.
pub(super) struct Demands {
    throttle: Throttle,
    /// The client's bytes wait unread until then.
    held_back_until: Option<DateTime<Utc>>,
    /// The next message, if it waited behind a gap before.
    put_aside: Option<Bytes>,
    /// Since when a message has been begun and is not whole.
    unfinished_since: Option<DateTime<Utc>>,
}

/// Whether a message has just come, or came earlier and waited for its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    Now,
    Earlier,
}

/// Whether a message was handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handled {
    /// There is no more to do with it.
    Now,
    /// It stays where it is for now.
    Later,
}

impl Demands {
    pub(super) fn new(limits: Option<&config::Throttle>) -> Self {
        Self {
            throttle: Throttle::new(limits),
            held_back_until: None,
            put_aside: None,
            unfinished_since: None,
        }
    }

    /// What is to become of a message. While one has to wait, nothing more is read.
    pub(super) fn weigh(
        &mut self,
        now: DateTime<Utc>,
        header: &Header<'_>,
        arrival: Arrival,
    ) -> Verdict {
        let verdict = match arrival {
            Arrival::Now => self.throttle.came(now, header),
            Arrival::Earlier => self.throttle.next_held(now, header),
        };
        if let Verdict::Wait(until) = verdict {
            self.held_back_until = Some(until);
        }
        verdict
    }

    /// The turn of an application message has come: why it is refused, if it is one too many.
    pub(super) fn take(&mut self, now: DateTime<Utc>, header: &Header<'_>) -> Option<Exceeded> {
        self.throttle.take(now, header).err()
    }

    /// A message that waited behind a gap has to wait once more: it is the next.
    pub(super) fn put_aside(&mut self, message: Bytes) {
        self.put_aside = Some(message);
    }

    /// The message that was put aside, if its time has come.
    pub(super) fn take_up(&mut self) -> Option<Bytes> {
        self.put_aside.take_if(|_| self.held_back_until.is_none())
    }

    /// Whether the client's bytes are to be read.
    pub(super) fn may_read(&self) -> bool {
        self.held_back_until.is_none()
    }

    /// Another connection begins.
    pub(super) fn connected(&mut self) {
        self.throttle.connected();
        self.disconnected();
    }

    /// The connection is gone, and what was left of it.
    pub(super) fn disconnected(&mut self) {
        self.held_back_until = None;
        self.put_aside = None;
        self.unfinished_since = None;
    }

    /// The bytes that were read are handled, all but the beginning of a message, if `unfinished`; `moved`: some were
    /// handled, so that another message has begun.
    pub(super) fn read(&mut self, now: DateTime<Utc>, unfinished: bool, moved: bool) {
        if !unfinished {
            self.unfinished_since = None;
        } else if moved || self.unfinished_since.is_none() {
            self.unfinished_since = Some(now);
        }
    }

    /// The configuration has changed: what came before does not count any more.
    pub(super) fn change(&mut self, limits: Option<&config::Throttle>) {
        self.throttle = Throttle::new(limits);
    }

    /// From here on everything is taken: the venue is stopping, and nothing comes to the market any more.
    pub(super) fn lift(&mut self) {
        self.throttle = Throttle::off();
        self.held_back_until = None;
        self.put_aside = None;
    }
}

impl Actor {
    /// Bytes came that are no message. A message that is longer than the venue takes cannot be kept, and would come again
    /// and again if it were passed over: its sender is told, and logged out.
    pub(super) fn take_garbled(&mut self, now: DateTime<Utc>, bytes: usize, error: FrameError) {
        self.session.receive_garbled();
        if error == FrameError::TooLong && self.session.status() == Status::LoggedOn {
            let longest = self.profile.max_message_bytes;
            let text = format!("a message is longer than the {longest} bytes that are taken");
            return self.expel(now, &text);
        }
        if let Verdict::LogOut(why) = self.demands.throttle.garbled(now, bytes) {
            self.expel(now, &why.to_string());
        }
    }

    /// A message came that cannot be read: so many, and no more.
    pub(super) fn count_unreadable(&mut self, now: DateTime<Utc>) {
        if let Verdict::LogOut(why) = self.demands.throttle.unreadable(now) {
            self.expel(now, &why.to_string());
        }
    }

    /// Ends the session of a client that has gone beyond a limit.
    pub(super) fn expel(&mut self, now: DateTime<Utc>, why: &str) {
        self.tell_limit(Beyond::LoggedOut, &why);
        self.session.expel(now, why, &mut self.outputs);
    }

    /// Tells the venue's watchers that the client went beyond a limit.
    pub(super) fn tell_limit(&mut self, beyond: Beyond, why: &dyn Display) {
        self.observer
            .event(SessionEvent::LimitExceeded { beyond, why });
    }

    /// When one of the limits is next due.
    pub(super) fn limit_deadline(&self) -> Option<DateTime<Utc>> {
        let demands = &self.demands;
        let unfinished = demands.unfinished_since.map(|since| since + MESSAGE_TIME);
        let pending = self.connection.as_ref().and_then(|of| of.pending_since());
        let pending = pending.map(|since| since + self.profile.max_unsent_time);
        let deadlines = [demands.held_back_until, unfinished, pending];
        deadlines.into_iter().flatten().min()
    }

    /// Does what is due of the limits.
    pub(super) fn keep_limits(&mut self) {
        let now = clock::now();
        if self
            .demands
            .held_back_until
            .is_some_and(|until| until <= now)
        {
            self.demands.held_back_until = None;
            self.take_input();
        }
        let unfinished = self.demands.unfinished_since;
        if unfinished.is_some_and(|since| since + MESSAGE_TIME <= now) {
            self.demands.unfinished_since = None;
            let text = format!("a message was begun and not finished within {MESSAGE_TIME:?}");
            self.expel(now, &text);
        }
        let pending = self.connection.as_ref().and_then(|of| of.pending_since());
        let time = self.profile.max_unsent_time;
        if pending.is_some_and(|since| since + time <= now) {
            self.cut(&format!("it left bytes unread for {time:?}"));
        }
    }

    /// Lets go of a client that does not take what it is sent.
    pub(super) fn cut(&mut self, why: &str) {
        let pending_bytes = self.connection.as_ref().map_or(0, |of| of.pending());
        self.observer
            .event(SessionEvent::SlowConsumer { pending_bytes, why });
        self.disconnect(Ended::SlowConsumer, None);
    }
}

/// Refuses a message that is one too many: BusinessMessageReject(j), with its ClOrdID(11) where it has one.
pub(super) fn refuse(
    session: &mut Session,
    now: DateTime<Utc>,
    message: &Message<'_>,
    why: Exceeded,
    outputs: &mut Outputs,
) {
    let id = message.get(tags::CL_ORD_ID);
    let text = format!("{why}: not taken");
    let reject = BusinessReject {
        reason: BusinessRejectReason::Other,
        reference: id.and_then(|id| std::str::from_utf8(id).ok()),
        text: Some(&text),
    };
    session.reject_business(now, message, &reject, outputs);
}

/// Refuses an order because the disk is nearly full: the order was not taken, and may be sent again later.
pub(super) fn refuse_for_room(
    session: &mut Session,
    now: DateTime<Utc>,
    message: &Message<'_>,
    outputs: &mut Outputs,
) {
    let id = message.get(tags::CL_ORD_ID);
    let reject = BusinessReject {
        reason: BusinessRejectReason::ApplicationNotAvailable,
        reference: id.and_then(|id| std::str::from_utf8(id).ok()),
        text: Some("the venue takes no new orders for now: not taken; cancels are taken"),
    };
    session.reject_business(now, message, &reject, outputs);
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeZone as _, Utc};

    use super::Demands;

    fn at(seconds: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(1_700_000_000 + seconds, 0)
            .single()
            .expect("a time after 1970")
    }

    #[test]
    fn a_message_is_unfinished_from_its_first_byte_on() {
        let mut demands = Demands::new(None);
        for (seconds, unfinished, moved, since) in [
            (0, false, true, None),
            (1, true, false, Some(1)),
            // More of it does not make it younger.
            (2, true, false, Some(1)),
            // It is whole, and the next has begun.
            (3, true, true, Some(3)),
            (4, false, true, None),
        ] {
            demands.read(at(seconds), unfinished, moved);
            assert_eq!(demands.unfinished_since, since.map(at), "{seconds}");
        }
        demands.read(at(5), true, false);
        demands.connected();
        assert_eq!(demands.unfinished_since, None);
    }
}
