//! Auctions: the orders that have collected meet at one price.
//!
//! The price is one of the limits in the book, or the reference price (the last one, else the one that was laid down): the
//! one at which most instances trade; of several, the one that leaves the smallest surplus on either side; of several, the
//! highest if all leave more to buy, and the lowest if all leave more to sell; else the nearest to the reference price, or
//! the lowest where there is none. Market orders buy and sell at any price, and come before all limits; then come better
//! limits, and at one price what came first. While there are market orders, no price outside of the bands that hold for
//! them is chosen: a limit order has its own limit to keep to. An iceberg takes part with all that is open of it, in its
//! place, and shows no more than before afterwards.
//!
//! Orders that are each other's own do not trade. Where two of them would, what their firm asked for is done instead, with
//! the one accepted later as the one that takes; and the price is found again, until no such pair is left. So everything that
//! trades does so at one price.

use alloc::vec::Vec;

use crate::cancelling::Ending;
use crate::command::{SelfMatchInstruction, Side};
use crate::event::{AuctionResult, CancelCause, EventBody, Fill, Liquidity, OrderStatus};
use crate::machine::Engine;
use crate::matching::next_slots;
use crate::money::{Price, Quantity};
use crate::order::Order;
use crate::output::Output;
use crate::risk::Band;
use crate::slab::Place;

/// What would come of an auction at a price.
#[derive(Debug, Clone, Copy)]
struct Outcome {
    price: Price,
    /// How much trades.
    quantity: u128,
    /// How much more is there to buy than to sell.
    surplus: i128,
}

/// Two orders that are each other's own and would trade.
struct OwnPair {
    earlier: Place,
    later: Place,
    instruction: SelfMatchInstruction,
}

impl Engine {
    /// Holds the auction of an instrument: all that can trade at one price does.
    pub(crate) fn hold_auction(&mut self, instrument: u32, out: &mut Output<'_>) {
        while let Some(outcome) = self.auction_outcome(instrument) {
            if let Some(pair) = self.own_pair(instrument, outcome.price) {
                self.prevent_in_auction(&pair, out);
                continue;
            }
            let listing = &self.registry.instruments[instrument];
            out.push(EventBody::AuctionHeld(AuctionResult {
                symbol: listing.terms.symbol,
                price: outcome.price,
                quantity: Quantity::new(u64::try_from(outcome.quantity).unwrap_or(u64::MAX)),
                test: listing.is_test(),
            }));
            return self.trade_at(instrument, outcome, out);
        }
    }

    /// At which price an auction is held, and what comes of it; none where nothing would trade.
    fn auction_outcome(&self, instrument: u32) -> Option<Outcome> {
        let reference = self.reference_price(instrument);
        let [bids, offers] =
            [Side::Buy, Side::Sell].map(|side| self.open_by_price(instrument, side));
        let limits = bids.iter().chain(&offers).filter_map(|&(price, _)| price);
        let mut prices: Vec<Price> = limits.chain(reference).collect();
        if let Some(band) = self.band_of_market_orders(instrument) {
            prices.retain(|&price| band.contains(price));
        }
        prices.sort_unstable();
        prices.dedup();
        let mut demand: u128 = bids.iter().map(|&(_, open)| open).sum();
        let mut supply = 0_u128;
        // Bids come from the best down: the first to fall out as the price rises is the last.
        let mut bids = bids.into_iter().rev().peekable();
        let mut offers = offers.into_iter().peekable();
        let fits = "128 bits hold the sum of all orders";
        let outcomes = prices.into_iter().map(|price| {
            let too_low = |bid: &(Option<Price>, u128)| bid.0.is_some_and(|limit| limit < price);
            while let Some((_, open)) = bids.next_if(too_low) {
                demand = demand.checked_sub(open).expect(fits);
            }
            let accepts =
                |offer: &(Option<Price>, u128)| offer.0.is_none_or(|limit| limit <= price);
            while let Some((_, open)) = offers.next_if(accepts) {
                supply = supply.checked_add(open).expect(fits);
            }
            let signed = |sum: u128| i128::try_from(sum).expect(fits);
            Outcome {
                price,
                quantity: demand.min(supply),
                surplus: signed(demand).checked_sub(signed(supply)).expect(fits),
            }
        });
        choose(outcomes.collect(), reference).filter(|outcome| outcome.quantity > 0)
    }

    /// The prices that all market orders that collect may trade at; none where no band holds for any.
    fn band_of_market_orders(&self, instrument: u32) -> Option<Band> {
        let orders = &self.orders.resting;
        let sides = [Side::Buy, Side::Sell].into_iter();
        let lines = sides.flat_map(|side| self.book(instrument).line(side, orders, &self.levels));
        let unpriced = lines.filter(|&place| orders[place].limit().is_none());
        let bands = unpriced.filter_map(|place| self.band(&orders[place]));
        bands.reduce(Band::both)
    }

    /// The prices of a side in order of priority, with all that is open at each; no price: market orders.
    fn open_by_price(&self, instrument: u32, side: Side) -> Vec<(Option<Price>, u128)> {
        let orders = &self.orders.resting;
        let ladder = self.book(instrument).ladder(side, orders, &self.levels);
        let open = |place: Place| u128::from(orders[place].leaves().get());
        let levels = ladder.map(|(price, line)| (price, line.map(open).sum()));
        levels.collect()
    }

