//! At which price an auction is held: what would come of it at each is summed up once, and kept up as orders leave, so that the
//! price is found anew without looking at all orders again.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::sums::Sums;
use crate::command::Side;
use crate::machine::Engine;
use crate::money::Price;
use crate::order::Order;
use crate::risk::Band;

/// What would come of an auction at a price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    pub(super) price: Price,
    /// How much trades.
    pub(super) quantity: u128,
    /// How much more is there to buy than to sell.
    pub(super) surplus: i128,
}

/// At most so many prices in a row have one outcome: where neither what is to buy nor what is to sell changes, there is an
/// offer first, then the reference price, then a bid.
const ALIKE_MAX: usize = 3;

const FITS: &str = "128 bits hold the sum of all orders";

/// What there is to buy and to sell at each price.
pub(super) struct Prices {
    /// The limits that there were in the book when the auction began, and the reference price; the lowest first.
    prices: Vec<Price>,
    reference: Option<Price>,
    /// Those of them that may be chosen still, by place: there are orders of that limit, or it is the reference price.
    alive: BTreeSet<usize>,
    /// What is open at each limit.
    bids: Sums,
    offers: Sums,
    /// What is open at no limit.
    market_bids: u128,
    market_offers: u128,
    bands: Bands,
}

impl Prices {
    /// Sums up the orders in the book of an instrument.
    pub(super) fn of(engine: &Engine, instrument: u32) -> Self {
        let reference = engine.reference_price(instrument);
        let [bids, offers] =
            [Side::Buy, Side::Sell].map(|side| open_by_price(engine, instrument, side));
        let limits = bids.iter().chain(&offers).filter_map(|&(price, _)| price);
        let mut prices: Vec<Price> = limits.chain(reference).collect();
        prices.sort_unstable();
        prices.dedup();
        let sum = |levels: &[(Option<Price>, u128)]| {
            let (mut sums, mut market) = (Sums::default(), 0_u128);
            prices.iter().for_each(|_| sums.push(0));
            for &(price, open) in levels {
                match price {
                    Some(price) => sums.add(place_of(&prices, price), open),
                    None => market = market.checked_add(open).expect(FITS),
                }
            }
            (sums, market)
        };
        let ((bids, market_bids), (offers, market_offers)) = (sum(&bids), sum(&offers));
        Self {
            alive: (0..prices.len()).collect(),
            reference,
            bids,
            offers,
            market_bids,
            market_offers,
            bands: Bands::of(engine, instrument),
            prices,
        }
    }

    /// At which price the auction is held, and what comes of it; none where nothing would trade.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        let allowed = match self.bands.narrowest() {
            None => 0..self.prices.len(),
            Some(band) => {
                let from = self.prices.partition_point(|&price| price < band.lowest);
                from..self.prices.partition_point(|&price| price <= band.highest)
            }
        };
        // What trades grows with the price as long as there is as much to buy as to sell, and shrinks from there on; so
        // does, either way, how near the surplus is to nothing.
        let turn = self
            .balanced()
            .clamp(allowed.start, allowed.end.max(allowed.start));
        let below = self.alive.range(allowed.start..turn).rev();
        let above = self.alive.range(turn..allowed.end.max(turn));
        let mut nearest: Vec<usize> = below.take(ALIKE_MAX).copied().collect();
        nearest.reverse();
        nearest.extend(above.take(ALIKE_MAX));
        let outcomes = nearest.into_iter().map(|place| self.outcome_at(place));
        choose(outcomes.collect(), self.reference).filter(|outcome| outcome.quantity > 0)
    }

    /// How many prices, from the lowest on, have at least as much to buy as to sell.
    fn balanced(&self) -> usize {
        let (mut from, mut to) = (0, self.prices.len());
        while from < to {
            let middle = from.midpoint(to);
            if self.outcome_at(middle).surplus >= 0 {
                from = middle.saturating_add(1);
            } else {
                to = middle;
            }
        }
        from
    }

    fn outcome_at(&self, place: usize) -> Outcome {
        let lower = self.bids.before(place);
        let demand = self.bids.total().checked_sub(lower).expect(FITS);
        let demand = demand.checked_add(self.market_bids).expect(FITS);
        let supply = self.offers.before(place.saturating_add(1));
        let supply = supply.checked_add(self.market_offers).expect(FITS);
        let signed = |sum: u128| i128::try_from(sum).expect(FITS);
        Outcome {
            price: self.prices[place],
            quantity: demand.min(supply),
            surplus: signed(demand).checked_sub(signed(supply)).expect(FITS),
        }
    }

    /// Takes note that so much of what was open at a limit, or at none, is open no more.
    pub(super) fn take(&mut self, side: Side, limit: Option<Price>, less: u128) {
        let (sums, market) = match side {
            Side::Buy => (&mut self.bids, &mut self.market_bids),
            Side::Sell => (&mut self.offers, &mut self.market_offers),
        };
        let Some(price) = limit else {
            let rest = market.checked_sub(less);
            *market = rest.expect("no more is taken than was counted");
            return;
        };
        let place = place_of(&self.prices, price);
        sums.take(place, less);
        let next = place.saturating_add(1);
        let empty = |sums: &Sums| sums.before(place) == sums.before(next);
        if empty(&self.bids) && empty(&self.offers) && self.reference != Some(price) {
            self.alive.remove(&place);
        }
    }

    /// Takes note that a market order is gone for which this band held.
    pub(super) fn lift(&mut self, band: Band) {
        self.bands.remove(band);
    }
}

