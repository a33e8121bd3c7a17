//! Amounts in a row, and the sums of those at its beginning, both found and changed in a number of steps that grows with
//! the logarithm of their number (a Fenwick tree). Only numbers.

use alloc::vec::Vec;

/// Amounts that are put in one behind the other and only become less.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// Entry `n - 1` has the sum of the amounts from `n - lowest bit of n` on, to `n - 1`.
    tree: Vec<u128>,
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "places are below the length of a vector, 128 bits hold the sum of all orders, and `take` checks itself"
)]
impl Sums {
    /// The number of amounts.
    pub(super) fn len(&self) -> usize {
        self.tree.len()
    }

    /// Puts an amount behind all others.
    pub(super) fn push(&mut self, amount: u128) {
        let place = self.tree.len() + 1;
        let from = place - lowest_bit(place);
        let (mut sum, mut inner) = (amount, place - 1);
        while inner > from {
            sum += self.tree[inner - 1];
            inner -= lowest_bit(inner);
        }
        self.tree.push(sum);
    }

    /// Adds to the amount at a place.
    pub(super) fn add(&mut self, at: usize, more: u128) {
        let mut place = at + 1;
        while place <= self.tree.len() {
            self.tree[place - 1] += more;
            place += lowest_bit(place);
        }
    }

    /// Takes off the amount at a place.
    pub(super) fn take(&mut self, at: usize, less: u128) {
        let mut place = at + 1;
        while place <= self.tree.len() {
            let rest = self.tree[place - 1].checked_sub(less);
            self.tree[place - 1] = rest.expect("no more is taken than was put in");
            place += lowest_bit(place);
        }
    }

    /// The sum of the amounts before a place, which may be the one behind the last.
    pub(super) fn before(&self, at: usize) -> u128 {
        let (mut sum, mut place) = (0, at);
        while place > 0 {
            sum += self.tree[place - 1];
            place -= lowest_bit(place);
        }
        sum
    }

    /// The sum of all.
    pub(super) fn total(&self) -> u128 {
        self.before(self.len())
    }

    /// The place of the first amount with which the sum is beyond a position; the length, where it never is.
    pub(super) fn find(&self, position: u128) -> usize {
        let (mut place, mut rest) = (0, position);
        let mut step = self.tree.len().checked_ilog2().map_or(0, |bits| 1 << bits);
        while step > 0 {
            if let Some(&sum) = self.tree.get(place + step - 1)
                && sum <= rest
            {
                rest -= sum;
                place += step;
            }
            step /= 2;
        }
        place
    }
}

#[expect(clippy::arithmetic_side_effects, reason = "no place is zero")]
fn lowest_bit(place: usize) -> usize {
    place & !(place - 1)
}

#[cfg(test)]
mod tests {
    use super::Sums;
    use alloc::vec::Vec;

    #[test]
    fn sums_and_places_are_those_of_plain_addition() {
        let (mut sums, mut plain) = (Sums::default(), Vec::new());
        for n in 0..70_u128 {
            let amount = (n * 7) % 5;
            sums.push(amount);
            plain.push(amount);
            let at = plain.len() / 2;
            sums.add(at, n);
            plain[at] += n;
            let less = plain[at / 2].min(2);
            sums.take(at / 2, less);
            plain[at / 2] -= less;
            for place in 0..=plain.len() {
                assert_eq!(sums.before(place), plain[..place].iter().sum());
            }
            for position in 0..=sums.total() {
                let beyond = |place: &usize| plain[..=*place].iter().sum::<u128>() > position;
                let first = (0..plain.len()).find(beyond).unwrap_or(plain.len());
                assert_eq!(sums.find(position), first, "{plain:?} at {position}");
            }
        }
        assert_eq!(Sums::default().find(0), 0);
    }
}
