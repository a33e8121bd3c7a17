//! Where the events of one command go: numbers and stamps each of them.

use alloc::vec::Vec;

use crate::command::Sequenced;
use crate::event::{Event, EventBody};
use crate::ids::{CommandNumber, ExecutionId, TradeId};
use crate::time::Timestamp;

#[derive(Debug)]
pub(crate) struct Output<'a> {
    number: CommandNumber,
    time: Timestamp,
    next_index: u32,
    next_trade: u32,
    events: &'a mut Vec<Event>,
}

impl<'a> Output<'a> {
    pub(crate) fn new(sequenced: &Sequenced, events: &'a mut Vec<Event>) -> Self {
        Self {
            number: sequenced.number,
            time: sequenced.time,
            next_index: 0,
            next_trade: 0,
            events,
        }
    }

    /// The command that causes these events.
    pub(crate) fn number(&self) -> CommandNumber {
        self.number
    }

    /// The time of that command.
    pub(crate) fn time(&self) -> Timestamp {
        self.time
    }

    /// Names the report that the next event carries.
    pub(crate) fn execution(&self) -> ExecutionId {
        ExecutionId {
            number: self.number,
            index: self.next_index,
        }
    }

    /// Names the next match of that command.
    pub(crate) fn next_trade(&mut self) -> TradeId {
        let (number, index) = (self.number, self.next_trade);
        self.next_trade = index
            .checked_add(1)
            .expect("a command makes fewer than 2^32 matches");
        TradeId { number, index }
    }

    /// Whether the command caused no event yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.next_index == 0
    }

    /// Adds an event.
    #[inline]
    pub(crate) fn push(&mut self, body: EventBody) {
        self.make(|_| body);
    }

    /// Adds an event that is made only now: where it stays, for it is large, and not moved there from call to call.
    // Inlined, or it would be.
    #[inline(always)]
    pub(crate) fn make(&mut self, body: impl FnOnce(ExecutionId) -> EventBody) {
        let (cause, index, time) = (self.number, self.next_index, self.time);
        let execution = self.execution();
        self.next_index = index
            .checked_add(1)
            .expect("a command causes fewer than 2^32 events");
        // Unlike `push`, it makes room before the event is there.
        self.events.extend(core::iter::once_with(|| Event {
            cause,
            index,
            time,
            body: body(execution),
        }));
    }
}
