//! Which orders a session sends: the same for every server. Each symbol is bought by every other session and sold
//! by those between, so that no account trades with itself, which a venue prevents. Orders rest on some price
//! levels that do not cross; a share of them may cross, as many on each side, so that the book does not lean.

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
    session: usize,
    next: usize,
    crossing_percent: usize,
    /// Gathers the share of orders that cross, for each symbol, in hundredths of an order.
    crossing_due: [usize; SYMBOLS.len()],
    bids: Vec<Vec<u8>>,
    offers: Vec<Vec<u8>>,
}

impl Flow {
    /// The flow of the session at this place.
    pub(super) fn new(session: usize, crossing_percent: u64) -> Self {
        let prices =
            |whole: usize| (0..LEVELS).map(move |cents| format!("{whole}.{cents:02}").into_bytes());
        Self {
            session,
            next: session,
            crossing_percent: usize::try_from(crossing_percent.min(100)).unwrap_or(100),
            crossing_due: [0; SYMBOLS.len()],
            bids: prices(99).collect(),
            offers: prices(101).collect(),
        }
    }

    /// The next order.
    pub(super) fn next(&mut self) -> Terms<'_> {
        let place = self.next;
        self.next = place.wrapping_add(1);
        let symbol = place % SYMBOLS.len();
        let due = &mut self.crossing_due[symbol];
        *due += self.crossing_percent;
        let crosses = *due >= 100;
        if crosses {
            *due -= 100;
        }
        let level = place / SYMBOLS.len() % LEVELS;
        // An order that crosses has a price beyond every level of the other side.
        let (side, price) = match ((self.session + symbol).is_multiple_of(2), crosses) {
            (true, false) => (b"1", self.bids[level].as_slice()),
            (true, true) => (b"1", &b"102"[..]),
            (false, false) => (b"2", self.offers[level].as_slice()),
            (false, true) => (b"2", &b"98"[..]),
        };
        Terms {
            symbol: SYMBOLS[symbol],
            side,
            price,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the orders of one session buy, sell and cross, for each symbol.
    fn count(session: usize, crossing_percent: u64, orders: usize) -> [[usize; 3]; 4] {
        let mut flow = Flow::new(session, crossing_percent);
        let mut counts = [[0; 3]; 4];
        for _ in 0..orders {
            let terms = flow.next();
            let symbol = SYMBOLS.iter().position(|symbol| *symbol == terms.symbol);
            let counts = &mut counts[symbol.expect("a symbol of ours")];
            let (side, rests) = match terms.side {
                b"1" => (0, terms.price.starts_with(b"99.")),
                _ => (1, terms.price.starts_with(b"101.")),
            };
            counts[side] += 1;
            counts[2] += usize::from(!rests);
        }
        counts
    }

    #[test]
    fn neighbours_take_opposite_sides_and_the_share_asked_for_crosses() {
        for (share, crossing) in [(0, 0), (1, 10), (20, 200), (50, 500), (100, 1_000)] {
            let (buys, sells) = ([1_000, 0, crossing], [0, 1_000, crossing]);
            for (session, expected) in [
                (0, [buys, sells, buys, sells]),
                (1, [sells, buys, sells, buys]),
            ] {
                assert_eq!(
                    count(session, share, 4_000),
                    expected,
                    "session {session}, {share} %"
                );
            }
        }
    }
}
