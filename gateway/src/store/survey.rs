//! Going over a log when it is opened: every record is checked. What is torn at the end of the last segment after an
//! unclean stop is cut; whatever else is wrong is an error.

use std::fs::File;

use super::Cut;
use super::error::{Damage, StoreError};
use super::reader::{Step, Window, to_u64};
use super::record::{Head, RECORD_HEAD};
use super::segment::{SEGMENT_HEAD, Segment};
use super::state::State;

/// More zero bytes in a row than a good record can hold: a page that never reached the disk.
const HOLE: usize = 64;

/// What a log holds.
#[derive(Debug)]
pub(super) struct Survey {
    /// The greatest cause of a write that is there in full.
    pub(super) last_cause: u64,
    /// The greatest number expected from the peer that was noted.
    pub(super) next_incoming: u64,
    last_number: u64,
    pub(super) cut: Option<Cut>,
}

/// Where something is wrong, and what.
type Fault = (u64, Damage);

impl Survey {
    pub(super) fn new() -> Self {
        Self {
            last_cause: 0,
            next_incoming: 0,
            last_number: 0,
            cut: None,
        }
    }

    /// Whether a segment is the one that must come after `before`.
    pub(super) fn check_place(
        &self,
        segment: &Segment,
        before: Option<&Segment>,
        state: &State,
    ) -> Result<(), StoreError> {
        let head = &segment.head;
        let follows = before.is_none_or(|before| {
            head.previous_length == before.length && head.opened_us >= before.head.opened_us
        });
        let fits = head.identity == state.identity
            && head.floor > self.last_number
            && head.floor <= state.reserved_outgoing_end;
        if fits && follows {
            return Ok(());
        }
        let damage = if fits { Damage::Follows } else { Damage::Head };
        Err(StoreError::damaged(&segment.path, 0, damage))
    }

    /// A segment that was made durable before the next one was begun: it is whole.
    pub(super) fn take_sealed(
        &mut self,
        file: &File,
        segment: &mut Segment,
        state: &State,
    ) -> Result<(), StoreError> {
        let end = length_of(file, segment)?;
        match self.scan(file, segment, state, end)? {
            Some((at, damage)) => Err(StoreError::damaged(&segment.path, at, damage)),
            None => {
                segment.index.give_back();
                Ok(())
            }
        }
    }

    /// The segment that was appended to.
    pub(super) fn take_last(
        &mut self,
        file: &File,
        segment: &mut Segment,
        state: &State,
    ) -> Result<(), StoreError> {
        let end = length_of(file, segment)?;
        if let Some(fault) = self.scan(file, segment, state, end)? {
            return self.cut(file, segment, state, fault, end);
        }
        if state.clean && (end != state.log_length || self.last_number >= state.next_outgoing) {
            let damage = Damage::NotWhereStopped;
            return Err(StoreError::damaged(&segment.path, end, damage));
        }
        Ok(())
    }

    /// The position of the first event whose reports may be missing; `length` is that of the last segment.
    pub(super) fn handled(&self, length: u64, state: &State) -> u64 {
        // The state file may be durable while messages written before it are not: what it says of events
        // counts only when the log is at least as long as it was then.
        if length >= state.log_length {
            state.handled.max(self.last_cause)
        } else {
            self.last_cause
        }
    }

    /// Goes over the records up to the first thing that is wrong, noting them in the index. The good part
    /// ends with a whole write: of a torn one, nothing counts.
    fn scan(
        &mut self,
        file: &File,
        segment: &mut Segment,
        state: &State,
        end: u64,
    ) -> Result<Option<Fault>, StoreError> {
        let mut last_number = self.last_number.max(segment.head.floor - 1);
        let mut cause = self.last_cause;
        let mut reports = Vec::new();
        let mut window = Window::new(to_u64(SEGMENT_HEAD));
        let damage = loop {
            let step = window.step(file, end);
            let (head, offset) = match step.map_err(StoreError::io("read", &segment.path))? {
                Step::Record(head, _, offset) => (head, offset),
                Step::End => break (segment.length < end).then_some(Damage::Torn),
                Step::Bad(damage) => break Some(damage),
            };
            if let Some(damage) = wrong_number(&head, last_number, state) {
                return Err(StoreError::damaged(&segment.path, offset, damage));
            }
            segment.index.push(head.msg_seq_num, offset);
            if head.resendable {
                reports.push(head.msg_seq_num);
            }
            last_number = head.msg_seq_num;
            cause = head.cause.max(cause);
            if head.last_of_write {
                segment.length = window.offset();
                reports
                    .drain(..)
                    .for_each(|number| segment.reports.push(number));
                self.last_number = last_number;
                self.last_cause = cause;
                self.next_incoming = self.next_incoming.max(head.next_incoming);
            }
        };
        segment.index.truncate(segment.length);
        Ok(damage.map(|damage| (window.offset(), damage)))
    }

    /// Cuts the segment at the end of its good part, if what follows is what an unclean stop can leave.
    fn cut(
        &mut self,
        file: &File,
        segment: &Segment,
        state: &State,
        (bad, damage): Fault,
        end: u64,
    ) -> Result<(), StoreError> {
        if state.clean || self.record_follows(file, segment, state, bad, end)? {
            return Err(StoreError::damaged(&segment.path, bad, damage));
        }
        let offset = segment.length;
        file.set_len(offset)
            .map_err(StoreError::io("truncate", &segment.path))?;
        file.sync_all()
            .map_err(StoreError::io("sync", &segment.path))?;
        self.cut = Some(Cut {
            path: segment.path.clone(),
            offset,
            bytes: end - offset,
        });
        Ok(())
    }

    /// Whether a good record lies behind the bad place, and no page is missing between: then it is not
    /// the tail that is torn.
    fn record_follows(
        &self,
        file: &File,
        segment: &Segment,
        state: &State,
        bad: u64,
        end: u64,
    ) -> Result<bool, StoreError> {
        let least = self.last_number.max(segment.head.floor - 1);
        let mut window = Window::new(bad);
        let mut zeros = 0;
        loop {
            let bytes = window
                .peek(file, end, RECORD_HEAD)
                .map_err(StoreError::io("read", &segment.path))?;
            let Some(bytes) = bytes.first_chunk::<RECORD_HEAD>() else {
                return Ok(false);
            };
            zeros = if bytes[0] == 0 { zeros + 1 } else { 0 };
            if zeros == HOLE {
                return Ok(false); // Power loss: a later page reached the disk and this one did not.
            }
            if Head::parse(bytes).is_ok_and(|head| wrong_number(&head, least, state).is_none()) {
                let step = Window::new(window.offset())
                    .step(file, end)
                    .map(|step| matches!(step, Step::Record(..)));
                if step.map_err(StoreError::io("read", &segment.path))? {
                    return Ok(true);
                }
            }
            window.skip(1);
        }
    }
}

fn length_of(file: &File, segment: &Segment) -> Result<u64, StoreError> {
    let metadata = file.metadata();
    let metadata = metadata.map_err(StoreError::io("inspect", &segment.path))?;
    Ok(metadata.len())
}

fn wrong_number(head: &Head, last_number: u64, state: &State) -> Option<Damage> {
    if head.msg_seq_num <= last_number {
        Some(Damage::NumberNotAscending)
    } else if head.msg_seq_num >= state.reserved_outgoing_end {
        Some(Damage::NumberNotReserved)
    } else {
        None
    }
}
