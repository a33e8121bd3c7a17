//! The orders that a session has sent and not seen answered: a window that moves on as its first orders are
//! answered.

use std::collections::VecDeque;

use super::super::clock::Nanos;

/// What is wrong with an answer to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// No such order was sent.
    Unknown,
    /// The order was answered before.
    Twice,
    /// The order was filled before it was answered.
    FilledFirst,
    /// It is no answer that accepts the order, and no fill.
    Refused,
}

/// The orders of one session, counted from zero.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// When each was meant to be sent; nothing once it is answered.
    window: VecDeque<Option<Nanos>>,
    /// The order at the front of the window.
    first: usize,
    unanswered: usize,
}

impl Orders {
    /// Notes that an order is sent, and gives its place.
    pub(super) fn send(&mut self, intended: Nanos) -> usize {
        self.window.push_back(Some(intended));
        self.unanswered += 1;
        self.first + self.window.len() - 1
    }

    /// Notes that the order at this place is answered, and gives the moment at which it was meant to be sent.
    pub(super) fn answer(&mut self, place: usize) -> Result<Nanos, Wrong> {
        let within = place.checked_sub(self.first).ok_or(Wrong::Twice)?;
        let order = self.window.get_mut(within).ok_or(Wrong::Unknown)?;
        let intended = order.take().ok_or(Wrong::Twice)?;
        self.unanswered -= 1;
        while let Some(None) = self.window.front() {
            self.window.pop_front();
            self.first += 1;
        }
        Ok(intended)
    }

    /// Whether the order at this place was sent and answered.
    pub(super) fn is_answered(&self, place: usize) -> bool {
        match place.checked_sub(self.first) {
            None => true,
            Some(within) => matches!(self.window.get(within), Some(None)),
        }
    }

    /// How many wait for their answer.
    pub(super) fn unanswered(&self) -> usize {
        self.unanswered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_order_is_answered_once_in_any_order() {
        let mut orders = Orders::default();
        let places: Vec<_> = (0..4).map(|moment| orders.send(moment * 10)).collect();
        assert_eq!(places, [0, 1, 2, 3]);
        for (place, expected) in [
            (1, Ok(10)),
            (1, Err(Wrong::Twice)),
            (0, Ok(0)),
            (0, Err(Wrong::Twice)),
            (1, Err(Wrong::Twice)),
            (4, Err(Wrong::Unknown)),
            (3, Ok(30)),
        ] {
            assert_eq!(orders.answer(place), expected, "order {place}");
        }
        assert_eq!(orders.unanswered(), 1);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|place| orders.is_answered(place)),
            [true, true, false, true, false]
        );
    }
}
