//! What a peer can do wrong in the header of any message, and what each fault costs it.

use fix_codec::{
    BEGIN_STRING, Header, MsgType, PartialHeader, SessionReject, SessionRejectReason, tags,
};

use crate::outputs::{DisconnectReason, Outputs};
use crate::reject::Refused;
use crate::sequence::Position;
use crate::session::Session;
use crate::state::Time;

/// What a peer does wrong before the content of its message counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeaderFault {
    /// BeginString(8) is not FIX.4.4.
    BeginString,
    /// SenderCompID(49) or TargetCompID(56) is not the session's.
    CompId,
    /// SendingTime(52) is too far from our clock.
    SendingTime,
    /// PossDupFlag(43)=Y without OrigSendingTime(122).
    OrigSendingTimeMissing,
    /// OrigSendingTime(122) is after SendingTime(52).
    OrigSendingTimeAhead,
}

impl Session {
    /// Questions a header: whose it is, when it was sent, when it was first sent.
    pub(crate) fn check_header(
        &self,
        now: Time,
        header: &Header<'_>,
        was_held: bool,
    ) -> Result<(), HeaderFault> {
        self.check_sides(header)?;
        if !was_held && !self.is_timely(now, header) {
            return Err(HeaderFault::SendingTime);
        }
        // A gap fill is sent for the first time; what its OrigSendingTime says of others' times says nothing.
        if header.poss_dup && header.msg_type != MsgType::SequenceReset {
            match header.orig_sending_time {
                None => return Err(HeaderFault::OrigSendingTimeMissing),
                Some(original) if original > header.sending_time => {
                    return Err(HeaderFault::OrigSendingTimeAhead);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Whether the message is FIX 4.4 and between these two sides.
    pub(crate) fn check_sides(&self, header: &Header<'_>) -> Result<(), HeaderFault> {
        let (sender, target) = (Some(header.sender_comp_id), Some(header.target_comp_id));
        self.check_names(header.begin_string, sender, target)
    }

    /// As [`check_sides`](Self::check_sides), as far as the header can be read.
    pub(crate) fn check_named_sides(&self, header: &PartialHeader<'_>) -> Result<(), HeaderFault> {
        self.check_names(
            header.begin_string,
            header.sender_comp_id,
            header.target_comp_id,
        )
    }

    fn check_names(
        &self,
        begin_string: &str,
        sender: Option<&str>,
        target: Option<&str>,
    ) -> Result<(), HeaderFault> {
        if begin_string != BEGIN_STRING {
            return Err(HeaderFault::BeginString);
        }
        let ours = sender.is_none_or(|sender| sender == self.settings.target_comp_id)
            && target.is_none_or(|target| target == self.settings.sender_comp_id);
        if ours {
            Ok(())
        } else {
            Err(HeaderFault::CompId)
        }
    }

    /// Whether SendingTime(52) is near enough to `now`.
    pub(crate) fn is_timely(&self, now: Time, header: &Header<'_>) -> bool {
        self.settings
            .sending_time_tolerance
            .is_none_or(|tolerance| {
                let off = (now - header.sending_time).abs();
                off.to_std().is_ok_and(|off| off <= tolerance)
            })
    }

    /// What each fault of a peer's header costs it (FIX 4.4 Vol. 2, "Session protocol").
    pub(crate) fn answer_fault(
        &mut self,
        now: Time,
        refused: Refused<'_>,
        error: HeaderFault,
        out: &mut Outputs,
    ) {
        use SessionRejectReason::{CompIdProblem, RequiredTagMissing, SendingTimeAccuracy};
        match error {
            HeaderFault::BeginString => {
                let text = Some("Incorrect BeginString");
                self.log_out(now, text, DisconnectReason::BeginString, out);
            }
            HeaderFault::CompId => {
                let why = SessionReject::untagged(CompIdProblem);
                self.reject_any_turn(now, refused, &why, out);
                self.log_out(now, None, DisconnectReason::CompId, out);
            }
            HeaderFault::SendingTime | HeaderFault::OrigSendingTimeAhead => {
                let why = SessionReject::untagged(SendingTimeAccuracy);
                self.reject_any_turn(now, refused, &why, out);
                self.log_out(now, None, DisconnectReason::SendingTime, out);
            }
            HeaderFault::OrigSendingTimeMissing => {
                let why = SessionReject::new(RequiredTagMissing, tags::ORIG_SENDING_TIME);
                self.reject_any_turn(now, refused, &why, out);
            }
        }
    }

    /// Rejects a message whatever its turn; it uses up its number only in its turn. A Logout that
    /// follows carries no text, for this has said why.
    pub(crate) fn reject_any_turn(
        &mut self,
        now: Time,
        refused: Refused<'_>,
        why: &SessionReject,
        out: &mut Outputs,
    ) {
        if self.position(refused.msg_seq_num) == Position::Expected {
            self.advance(now);
        }
        self.send_reject(now, refused, why, out);
    }
}
