//! How much of an order would be filled now: what is asked before an order that wants so much at once trades.

use crate::command::SelfMatchInstruction;
use crate::machine::Engine;
use crate::money::{Price, Quantity};
use crate::order::Order;
use crate::slab::Place;

/// How far the look through the book has come.
struct Search {
    /// What the order would still take.
    open: Quantity,
    /// What it would have been filled with.
    found: Quantity,
}

impl Search {
    /// Takes what is there, as far as the order goes.
    fn take(&mut self, there: Quantity) {
        let taken = self.open.min(there);
        self.skip(taken);
        let found = self.found.checked_add(taken);
        self.found = found.expect("no more is found than was ordered");
    }

    /// Takes so much off without a fill.
    fn skip(&mut self, quantity: Quantity) {
        let rest = self.open.checked_sub(quantity.min(self.open));
        self.open = rest.expect("the lesser of the two is taken off");
    }
}

impl Engine {
    /// Whether at least so much of an order would be filled now, with self-match prevention as it is: orders of its
    /// own that it would cancel are passed over, those that would take from it take from it, and one that would end
    /// it ends the search.
    pub(crate) fn fills(&self, taker: &Order, enough: Quantity) -> bool {
        let mut search = Search {
            open: taker.leaves(),
            found: Quantity::ZERO,
        };
        let book = self.book(taker.instrument);
        for place in book.line(taker.side.opposite(), &self.orders.resting, &self.levels) {
            if !taker.accepts(self.price(place)) || !self.meet(taker, place, &mut search) {
                break;
            }
            if search.found >= enough || search.open.is_zero() {
                break;
            }
        }
        search.found >= enough
    }

    fn price(&self, place: Place) -> Price {
        let maker = &self.orders.resting[place];
        maker.limit().expect("only limit orders rest")
    }

    /// Meets a resting order. Says whether the order may go on.
    fn meet(&self, taker: &Order, place: Place, search: &mut Search) -> bool {
        let maker = &self.orders.resting[place];
        match self.self_match(taker, maker) {
            None => search.take(maker.leaves()),
            Some(SelfMatchInstruction::CancelMaker) => {}
            Some(SelfMatchInstruction::DecrementAndCancel) => search.skip(maker.leaves()),
            Some(SelfMatchInstruction::CancelTaker | SelfMatchInstruction::CancelBoth) => {
                return false;
            }
        }
        true
    }
}
