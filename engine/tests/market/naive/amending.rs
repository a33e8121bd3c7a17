//! How the naive market busts and corrects trades: it keeps all of them, and looks through all orders.

use engine::{
    AmendedTrade, Amendment, AmendmentRefusal, CommandNumber, EventBody, ExecutionId, Fill,
    FillAmendment, Notional, OperatorName, OrderStatus, Price, Quantity, ReassignmentStatus, Trade,
    TradeAmendment,
};

use super::{Naive, Told, instrument_of, is_open};

/// A trade that was executed.
#[derive(Clone)]
pub(super) struct Executed {
    /// With the price that it has now.
    trade: Trade,
    busted: bool,
    /// The latest reports to the buyer and the seller.
    told: [ExecutionId; 2],
}

impl Executed {
    pub(super) fn new(trade: Trade) -> Self {
        let told = [trade.buyer.execution, trade.seller.execution];
        Self {
            trade,
            busted: false,
            told,
        }
    }
}

impl Naive {
    pub(super) fn amend(
        &mut self,
        operator: OperatorName,
        request: &TradeAmendment,
        told: &mut Told,
    ) {
        match self.check_amendment(request) {
            Ok(at) => self.carry_out(at, operator, request, told),
            Err(reason) => told.tell(EventBody::TradeAmendmentRefused {
                operator,
                trade: request.trade.trade,
                change: request.change,
                reason,
            }),
        }
    }

    fn check_amendment(&self, request: &TradeAmendment) -> Result<usize, AmendmentRefusal> {
        let asked = &request.trade;
        if self
            .day_ended
            .is_some_and(|ended: CommandNumber| asked.trade.number <= ended)
        {
            return Err(AmendmentRefusal::EarlierDay);
        }
        let known = self.trades.iter().position(|known| {
            let now = Trade {
                price: known.trade.price,
                ..asked.clone()
            };
            known.trade == now
        });
        let at = known.ok_or(AmendmentRefusal::UnknownTrade)?;
        let known = &self.trades[at];
        if known.busted {
            return Err(AmendmentRefusal::AlreadyBusted);
        }
        self.check_sales(&known.trade)?;
        if let Amendment::Correct { price } = request.change {
            let (_, tick) = instrument_of(asked.symbol.as_str()).unwrap();
            if price.micros() <= 0 {
                return Err(AmendmentRefusal::PriceInvalid);
            }
            if price.micros() % tick != 0 {
                return Err(AmendmentRefusal::PriceOffTick);
            }
            if price == known.trade.price {
                return Err(AmendmentRefusal::PriceUnchanged);
            }
        }
        Ok(at)
    }

    fn check_sales(&self, trade: &Trade) -> Result<(), AmendmentRefusal> {
        let of_trade = self
            .sales
            .iter()
            .filter(|sale| sale.id.trade == trade.trade);
        let statuses: Vec<_> = of_trade.map(|sale| sale.status).collect();
        let ended = |status: &Option<ReassignmentStatus>| status.is_some_and(|s| s.is_final());
        if !trade.test && statuses.iter().all(ended) {
            return Err(AmendmentRefusal::ReassignmentsEnded);
        }
        let untouched = [
            None,
            Some(ReassignmentStatus::Pending),
            Some(ReassignmentStatus::Reversed),
        ];
        if statuses.iter().all(|status| untouched.contains(status)) {
            Ok(())
        } else {
            Err(AmendmentRefusal::PastNoReturn)
        }
    }

    fn carry_out(
        &mut self,
        at: usize,
        operator: OperatorName,
        request: &TradeAmendment,
        told: &mut Told,
    ) {
        let (change, reason) = (request.change, request.reason);
        let before = self.trades[at].trade.clone();
        let mut trade = before.clone();
        if let Amendment::Correct { price } = change {
            trade.price = price;
        }
        let instances: Vec<_> = before.legs.iter().map(|leg| leg.instance).collect();
        for (party, side) in [&before.buyer, &before.seller].into_iter().enumerate() {
            let order = self
                .orders
                .iter()
                .position(|order| order.view.order_id == side.order);
            self.restate(order.unwrap(), change, before.price, before.quantity);
            let execution = told.execution();
            told.tell(EventBody::FillAmended(Box::new(FillAmendment {
                order: self.orders[order.unwrap()].view.clone(),
                execution,
                refers_to: self.trades[at].told[party],
                fill: Fill {
                    trade: trade.trade,
                    price: trade.price,
                    quantity: trade.quantity,
                    instances: instances.clone(),
                    liquidity: side.liquidity,
                },
                change,
                reason,
            })));
            self.trades[at].told[party] = execution;
        }
        self.trades[at].trade = trade.clone();
        self.trades[at].busted = change == Amendment::Bust;
        trade.legs.retain(|leg| {
            let sale = |sale: &&super::Sale| sale.id == leg.reassignment;
            let status = self.sales.iter().find(sale).unwrap().status;
            status.is_none_or(|status| !status.is_final())
        });
        for sale in &mut self.sales {
            if sale.id.trade == trade.trade {
                sale.trade.price = trade.price;
            }
        }
        if change == Amendment::Bust {
            for leg in &trade.legs {
                self.holding(leg.slot).free = true;
            }
            self.sales.retain(|sale| sale.id.trade != trade.trade);
        }
        told.tell(EventBody::TradeAmended(Box::new(AmendedTrade {
            trade,
            change,
            operator,
            reason,
        })));
    }

    fn restate(&mut self, at: usize, change: Amendment, price: Price, quantity: Quantity) {
        let order = &mut self.orders[at].view;
        let less = price.times(quantity).micros();
        let more = match change {
            Amendment::Bust => 0,
            Amendment::Correct { price } => price.times(quantity).micros(),
        };
        order.filled_notional = Notional::from_micros(order.filled_notional.micros() - less + more);
        if change != Amendment::Bust {
            return;
        }
        order.cumulative = Quantity::new(order.cumulative.get() - quantity.get());
        if is_open(order) {
            order.quantity = Quantity::new(order.quantity.get() - quantity.get());
            order.status = if order.cumulative.is_zero() {
                OrderStatus::New
            } else {
                OrderStatus::PartiallyFilled
            };
        } else if order.status == OrderStatus::Filled {
            order.status = OrderStatus::Cancelled;
        }
    }
}
