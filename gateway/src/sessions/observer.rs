//! What one session sees pass: every message is counted and logged, those of the session layer are told as events. It looks at
//! messages as they were received and sent, so that no part of the session has to remember to say what it did. It
//! never decides anything.

use std::fmt::Display;

use ::metrics::Counter;
use chrono::{DateTime, Utc};
use engine::{FirmName, SessionName};
use fix_codec::{Message, MsgType, tags};

use super::event::{About, Ended, Refusal, Rejection, SessionEvent};
use super::passing::{Whole, field, msg_type, text};
use crate::clock;
use crate::fix_log::{FixLogs, Kind, SessionLog};
use crate::identity::Peer;
use crate::metrics::catalogue::{COMMANDS_SUBMITTED, MESSAGES_RESENT};
use crate::metrics::{MessageCounters, Metrics, SessionGauges, Standing};

/// MsgType(35) as it is counted when a message cannot be read.
const UNREADABLE: &[u8] = b"other";

/// Gives each session its observer. Clones count together.
#[derive(Clone)]
pub(crate) struct Observers {
    metrics: Metrics,
    messages: MessageCounters,
    logs: FixLogs,
}

impl Observers {
    /// Of sessions that are counted and logged there.
    pub(crate) fn new(metrics: &Metrics, logs: &FixLogs) -> Self {
        Self {
            metrics: metrics.clone(),
            messages: MessageCounters::new(metrics),
            logs: logs.clone(),
        }
    }

    /// Something happened that is about no session.
    pub(crate) fn tell(&self, event: SessionEvent<'_>) {
        event.tell(&About::default(), &self.metrics);
    }

    /// The observer of `session`, which is the firm's.
    pub(super) fn of(&self, session: SessionName, firm: FirmName, logged: bool) -> Observer {
        Observer::new(session, firm, logged, self)
    }
}

/// The observer of one session.
pub(super) struct Observer {
    about: About,
    metrics: Metrics,
    messages: MessageCounters,
    logs: FixLogs,
    log: SessionLog,
    gauges: SessionGauges,
    resent: Counter,
    submitted: Counter,
    /// Whether a Logon was taken on the present connection.
    logged_on: bool,
    /// Text(58) of the last Logout(5) on the present connection.
    last_words: Option<String>,
}

impl Observer {
    fn new(session: SessionName, firm: FirmName, logged: bool, observers: &Observers) -> Self {
        let metrics = &observers.metrics;
        Self {
            about: About {
                session: Some(session),
                firm: Some(firm),
                peer: None,
            },
            metrics: metrics.clone(),
            messages: observers.messages.clone(),
            log: observers.logs.of(&session, logged),
            logs: observers.logs.clone(),
            gauges: SessionGauges::new(metrics, session.as_str()),
            resent: metrics.counter(&MESSAGES_RESENT, &[firm.as_str()]),
            submitted: metrics.counter(&COMMANDS_SUBMITTED, &[]),
            logged_on: false,
            last_words: None,
        }
    }

    /// Something happened.
    pub(super) fn event(&mut self, event: SessionEvent<'_>) {
        if matches!(event, SessionEvent::LoggedOn { .. }) {
            self.logged_on = true;
        }
        event.tell(&self.about, &self.metrics);
    }

    /// A connection from there is the session's now.
    pub(super) fn connected(&mut self, peer: Peer) {
        self.about.peer = Some(peer.address);
        self.logged_on = false;
        self.last_words = None;
        self.log
            .note(&format_args!("connected from {}", peer.address));
        self.event(SessionEvent::Connected);
    }

    /// Another connection from there was refused.
    pub(super) fn refused(&self, peer: Peer, reason: Refusal) {
        let peer = Some(peer.address);
        let about = About { peer, ..self.about };
        let event = SessionEvent::ConnectionRefused {
            reason,
            detail: &"the session takes no other connection now",
        };
        event.tell(&about, &self.metrics);
    }

    /// The connection ended; these bytes had come and were no whole message yet.
    pub(super) fn disconnected(
        &mut self,
        reason: Ended,
        detail: Option<&dyn Display>,
        unfinished: &[u8],
    ) {
        if !unfinished.is_empty() {
            self.log.add(clock::now(), Kind::Unfinished, unfinished);
        }
        self.log
            .note(&format_args!("disconnected: {}", reason.as_str()));
        if !self.logged_on {
            let words = self.last_words.take();
            self.event(SessionEvent::LogonRefused {
                reason,
                text: words.as_deref(),
            });
        }
        self.event(SessionEvent::Disconnected { reason, detail });
        self.about.peer = None;
        self.logged_on = false;
    }

    /// Whether the session's messages are logged, from now on.
    pub(super) fn keep_log(&mut self, logged: bool) {
        if logged != self.log.is_on()
            && let Some(session) = &self.about.session
        {
            self.log = self.logs.of(session, logged);
        }
    }

