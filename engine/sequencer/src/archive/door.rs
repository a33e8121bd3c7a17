//! What the engine thread leaves for the thread beside it: the latest request, and when to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use engine::{CommandNumber, Timestamp};

/// What is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request {
    /// A snapshot of the market before this command.
    pub(super) until: CommandNumber,
    /// The time of the journal there.
    pub(super) time: Timestamp,
}

/// Where requests are left. A newer one takes the place of an older one that nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct Door {
    request: Mutex<Option<Request>>,
    left: Condvar,
    closed: AtomicBool,
}

impl Door {
    /// Leaves a request, and waits for nobody.
    pub(super) fn request(&self, request: Request) {
        *self.lock() = Some(request);
        self.left.notify_one();
    }

    /// No request is taken any more.
    pub(super) fn close(&self) {
        let request = self.lock();
        self.closed.store(true, Ordering::Relaxed);
        self.left.notify_one();
        drop(request);
    }

    /// True when what is under way is to be left.
    pub(super) fn closed(&self) -> &AtomicBool {
        &self.closed
    }

    /// The next request; nothing when the door is closed.
    pub(super) fn wait(&self) -> Option<Request> {
        let mut request = self.lock();
        loop {
            if self.closed.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(taken) = request.take() {
                return Some(taken);
            }
            request = self
                .left
                .wait(request)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Request>> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