    /// The first two orders that would trade at a price and are each other's own.
    fn own_pair(&self, instrument: u32, price: Price) -> Option<OwnPair> {
        let orders = &self.orders.resting;
        let line = |side| {
            let line = self.book(instrument).line(side, orders, &self.levels);
            line.take_while(move |&place| orders[place].accepts(price))
        };
        let (mut buys, mut sells) = (line(Side::Buy), line(Side::Sell));
        let (mut buy, mut sell) = (buys.next()?, sells.next()?);
        let mut open = [buy, sell].map(|place| orders[place].leaves());
        loop {
            if let Some(pair) = self.check_pair(buy, sell) {
                return Some(pair);
            }
            let traded = open[0].min(open[1]);
            open = open.map(|open| {
                open.checked_sub(traded)
                    .expect("the lesser of the two trades")
            });
            if open[0].is_zero() {
                buy = buys.next()?;
                open[0] = orders[buy].leaves();
            }
            if open[1].is_zero() {
                sell = sells.next()?;
                open[1] = orders[sell].leaves();
            }
        }
    }

    fn check_pair(&self, buy: Place, sell: Place) -> Option<OwnPair> {
        let id = |place| self.orders.resting[place].id;
        let (earlier, later) = if id(buy) < id(sell) {
            (buy, sell)
        } else {
            (sell, buy)
        };
        let orders = &self.orders.resting;
        let instruction = self.self_match(&orders[later], &orders[earlier])?;
        Some(OwnPair {
            earlier,
            later,
            instruction,
        })
    }

    fn prevent_in_auction(&mut self, pair: &OwnPair, out: &mut Output<'_>) {
        let cancelled = Ending::Cancelled(CancelCause::SelfTradePrevented);
        let &OwnPair { earlier, later, .. } = pair;
        let leaves = |place| self.orders.resting[place].leaves();
        let (rested, came) = (leaves(earlier), leaves(later));
        match pair.instruction {
            SelfMatchInstruction::CancelTaker => self.end(later, cancelled, out),
            SelfMatchInstruction::CancelMaker => self.end(earlier, cancelled, out),
            SelfMatchInstruction::DecrementAndCancel if rested > came => {
                self.reduce_resting(earlier, came, out);
                self.end(later, cancelled, out);
            }
            SelfMatchInstruction::DecrementAndCancel if rested < came => {
                self.end(earlier, cancelled, out);
                self.reduce_resting(later, rested, out);
            }
            SelfMatchInstruction::CancelBoth | SelfMatchInstruction::DecrementAndCancel => {
                self.end(earlier, cancelled, out);
                self.end(later, cancelled, out);
            }
        }
    }

    /// Lets all trade that can at the price of the auction.
    fn trade_at(&mut self, instrument: u32, outcome: Outcome, out: &mut Output<'_>) {
        let mut open = outcome.quantity;
        let price = outcome.price;
        while open > 0 {
            let first = |side| self.book(instrument).first(side, &self.levels);
            let both = first(Side::Buy).zip(first(Side::Sell));
            let (buy, sell) = both.expect("as much is there as was counted");
            let traded = self.trade_pair(buy, sell, price, out);
            let rest = open.checked_sub(u128::from(traded.get()));
            open = rest.expect("no more trades than was counted");
        }
        self.book_mut(instrument).last_price = Some(price);
    }

    /// Matches two orders that rest, and says how much traded.
    fn trade_pair(
        &mut self,
        buy: Place,
        sell: Place,
        price: Price,
        out: &mut Output<'_>,
    ) -> Quantity {
        let orders = &self.orders.resting;
        let accepted = [buy, sell]
            .iter()
            .all(|&place| orders[place].accepts(price));
        assert!(
            accepted,
            "nothing trades at a price that it does not accept"
        );
        let trade = out.next_trade();
        let quantity = orders[buy].leaves().min(orders[sell].leaves());
        let slots = next_slots(&orders[sell], quantity);
        let instances = slots.iter().map(|&slot| self.inventory.slot(slot).instance);
        let fill = Fill {
            trade,
            price,
            quantity,
            instances: instances.collect(),
            liquidity: Liquidity::Auction,
        };
        let reports = [buy, sell].map(|place| {
            self.fill_in_book(place, price, quantity);
            let order = &self.orders.resting[place];
            let execution = out.execution();
            out.push(EventBody::OrderFilled {
                order: self.registry.view(order, order.status()),
                execution,
                fill: fill.clone(),
            });
            execution
        });
        let orders = &self.orders.resting;
        let parties = [
            (&orders[buy], reports[0], Liquidity::Auction),
            (&orders[sell], reports[1], Liquidity::Auction),
        ];
        let time = out.time();
        let holders = [buy, sell].map(|place| {
            let order = &self.orders.resting[place];
            (order.firm, order.account)
        });
        let executed = self.registry.trade(trade, price, quantity, parties, time);
        self.execute(executed, &slots, holders, out);
        for place in [buy, sell] {
            if self.orders.resting[place].leaves().is_zero() {
                self.unbook(place);
                self.forget(place, OrderStatus::Filled);
            }
        }
        quantity
    }

    /// Fills an order where it rests, shown or not.
    fn fill_in_book(&mut self, place: Place, price: Price, quantity: Quantity) {
        let order: &mut Order = &mut self.orders.resting[place];
        let shown = order.displayed();
        // It may have another price from now on.
        self.risk.closed(&self.registry, order);
        order.fill_whole(price, quantity);
        self.risk.opened(&self.registry, order);
        let gone = shown.checked_sub(order.displayed());
        let gone = gone.expect("no more is shown of what was filled");
        self.levels[order.links.level].take(gone);
    }
}

/// The best of what would come of an auction at each price, the lowest first.
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
