//! Logon(A): the first message each way, and the one that resets a session that is logged on.

use fix_codec::dictionary::validate;
use fix_codec::messages::{Group, Logon};
use fix_codec::values::EncryptMethod;
use fix_codec::{Message, MsgType, SessionReject, SessionRejectReason, tags};

use crate::faults::HeaderFault;
use crate::outputs::{Action, DisconnectReason, Outputs, Received};
use crate::send::Emission;
use crate::sequence::Position;
use crate::session::Session;
use crate::settings::Role;
use crate::state::{AfterReset, AwaitingLogon, Link, PeerLogon, SentLogon, State, Time};

/// Why a Logon is refused.
#[derive(Debug, thiserror::Error)]
enum LogonError {
    #[error("{}{}", .0.text, naming(.0.ref_tag))]
    Invalid(SessionReject),
    #[error("EncryptMethod(98) must be 0")]
    EncryptMethod,
    #[error("HeartBtInt(108) must be between {minimum} and {maximum}")]
    HeartBtInt { minimum: u32, maximum: u32 },
    #[error("HeartBtInt(108) must be {0}, as it was asked for")]
    HeartBtIntAnswer(u32),
    #[error("ResetSeqNumFlag(141)=Y is not allowed")]
    ResetNotAllowed,
    #[error("MsgSeqNum(34) must be 1 with ResetSeqNumFlag(141)=Y")]
    ResetNumber,
    #[error("TestMessageIndicator(464) must be N or absent: all messages count here")]
    TestMessages,
    #[error("NextExpectedMsgSeqNum(789) too high, sent below {next} but {expected} is expected")]
    NextExpected { next: u64, expected: u64 },
}

impl Session {
    /// The first message of a connection. One that is no Logon, not for this session, or not of
    /// this hour is not answered at all: only a Logon that may be the peer's own draws anything out
    /// of a session, or uses up one of its numbers.
    pub(crate) fn receive_first(
        &mut self,
        now: Time,
        message: &Message<'_>,
        waiting: AwaitingLogon,
        out: &mut Outputs,
    ) -> Received {
        let header = &message.header;
        match self.check_sides(header) {
            Ok(()) => {}
            Err(HeaderFault::BeginString) => {
                self.close(DisconnectReason::BeginString, out);
                return Received::Handled;
            }
            Err(_) => {
                self.close(DisconnectReason::CompId, out);
                return Received::Handled;
            }
        }
        if header.msg_type == MsgType::Logout && waiting.sent.is_some() {
            if self.position(header.msg_seq_num) == Position::Expected {
                self.advance(now);
            }
            self.close(DisconnectReason::RefusedByPeer, out);
        } else if header.msg_type != MsgType::Logon {
            self.close(DisconnectReason::NotLogon, out);
        } else if !self.is_timely(now, header) {
            self.close(DisconnectReason::SendingTime, out);
        } else {
            return self.receive_first_logon(now, message, waiting, out);
        }
        Received::Handled
    }

    fn receive_first_logon(
        &mut self,
        now: Time,
        message: &Message<'_>,
        waiting: AwaitingLogon,
        out: &mut Outputs,
    ) -> Received {
        let logon = match self.read_logon(message) {
            Ok(logon) => logon,
            Err(error) => {
                self.log_out_at_once(now, &error.to_string(), DisconnectReason::LogonInvalid, out);
                return Received::Handled;
            }
        };
        match (waiting.sent, &self.settings.role) {
            (
                None,
                Role::Acceptor {
                    authenticate: true, ..
                },
            ) => {
                self.state = State::Authenticating {
                    logon,
                    deadline: waiting.deadline,
                };
                return Received::Authenticate;
            }
            (None, _) => self.grant(now, logon, out),
            (Some(sent), _) => self.take_answer(now, logon, sent, out),
        }
        Received::Handled
    }

    /// The driver lets the peer log on: answers the Logon that [`Received::Authenticate`] was
    /// returned for. Does nothing when the connection was lost or timed out meanwhile.
    pub fn accept_logon(&mut self, now: Time, out: &mut Outputs) {
        if let State::Authenticating { logon, .. } = self.state {
            self.grant(now, logon, out);
        }
    }

    /// As [`accept_logon`](Self::accept_logon); the answer says `text` in Text(58), which a Logon of FIX 4.4 does not
    /// have: for a peer that asked for what only the venue has.
    pub fn accept_logon_saying(&mut self, now: Time, text: Option<&str>, out: &mut Outputs) {
        self.logon_text = text.map(str::to_owned);
        self.accept_logon(now, out);
    }

    /// Whether nothing in the numbers of the Logon that [`Received::Authenticate`] was returned for speaks against it:
    /// MsgSeqNum(34) and NextExpectedMsgSeqNum(789). If something does, it is refused as
    /// [`accept_logon_saying`](Self::accept_logon_saying) refuses it: for a driver that has something to do first which
    /// only a Logon that is granted may lead to.
    pub fn check_logon(&mut self, now: Time, text: Option<&str>, out: &mut Outputs) -> bool {
        let State::Authenticating { logon, .. } = self.state else {
            return false;
        };
        self.logon_text = text.map(str::to_owned);
        let starts_again =
            logon.reset || self.anew || self.demands_reset_of(&logon) || self.is_reset_pending();
        starts_again || !self.refuse_numbers(now, &logon, out)
    }

