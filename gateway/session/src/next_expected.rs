//! NextExpectedMsgSeqNum(789) of a Logon(A): each side sends what the other misses, without being asked for it.

use crate::outputs::{Outputs, ResendRange};
use crate::session::Session;
use crate::state::{PeerLogon, Time};

impl Session {
    /// The Logon came from beyond a gap. A peer that goes by NextExpectedMsgSeqNum(789) learns from ours what is missing,
    /// and sends it without being asked.
    pub(crate) fn note_gap_at_logon(&mut self, now: Time, logon: &PeerLogon, out: &mut Outputs) {
        if logon.next_expected.is_some() {
            self.expect_gap(now, logon.msg_seq_num);
        } else {
            self.note_gap(now, logon.msg_seq_num, out);
        }
    }

    /// Has the driver send what the peer does not know of yet, if there is anything.
    pub(crate) fn resend_unasked(&mut self, begin: u64, end: u64, out: &mut Outputs) {
        if begin <= end {
            self.begin_resend(ResendRange { begin, end }, out);
        }
    }
}
