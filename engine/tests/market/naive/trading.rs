//! How the naive market matches: for each match it looks through all orders for the best one.

use engine::{
    CancelCause, EventBody, ExecutionId, Fill, InstanceName, Liquidity, Notional, OrderKind,
    OrderStatus, OrderView, Price, Quantity, ReassignmentId, Side, SlotName, TimeInForce, Trade,
    TradeId, TradeLeg, TradeSide,
};

use super::special::conditions_of;
use super::{Naive, Place, Sale, Told, instrument_of, price_of};

impl Naive {
    /// The order in the book that comes first on the other side, when an order may trade with it.
    fn best_for(&self, taker: usize, farthest: Option<i64>) -> Option<usize> {
        let taker = &self.orders[taker].view;
        let sign = if taker.side == Side::Buy { 1 } else { -1 };
        let price = |at: usize| price_of(&self.orders[at].view) * sign;
        let in_book = (0..self.orders.len()).filter_map(|at| match self.orders[at].place {
            Place::Book(came) => Some((at, came)),
            _ => None,
        });
        in_book
            .filter(|&(at, _)| {
                let maker = &self.orders[at].view;
                maker.symbol == taker.symbol && maker.side != taker.side
            })
            .filter(|&(at, _)| {
                let limit = taker.kind.limit();
                let limit = limit.map(Price::micros).or(farthest);
                limit.is_none_or(|limit| price(at) <= limit * sign)
            })
            .min_by_key(|&(at, came)| (price(at), came))
            .map(|(at, _)| at)
    }

    /// Brings an order to the market: it trades, rests or ends.
    pub(super) fn enter(&mut self, at: usize, told: &mut Told) {
        let view = &self.orders[at].view;
        let (time_in_force, wanted) = (view.time_in_force, view.leaves);
        let minimum = conditions_of(view).minimum_quantity;
        // What it would be filled with at once is tried out in another market.
        let farthest = self.farthest(view);
        let mut trial = self.clone();
        trial.take(at, farthest, &mut told.clone());
        let filled = trial.orders[at].view.cumulative.get() - view.cumulative.get();
        let cause = if time_in_force == TimeInForce::FillOrKill && filled < wanted.get() {
            Some(CancelCause::FillOrKill)
        } else if minimum.is_some_and(|minimum| trial.orders[at].view.cumulative < minimum) {
            Some(CancelCause::MinimumQuantity)
        } else {
            None
        };
        if cause.is_some() {
            return self.end(at, OrderStatus::Cancelled, cause, told);
        }
        let stopped = self.take(at, farthest, told);
        let view = &self.orders[at].view;
        let more = self.best_for(at, None).is_some();
        let cause = match (stopped, view.kind.limit(), time_in_force) {
            _ if view.leaves.is_zero() => return,
            (true, _, _) => CancelCause::SelfTradePrevented,
            (false, None, _) if more => CancelCause::PriceBandReached,
            (false, None, _) => CancelCause::MarketUnfilled,
            (false, _, TimeInForce::ImmediateOrCancel) => CancelCause::ImmediateOrCancel,
            _ => return self.rest(at),
        };
        self.end(at, OrderStatus::Cancelled, Some(cause), told);
    }

