//! Sequence numbers that start again in each trading session, and the reports that are carried over: what the client had
//! not received under the old numbers is made again, from the event log, under the new ones.
//!
//! The first Logon of a trading session begins the reset, and is answered when it is done. That a reset was done is
//! known from the journal alone, by its time: so none is repeated after a crash, and none is left out. Where reports are
//! made again from becomes durable with the reset, as the store's position: a crash in the middle goes on from there.

use chrono::{DateTime, Utc};
use engine::Timestamp;
use sequencer::{EventBatch, EventLog, EventPosition, EventReader, ReadError};

use super::actor::{Actor, Failed};
use super::apart::apart;
use super::event::SessionEvent;
use super::receipts::Receipts;
use super::unreceived::{Goodbye, Parting, Unreceived};
use crate::clock;
use crate::net::Connection;
use crate::schedule::Run;

/// No more reports are made again while the client has this part of what it may leave untaken.
const MISSED_PENDING_PART: usize = 4;

/// What is known of the runs of sequence numbers of a session that a schedule resets.
pub(crate) struct Renewal {
    events: EventLog,
    receipts: Receipts,
    run: Run,
    /// The reset that comes next carries reports over.
    carries: bool,
    /// A client is logged on.
    logged_on: bool,
    unreceived: Unreceived,
    /// How many clients have logged out by themselves.
    farewells: u64,
    /// Reports that are being made again.
    missed: Option<Missed>,
}

/// Events that are read again, up to those that the mail brings.
struct Missed {
    reader: EventReader,
    until: u64,
}

impl Renewal {
    /// A session whose client has what `receipts` say, of the events that the store has `handled`.
    pub(super) fn new(
        events: EventLog,
        receipts: Receipts,
        reset_time: Timestamp,
        handled: u64,
    ) -> Self {
        let first = (receipts.received < handled).then_some(receipts.received);
        Self {
            events,
            receipts,
            run: Run::since(reset_time),
            carries: false,
            logged_on: false,
            unreceived: Unreceived::from(first),
            farewells: 0,
            missed: None,
        }
    }

    /// A client that was told to start its numbers again, and has not, logs on: it has nothing of this run.
    pub(super) fn begin_again(&mut self) {
        self.carries = true;
    }

    /// Whether a Logon in the trading session that began at `start` is its first, so that numbers start again.
    pub(super) fn begin(&mut self, start: DateTime<Utc>) -> bool {
        let first = self.run.begin(start);
        self.carries |= first;
        first
    }
}

impl Actor {
    /// The client is logged on.
    pub(super) fn mark_logged_on(&mut self) {
        if let Some(renewal) = self.renewal() {
            renewal.logged_on = true;
            renewal.carries = false;
        }
    }

    /// Writes down that the client is to start its numbers again, before they do; and that it has.
    pub(super) fn keep_demand(&mut self) {
        let demanded = self.session.demands_reset();
        let Some(renewal) = self.renewal() else {
            return;
        };
        if std::mem::replace(&mut renewal.receipts.demanded, demanded) == demanded {
            return;
        }
        if let Err(error) = apart(|| renewal.receipts.save_synced()) {
            let error = &error;
            self.observer.event(SessionEvent::ReceiptsFailed { error });
        }
    }

    /// The connection of the client has ended, after it said goodbye like that. Gives the number of the farewell when how the
    /// client closes is to show what it has read.
    pub(super) fn part(&mut self, said: Goodbye) -> Option<u64> {
        // One that has not started again under these numbers has made nothing of what came under them.
        let started = !self.session.demands_reset();
        let whole = started && self.resend.is_none();
        let parting = if said == Goodbye::Answered && whole {
            Parting::InOrder
        } else if self.session.next_incoming() > 2 && self.resend.is_none() && !self.is_making_up()
        {
            // Beyond its Logon something came in its turn.
            Parting::Broken
        } else {
            Parting::AtOnce
        };
        let handled = self.store.handled();
        let mut unsettled = None;
        if let Some(renewal) = self.renewal()
            && std::mem::take(&mut renewal.logged_on)
        {
            renewal.receipts.sent = renewal.receipts.sent.max(handled);
            renewal.unreceived.parted(parting);
            if said == Goodbye::Own && whole && renewal.unreceived.first().is_some() {
                renewal.farewells = renewal.farewells.saturating_add(1);
                renewal.unreceived.await_settling(renewal.farewells);
                unsettled = Some(renewal.farewells);
            }
            self.keep_receipts();
        }
        self.leave();
        unsettled
    }

    /// The client has read all that was sent before this farewell.
    pub(super) fn settle_receipts(&mut self, farewell: u64) {
        let settled = self.renewal().map(|of| of.unreceived.settle(farewell));
        if settled == Some(true) {
            self.keep_receipts();
        }
    }

    /// Writes down what the client has received. That this fails costs reports that come twice, marked.
    pub(super) fn keep_receipts(&mut self) {
        let handled = self.store.handled();
        let Some(renewal) = self.renewal() else {
            return;
        };
        renewal.receipts.received = renewal.unreceived.first().unwrap_or(handled);
        if let Err(error) = renewal.receipts.save() {
            let error = &error;
            self.observer.event(SessionEvent::ReceiptsFailed { error });
        }
    }

