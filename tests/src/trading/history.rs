//! What the venue says has happened: its event log, as the messages that each member must have got.

use std::collections::BTreeMap;
use std::path::Path;

use engine::{Event, EventBody, Origin};
use gateway::clock::SystemClock;
use sequencer::EventPosition;

use crate::ground::WATCH;

/// The name of one message: of a report its ExecID(17), of an OrderCancelReject(9) the request's ClOrdID(11).
pub type Name = String;

/// What each session must have got, in order.
#[derive(Debug, Default)]
pub struct History {
    /// Where it goes on to read.
    next: EventPosition,
    messages: BTreeMap<String, Vec<Name>>,
}

impl History {
    /// Reads the event log in `journal`, on which no venue runs.
    ///
    /// # Panics
    /// When the logs are not good.
    pub async fn of(journal: &Path) -> Self {
        let mut history = Self::default();
        history.follow(journal).await;
        history
    }

    /// Reads on where it stands, in the event log that has grown meanwhile. What it has read may be gone by then.
    ///
    /// # Panics
    /// When the logs are not good, or do not have what comes next.
    pub async fn follow(&mut self, journal: &Path) {
        let options = sequencer::Options::new(journal);
        let opened = sequencer::open(&options, SystemClock).expect("the logs are good");
        opened.engine_view.check_invariants();
        let mut reader = opened.events.reader(self.next);
        while reader.position() < opened.events.end() {
            let batch = reader.next().await.expect("the event log can be read");
            for event in batch.events() {
                self.add(event);
            }
        }
        self.next = reader.position();
        opened.running.stop().expect("nothing was written");
    }

    /// What `session` must have got.
    #[must_use]
    pub fn of_session(&self, session: &str) -> &[Name] {
        self.messages.get(session).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, event: &Event) {
        #[expect(
            clippy::wildcard_enum_match_arm,
            reason = "only these make messages where nothing is settled"
        )]
        let (session, execution) = match &event.body {
            EventBody::OrderAccepted { order, execution }
            | EventBody::OrderFilled {
                order, execution, ..
            }
            | EventBody::OrderCancelled {
                order, execution, ..
            }
            | EventBody::OrderExpired { order, execution } => {
                (order.session.to_string(), execution)
            }
            EventBody::OrderRejected {
                origin, execution, ..
            } => (session_of(origin), execution),
            EventBody::CancelRejected {
                origin, request, ..
            } => {
                let name = request.client_order_id.to_string();
                self.push(session_of(origin), name);
                return;
            }
            _ => return,
        };
        let name = execution.to_string();
        self.push(session, name.clone());
        self.push(WATCH.to_owned(), name);
    }

    fn push(&mut self, session: String, name: Name) {
        self.messages.entry(session).or_default().push(name);
    }
}

fn session_of(origin: &Origin) -> String {
    match origin {
        Origin::Session { session, .. } => session.to_string(),
        Origin::Venue | Origin::Operator { .. } | Origin::Settlement => {
            panic!("only members send orders here, not {origin:?}")
        }
    }
}
