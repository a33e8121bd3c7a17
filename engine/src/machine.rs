//! The engine: all market state, and the one way to change it.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::command::Sequenced;
use crate::event::{Event, OrderView};
use crate::ids::OrderId;
use crate::text::{SessionName, Symbol};
use crate::view::{BookTop, Holding, SessionPosition};

/// All market state. Clone it to look at a moment of it in peace.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Engine {}

impl Engine {
    /// A market with no instruments, firms or orders.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Applies one command and appends the events that it causes: at least one.
    ///
    /// # Panics
    /// When an invariant of the engine is broken: a fault of the engine, never of the command.
    pub fn apply(&mut self, sequenced: &Sequenced, events: &mut Vec<Event>) {
        let _ = (sequenced, events);
    }

    /// How far the commands of a session have been taken, when the session is known.
    #[must_use]
    pub fn session(&self, session: &SessionName) -> Option<SessionPosition> {
        let _ = session;
        None
    }

    /// A live order, when there is one by this id.
    #[must_use]
    pub fn order(&self, order_id: OrderId) -> Option<OrderView> {
        let _ = order_id;
        None
    }

    /// The best bid and offer of an instrument, when it is known.
    #[must_use]
    pub fn book_top(&self, symbol: &Symbol) -> Option<BookTop> {
        let _ = symbol;
        None
    }

    /// All instances in the register, in the order in which their slots first came into it.
    pub fn inventory(&self) -> impl Iterator<Item = Holding> + '_ {
        core::iter::empty()
    }

    /// Looks at all state for a broken invariant. Takes time in proportion to all state: for tests.
    ///
    /// # Panics
    /// When one is broken, saying which.
    pub fn check_invariants(&self) {}
}
