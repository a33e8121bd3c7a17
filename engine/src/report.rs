//! Makes what reports say about orders and trades: names in the place of places.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::command::{Conditions, Side};
use crate::event::{Liquidity, OrderStatus, OrderView, Trade, TradeSide};
use crate::extras::Extras;
use crate::ids::{ExecutionId, TradeId};
use crate::money::{Price, Quantity};
use crate::order::Order;
use crate::registry::Registry;
use crate::time::Timestamp;

/// What reports say of an order's conditions.
#[cold]
fn conditions(extras: &Extras) -> Option<Box<Conditions>> {
    extras.conditions.carried()
}

impl Registry {
    /// All that a report says about an order. Nothing is open of an order that is done.
    #[inline(always)]
    pub(crate) fn view(&self, order: &Order, status: OrderStatus) -> OrderView {
        let listing = &self.instruments[order.instrument];
        let leaves = match status {
            OrderStatus::New | OrderStatus::PartiallyFilled => order.leaves(),
            OrderStatus::Filled | OrderStatus::Cancelled | OrderStatus::Expired => Quantity::ZERO,
        };
        OrderView {
            order_id: order.id,
            firm: self.firms[order.firm].name,
            session: self.sessions[order.session].name,
            client_order_id: order.client_order_id,
            original_client_order_id: None,
            account: self.accounts[order.account].name,
            symbol: listing.terms.symbol,
            side: order.side,
            kind: order.kind(),
            quantity: order.quantity,
            time_in_force: order.time_in_force(),
            image: order.image(),
            cumulative: order.cumulative,
            leaves,
            filled_notional: order.filled_notional,
            status,
            accepted_at: order.accepted_at,
            test: listing.is_test(),
            conditions: order.extras.as_deref().and_then(conditions),
        }
    }

    /// A trade of two orders, of which no instance is delivered yet.
    #[inline(always)]
    pub(crate) fn trade(
        &self,
        trade: TradeId,
        price: Price,
        quantity: Quantity,
        parties: [(&Order, ExecutionId, Liquidity); 2],
        executed_at: Timestamp,
    ) -> Trade {
        let [maker, taker] = parties;
        let (buyer, seller) = match maker.0.side {
            Side::Buy => (maker, taker),
            Side::Sell => (taker, maker),
        };
        let listing = &self.instruments[maker.0.instrument];
        Trade {
            trade,
            symbol: listing.terms.symbol,
            provider: listing.provider.map(|place| self.providers[place]),
            price,
            currency: listing.terms.currency,
            quantity,
            buyer: self.trade_side(buyer),
            seller: self.trade_side(seller),
            image: buyer.0.image(),
            legs: Vec::new(),
            retire: !listing.is_test() && buyer.0.image().is_none(),
            test: listing.is_test(),
            executed_at,
        }
    }

    #[inline(always)]
    fn trade_side(
        &self,
        (order, execution, liquidity): (&Order, ExecutionId, Liquidity),
    ) -> TradeSide {
        TradeSide {
            firm: self.firms[order.firm].name,
            session: self.sessions[order.session].name,
            account: self.accounts[order.account].name,
            order: order.id,
            client_order_id: order.client_order_id,
            execution,
            liquidity,
        }
    }
}
