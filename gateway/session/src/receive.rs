//! A message that came, in the order in which it is questioned: who it is for, when it was sent,
//! whether it is its turn, whether its fields are right, what it is.

use bytes::Bytes;
use fix_codec::dictionary::validate;
use fix_codec::{
    DecodeError, Fault, Message, MsgType, PartialHeader, SessionReject, SessionRejectReason, tags,
};

use crate::outputs::{DisconnectReason, Outputs, Received};
use crate::reject::Refused;
use crate::sequence::Position;
use crate::session::Session;
use crate::state::{State, Time};

impl Session {
    /// Takes a decoded message, first to last as they came. The answer says whether the caller is
    /// to handle it, now and before the next one: see [`Received`].
    ///
    /// Afterwards the caller asks [`next_held`](Self::next_held).
    pub fn receive(&mut self, now: Time, message: &Message<'_>, out: &mut Outputs) -> Received {
        match self.state {
            State::AwaitingLogon(waiting) => self.receive_first(now, message, waiting, out),
            State::LoggedOn(_) | State::LoggingOut { .. } => self.receive_next(now, message, out),
            // Whoever sends on before it is logged on is asked for that again; whoever sends on
            // after the end has it asked for at the next Logon.
            State::Disconnected
            | State::Authenticating { .. }
            | State::Resetting { .. }
            | State::Closing => Received::Handled,
        }
    }

    /// Takes a frame that could not be decoded: Reject(3) when it is its turn. One that is garbled
    /// is ignored, and one that comes before the Logons ends the connection.
    pub fn receive_invalid(&mut self, now: Time, error: &DecodeError<'_>, out: &mut Outputs) {
        let why = match &error.fault {
            Fault::Garbled => return self.receive_garbled(),
            Fault::Reject(why) => why,
        };
        match self.state {
            State::AwaitingLogon(_) => self.close(DisconnectReason::LogonInvalid, out),
            State::LoggedOn(_) | State::LoggingOut { .. } => {
                self.receive_unreadable(now, why, &error.header, out);
            }
            State::Disconnected
            | State::Authenticating { .. }
            | State::Resetting { .. }
            | State::Closing => {}
        }
    }

    /// Takes note of bytes that are no message: wrong BodyLength(9), CheckSum(10) or first fields.
    /// They are ignored (FIX 4.4 Vol. 2, "Garbled message"); if they were a message, its number
    /// will be missed.
    pub fn receive_garbled(&mut self) {
        self.garbled += 1;
    }

    /// A message that came from beyond a gap and whose turn it is now: the caller decodes it and
    /// gives it to [`receive`](Self::receive) like any other. `None`: go on with the next from the
    /// connection.
    ///
    /// A caller that never asks loses nothing: what is held is then asked for again.
    #[must_use]
    pub fn next_held(&mut self) -> Option<Bytes> {
        self.held.take(self.next_incoming)
    }

    fn receive_next(&mut self, now: Time, message: &Message<'_>, out: &mut Outputs) -> Received {
        if let Some(link) = self.state.link_mut() {
            link.heard(now);
        }
        let header = &message.header;
        if let State::LoggingOut { reason, .. } = self.state {
            if header.msg_type == MsgType::Logout {
                self.receive_logout(now, header, out);
                return Received::Handled;
            }
            // After a fault of the peer's nothing else of it counts.
            if reason != DisconnectReason::LoggedOut {
                return Received::Handled;
            }
        }
        // A Logout is answered whatever its number, and nothing follows it.
        let parts = header.msg_type == MsgType::Logout && !header.poss_dup;
        if !parts && self.refuse_old_run(now, header.msg_seq_num, header.poss_dup, out) {
            return Received::Handled;
        }
        let was_held = self.held.was_taken(header.msg_seq_num);
        if let Err(error) = self.check_header(now, header, was_held) {
            self.answer_fault(now, Refused::new(message), error, out);
            return Received::Handled;
        }
        if header.msg_type == MsgType::Logon && asks_for_reset(message) {
            if self.reset_demanded && header.msg_seq_num == 1 {
                // The answer to our own 141=Y.
                self.advance(now);
            } else if self.is_logged_on() {
                // After our Logout it comes too late.
                self.receive_reset_logon(now, message, out);
            }
        } else if header.msg_type == MsgType::SequenceReset && !is_gap_fill(message) {
            self.receive_reset(now, message, out);
        } else {
            return self.receive_numbered(now, message, out);
        }
        Received::Handled
    }

    /// A message whose MsgSeqNum(34) counts, which is all but the two that set it anew.
    fn receive_numbered(
        &mut self,
        now: Time,
        message: &Message<'_>,
        out: &mut Outputs,
    ) -> Received {
        let header = &message.header;
        match self.position(header.msg_seq_num) {
            Position::Expected => self.take(now, message, out),
            Position::Past => {
                self.receive_past(now, message, out);
                Received::Handled
            }
            Position::Beyond => {
                self.receive_beyond(now, message, out);
                Received::Handled
            }
        }
    }