    /// Just before the store follows a reset: goes back to the first report that is carried over. False when there is
    /// none.
    pub(super) fn carry_over(&mut self) -> bool {
        let Some(renewal) = self.renewal() else {
            return false;
        };
        let Some(from) = renewal.unreceived.first().filter(|_| renewal.carries) else {
            return false;
        };
        let from = after_dropped(&renewal.events, from);
        let until = renewal.missed.take().map_or(0, |missed| missed.until);
        renewal.missed = Some(Missed {
            reader: renewal.events.reader(EventPosition::new(from)),
            until,
        });
        let sent = EventPosition::new(renewal.receipts.sent);
        self.observer
            .event(SessionEvent::ReportsCarriedOver { from });
        self.made_again = self.made_again.or_until(sent);
        self.store.rewind(from);
        true
    }

    /// The store follows the reset of the event at `position`, if it has not done so; the reports of events from `unsent` on
    /// were not made before. Whether a reset has gone back to events before it, which are made again.
    pub(super) fn follow_reset(
        &mut self,
        epoch: u32,
        position: EventPosition,
        time: Timestamp,
        unsent: u64,
    ) -> Result<bool, Failed> {
        if epoch <= self.store.epoch() {
            return Ok(false);
        }
        let carries = self.reset(epoch)?;
        self.renewed(position, time, carries, unsent);
        Ok(carries)
    }

    /// The store has followed the reset of this event; `carries`: what came before it is made again.
    fn renewed(&mut self, position: EventPosition, time: Timestamp, carries: bool, unsent: u64) {
        let next = position.get().saturating_add(1);
        if let Some(renewal) = self.renewal() {
            renewal.run.begun(time);
            renewal.carries = false;
            // A reset that the client asked for in the middle gives up what it had not received.
            renewal.unreceived.renewed(unsent.min(next), carries);
            renewal.read_until(next);
        }
    }

    /// While reports are made again, the event at this position waits: it is read again after them.
    pub(super) fn put_off(&mut self, position: EventPosition) -> bool {
        let next = position.get().saturating_add(1);
        self.renewal()
            .is_some_and(|renewal| renewal.read_until(next))
    }

    /// Whether reports are being made again.
    pub(super) fn is_making_up(&self) -> bool {
        let renewal = self.hours.as_ref().and_then(|hours| hours.renewal.as_ref());
        renewal.is_some_and(|renewal| renewal.missed.is_some())
    }

    /// Whether the client has room for reports that are made again: they alone must not make it too slow.
    pub(super) fn has_room(&self) -> bool {
        let pending = self.connection.as_ref().map(Connection::pending);
        pending.is_none_or(|pending| pending <= self.profile.max_unsent_bytes / MISSED_PENDING_PART)
    }

    /// Makes the reports of these events again, and goes on with the mail when it has come to it.
    pub(super) fn make_up(&mut self, read: Result<EventBatch, ReadError>) -> Result<(), Failed> {
        let batch = read.map_err(|source| Failed::Events {
            session: self.profile.name,
            source,
        })?;
        let now = clock::now();
        for (position, event) in batch.iter() {
            if position.get() < self.store.handled() {
                continue;
            }
            if self.take_event(now, position, event)? {
                return Ok(()); // A reset has gone back once more.
            }
        }
        self.keep()?;
        self.store.set_handled(batch.end().get());
        if let Some(renewal) = self.renewal() {
            let until = |missed: &Missed| missed.reader.position().get() < missed.until;
            renewal.missed = renewal.missed.take().filter(until);
        }
        Ok(())
    }

    /// A report of the event at this position was made.
    pub(super) fn note_report(&mut self, position: EventPosition) {
        if let Some(renewal) = self.renewal() {
            renewal.unreceived.reported(position.get());
        }
    }

    fn renewal(&mut self) -> Option<&mut Renewal> {
        self.hours.as_mut()?.renewal.as_mut()
    }
}

/// The first event that can be read of those from `from` on; says so if some are dropped.
pub(super) fn after_dropped(events: &EventLog, from: u64) -> u64 {
    let kept_from = events.kept_from().get();
    if from < kept_from {
        tracing::error!(
            from,
            kept_from,
            "reports that a client has not received are not carried over: retention has dropped their events"
        );
    }
    from.max(kept_from)
}

impl Renewal {
    /// The events before `until` are read again; false when none are.
    fn read_until(&mut self, until: u64) -> bool {
        if let Some(missed) = &mut self.missed {
            missed.until = missed.until.max(until);
        }
        self.missed.is_some()
    }
}

/// The next events to make reports of again; never, where there are none.
pub(super) async fn missed(
    hours: &mut Option<super::hours::Hours>,
) -> Result<EventBatch, ReadError> {
    let renewal = hours.as_mut().and_then(|hours| hours.renewal.as_mut());
    match renewal.and_then(|renewal| renewal.missed.as_mut()) {
        Some(missed) => missed.reader.next().await,
        None => std::future::pending().await,
    }
}
