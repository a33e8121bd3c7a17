//! The way out: follows the published events and brings each to the sessions that it concerns.
//! A session that is slow to take its mail delays the others' mail, never the engine. Sessions never wait for their
//! clients, look at their mail between two batches of a resend, and while they stand in line to start their numbers again;
//! one waits at most for room in the queue of commands, which the engine empties without waiting for anybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::metrics::{Counter, Gauge};
use engine::{Event, SessionName};
use sequencer::{EventBatch, EventPosition, EventReader, Hold, ReadError};
use tokio::sync::{mpsc, watch};

use crate::metrics::catalogue::{
    JOURNAL_COMMANDS, PUBLISHED_BATCHES, PUBLISHED_EVENTS, PUBLISHER_POSITION,
};
use crate::metrics::{Metrics, as_gauge};
use crate::routing::Routes;
use crate::sessions::{Mail, Registry, UNWRITTEN_EVENTS, tell_of_client};
use crate::trading_news::tell_of_trading;
use crate::trading_status::Board;

/// After so many events every session is told how far they were brought, one session after each batch: what they write
/// down of it is spread.
const ROUND_EVENTS: u64 = 1 << 18;

/// Brings events to sessions.
pub(crate) struct Publisher {
    reader: EventReader,
    registry: Arc<Registry>,
    /// Looked at for each batch: a changed configuration may route otherwise.
    routes: watch::Receiver<Arc<Routes>>,
    /// What comes before was told by the venue that ran before.
    told_from: EventPosition,
    /// Knows of each batch before a session does.
    board: Arc<Board>,
    metrics: Metrics,
    brought: Brought,
    round: Round,
}

/// The sessions that are still to be told how far events were brought.
struct Round {
    began: EventPosition,
    doors: Vec<mpsc::Sender<Mail>>,
    /// Keeps the events that a session may need again after a crash: given away with the next round, and let go when
    /// each session has written down that it has handled them.
    hold: Arc<Hold>,
    /// What is given away with this one.
    passed: Option<Arc<Hold>>,
}

/// What it has brought, counted.
struct Brought {
    batches: Counter,
    events: Counter,
    position: Gauge,
    commands: Gauge,
}

impl Brought {
    fn new(metrics: &Metrics) -> Self {
        Self {
            batches: metrics.counter(&PUBLISHED_BATCHES, &[]),
            events: metrics.counter(&PUBLISHED_EVENTS, &[]),
            position: metrics.gauge(&PUBLISHER_POSITION, &[]),
            commands: metrics.gauge(&JOURNAL_COMMANDS, &[]),
        }
    }

    fn batch(&self, events: &[Event], position: EventPosition) {
        self.batches.increment(1);
        self.events
            .increment(u64::try_from(events.len()).unwrap_or(u64::MAX));
        self.position.set(as_gauge(position.get()));
        if let Some(last) = events.last() {
            self.commands.set(as_gauge(last.cause.get()));
        }
    }
}

impl Publisher {
    /// Goes on where `reader` stands. Events from `told_from` on are new with this run of the venue.
    pub(crate) fn new(
        reader: EventReader,
        told_from: EventPosition,
        registry: Arc<Registry>,
        routes: watch::Receiver<Arc<Routes>>,
        board: Arc<Board>,
        metrics: &Metrics,
    ) -> Self {
        let brought = Brought::new(metrics);
        brought.position.set(as_gauge(reader.position().get()));
        let round = Round {
            began: reader.position(),
            doors: Vec::new(),
            hold: Arc::new(reader.hold(reader.position())),
            passed: None,
        };
        Self {
            round,
            reader,
            registry,
            routes,
            told_from,
            board,
            metrics: metrics.clone(),
            brought,
        }
    }

    /// Runs until the sequencer has stopped and everything it published was brought to its sessions; then
    /// closes their letterboxes.
    ///
    /// # Errors
    /// When the event log cannot be read: the venue must stop.
    pub(crate) async fn run(mut self) -> Result<(), ReadError> {
        let ended = loop {
            match self.reader.next().await {
                Ok(batch) => {
                    self.bring(batch.clone()).await;
                    let position = self.reader.position();
                    self.brought.batch(batch.events(), position);
                    self.tell_one(position).await;
                }
                Err(ReadError::Ended(_)) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if ended.is_ok() {
            for door in self.registry.doors() {
                drop(door.send(Mail::End(self.reader.position())).await);
            }
        }
        self.registry.close();
        ended
    }

    /// Tells the next session that everything before `position` was brought, if its turn has come.
    async fn tell_one(&mut self, position: EventPosition) {
        let round = &mut self.round;
        let since = position.get().saturating_sub(round.began.get());
        if round.doors.is_empty() && since >= ROUND_EVENTS {
            round.began = position;
            round.doors = self.registry.doors();
            // What a session has handled by now it may not have written down yet, but for the last of it.
            let unwritten = position.get().saturating_sub(UNWRITTEN_EVENTS);
            let hold = Arc::new(self.reader.hold(EventPosition::new(unwritten)));
            round.passed = Some(std::mem::replace(&mut round.hold, hold));
        }
        if let Some((door, passed)) = round.doors.pop().zip(round.passed.clone()) {
            // A session that has ended is in no need of it.
            drop(door.send(Mail::Passed(position, passed)).await);
        }
        if round.doors.is_empty() {
            round.passed = None;
        }
    }

    async fn bring(&self, batch: EventBatch) {
        let routes = Arc::clone(&self.routes.borrow());
        let news = self.board.note(&batch);
        let mut picks: BTreeMap<SessionName, Vec<usize>> = BTreeMap::new();
        for (place, (position, event)) in batch.iter().enumerate() {
            if position >= self.told_from {
                tell_of_client(event, &self.metrics);
                tell_of_trading(event, &self.metrics);
            }
            let mut pick = |session: &SessionName| {
                let picks = picks.entry(*session).or_default();
                if picks.last() != Some(&place) {
                    picks.push(place);
                }
            };
            routes.each(event, &mut pick);
            if news.is_at(place) {
                news.followers.iter().for_each(pick);
            }
        }
        for (session, picks) in picks {
            let Some(door) = self.registry.mail(&session) else {
                continue;
            };
            let batch = batch.clone();
            let mail = Mail::Events { batch, picks };
            if door.send(mail).await.is_err() {
                tracing::error!(%session, "a session has ended before the venue: its reports are made when the venue starts again");
            }
        }
    }
}
