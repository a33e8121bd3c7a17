//! What the engine thread leaves for the thread beside it: the latest request, and when to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::{CommandNumber, Timestamp};

/// What is due.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request {
    /// A snapshot of the market before this command.
    pub(super) until: CommandNumber,
    /// The time of the journal there.
    pub(super) time: Timestamp,
}

/// What a wait at the door has come to.
#[derive(Debug)]
pub(super) enum Call {
    Request(Request),
    /// The time is over.
    Nobody,
    /// No request comes any more.
    Close,
}

/// Where requests are left. A newer one takes the place of an older one that nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct Door {
    request: Mutex<Option<Request>>,
    left: Condvar,
    closed: AtomicBool,
    abandoned: AtomicBool,
}

impl Door {
    /// Leaves a request, and waits for nobody.
    pub(super) fn request(&self, request: Request) {
        *self.lock() = Some(request);
        self.left.notify_one();
    }

    /// No request comes any more; one that was left is still carried out.
    pub(super) fn close(&self) {
        let request = self.lock();
        self.closed.store(true, Ordering::Relaxed);
        self.left.notify_one();
        drop(request);
    }

    /// What is under way is to be left, and what was left forgotten.
    pub(super) fn abandon(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
        *self.lock() = None;
    }

    /// True when what is under way is to be left.
    pub(super) fn abandoned(&self) -> &AtomicBool {
        &self.abandoned
    }

    /// Waits for a request, at most so long.
    pub(super) fn wait(&self, at_most: Duration) -> Call {
        let (request, left) = (self.lock(), &self.left);
        let nothing = |request: &mut Option<Request>| {
            request.is_none() && !self.closed.load(Ordering::Relaxed)
        };
        let waited = left.wait_timeout_while(request, at_most, nothing);
        let (mut request, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match request.take() {
            Some(request) => Call::Request(request),
            None if self.closed.load(Ordering::Relaxed) => Call::Close,
            None => Call::Nobody,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Request>> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
