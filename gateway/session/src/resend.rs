//! Serving the peer's ResendRequest(2) from the driver's store, in ranges.

use std::collections::VecDeque;

use fix_codec::messages::{ResendRequest, SequenceReset};
use fix_codec::{
    EncodeHeader, Message, SessionReject, SessionRejectReason, encode, encode_resend, tags,
};

use crate::outputs::{Action, Outputs, ResendRange};
use crate::session::Session;
use crate::state::Time;

/// How many ranges wait their turn. One more is merged into the last: the peer gets what lies
/// between too, which it ignores if it has it.
const RANGES_MAX: usize = 8;

/// A message that cannot be resent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResendError {
    /// The peer asks for nothing, or does so no longer: the connection was lost, or the sequence
    /// numbers were reset. The driver stops.
    #[error("nothing is being resent")]
    NotAsked,
    /// The number is outside of what [`Session::resending`] names; ranges go upwards.
    #[error("MsgSeqNum {msg_seq_num} is not within {} to {}", range.begin, range.end)]
    OutOfRange {
        /// The number given.
        msg_seq_num: u64,
        /// What is still to be resent.
        range: ResendRange,
    },
    /// The bytes are not a message that this session stored. The driver says so in its log and goes
    /// on; that number is gap-filled.
    #[error("the stored message is not one of ours: {0}")]
    Stored(fix_codec::ResendError),
}

/// The ranges that the peer asked for: the first is being served.
#[derive(Debug, Default)]
pub(crate) struct Resends {
    ranges: VecDeque<ResendRange>,
}

impl Resends {
    pub(crate) fn current(&self) -> Option<ResendRange> {
        self.ranges.front().copied()
    }

    /// Takes on a range; true when it is the one to serve now. One that lies within what is left of the current one, or
    /// that overlaps one that waits, is served with that: no message is ever due more than twice.
    fn add(&mut self, range: ResendRange) -> bool {
        let Some(current) = self.ranges.pop_front() else {
            self.ranges.push_back(range);
            return true;
        };
        if !current.contains(range) {
            self.wait(range);
        }
        self.ranges.push_front(current);
        false
    }

    /// Puts a range where it waits; no two that wait overlap.
    fn wait(&mut self, range: ResendRange) {
        let mut place = None;
        let mut whole = range;
        let mut apart = VecDeque::with_capacity(self.ranges.len() + 1);
        for other in self.ranges.drain(..) {
            if other.overlaps(whole) {
                whole = whole.with(other);
                place.get_or_insert(apart.len());
            } else {
                apart.push_back(other);
            }
        }
        if place.is_none() && apart.len() + 1 == RANGES_MAX {
            whole = apart.pop_back().map_or(whole, |last| last.with(whole));
        }
        apart.insert(place.unwrap_or(apart.len()), whole);
        self.ranges = apart;
    }

    fn move_on(&mut self, begin: u64) {
        if let Some(range) = self.ranges.front_mut() {
            range.begin = begin;
        }
    }

    fn finish(&mut self) -> Option<ResendRange> {
        self.ranges.pop_front();
        self.current()
    }
}

impl ResendRange {
    fn contains(self, other: Self) -> bool {
        self.begin <= other.begin && other.end <= self.end
    }

    fn overlaps(self, other: Self) -> bool {
        self.begin <= other.end && other.begin <= self.end
    }

    /// From the first number of both to the last of both.
    fn with(self, other: Self) -> Self {
        Self {
            begin: self.begin.min(other.begin),
            end: self.end.max(other.end),
        }
    }
}

impl Session {
    /// A ResendRequest(2), in its turn or from beyond a gap: it is served either way, so that two
    /// sides that miss messages of each other both get them (FIX 4.4 Vol. 2, ResendRequest).
    pub(crate) fn serve(
        &mut self,
        message: &Message<'_>,
        out: &mut Outputs,
    ) -> Result<(), SessionReject> {
        let ResendRequest {
            begin_seq_no: begin,
            end_seq_no,
        } = ResendRequest::try_from(message)?;
        let last = self.next_outgoing - 1;
        if begin == 0 || begin > last {
            return Err(out_of_range(tags::BEGIN_SEQ_NO));
        }
        let end = if end_seq_no == 0 {
            last
        } else {
            end_seq_no.min(last)
        };
        if end < begin {
            return Err(out_of_range(tags::END_SEQ_NO));
        }
        self.begin_resend(ResendRange { begin, end }, out);
        Ok(())
    }

    /// Has the driver send messages that were numbered before.
    pub(crate) fn begin_resend(&mut self, range: ResendRange, out: &mut Outputs) {
        let Some(link) = self.state.link_mut() else {
            return;
        };
        if link.resends.add(range) {
            out.actions.push_back(Action::Resend(range));
        }
    }