    /// Trades an order as far as it goes. Says whether one of its own stopped it.
    fn take(&mut self, taker: usize, farthest: Option<i64>, told: &mut Told) -> bool {
        while !self.orders[taker].view.leaves.is_zero()
            && let Some(at) = self.best_for(taker, farthest)
        {
            match self.instruction(taker, at) {
                None => self.trade(at, taker, told),
                Some(instruction) => {
                    if self.prevent(taker, at, instruction, told) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn trade(&mut self, maker: usize, taker: usize, told: &mut Told) {
        let price = Price::from_micros(price_of(&self.orders[maker].view));
        let leaves = self.orders[taker].view.leaves;
        let quantity = leaves.min(Quantity::new(self.orders[maker].shown));
        let liquidity = [Liquidity::Maker, Liquidity::Taker];
        self.match_pair([maker, taker], liquidity, price, quantity, told);
        self.orders[maker].shown -= quantity.get();
        self.refill(maker);
        self.elect(self.orders[maker].view.symbol, price);
    }

    /// Fills two orders, one after the other, with each other.
    pub(super) fn match_pair(
        &mut self,
        [first, second]: [usize; 2],
        liquidity: [Liquidity; 2],
        price: Price,
        quantity: Quantity,
        told: &mut Told,
    ) {
        let trade = TradeId {
            number: told.cause.number,
            index: told.matches,
        };
        told.matches += 1;
        let buys = self.orders[first].view.side == Side::Buy;
        let seller = if buys { second } else { first };
        let count = usize::try_from(quantity.get()).unwrap();
        let held = &mut self.orders[seller].holds;
        let slots: Vec<SlotName> = held.drain(..count.min(held.len())).collect();
        let instances = slots
            .iter()
            .map(|slot| self.holding(*slot).instance)
            .collect();

        let mut fill = Fill {
            trade,
            price,
            quantity,
            instances,
            liquidity: liquidity[0],
        };
        let made = self.fill(first, &fill, told);
        fill.liquidity = liquidity[1];
        let took = self.fill(second, &fill, told);
        let (buyer, seller) = if buys { (made, took) } else { (took, made) };
        let buy = if buys { first } else { second };
        let executed = self.executed(&self.orders[buy].view, [buyer, seller], &fill, &slots, told);
        for &TradeLeg {
            reassignment: id,
            slot,
            instance: old_instance,
        } in &executed.legs
        {
            let trade = executed.clone();
            self.sales.push(Sale {
                id,
                trade,
                slot,
                old_instance,
                status: None,
            });
        }
        self.trades
            .push(super::amending::Executed::new(executed.clone()));
        told.tell(EventBody::TradeExecuted(executed));
    }

    fn fill(&mut self, at: usize, fill: &Fill, told: &mut Told) -> TradeSide {
        let order = &mut self.orders[at].view;
        if order.kind == OrderKind::MarketToLimit {
            order.kind = OrderKind::Limit(fill.price);
        }
        order.cumulative = Quantity::new(order.cumulative.get() + fill.quantity.get());
        order.leaves = Quantity::new(order.quantity.get() - order.cumulative.get());
        let notional = order.filled_notional.micros() + fill.price.times(fill.quantity).micros();
        order.filled_notional = Notional::from_micros(notional);
        let filled = order.leaves.is_zero();
        if filled {
            self.orders[at].ended = Some(self.day);
            self.orders[at].place = Place::Nowhere;
        }
        let order = &mut self.orders[at].view;
        order.status = if filled {
            OrderStatus::Filled
        } else {
            OrderStatus::PartiallyFilled
        };
        let (order, execution) = (order.clone(), told.execution());
        let side = trade_side(&order, execution, fill.liquidity);
        told.tell(EventBody::OrderFilled {
            order,
            execution,
            fill: fill.clone(),
        });
        side
    }

    fn executed(
        &self,
        bought: &OrderView,
        [buyer, seller]: [TradeSide; 2],
        fill: &Fill,
        slots: &[SlotName],
        told: &Told,
    ) -> Trade {
        let (provider, _) = instrument_of(bought.symbol.as_str()).unwrap();
        let trade = fill.trade;
        let leg = |(leg, (slot, instance)): (u32, (&SlotName, &InstanceName))| {
            let reassignment = ReassignmentId { trade, leg };
            TradeLeg {
                reassignment,
                slot: *slot,
                instance: *instance,
            }
        };
        Trade {
            trade,
            symbol: bought.symbol,
            provider: provider.map(|provider| provider.parse().unwrap()),
            price: fill.price,
            currency: "USD".parse().unwrap(),
            quantity: fill.quantity,
            buyer,
            seller,
            image: bought.image,
            legs: (0..)
                .zip(slots.iter().zip(&fill.instances))
                .map(leg)
                .collect(),
            retire: !bought.test && bought.image.is_none(),
            test: bought.test,
            executed_at: told.cause.time,
        }
    }
}

fn trade_side(order: &OrderView, execution: ExecutionId, liquidity: Liquidity) -> TradeSide {
    TradeSide {
        firm: order.firm,
        session: order.session,
        account: order.account,
        order: order.order_id,
        client_order_id: order.client_order_id,
        execution,
        liquidity,
    }
}
