//! Who still needs which events: retention drops none that anybody holds.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::position::EventPosition;

/// Keeps the events from a position on, for as long as it lives.
#[derive(Debug)]
pub struct Hold(Arc<AtomicU64>);

impl Hold {
    /// Lets go of the events before this position. It never goes back.
    pub fn advance(&self, to: EventPosition) {
        self.0.fetch_max(to.get(), Ordering::Relaxed);
    }

    /// Lets go of all events.
    pub fn release(&self) {
        self.advance(EventPosition::new(u64::MAX));
    }
}

/// All that is held. It is looked at rarely: when retention would drop something.
#[derive(Debug, Clone, Default)]
pub(crate) struct Holds(Arc<Mutex<Vec<Weak<AtomicU64>>>>);

impl Holds {
    /// Holds the events from this position on.
    pub(crate) fn hold(&self, from: EventPosition) -> Hold {
        let position = Arc::new(AtomicU64::new(from.get()));
        let mut holds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // So that what is gone takes no room for long, however many come and go.
        if holds.len() == holds.capacity() {
            holds.retain(|hold| hold.strong_count() > 0);
        }
        holds.push(Arc::downgrade(&position));
        Hold(position)
    }

    /// The first position that is held; nothing if none is.
    pub(crate) fn first(&self) -> Option<EventPosition> {
        let holds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let held = holds.iter().filter_map(Weak::upgrade);
        let positions = held.map(|position| position.load(Ordering::Relaxed));
        positions.min().map(EventPosition::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_position_that_is_held_is_known() {
        let at = EventPosition::new;
        let holds = Holds::default();
        assert_eq!(holds.first(), None);
        let (one, other) = (holds.hold(at(5)), holds.hold(at(3)));
        assert_eq!(holds.first(), Some(at(3)));
        other.advance(at(9));
        other.advance(at(7));
        assert_eq!(holds.first(), Some(at(5)));
        drop(one);
        assert_eq!(holds.first(), Some(at(9)));
        other.release();
        assert_eq!(holds.first(), Some(at(u64::MAX)));
        for _ in 0..10_000 {
            drop(holds.hold(at(1)));
        }
        assert!(holds.0.lock().expect("nobody panicked").len() < 100);
    }
}
