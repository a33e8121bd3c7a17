//! What only some orders ask for, in the naive market: stop prices, parts that are shown, no taking.

use engine::{
    Conditions, EventBody, NewOrder, OrderKind, OrderRefusal, OrderView, Phase, Price, Side,
    Symbol, TimeInForce,
};

use super::{Naive, Place, Told, is_open, price_of, stop_of};

pub(super) fn conditions_of(order: &OrderView) -> Conditions {
    order.conditions.as_deref().copied().unwrap_or_default()
}

/// What may be wrong with what an order asks for, first things first.
pub(super) fn wrong(new: &NewOrder) -> Vec<(bool, OrderRefusal)> {
    let asked = new.conditions.as_deref().copied().unwrap_or_default();
    let quantity = new.quantity.get();
    let minimum = asked.minimum_quantity.map(|minimum| minimum.get());
    let shown = asked.displayed_quantity.map(|shown| shown.get());
    let whole = new.time_in_force == TimeInForce::FillOrKill;
    let immediate = whole || new.time_in_force == TimeInForce::ImmediateOrCancel;
    let limit = matches!(new.kind, OrderKind::Limit(_));
    let stop = matches!(new.kind, OrderKind::Stop(_) | OrderKind::StopLimit { .. });
    let unpriced = matches!(
        new.kind,
        OrderKind::Market | OrderKind::MarketToLimit | OrderKind::Stop(_)
    );
    let auction = [TimeInForce::AtTheOpening, TimeInForce::AtTheClose].contains(&new.time_in_force);
    vec![
        (stop && immediate, OrderRefusal::ImmediateStopNotAllowed),
        (stop && auction, OrderRefusal::StopAtAuctionNotAllowed),
        (
            minimum.is_some_and(|minimum| minimum == 0 || minimum > quantity),
            OrderRefusal::MinimumQuantityInvalid,
        ),
        (
            shown.is_some_and(|shown| shown == 0 || shown > quantity),
            OrderRefusal::DisplayedQuantityInvalid,
        ),
        (
            shown.is_some_and(|shown| shown * 100 < quantity),
            OrderRefusal::DisplayedQuantityTooSmall,
        ),
        (
            asked.post_only && (!limit || immediate || auction || minimum.is_some()),
            OrderRefusal::PostOnlyNotAllowed,
        ),
        (
            minimum.is_some() && (whole || stop || auction),
            OrderRefusal::MinimumQuantityNotAllowed,
        ),
        (
            shown.is_some() && (unpriced || immediate || auction),
            OrderRefusal::DisplayedQuantityNotAllowed,
        ),
    ]
}

impl Naive {
    /// Whether an order that is to take nothing would take something.
    pub(super) fn post_only(&self, new: &NewOrder) -> Result<(), OrderRefusal> {
        let Some(limit) = new.kind.limit().map(Price::micros) else {
            return Ok(());
        };
        let post_only = new
            .conditions
            .as_deref()
            .is_some_and(|asked| asked.post_only);
        if !post_only {
            return Ok(());
        }
        let takes = self.orders.iter().any(|order| {
            let maker = &order.view;
            matches!(order.place, Place::Book(_))
                && maker.symbol == new.symbol
                && maker.side != new.side
                && match new.side {
                    Side::Buy => price_of(maker) <= limit,
                    Side::Sell => price_of(maker) >= limit,
                }
        });
        if takes {
            return Err(OrderRefusal::WouldTake);
        }
        Ok(())
    }

    /// An order comes: it waits for its price, or enters the market.
    pub(super) fn arrive(&mut self, at: usize, told: &mut Told) {
        if self.collects(at) {
            let waits = self.orders[at].view.kind.stop().is_some();
            return self.collect(at, waits);
        }
        let view = &self.orders[at].view;
        if view.kind.stop().is_none() {
            return self.enter(at, told);
        }
        let prices = self.prices.iter().rev();
        let mut prices = prices.filter(|(symbol, _)| *symbol == view.symbol);
        match prices.next() {
            Some(&(_, price)) if is_reached(view, price) => self.trigger(at, told),
            _ => self.orders[at].place = Place::Waits,
        }
    }

    /// Whether an order does not trade as it comes.
    pub(super) fn collects(&self, at: usize) -> bool {
        let view = &self.orders[at].view;
        let phase = self.phase(view.symbol.as_str());
        phase != Phase::Continuous || view.time_in_force == TimeInForce::AtTheClose
    }

    pub(super) fn collect(&mut self, at: usize, waits: bool) {
        let view = &self.orders[at].view;
        let for_close = view.time_in_force == TimeInForce::AtTheClose;
        self.lay_down_price(at);
        let view = &self.orders[at].view;
        if waits {
            self.orders[at].place = Place::Waits;
        } else if for_close && !self.is_closing(view.symbol.as_str()) {
            self.orders[at].place = Place::ForClose;
        } else {
            self.rest(at);
        }
    }

    pub(super) fn rest(&mut self, at: usize) {
        self.came += 1;
        let order = &mut self.orders[at];
        order.place = Place::Book(self.came);
        let leaves = order.view.leaves;
        let shown = conditions_of(&order.view).displayed_quantity;
        order.shown = shown.map_or(leaves, |shown| shown.min(leaves)).get();
    }

    /// An order of which nothing is shown any more comes behind the others.
    pub(super) fn refill(&mut self, at: usize) {
        let order = &self.orders[at];
        if is_open(&order.view) && order.shown == 0 {
            self.rest(at);
        }
    }

    /// A trade elects the stops that it reaches.
    pub(super) fn elect(&mut self, symbol: Symbol, price: Price) {
        self.prices.push((symbol, price.micros()));
        self.elect_reached(symbol);
    }

    /// The last price elects the stops that it has reached.
    pub(super) fn elect_reached(&mut self, symbol: Symbol) {
        let mut prices = self.prices.iter().rev();
        let Some(&(_, price)) = prices.find(|(known, _)| *known == symbol) else {
            return;
        };
        let mut reached: Vec<usize> = (0..self.orders.len())
            .filter(|&at| {
                let order = &self.orders[at];
                order.place == Place::Waits
                    && order.view.symbol == symbol
                    && is_reached(&order.view, price)
            })
            .collect();
        reached.sort_by_key(|&at| {
            let order = &self.orders[at].view;
            match order.side {
                Side::Buy => (0, stop_of(order), at),
                Side::Sell => (1, -stop_of(order), at),
            }
        });
        for at in reached {
            self.orders[at].place = Place::Nowhere;
            self.elected.push_back(at);
        }
    }

    pub(super) fn trigger_elected(&mut self, told: &mut Told) {
        while let Some(at) = self.elected.pop_front() {
            self.trigger(at, told);
        }
    }

    fn trigger(&mut self, at: usize, told: &mut Told) {
        let (order, execution) = (self.orders[at].view.clone(), told.execution());
        told.tell(EventBody::OrderTriggered { order, execution });
        self.enter(at, told);
    }
}

fn is_reached(order: &OrderView, price: i64) -> bool {
    match order.side {
        Side::Buy => price >= stop_of(order),
        Side::Sell => price <= stop_of(order),
    }
}