    /// Hands on what is to be logged. Called when the session's own work is done.
    pub(super) fn hand_on(&mut self) {
        self.log.hand_on();
    }

    /// These bytes came, and are a whole message.
    pub(super) fn came(&mut self, now: DateTime<Utc>, message: &[u8]) {
        self.log.add(now, Kind::In, message);
    }

    /// These bytes came, and are no message.
    pub(super) fn garbled(&mut self, now: DateTime<Utc>, bytes: &[u8]) {
        self.log.add(now, Kind::Garbled, bytes);
    }

    /// A message came that could be read.
    pub(super) fn received(&mut self, message: &Message<'_>) {
        let msg_type = message.msg_type();
        self.messages.received(msg_type.as_str().as_bytes());
        if msg_type.is_session() || msg_type == MsgType::BusinessMessageReject {
            self.received_session_message(message);
        }
    }

    /// A message came that could not be read.
    pub(super) fn received_unreadable(&self) {
        self.messages.received(UNREADABLE);
    }

    /// These whole messages go out.
    pub(super) fn sent(&mut self, wire: &[u8]) {
        let now = self.log.is_on().then(clock::now);
        for message in Whole(wire) {
            if let Some(now) = now {
                self.log.add(now, Kind::Out, message);
            }
            let msg_type = msg_type(message);
            self.messages.sent(msg_type);
            match msg_type {
                b"1" | b"2" | b"3" | b"5" | b"j" => self.sent_told(msg_type, message),
                _ => {}
            }
        }
    }

    /// So many messages were sent again.
    pub(super) fn resent(&self, messages: u64) {
        self.resent.increment(messages);
    }

    /// So many commands were handed to the sequencer.
    pub(super) fn submitted(&self, commands: usize) {
        self.submitted
            .increment(u64::try_from(commands).unwrap_or(u64::MAX));
    }

    /// Shows how the session stands.
    pub(super) fn show(&self, standing: Standing) {
        self.gauges.show(standing);
    }

    fn received_session_message(&mut self, message: &Message<'_>) {
        let get = |tag| text(message.get(tag).unwrap_or_default());
        let msg_type = message.msg_type();
        if msg_type == MsgType::TestRequest {
            self.event(SessionEvent::TestRequestReceived);
        } else if msg_type == MsgType::Logout {
            let text = get(tags::TEXT);
            self.event(SessionEvent::LogoutReceived {
                text: Some(text.as_str()).filter(|text| !text.is_empty()),
            });
        } else if msg_type == MsgType::SequenceReset {
            self.event(SessionEvent::SequenceResetReceived {
                gap_fill: message.get(tags::GAP_FILL_FLAG) == Some(b"Y"),
                new_seq_no: &get(tags::NEW_SEQ_NO),
            });
        } else if msg_type == MsgType::Reject || msg_type == MsgType::BusinessMessageReject {
            let reason = match msg_type == MsgType::Reject {
                true => tags::SESSION_REJECT_REASON,
                false => tags::BUSINESS_REJECT_REASON,
            };
            self.event(SessionEvent::RejectReceived(&Rejection {
                ref_seq_num: &get(tags::REF_SEQ_NUM),
                ref_msg_type: &get(tags::REF_MSG_TYPE),
                ref_tag_id: &get(tags::REF_TAG_ID),
                reason: &get(reason),
                text: &get(tags::TEXT),
            }));
        }
    }

    /// One of ours that is told. What is sent again was told when it was new.
    fn sent_told(&mut self, msg_type: &[u8], message: &[u8]) {
        let get = |tag: &[u8]| text(field(message, tag));
        if field(message, b"43=") == b"Y" {
            return;
        }
        match msg_type {
            b"1" => self.event(SessionEvent::TestRequestSent),
            b"2" => self.event(SessionEvent::GapFound {
                begin: get(b"7=").parse().unwrap_or_default(),
                end: get(b"16=").parse().unwrap_or_default(),
            }),
            b"5" => {
                let words = Some(get(b"58=")).filter(|text| !text.is_empty());
                self.event(SessionEvent::LogoutSent {
                    text: words.as_deref(),
                });
                self.last_words = words;
            }
            b"3" | b"j" => {
                let session = msg_type == b"3";
                let reason = get(if session { b"373=" } else { b"380=" });
                let (ref_seq_num, ref_msg_type) = (get(b"45="), get(b"372="));
                let (ref_tag_id, text) = (get(b"371="), get(b"58="));
                let rejection = Rejection {
                    ref_seq_num: &ref_seq_num,
                    ref_msg_type: &ref_msg_type,
                    ref_tag_id: &ref_tag_id,
                    reason: &reason,
                    text: &text,
                };
                self.event(match session {
                    true => SessionEvent::RejectSent(&rejection),
                    false => SessionEvent::BusinessRejectSent(&rejection),
                });
            }
            _ => {}
        }
    }
}