fn place_of(prices: &[Price], price: Price) -> usize {
    let place = prices.binary_search(&price);
    place.expect("every limit in the book was counted")
}

/// The prices of a side in order of priority, with all that is open at each; no price: market orders.
fn open_by_price(engine: &Engine, instrument: u32, side: Side) -> Vec<(Option<Price>, u128)> {
    let orders = &engine.orders.resting;
    let ladder = engine.book(instrument).ladder(side, orders, &engine.levels);
    let open = |place| u128::from(orders[place].leaves().get());
    let levels = ladder.map(|(price, line)| (price, line.map(open).sum()));
    levels.collect()
}

/// The bands that hold for the market orders that collect.
#[derive(Default)]
struct Bands {
    /// Where they begin and where they end, and how many at each price.
    lowest: BTreeMap<Price, usize>,
    highest: BTreeMap<Price, usize>,
}

impl Bands {
    fn of(engine: &Engine, instrument: u32) -> Self {
        let mut bands = Self::default();
        let book = engine.book(instrument);
        for side in [Side::Buy, Side::Sell] {
            let line = book.line(side, &engine.orders.resting, &engine.levels);
            let orders = line.map(|place| &engine.orders.resting[place]);
            // They come before all limits.
            let unpriced = orders.take_while(|order| order.limit().is_none());
            for band in unpriced.filter_map(|order| band_of(engine, order)) {
                for (edges, price) in bands.edges(band) {
                    let count = edges.entry(price).or_default();
                    *count = count.saturating_add(1);
                }
            }
        }
        bands
    }

    /// The prices that are in all of them; none where there is no band.
    fn narrowest(&self) -> Option<Band> {
        let (&lowest, _) = self.lowest.last_key_value()?;
        let (&highest, _) = self.highest.first_key_value()?;
        Some(Band { lowest, highest })
    }

    fn remove(&mut self, band: Band) {
        for (edges, price) in self.edges(band) {
            let count = edges.get_mut(&price).expect("the band was counted");
            *count = count.saturating_sub(1);
            if *count == 0 {
                edges.remove(&price);
            }
        }
    }

    fn edges(&mut self, band: Band) -> [(&mut BTreeMap<Price, usize>, Price); 2] {
        [
            (&mut self.lowest, band.lowest),
            (&mut self.highest, band.highest),
        ]
    }
}

/// The band that a market order keeps the auction to, where one holds for it.
pub(super) fn band_of(engine: &Engine, order: &Order) -> Option<Band> {
    let unpriced = order.limit().is_none();
    unpriced.then(|| engine.band(order)).flatten()
}

/// The best of what would come of an auction at some prices, the lowest first.
fn choose(mut outcomes: Vec<Outcome>, reference: Option<Price>) -> Option<Outcome> {
    let most = outcomes.iter().map(|outcome| outcome.quantity).max()?;
    outcomes.retain(|outcome| outcome.quantity == most);
    let least = outcomes
        .iter()
        .map(|outcome| outcome.surplus.unsigned_abs())
        .min()?;
    outcomes.retain(|outcome| outcome.surplus.unsigned_abs() == least);
    if outcomes.iter().all(|outcome| outcome.surplus > 0) {
        return outcomes.pop();
    }
    let not_all_to_sell = outcomes.iter().any(|outcome| outcome.surplus >= 0);
    let Some(reference) = reference.filter(|_| not_all_to_sell) else {
        return outcomes.first().copied();
    };
    let distance = |outcome: &Outcome| outcome.price.micros().abs_diff(reference.micros());
    outcomes.into_iter().min_by_key(distance)
}