    /// The driver does not let the peer log on: Logout(5) with `text`, and the end of the
    /// connection. Does nothing when that has ended already.
    ///
    /// The refused Logon does not use up its MsgSeqNum(34): whoever fails to log on in another's
    /// name must not put that other out of step.
    pub fn refuse_logon(&mut self, now: Time, text: &str, out: &mut Outputs) {
        if matches!(self.state, State::Authenticating { .. }) {
            self.log_out_at_once(now, text, DisconnectReason::LogonRefused, out);
        }
    }

    /// An acceptor takes the peer's Logon.
    pub(crate) fn grant(&mut self, now: Time, logon: PeerLogon, out: &mut Outputs) {
        let PeerLogon {
            msg_seq_num,
            heartbeat_seconds,
            reset,
            next_expected,
        } = logon;
        let anew = core::mem::take(&mut self.anew);
        if reset {
            return self.begin_reset(now, AfterReset::Answer { heartbeat_seconds }, out);
        }
        if anew || self.demands_reset_of(&logon) {
            return self.begin_anew(now, logon, out);
        }
        if self.is_reset_pending() {
            return self.await_reset(now, AfterReset::Grant(logon));
        }
        if self.refuse_numbers(now, &logon, out) {
            return;
        }
        let position = self.position(msg_seq_num);
        let next = self.next_outgoing;
        if position == Position::Expected {
            self.advance(now);
        }
        self.answer_logon(now, heartbeat_seconds, false, out);
        if let Some(begin) = next_expected {
            self.resend_unasked(begin, next - 1, out);
        }
        if position == Position::Beyond {
            self.note_gap_at_logon(now, &logon, out);
        }
    }

    /// Whether the peer that sent this Logon still has to be told to start again.
    fn demands_reset_of(&self, logon: &PeerLogon) -> bool {
        self.reset_demanded && logon.msg_seq_num != 1
    }

    /// Refuses a Logon whose numbers cannot be right; false when they can.
    fn refuse_numbers(&mut self, now: Time, logon: &PeerLogon, out: &mut Outputs) -> bool {
        let next = self.next_outgoing;
        let ahead = logon.next_expected.filter(|expected| *expected > next);
        if self.position(logon.msg_seq_num) == Position::Past {
            self.too_low(now, logon.msg_seq_num, out);
        } else if let Some(expected) = ahead {
            let text = LogonError::NextExpected { next, expected }.to_string();
            self.log_out_at_once(now, &text, DisconnectReason::LogonInvalid, out);
        } else {
            return false;
        }
        true
    }

    /// Sends the answering Logon; both sides are logged on with it.
    pub(crate) fn answer_logon(
        &mut self,
        now: Time,
        heartbeat_seconds: u32,
        reset: bool,
        out: &mut Outputs,
    ) {
        self.send_logon(now, heartbeat_seconds, reset, out);
        self.log_on(now, heartbeat_seconds, out);
    }

    /// An initiator sends its Logon.
    pub(crate) fn send_first_logon(&mut self, now: Time, reset: bool, out: &mut Outputs) {
        let Role::Initiator {
            heartbeat_seconds, ..
        } = self.settings.role
        else {
            return;
        };
        let msg_seq_num = self.send_logon(now, heartbeat_seconds, reset, out);
        self.state = State::AwaitingLogon(AwaitingLogon {
            deadline: now + self.settings.timeouts.logon,
            sent: Some(SentLogon { msg_seq_num, reset }),
        });
    }

    /// An initiator takes the answer to its Logon.
    fn take_answer(&mut self, now: Time, logon: PeerLogon, sent: SentLogon, out: &mut Outputs) {
        if logon.reset && !sent.reset {
            let text = LogonError::ResetNotAllowed.to_string();
            return self.log_out_at_once(now, &text, DisconnectReason::LogonInvalid, out);
        }
        let position = self.position(logon.msg_seq_num);
        if position == Position::Past {
            return self.too_low(now, logon.msg_seq_num, out);
        }
        // What was sent since our Logon was only kept; the peer does not know of it yet.
        let next = sent.msg_seq_num + 1;
        let expected = logon.next_expected.unwrap_or(next);
        if expected > next {
            let text = LogonError::NextExpected { next, expected }.to_string();
            return self.log_out_at_once(now, &text, DisconnectReason::LogonInvalid, out);
        }
        self.log_on(now, logon.heartbeat_seconds, out);
        self.resend_unasked(expected, self.next_outgoing - 1, out);
        if position == Position::Expected {
            self.advance(now);
        } else {
            self.note_gap_at_logon(now, &logon, out);
        }
    }

