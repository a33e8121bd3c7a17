//! What events say about an order: all of it, where it stands, its fills and its end.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::command::{Conditions, OrderKind, Side, TimeInForce, TradingScope};
use crate::ids::{OrderId, TradeId};
use crate::money::{Notional, Price, Quantity};
use crate::text::{
    AccountName, ClientOrderId, FirmName, ImageName, InstanceName, SessionName, Symbol,
};
use crate::time::Timestamp;

/// All that a report says about an order, at the moment of the event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderView {
    /// The venue's name for it. OrderID(37).
    pub order_id: OrderId,
    /// Whose it is.
    pub firm: FirmName,
    /// The session that sent it and gets its reports.
    pub session: SessionName,
    /// The firm's own name for it. ClOrdID(11).
    pub client_order_id: ClientOrderId,
    /// The name that it had before, in the event that says that it was replaced. OrigClOrdID(41).
    pub original_client_order_id: Option<ClientOrderId>,
    /// Where to deliver from (sell) or into (buy). Account(1).
    pub account: AccountName,
    /// The instrument. Symbol(55).
    pub symbol: Symbol,
    /// Buy or sell. Side(54).
    pub side: Side,
    /// How it is priced. OrdType(40), Price(44).
    pub kind: OrderKind,
    /// How many instances were ordered. OrderQty(38).
    pub quantity: Quantity,
    /// For how long. TimeInForce(59).
    pub time_in_force: TimeInForce,
    /// Buy: what to start in the slot. ImageID(20002).
    pub image: Option<ImageName>,
    /// How many are filled. CumQty(14).
    pub cumulative: Quantity,
    /// How many are open. LeavesQty(151).
    pub leaves: Quantity,
    /// The sum of price times quantity of the fills; divided by `cumulative` it is AvgPx(6).
    pub filled_notional: Notional,
    /// Where it stands. OrdStatus(39).
    pub status: OrderStatus,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// Whether the instrument is a test instrument.
    pub test: bool,
    /// What else it asks for; none for most.
    pub conditions: Option<Box<Conditions>>,
}

/// Where an order stands. OrdStatus(39), FIX 4.4 Vol. 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OrderStatus {
    /// Open, nothing filled.
    New,
    /// Open, some filled.
    PartiallyFilled,
    /// Filled whole.
    Filled,
    /// What was open is cancelled.
    Cancelled,
    /// What was open ended with the trading day, or at its own time.
    Expired,
}

/// The order that a refused cancel named. OrderID(37) and OrdStatus(39) of OrderCancelReject(9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownOrder {
    /// The venue's name for it.
    pub order_id: OrderId,
    /// Where it stands.
    pub status: OrderStatus,
}

/// One fill of one order. Who the other party is stays unsaid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    /// The match.
    pub trade: TradeId,
    /// The price of one instance: the resting order's, or the one of an auction. LastPx(31).
    pub price: Price,
    /// How many instances. LastQty(32).
    pub quantity: Quantity,
    /// The instances sold, in the order delivered; none on a test instrument. InstanceIDs(20001).
    pub instances: Vec<InstanceName>,
    /// Whether the order was resting or came to it, or neither. LastLiquidityInd(851).
    pub liquidity: Liquidity,
}

/// Which part an order had in a match. LastLiquidityInd(851), FIX 5.0 Vol. 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Liquidity {
    /// It was resting in the book.
    Maker,
    /// It came to the book and took.
    Taker,
    /// Neither: it took part in an auction.
    Auction,
}

/// Why what was open of an order was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelCause {
    /// Its firm asked.
    Requested {
        /// The session that asked; it may be another one of the firm than the order's.
        session: SessionName,
        /// ClOrdID(11) of the cancel request; the order's own id becomes OrigClOrdID(41).
        client_order_id: ClientOrderId,
    },
    /// It was immediate-or-cancel, and no more could be filled now.
    ImmediateOrCancel,
    /// It was fill-or-kill, and could not be filled whole now.
    FillOrKill,
    /// It was a market order, and no more could be filled now, or in the auction.
    MarketUnfilled,
    /// It would have traded with an order of its own: of its account, its group, or its firm.
    SelfTradePrevented,
    /// A session of its firm was lost and did not come back in time.
    Disconnected {
        /// The session that was lost; the order's own, or another one of its firm.
        session: SessionName,
    },
    /// Its minimum quantity could not be filled when it came.
    MinimumQuantity,
    /// Its firm took many orders back at once.
    MassCancelled {
        /// The session that asked; it may be another one of the firm than the order's.
        session: SessionName,
        /// ClOrdID(11) of the request.
        client_order_id: ClientOrderId,
    },
    /// It has no limit price, and what is left on the other side is beyond the price band.
    PriceBandReached,
    /// An operator blocked trading.
    TradingBlocked {
        /// Whose.
        scope: TradingScope,
    },
    /// It was for the opening auction, which is over.
    OpeningOver,
    /// It was for the closing auction, which is over.
    CloseOver,
    /// Trading in its instrument is halted, and a halt of it cancels.
    Halted,
}
