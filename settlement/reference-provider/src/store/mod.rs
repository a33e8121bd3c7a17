//! What the control plane knows, in memory and on disk: decide, write, sync, then apply.

mod journal;
mod records;
mod state;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use self::journal::Journal;
pub(crate) use self::records::{
    AnswerRecord, InstanceRecord, ProcessMark, Record, SlotRecord, TaskRecord,
};
pub(crate) use self::state::State;
use crate::decide::Accepted;
use crate::error::{ApiError, Error, ErrorCode};

/// One writer at a time; readers never wait for the disk.
#[derive(Debug, Clone)]
pub(crate) struct Store(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Held while a change is decided and written, so that changes are in one order.
    journal: Mutex<Journal>,
    state: RwLock<State>,
}

impl Store {
    /// Reads what is on disk, or begins.
    pub(crate) fn open(directory: &Path) -> Result<Self, Error> {
        let (journal, state) = Journal::open(directory)?;
        Ok(Self(Arc::new(Inner {
            journal: Mutex::new(journal),
            state: RwLock::new(state),
        })))
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.0.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Decides on the newest state; what is accepted is on disk and applied when this returns.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        decide: impl FnOnce(&State) -> Result<Accepted<T>, ApiError> + Send + 'static,
    ) -> Result<Accepted<T>, ApiError> {
        let store = self.clone();
        let changed = tokio::task::spawn_blocking(move || store.change_blocking(decide)).await;
        changed.unwrap_or_else(|_| {
            Err(internal(
                "the store's worker ended: restart the control plane",
            ))
        })
    }

    /// As [`Store::change`], on this thread.
    pub(crate) fn change_blocking<T>(
        &self,
        decide: impl FnOnce(&State) -> Result<Accepted<T>, ApiError>,
    ) -> Result<Accepted<T>, ApiError> {
        let mut journal = self
            .0
            .journal
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let accepted = self.read(decide)?;
        if accepted.records.is_empty() {
            return Ok(accepted);
        }
        if let Err(error) = journal.append(&accepted.records) {
            tracing::error!(%error, "the journal could not be written; no change is accepted until a restart");
            return Err(internal(
                "the state could not be written to disk: restart the control plane, then look whether this was applied",
            ));
        }
        {
            let mut state = self.0.state.write().unwrap_or_else(PoisonError::into_inner);
            accepted
                .records
                .iter()
                .cloned()
                .for_each(|record| state.apply(record));
        }
        if let Err(error) = self.read(|state| journal.compact_when_long(state)) {
            tracing::error!(%error, "the journal could not be written anew; no change is accepted until a restart");
        }
        Ok(accepted)
    }
}

pub(crate) fn internal(message: &str) -> ApiError {
    ApiError::new(ErrorCode::Internal, message)
}