    fn log_on(&mut self, now: Time, heartbeat_seconds: u32, out: &mut Outputs) {
        let link = Link::new(now, heartbeat_seconds);
        out.actions.push_back(Action::LoggedOn {
            heartbeat: link.heartbeat,
        });
        self.state = State::LoggedOn(link);
    }

    fn send_logon(
        &mut self,
        now: Time,
        heartbeat_seconds: u32,
        reset: bool,
        out: &mut Outputs,
    ) -> u64 {
        let credentials = match &self.settings.role {
            Role::Acceptor { .. } => None,
            Role::Initiator { credentials, .. } => credentials.clone(),
        };
        let text = self.logon_text.take();
        let next_expected = self.settings.next_expected_msg_seq_num;
        let next_expected = next_expected.then_some(self.next_incoming);
        let body = Logon {
            encrypt_method: EncryptMethod::None,
            heart_bt_int_s: i64::from(heartbeat_seconds),
            raw_data: None,
            reset_seq_num_flag: reset.then_some(true),
            next_expected_msg_seq_num: next_expected,
            max_message_size: None,
            msg_types: Group::default(),
            test_message_indicator: None,
            username: credentials.as_ref().map(|known| known.username.as_str()),
            password: credentials.as_ref().map(|known| known.password.as_str()),
            new_password: None,
            cancel_orders_on_disconnect: self.cancel_on_disconnect,
            text: text.as_deref(),
        };
        self.emit(now, &body, Emission::handshake(), out)
    }

    /// A Logon with 141=Y from a peer that is logged on: it wants both sequence numbers to start
    /// again without a new connection.
    pub(crate) fn receive_reset_logon(
        &mut self,
        now: Time,
        message: &Message<'_>,
        out: &mut Outputs,
    ) {
        match self.read_logon(message) {
            Ok(PeerLogon {
                heartbeat_seconds, ..
            }) => {
                self.begin_reset(now, AfterReset::Answer { heartbeat_seconds }, out);
            }
            Err(error) => {
                self.log_out(
                    now,
                    Some(&error.to_string()),
                    DisconnectReason::LogonInvalid,
                    out,
                );
            }
        }
    }

    fn read_logon(&self, message: &Message<'_>) -> Result<PeerLogon, LogonError> {
        validate(message, self.settings.validation).map_err(LogonError::Invalid)?;
        let logon = Logon::try_from(message).map_err(LogonError::Invalid)?;
        if logon.encrypt_method != EncryptMethod::None {
            return Err(LogonError::EncryptMethod);
        }
        // Whoever only tests must not trade.
        if logon.test_message_indicator == Some(true) {
            return Err(LogonError::TestMessages);
        }
        let heartbeat_seconds = self.check_interval(logon.heart_bt_int_s)?;
        let reset = logon.reset_seq_num_flag == Some(true);
        let msg_seq_num = message.header.msg_seq_num;
        if reset && !self.settings.accept_reset && !self.asked_for_reset() {
            return Err(LogonError::ResetNotAllowed);
        }
        if reset && msg_seq_num != 1 {
            return Err(LogonError::ResetNumber);
        }
        let heeds_next_expected = self.settings.next_expected_msg_seq_num && !reset;
        let next_expected = logon.next_expected_msg_seq_num;
        if heeds_next_expected && next_expected == Some(0) {
            let tag = tags::NEXT_EXPECTED_MSG_SEQ_NUM;
            let why = SessionReject::new(SessionRejectReason::IncorrectValue, tag);
            return Err(LogonError::Invalid(why));
        }
        Ok(PeerLogon {
            msg_seq_num,
            heartbeat_seconds,
            reset,
            next_expected: next_expected.filter(|_| heeds_next_expected),
        })
    }

    /// Whether the Logon that is awaited answers one of ours with ResetSeqNumFlag(141)=Y.
    fn asked_for_reset(&self) -> bool {
        matches!(
            self.state,
            State::AwaitingLogon(AwaitingLogon {
                sent: Some(SentLogon { reset: true, .. }),
                ..
            })
        )
    }

    /// HeartBtInt(108), if it is one that we grant, or the one that we asked for.
    fn check_interval(&self, seconds: i64) -> Result<u32, LogonError> {
        let interval = u32::try_from(seconds).ok();
        match &self.settings.role {
            Role::Acceptor {
                heartbeat_seconds: allowed,
                ..
            } => {
                let (minimum, maximum) = (*allowed.start(), *allowed.end());
                interval
                    .filter(|interval| allowed.contains(interval))
                    .ok_or(LogonError::HeartBtInt { minimum, maximum })
            }
            Role::Initiator {
                heartbeat_seconds: asked,
                ..
            } => interval
                .filter(|interval| interval == asked)
                .ok_or(LogonError::HeartBtIntAnswer(*asked)),
        }
    }
}

fn naming(tag: Option<i64>) -> String {
    tag.map(|tag| format!(": tag {tag}")).unwrap_or_default()
}
