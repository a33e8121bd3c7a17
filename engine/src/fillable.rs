//! How much of an order would be filled now: what is asked before an order that wants so much at once trades.

use crate::command::SelfMatchInstruction;
use crate::event::CancelCause;
use crate::machine::Engine;
use crate::money::{Price, Quantity};
use crate::order::{Lifetime, Order};
use crate::slab::Place;

/// How far the look through the book has come.
struct Search {
    /// What the order would still take.
    open: Quantity,
    /// What it would have been filled with.
    found: Quantity,
    /// What orders at this price do not show: their turn comes behind all that is shown.
    hidden: Quantity,
    /// An order of its own has ended it.
    ended: bool,
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

    fn is_over(&self) -> bool {
        self.ended || self.open.is_zero()
    }
}

impl Engine {
    /// Why an order is cancelled before it trades at all, when it wants more at once than can be had; `farthest` is how far
    /// one without a limit price goes.
    #[inline]
    pub(crate) fn unfillable(&self, order: &Order, farthest: Option<Price>) -> Option<CancelCause> {
        let minimum = order.conditions().and_then(|asked| asked.minimum_quantity);
        let (enough, cause) = match (order.lifetime, minimum) {
            (Lifetime::FillOrKill, _) => (order.leaves(), CancelCause::FillOrKill),
            // What a change brings back may have been filled in part: that counts.
            (_, Some(minimum)) => (
                minimum
                    .checked_sub(order.cumulative)
                    .unwrap_or(Quantity::ZERO),
                CancelCause::MinimumQuantity,
            ),
            (_, None) => return None,
        };
        (!self.fills(order, farthest, enough)).then_some(cause)
    }

    /// Whether at least so much of an order would be filled now, with self-match prevention as it is: orders of its
    /// own that it would cancel are passed over, those that would take from it take from it, and one that would end
    /// it ends the search.
    fn fills(&self, taker: &Order, farthest: Option<Price>, enough: Quantity) -> bool {
        let mut search = Search {
            open: taker.leaves(),
            found: Quantity::ZERO,
            hidden: Quantity::ZERO,
            ended: false,
        };
        let book = self.book(taker.instrument);
        let side = taker.side.opposite();
        for (price, line) in book.ladder(side, &self.orders.resting, &self.levels) {
            let price = price.expect("only limit orders rest while orders trade");
            let beyond = farthest.is_some_and(|farthest| taker.side.is_beyond(price, farthest));
            if beyond || !taker.accepts(price) {
                break;
            }
            for place in line {
                self.meet(taker, place, &mut search);
                if search.is_over() {
                    break;
                }
            }
            if !search.ended {
                let hidden = core::mem::take(&mut search.hidden);
                search.take(hidden);
            }
            let priced_now = taker.takes_price() && !search.found.is_zero();
            if search.is_over() || priced_now || search.found >= enough {
                break;
            }
        }
        search.found >= enough
    }

    /// Meets a resting order.
    fn meet(&self, taker: &Order, place: Place, search: &mut Search) {
        let maker = &self.orders.resting[place];
        match self.self_match(taker, maker) {
            None => {
                search.take(maker.displayed());
                let hidden = maker.leaves().checked_sub(maker.displayed());
                let hidden = hidden.expect("no more is shown than is open");
                // More than all that can be ordered makes no difference.
                let sum = search.hidden.get().saturating_add(hidden.get());
                search.hidden = Quantity::new(sum);
            }
            Some(SelfMatchInstruction::CancelMaker) => {}
            Some(SelfMatchInstruction::DecrementAndCancel) => search.skip(maker.leaves()),
            Some(SelfMatchInstruction::CancelTaker | SelfMatchInstruction::CancelBoth) => {
                search.ended = true;
            }
        }
    }
}
