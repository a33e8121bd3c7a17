//! Incoming MsgSeqNum(34): what is expected, the gap that was asked for, SequenceReset(4).

use fix_codec::dictionary::validate;
use fix_codec::messages::{ResendRequest, SequenceReset};
use fix_codec::{Message, SessionReject, SessionRejectReason, tags};

use crate::outputs::{DisconnectReason, Outputs};
use crate::reject::Refused;
use crate::send::Emission;
use crate::session::Session;
use crate::state::Time;

/// How often one gap is asked for without anything coming.
const GAP_REQUESTS_MAX: u32 = 3;

/// Where a MsgSeqNum(34) lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// It has had its turn.
    Past,
    /// It is its turn.
    Expected,
    /// Others are missing before it.
    Beyond,
}

/// Messages that are missing and were asked for, from the one expected on.
#[derive(Debug)]
pub(crate) struct Gap {
    /// The highest number seen. The request was open ended, so all up to here is held already, or
    /// on its way: nothing more is asked for before that fails to come.
    highest: u64,
    /// When it is asked for again if nothing in it has come.
    pub(crate) deadline: Time,
    /// How often it was asked for since something came.
    requests: u32,
}

/// The highest number that a peer may set us to. From there on numbers grow by one a message, so that none ever reaches
/// the end of a `u64`.
const SEQ_NUM_MAX: u64 = 999_999_999_999_999;

impl Session {
    pub(crate) fn position(&self, msg_seq_num: u64) -> Position {
        match msg_seq_num.cmp(&self.next_incoming) {
            core::cmp::Ordering::Less => Position::Past,
            core::cmp::Ordering::Equal => Position::Expected,
            core::cmp::Ordering::Greater => Position::Beyond,
        }
    }

    /// The message expected has had its turn.
    pub(crate) fn advance(&mut self, now: Time) {
        self.advance_to(now, self.next_incoming + 1);
    }

    /// Everything below `next_incoming` has had its turn or never will.
    fn advance_to(&mut self, now: Time, next_incoming: u64) {
        assert!(
            next_incoming >= self.next_incoming,
            "expected numbers never go back"
        );
        self.next_incoming = next_incoming;
        if next_incoming > 1 {
            self.reset_demanded = false;
        }
        let Some(link) = self.state.link_mut() else {
            return;
        };
        if next_incoming > 1 {
            link.demand = None;
        }
        let Some(gap) = &mut link.gap else { return };
        if next_incoming > gap.highest {
            link.gap = None;
            return;
        }
        gap.deadline = now + self.settings.timeouts.resend;
        gap.requests = 1;
    }

    /// `received` came, and what is before it did not: asks for that, unless it is asked for.
    pub(crate) fn note_gap(&mut self, now: Time, received: u64, out: &mut Outputs) {
        if self.expect_gap(now, received) {
            self.send_resend_request(now, out);
        }
    }

    /// `received` came, and what is before it is on its way, or will be once it is asked for; true when nobody has
    /// asked yet. What does not come in time is asked for then.
    pub(crate) fn expect_gap(&mut self, now: Time, received: u64) -> bool {
        if !self.is_logged_on() {
            return false;
        }
        let deadline = now + self.settings.timeouts.resend;
        let Some(link) = self.state.link_mut() else {
            return false;
        };
        if let Some(gap) = &mut link.gap {
            gap.highest = gap.highest.max(received);
            return false;
        }
        link.gap = Some(Gap {
            highest: received,
            deadline,
            requests: 1,
        });
        true
    }

    /// Nothing of the gap came in time.
    pub(crate) fn ask_again(&mut self, now: Time, out: &mut Outputs) {
        let deadline = now + self.settings.timeouts.resend;
        let Some(gap) = self.state.link_mut().and_then(|link| link.gap.as_mut()) else {
            return;
        };
        if gap.requests >= GAP_REQUESTS_MAX {
            let text = Some("ResendRequest was not answered");
            return self.log_out(now, text, DisconnectReason::ResendTimeout, out);
        }
        gap.requests += 1;
        gap.deadline = deadline;
        self.send_resend_request(now, out);
    }

    fn send_resend_request(&mut self, now: Time, out: &mut Outputs) {
        let body = ResendRequest {
            begin_seq_no: self.next_incoming,
            end_seq_no: 0,
        };
        self.emit(now, &body, Emission::admin(), out);
    }

    /// A SequenceReset(4) without GapFillFlag(123)=Y: its own MsgSeqNum(34) does not count, and
    /// NewSeqNo(36) may only go up.
    pub(crate) fn receive_reset(&mut self, now: Time, message: &Message<'_>, out: &mut Outputs) {
        let refused = Refused::new(message);
        if let Err(why) = validate(message, self.settings.validation) {
            return self.reject_any_turn(now, refused, &why, out);
        }
        match new_seq_no(message, self.next_incoming) {
            Ok(new_seq_no) => self.advance_to(now, new_seq_no),
            Err(why) => self.send_reject(now, refused, &why, out),
        }
    }

    /// A gap fill whose turn has come: the numbers from its own up to NewSeqNo(36) never will. One that goes nowhere is
    /// rejected and not counted, for its sender goes on with a number that it has not passed.
    pub(crate) fn take_gap_fill(
        &mut self,
        now: Time,
        message: &Message<'_>,
        out: &mut Outputs,
    ) -> Result<(), SessionReject> {
        match new_seq_no(message, self.next_incoming + 1) {
            Ok(new_seq_no) => self.advance_to(now, new_seq_no),
            Err(why) => self.send_reject(now, Refused::new(message), &why, out),
        }
        Ok(())
    }
}

/// NewSeqNo(36), if it is `least` or more and no higher than [`SEQ_NUM_MAX`].
fn new_seq_no(message: &Message<'_>, least: u64) -> Result<u64, SessionReject> {
    let SequenceReset { new_seq_no, .. } = SequenceReset::try_from(message)?;
    if (least..=SEQ_NUM_MAX).contains(&new_seq_no) {
        Ok(new_seq_no)
    } else {
        Err(SessionReject::new(
            SessionRejectReason::IncorrectValue,
            tags::NEW_SEQ_NO,
        ))
    }
}
