//! Who would trade with whom in an auction, and the first two of them that are each other's own.
//!
//! Both sides stand in line, and each order takes as much of the other line as is open of it: so who trades with whom does not
//! depend on the price; the price only says how far down the lines all trade. What was looked at once stays looked at: where an
//! order leaves, the search goes on from where its part of the line began. An order is held against the part of the
//! other line that it takes in one step, whatever is in there. So the steps are no more than a few for each order that
//! trades and for each pair that is found.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::sums::Sums;
use crate::command::Side;
use crate::machine::Engine;
use crate::self_match::OwnKey;
use crate::slab::Place;

const SIDES: [Side; 2] = [Side::Buy, Side::Sell];

/// Two orders that are each other's own and would trade, by their places in their lines: the buy, and the sell.
pub(super) type Met = [usize; 2];

/// The lines of both sides.
pub(super) struct Lines {
    lines: [Line; 2],
    /// So much trades, from the heads of the lines on, between orders that are not each other's own.
    checked: u128,
    /// How many steps the search has made.
    #[cfg(test)]
    pub(super) steps: usize,
}

/// The orders of one side in the order in which they trade, as far as they were looked at.
#[derive(Default)]
struct Line {
    places: Vec<Place>,
    /// What is open of each; nothing of those that are gone.
    open: Sums,
    /// What makes each somebody's own, and its place in line.
    own: BTreeSet<(OwnKey, usize)>,
    /// The order behind them.
    next: Option<Place>,
}

impl Lines {
    /// The lines of an instrument.
    pub(super) fn of(engine: &Engine, instrument: u32) -> Self {
        let book = engine.book(instrument);
        let line = |side| Line {
            next: book.first(side, &engine.levels),
            ..Line::default()
        };
        Self {
            lines: SIDES.map(line),
            checked: 0,
            #[cfg(test)]
            steps: 0,
        }
    }

    /// The first two orders that are each other's own, where so much trades. On both sides there is as much.
    pub(super) fn own_pair(&mut self, engine: &Engine, quantity: u128) -> Option<Met> {
        while self.checked < quantity {
            #[cfg(test)]
            {
                self.steps = self.steps.wrapping_add(1);
            }
            let beyond = self.checked.saturating_add(1);
            for line in &mut self.lines {
                line.extend(engine, beyond);
            }
            let lines = self.lines.each_ref();
            let heads = lines.map(|line| line.open.find(self.checked));
            let ends = [0, 1].map(|side| self.lines[side].end(heads[side]));
            // The one that takes more: all that it takes is looked at at once.
            let (taker, other) = if ends[0] >= ends[1] { (0, 1) } else { (1, 0) };
            let end = ends[taker].min(quantity);
            let order = &engine.orders.resting[self.lines[taker].places[heads[taker]]];
            self.lines[other].extend(engine, end);
            let own = engine.own_keys(order);
            if let Some(found) = self.lines[other].first_own(own, heads[other], end) {
                let mut met = heads;
                met[other] = found;
                return Some(met);
            }
            self.checked = end;
        }
        None
    }

    /// Where two orders of the lines are kept.
    pub(super) fn places(&self, met: Met) -> [Place; 2] {
        [0, 1].map(|side| self.lines[side].places[met[side]])
    }

    /// Takes note that so much of one of two orders is open no more; with `gone`, what made it somebody's own: the order is not
    /// there any more.
    pub(super) fn take(
        &mut self,
        met: Met,
        side: usize,
        less: u128,
        gone: Option<[Option<OwnKey>; 2]>,
    ) {
        let (line, at) = (&mut self.lines[side], met[side]);
        line.open.take(at, less);
        for key in gone.into_iter().flatten().flatten() {
            line.own.remove(&(key, at));
        }
        // Those behind it move up.
        self.checked = self.checked.min(line.end(at));
    }
}

impl Line {
    /// Looks at further orders until they have so much open, if there is so much.
    fn extend(&mut self, engine: &Engine, quantity: u128) {
        let mut open = self.open.total();
        while open < quantity
            && let Some(place) = self.next
        {
            let order = &engine.orders.resting[place];
            let more = u128::from(order.leaves().get());
            let at = self.places.len();
            let keys = engine.own_keys(order).into_iter().flatten();
            self.own.extend(keys.map(|key| (key, at)));
            self.places.push(place);
            self.open.push(more);
            open = open.saturating_add(more);
            let book = engine.book(order.instrument);
            self.next = book.behind(place, &engine.orders.resting, &engine.levels);
        }
    }

    /// How much is open of all up to one of them.
    fn end(&self, at: usize) -> u128 {
        self.open.before(at.saturating_add(1))
    }

    /// The first that shares a key, from one of them on and before so much is open.
    fn first_own(&self, keys: [Option<OwnKey>; 2], from: usize, end: u128) -> Option<usize> {
        let first = |key: OwnKey| {
            let mut behind = self.own.range((key, from)..=(key, usize::MAX));
            behind.next().map(|&(_, at)| at)
        };
        let first = keys.into_iter().flatten().filter_map(first).min()?;
        (self.open.before(first) < end).then_some(first)
    }
}
