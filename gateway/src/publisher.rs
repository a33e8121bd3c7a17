//! The way out: follows the published events and brings each to the sessions that it concerns.
//! A session that is slow to take its mail delays the others' mail, never the engine. Sessions never wait for their
//! clients, and look at their mail between two batches of a resend; one waits at most for room in the queue of commands,
//! which the engine empties without waiting for anybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::SessionName;
use sequencer::{EventBatch, EventReader, ReadError};
use tokio::sync::watch;

use crate::routing::Routes;
use crate::sessions::{Mail, Registry};

/// Brings events to sessions.
pub(crate) struct Publisher {
    reader: EventReader,
    registry: Arc<Registry>,
    /// Looked at for each batch: a changed configuration may route otherwise.
    routes: watch::Receiver<Arc<Routes>>,
}

impl Publisher {
    /// Goes on where `reader` stands.
    pub(crate) fn new(
        reader: EventReader,
        registry: Arc<Registry>,
        routes: watch::Receiver<Arc<Routes>>,
    ) -> Self {
        Self {
            reader,
            registry,
            routes,
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
                Ok(batch) => self.bring(batch).await,
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

    async fn bring(&self, batch: EventBatch) {
        let routes = Arc::clone(&self.routes.borrow());
        let mut picks: BTreeMap<SessionName, Vec<usize>> = BTreeMap::new();
        for (place, event) in batch.events().iter().enumerate() {
            routes.each(event, |session| {
                let picks = picks.entry(*session).or_default();
                if picks.last() != Some(&place) {
                    picks.push(place);
                }
            });
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
