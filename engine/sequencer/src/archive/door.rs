//! What the engine thread leaves for the thread beside it: the latest request, and when to stop.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use engine::CommandNumber;

/// Where requests are left. A newer one takes the place of an older one that nobody has taken yet.
#[derive(Debug, Default)]
pub(super) struct Door {
    request: Mutex<Option<CommandNumber>>,
    left: Condvar,
    closed: AtomicBool,
}

impl Door {
    /// Leaves a request, and waits for nobody.
    pub(super) fn request(&self, until: CommandNumber) {
        *self.lock() = Some(until);
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
    pub(super) fn wait(&self) -> Option<CommandNumber> {
        let mut request = self.lock();
        loop {
            if self.closed.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(until) = request.take() {
                return Some(until);
            }
            request = self
                .left
                .wait(request)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<CommandNumber>> {
        self.request.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