    /// Resends one message from the driver's store, with PossDupFlag(43)=Y and
    /// OrigSendingTime(122). The driver goes upwards through [`resending`](Self::resending);
    /// numbers that it leaves out, and administrative messages, are passed over with
    /// SequenceReset-GapFill(4). Nothing of it is to be stored again.
    ///
    /// # Errors
    /// See [`ResendError`]; nothing was resent then.
    pub fn resend_message(
        &mut self,
        now: Time,
        msg_seq_num: u64,
        stored: &[u8],
        out: &mut Outputs,
    ) -> Result<(), ResendError> {
        let range = self.range_with(msg_seq_num)?;
        if !is_resendable(stored) {
            return Ok(());
        }
        let whole = out.wire.len();
        self.pass_over(now, range.begin, msg_seq_num, out);
        if let Err(error) = encode_resend(stored, now, &mut out.wire) {
            out.wire.truncate(whole);
            return Err(ResendError::Stored(error));
        }
        self.resent_below(now, msg_seq_num + 1);
        Ok(())
    }

    /// Passes over the numbers `begin` to `end`, and any before them that were not resent: the store
    /// has no message for them.
    ///
    /// # Errors
    /// See [`ResendError`].
    pub fn resend_gap(
        &mut self,
        now: Time,
        begin: u64,
        end: u64,
        out: &mut Outputs,
    ) -> Result<(), ResendError> {
        self.range_with(begin)?;
        let range = self.range_with(end)?;
        self.pass_over(now, range.begin, end + 1, out);
        self.resent_below(now, end + 1);
        Ok(())
    }

    /// The store has no more of the range that is being resent: passes over the rest of it, and
    /// turns to the next one that the peer asked for.
    pub fn resend_done(&mut self, now: Time, out: &mut Outputs) {
        let Some(range) = self.resending() else {
            return;
        };
        if range.begin <= range.end {
            self.pass_over(now, range.begin, range.end + 1, out);
            self.transmitted(now);
        }
        let next = self.state.link_mut().and_then(|link| link.resends.finish());
        if let Some(range) = next {
            out.actions.push_back(Action::Resend(range));
        }
    }

    fn range_with(&self, msg_seq_num: u64) -> Result<ResendRange, ResendError> {
        let range = self.resending().ok_or(ResendError::NotAsked)?;
        if (range.begin..=range.end).contains(&msg_seq_num) {
            Ok(range)
        } else {
            Err(ResendError::OutOfRange { msg_seq_num, range })
        }
    }

    fn resent_below(&mut self, now: Time, begin: u64) {
        self.transmitted(now);
        if let Some(link) = self.state.link_mut() {
            link.resends.move_on(begin);
        }
    }

    /// Writes a gap fill from `begin` up to and without `new_seq_no`, if there is anything between.
    fn pass_over(&mut self, now: Time, begin: u64, new_seq_no: u64, out: &mut Outputs) {
        if begin < new_seq_no {
            let header = EncodeHeader {
                poss_dup: true,
                orig_sending_time: Some(now),
                ..self.header(now, begin)
            };
            encode(
                &header,
                &SequenceReset {
                    gap_fill_flag: Some(true),
                    new_seq_no,
                },
                &mut out.wire,
            );
        }
    }
}

fn out_of_range(tag: u32) -> SessionReject {
    SessionReject::new(SessionRejectReason::IncorrectValue, tag)
}

/// Whether a stored message is sent again: not when it is administrative, but for Reject(3).
fn is_resendable(stored: &[u8]) -> bool {
    let msg_type = stored
        .split(|byte| *byte == fix_codec::SOH)
        .find_map(|field| field.strip_prefix(b"35="));
    !matches!(
        msg_type,
        None | Some(b"0" | b"1" | b"2" | b"4" | b"5" | b"A")
    )
}

#[cfg(test)]
mod tests {
    use super::{RANGES_MAX, ResendRange, Resends};

    /// Ranges, each from its first to its last number.
    type Numbers = &'static [(u64, u64)];

    fn range((begin, end): (u64, u64)) -> ResendRange {
        ResendRange { begin, end }
    }

    #[test]
    fn ranges_that_overlap_are_served_together() {
        // The first is served and has come to 50 when the others are asked for.
        let table: [(Numbers, Numbers); 7] = [
            (&[(60, 100), (50, 100)], &[(50, 100)]),
            (&[(1, 100), (1, 100), (2, 70)], &[(50, 100), (1, 100)]),
            (&[(40, 60), (1, 10), (5, 45)], &[(50, 100), (1, 60)]),
            (
                &[(1, 10), (11, 20), (30, 40)],
                &[(50, 100), (1, 10), (11, 20), (30, 40)],
            ),
            (
                &[(1, 10), (30, 40), (5, 15)],
                &[(50, 100), (1, 15), (30, 40)],
            ),
            (&[(1, 10), (30, 40), (10, 30)], &[(50, 100), (1, 40)]),
            (&[(90, 101), (49, 60)], &[(50, 100), (90, 101), (49, 60)]),
        ];
        for (asked, expected) in table {
            let mut resends = Resends::default();
            assert!(resends.add(range((1, 100))));
            resends.move_on(50);
            for each in asked {
                assert!(!resends.add(range(*each)));
            }
            let expected: Vec<_> = expected.iter().map(|each| range(*each)).collect();
            assert_eq!(resends.ranges, expected, "{asked:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_served_with_the_last() {
        let mut resends = Resends::default();
        for number in 1..=1_000 {
            resends.add(range((10 * number, 10 * number + 1)));
            assert!(resends.ranges.len() <= RANGES_MAX);
        }
        assert_eq!(resends.ranges.back(), Some(&range((80, 10_001))));
    }
}
