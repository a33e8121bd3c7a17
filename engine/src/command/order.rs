//! What members ask for: orders and their cancels.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::command::Conditions;
use crate::ids::OrderId;
use crate::money::{Price, Quantity};
use crate::text::{AccountName, ClientOrderId, ImageName, InstanceName, Symbol};
use crate::time::{Timestamp, TradingDay};

/// An order as its firm sent it. NewOrderSingle(D), FIX 4.4 Vol. 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrder {
    /// The firm's own name for it; used once in a trading day. ClOrdID(11).
    pub client_order_id: ClientOrderId,
    /// Where to deliver from (sell) or into (buy). Account(1).
    pub account: AccountName,
    /// What to trade. Symbol(55).
    pub symbol: Symbol,
    /// Buy or sell. Side(54).
    pub side: Side,
    /// At which price. OrdType(40), Price(44).
    pub kind: OrderKind,
    /// How many instances; more than zero. OrderQty(38).
    pub quantity: Quantity,
    /// For how long. TimeInForce(59).
    pub time_in_force: TimeInForce,
    /// Sell: the instances to deliver, in this order; empty to draw on the account's free ones in
    /// the order in which their slots first came into the register. InstanceIDs(20001).
    pub instances: Vec<InstanceName>,
    /// Buy: what to start in the slot; absent only for a provider's buy-back. ImageID(20002).
    pub image: Option<ImageName>,
    /// When the firm says that it sent the order. TransactTime(60).
    pub transact_time: Timestamp,
    /// What else it asks for. Boxed, for most orders ask for nothing.
    pub conditions: Option<Box<Conditions>>,
}

/// Which side of the market. Side(54), FIX 4.4 Vol. 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// Takes instances and pays.
    Buy,
    /// Delivers instances and is paid.
    Sell,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// Whether a price is worse for an order of this side than the farthest that it may go to.
    pub(crate) fn is_beyond(self, price: Price, farthest: Price) -> bool {
        match self {
            Self::Buy => price > farthest,
            Self::Sell => price < farthest,
        }
    }
}

/// How an order is priced. OrdType(40), FIX 4.4 Vol. 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderKind {
    /// At the best prices there are now; the rest is cancelled.
    Market,
    /// At this price or better. Price(44).
    Limit(Price),
    /// At the best price there is now. What is left becomes a limit order at the price of its first fill, and is
    /// one from then on.
    MarketToLimit,
    /// A market order, from when the price of the instrument reaches this one. StopPx(99).
    Stop(Price),
    /// A limit order, from then on.
    StopLimit {
        /// StopPx(99).
        stop: Price,
        /// Price(44).
        limit: Price,
    },
}

impl OrderKind {
    /// The limit price, where it has one. Price(44).
    #[must_use]
    pub const fn limit(self) -> Option<Price> {
        match self {
            Self::Market | Self::MarketToLimit | Self::Stop(_) => None,
            Self::Limit(limit) | Self::StopLimit { limit, .. } => Some(limit),
        }
    }

    /// The price that it waits for, where it is a stop order. StopPx(99).
    #[must_use]
    pub const fn stop(self) -> Option<Price> {
        match self {
            Self::Market | Self::Limit(_) | Self::MarketToLimit => None,
            Self::Stop(stop) | Self::StopLimit { stop, .. } => Some(stop),
        }
    }
}

/// How long an order lives. TimeInForce(59), FIX 4.4 Vol. 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TimeInForce {
    /// Until the end of the trading day.
    Day,
    /// Now, as far as possible; the rest is cancelled.
    ImmediateOrCancel,
    /// Now and whole, or not at all.
    FillOrKill,
    /// Until it is filled or cancelled.
    GoodTillCancel,
    /// Until it is filled or cancelled, or its time has come.
    GoodTillDate(Expiry),
    /// In the opening auction only; what it leaves is cancelled.
    AtTheOpening,
    /// In the closing auction only; what it leaves is cancelled.
    AtTheClose,
}

impl TimeInForce {
    /// Whether the order outlives the trading day by what its firm asked for.
    #[must_use]
    pub const fn is_good_till(self) -> bool {
        matches!(self, Self::GoodTillCancel | Self::GoodTillDate(_))
    }

    /// Whether the order is for one auction only.
    #[must_use]
    pub const fn is_for_auction(self) -> bool {
        matches!(self, Self::AtTheOpening | Self::AtTheClose)
    }
}

/// When a good-till-date order expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Expiry {
    /// With the end of this trading day: it is the last one. ExpireDate(432).
    EndOf(TradingDay),
    /// At this time. ExpireTime(126).
    At(Timestamp),
}

impl Expiry {
    /// The time from which on the order lives no more.
    #[must_use]
    pub fn time(self) -> Timestamp {
        match self {
            Self::EndOf(day) => day.end(),
            Self::At(time) => time,
        }
    }
}

/// The wish to take an order back. OrderCancelRequest(F), FIX 4.4 Vol. 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelRequest {
    /// The firm's own name for this request; used once in a trading day. ClOrdID(11).
    pub client_order_id: ClientOrderId,
    /// The order's client order id. OrigClOrdID(41).
    pub original_client_order_id: ClientOrderId,
    /// The venue's name for the order, when the firm gave it; it must then be the same order.
    /// OrderID(37).
    pub order_id: Option<OrderId>,
    /// The order's instrument. Symbol(55).
    pub symbol: Symbol,
    /// The order's side. Side(54).
    pub side: Side,
    /// When the firm says that it sent the request. TransactTime(60).
    pub transact_time: Timestamp,
}
