//! How the naive market matches: for each match it looks through all orders for the best one.

use engine::{
    CancelCause, EventBody, ExecutionId, Fill, InstanceName, Liquidity, Notional, OrderKind,
    OrderStatus, OrderView, Price, Quantity, ReassignmentId, Side, SlotName, TimeInForce, Trade,
    TradeId, TradeLeg, TradeSide,
};

use super::{Naive, Sale, Told, instrument_of, is_open, price_of};

impl Naive {
    /// The order that comes first on the other side, when the last order may trade with it.
    fn best_for_last(&self) -> Option<usize> {
        let taker = &self.orders.last().unwrap().view;
        let sign = if taker.side == Side::Buy { 1 } else { -1 };
        (0..self.orders.len() - 1)
            .filter(|&at| {
                let maker = &self.orders[at].view;
                is_open(maker) && maker.symbol == taker.symbol && maker.side != taker.side
            })
            .filter(|&at| match taker.kind {
                OrderKind::Market => true,
                OrderKind::Limit(limit) => {
                    price_of(&self.orders[at].view) * sign <= limit.micros() * sign
                }
            })
            .min_by_key(|&at| {
                (
                    price_of(&self.orders[at].view) * sign,
                    self.orders[at].view.order_id,
                )
            })
    }

    pub(super) fn match_last(&mut self, told: &mut Told) {
        let last = self.orders.len() - 1;
        let view = &self.orders[last].view;
        let (time_in_force, kind, wanted) = (view.time_in_force, view.kind, view.leaves);
        // Whether it can be filled whole is tried out in another market.
        let mut trial = self.clone();
        trial.take(&mut told.clone());
        let filled = trial.orders[last].view.cumulative;
        if time_in_force == TimeInForce::FillOrKill && filled < wanted {
            let cause = Some(CancelCause::FillOrKill);
            return self.end(last, OrderStatus::Cancelled, cause, told);
        }
        let cause = match (self.take(told), kind, time_in_force) {
            _ if self.orders[last].view.leaves.is_zero() => return,
            (true, _, _) => CancelCause::SelfTradePrevented,
            (false, OrderKind::Market, _) => CancelCause::MarketUnfilled,
            (false, _, TimeInForce::ImmediateOrCancel) => CancelCause::ImmediateOrCancel,
            _ => return,
        };
        self.end(last, OrderStatus::Cancelled, Some(cause), told);
    }

    /// Trades the last order as far as it goes. Says whether one of its own stopped it.
    fn take(&mut self, told: &mut Told) -> bool {
        let last = self.orders.len() - 1;
        while !self.orders[last].view.leaves.is_zero()
            && let Some(at) = self.best_for_last()
        {
            match self.instruction(last, at) {
                None => self.trade(at, last, told),
                Some(instruction) => {
                    if self.prevent(last, at, instruction, told) {
                        return true;
                    }
                }
            }
        }
        false
    }

    fn trade(&mut self, maker: usize, taker: usize, told: &mut Told) {
        let trade = TradeId {
            number: told.cause.number,
            index: told.matches,
        };
        told.matches += 1;
        let price = Price::from_micros(price_of(&self.orders[maker].view));
        let leaves = |at: usize| self.orders[at].view.leaves;
        let quantity = leaves(maker).min(leaves(taker));
        let buys = self.orders[maker].view.side == Side::Buy;
        let seller = if buys { taker } else { maker };
        let count = usize::try_from(quantity.get()).unwrap();
        let held = &mut self.orders[seller].holds;
        let slots: Vec<SlotName> = held.drain(..count.min(held.len())).collect();
        let instances = slots
            .iter()
            .map(|slot| self.holding(*slot).instance)
            .collect();

        let liquidity = Liquidity::Maker;
        let mut fill = Fill {
            trade,
            price,
            quantity,
            instances,
            liquidity,
        };
        let made = self.fill(maker, &fill, told);
        fill.liquidity = Liquidity::Taker;
        let took = self.fill(taker, &fill, told);
        let (buyer, seller) = if buys { (made, took) } else { (took, made) };
        let buy = if buys { maker } else { taker };
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
        told.tell(EventBody::TradeExecuted(executed));
    }

    fn fill(&mut self, at: usize, fill: &Fill, told: &mut Told) -> TradeSide {
        let order = &mut self.orders[at].view;
        order.cumulative = Quantity::new(order.cumulative.get() + fill.quantity.get());
        order.leaves = Quantity::new(order.quantity.get() - order.cumulative.get());
        let notional = order.filled_notional.micros() + fill.price.times(fill.quantity).micros();
        order.filled_notional = Notional::from_micros(notional);
        let filled = order.leaves.is_zero();
        if filled {
            self.orders[at].ended = Some(self.day);
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
