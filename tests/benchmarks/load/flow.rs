//! Which orders a session sends: the same for every server. Each symbol gets buys and sells in turn, spread over
//! some price levels that do not cross; a share of them may cross, on both sides in turn, so that the book does
//! not lean.

/// The test instruments of the load-test configuration.
const SYMBOLS: [&[u8]; 4] = [b"BENCH.A", b"BENCH.B", b"BENCH.C", b"BENCH.D"];

/// Price levels on each side.
const LEVELS: usize = 32;

/// OrderQty(38) of every order: equal, so that an order that crosses takes away one that rests.
pub(super) const QUANTITY: &[u8] = b"10";

/// What is particular to one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms<'a> {
    pub(super) symbol: &'static [u8],
    /// Side(54): `1` buys, `2` sells.
    pub(super) side: &'static [u8],
    /// Price(44).
    pub(super) price: &'a [u8],
}

/// The orders of one session, one after the other.
#[derive(Debug)]
pub(super) struct Flow {
    next: usize,
    crossing_percent: usize,
    /// Gathers the share of orders that cross, in hundredths of an order.
    crossing_due: usize,
    crossed: usize,
    bids: Vec<Vec<u8>>,
    offers: Vec<Vec<u8>>,
}

impl Flow {
    /// The flow of the session at this place.
    pub(super) fn new(session: usize, crossing_percent: u64) -> Self {
        let prices =
            |whole: usize| (0..LEVELS).map(move |cents| format!("{whole}.{cents:02}").into_bytes());
        Self {
            next: session,
            crossing_percent: usize::try_from(crossing_percent.min(100)).unwrap_or(100),
            crossing_due: 0,
            crossed: 0,
            bids: prices(99).collect(),
            offers: prices(101).collect(),
        }
    }

    /// The next order.
    pub(super) fn next(&mut self) -> Terms<'_> {
        let place = self.next;
        self.next = place.wrapping_add(1);
        let symbol = SYMBOLS[place % SYMBOLS.len()];
        self.crossing_due += self.crossing_percent;
        if self.crossing_due >= 100 {
            self.crossing_due -= 100;
            self.crossed += 1;
            // Beyond every level of the other side.
            let (side, price) = if self.crossed.is_multiple_of(2) {
                (&b"1"[..], &b"102"[..])
            } else {
                (&b"2"[..], &b"98"[..])
            };
            return Terms {
                symbol,
                side,
                price,
            };
        }
        let turn = place / SYMBOLS.len();
        let level = turn / 2 % LEVELS;
        let (side, price) = if turn.is_multiple_of(2) {
            (&b"1"[..], &self.bids[level])
        } else {
            (&b"2"[..], &self.offers[level])
        };
        Terms {
            symbol,
            side,
            price,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_rest_on_both_sides_and_the_share_asked_for_crosses() {
        for share in [0, 1, 20, 50] {
            let mut flow = Flow::new(0, share);
            let (mut bids, mut offers, mut crossing) = (0, 0, 0);
            for _ in 0..10_000 {
                let terms = flow.next();
                match (terms.side, terms.price) {
                    (b"1", b"102") | (b"2", b"98") => crossing += 1,
                    (b"1", price) if price.starts_with(b"99.") => bids += 1,
                    (b"2", price) if price.starts_with(b"101.") => offers += 1,
                    other => panic!("{other:?}"),
                }
            }
            assert_eq!(crossing, share * 100);
            assert!(
                bids > 2_000 && offers > 2_000,
                "{bids} bids, {offers} offers"
            );
        }
    }
}