    /// A number that has had its turn. Unless it says so itself, the sides are out of step; a peer that logs out has its
    /// answer even so, for nothing follows that could be lost, and one that asks for messages again gets them: it looks
    /// back, and changes nothing.
    fn receive_past(&mut self, now: Time, message: &Message<'_>, out: &mut Outputs) {
        let header = &message.header;
        if header.poss_dup {
            return;
        }
        if header.msg_type == MsgType::Logout {
            self.receive_logout(now, header, out);
        } else if header.msg_type == MsgType::ResendRequest {
            self.serve_any_turn(now, message, out);
        } else {
            self.too_low(now, header.msg_seq_num, out);
        }
    }

    /// A number that has had its turn, with nothing to say that it may have.
    pub(crate) fn too_low(&mut self, now: Time, received: u64, out: &mut Outputs) {
        let expected = self.next_incoming;
        let text = format!("MsgSeqNum too low, expecting {expected} but received {received}");
        let reason = DisconnectReason::SequenceTooLow { expected, received };
        self.log_out_at_once(now, &text, reason, out);
    }

    /// One from beyond a gap. A Logout is answered and a ResendRequest served at once, for both
    /// sides may miss something; anything else is held.
    fn receive_beyond(&mut self, now: Time, message: &Message<'_>, out: &mut Outputs) {
        let header = &message.header;
        if header.msg_type == MsgType::Logout {
            return self.receive_logout(now, header, out);
        }
        if header.msg_type == MsgType::ResendRequest {
            self.serve_any_turn(now, message, out);
        } else {
            self.held.keep(header.msg_seq_num, message.bytes());
        }
        self.note_gap(now, header.msg_seq_num, out);
    }

    /// A ResendRequest(2) is served whatever its number.
    fn serve_any_turn(&mut self, now: Time, message: &Message<'_>, out: &mut Outputs) {
        if let Err(why) = self.serve(message, out) {
            self.send_reject(now, Refused::new(message), &why, out);
        }
    }

    /// The message whose turn it is. Refused or not, it uses up its number, but for a gap fill that goes nowhere.
    fn take(&mut self, now: Time, message: &Message<'_>, out: &mut Outputs) -> Received {
        let header = &message.header;
        if header.msg_type == MsgType::Logout {
            self.receive_logout(now, header, out);
            return Received::Handled;
        }
        if let Err(why) = validate(message, self.settings.validation) {
            self.refuse(now, Refused::new(message), &why, out);
            return Received::Handled;
        }
        if !header.msg_type.is_session() {
            self.advance(now);
            return Received::Application;
        }
        if let Err(why) = self.take_session_message(now, message, out) {
            self.refuse(now, Refused::new(message), &why, out);
        }
        Received::Handled
    }

    /// On an error nothing has been done, and the number is not used up yet.
    fn take_session_message(
        &mut self,
        now: Time,
        message: &Message<'_>,
        out: &mut Outputs,
    ) -> Result<(), SessionReject> {
        let msg_type = message.header.msg_type;
        if msg_type == MsgType::SequenceReset {
            self.take_gap_fill(now, message, out)
        } else if msg_type == MsgType::TestRequest {
            self.answer_test_request(now, message, out)
        } else if msg_type == MsgType::Logon {
            Err(already_logged_on())
        } else {
            if msg_type == MsgType::ResendRequest {
                self.serve(message, out)?;
            }
            self.advance(now);
            Ok(())
        }
    }

    /// A message whose fields cannot be read, though its header may be in part.
    fn receive_unreadable(
        &mut self,
        now: Time,
        why: &SessionReject,
        header: &PartialHeader<'_>,
        out: &mut Outputs,
    ) {
        if let Some(link) = self.state.link_mut() {
            link.heard(now);
        }
        if !self.is_logged_on() {
            return;
        }
        let Some(msg_seq_num) = header.msg_seq_num else {
            let text = "MsgSeqNum(34) is missing";
            return self.log_out_at_once(now, text, DisconnectReason::SequenceMissing, out);
        };
        if self.refuse_old_run(now, msg_seq_num, header.poss_dup, out) {
            return;
        }
        let refused = Refused::unreadable(msg_seq_num, header);
        if let Err(error) = self.check_named_sides(header) {
            return self.answer_fault(now, refused, error, out);
        }
        match self.position(msg_seq_num) {
            Position::Expected => self.refuse(now, refused, why, out),
            Position::Past if header.poss_dup => {}
            Position::Past => self.too_low(now, msg_seq_num, out),
            Position::Beyond => self.note_gap(now, msg_seq_num, out),
        }
    }

    /// Rejects the message whose turn it is, which uses up its number.
    fn refuse(&mut self, now: Time, refused: Refused<'_>, why: &SessionReject, out: &mut Outputs) {
        self.advance(now);
        self.send_reject(now, refused, why, out);
    }
}

/// Whether a SequenceReset(4) has GapFillFlag(123)=Y.
fn is_gap_fill(message: &Message<'_>) -> bool {
    message.get(tags::GAP_FILL_FLAG) == Some(b"Y")
}

/// Whether a Logon(A) has ResetSeqNumFlag(141)=Y.
fn asks_for_reset(message: &Message<'_>) -> bool {
    message.get(tags::RESET_SEQ_NUM_FLAG) == Some(b"Y")
}

fn already_logged_on() -> SessionReject {
    let text = "already logged on";
    SessionReject {
        text,
        ..SessionReject::untagged(SessionRejectReason::Other)
    }
}
