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

mod lines;
mod prices;
mod sums;
#[cfg(test)]
mod tests;

use crate::cancelling::Ending;
use crate::command::{SelfMatchInstruction, Side};
use crate::event::{AuctionResult, CancelCause, EventBody, Fill, Liquidity, OrderStatus};
use crate::machine::Engine;
use crate::matching::next_slots;
use crate::money::{Price, Quantity};
use crate::order::Order;
use crate::output::Output;
use crate::slab::Place;

use lines::{Lines, Met};
use prices::{Outcome, Prices, band_of};

/// Two orders that are each other's own and would trade.
struct OwnPair {
    earlier: Place,
    later: Place,
    instruction: SelfMatchInstruction,
}

/// An auction until its price is found.
struct Call {
    prices: Prices,
    lines: Lines,
}

impl Call {
    fn of(engine: &Engine, instrument: u32) -> Self {
        Self {
            prices: Prices::of(engine, instrument),
            lines: Lines::of(engine, instrument),
        }
    }
}

impl Engine {
    /// Holds the auction of an instrument: all that can trade at one price does.
    pub(crate) fn hold_auction(&mut self, instrument: u32, out: &mut Output<'_>) {
        let mut call = Call::of(self, instrument);
        let Some(outcome) = self.find_price(&mut call, out) else {
            return;
        };
        let listing = &self.registry.instruments[instrument];
        out.push(EventBody::AuctionHeld(AuctionResult {
            symbol: listing.terms.symbol,
            price: outcome.price,
            quantity: Quantity::new(u64::try_from(outcome.quantity).unwrap_or(u64::MAX)),
            test: listing.is_test(),
        }));
        self.trade_at(instrument, outcome, out);
    }

    /// At which price no two orders that are each other's own would trade, and what comes of it; none where nothing
    /// trades. Where two would, what their firm asked for is done.
    fn find_price(&mut self, call: &mut Call, out: &mut Output<'_>) -> Option<Outcome> {
        loop {
            let outcome = call.prices.outcome()?;
            let Some(met) = call.lines.own_pair(self, outcome.quantity) else {
                return Some(outcome);
            };
            self.prevent(met, call, out);
        }
    }

    /// Does to two orders what is done instead of their trade, and lets the auction know what is left of them.
    fn prevent(&mut self, met: Met, call: &mut Call, out: &mut Output<'_>) {
        let places = call.lines.places(met);
        let before = places.map(|place| {
            let order = &self.orders.resting[place];
            let (keys, band) = (self.own_keys(order), band_of(self, order));
            (order.id, order.limit(), order.leaves(), keys, band)
        });
        let pair = self.check_pair(places[0], places[1]);
        let pair = pair.expect("two orders that share a key are each other's own");
        self.prevent_in_auction(&pair, out);
        for (at, side) in [Side::Buy, Side::Sell].into_iter().enumerate() {
            let (id, limit, leaves, keys, band) = before[at];
            let left = self.orders.find_id(id);
            let open = left.map_or(Quantity::ZERO, |place| self.orders.resting[place].leaves());
            let less = leaves.checked_sub(open);
            let less = u128::from(less.expect("no order becomes larger").get());
            call.prices.take(side, limit, less);
            if left.is_some() {
                call.lines.take(met, at, less, None);
            } else {
                call.lines.take(met, at, less, Some(keys));
                band.into_iter().for_each(|band| call.prices.lift(band));
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
