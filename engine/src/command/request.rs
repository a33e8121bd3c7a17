//! What members ask of orders that live already: another price or quantity, where they stand, the end of many.

use serde::{Deserialize, Serialize};

use crate::command::{NewOrder, Side};
use crate::ids::OrderId;
use crate::text::{ClientOrderId, RequestId, Symbol};
use crate::time::Timestamp;

/// The wish to change an order. OrderCancelReplaceRequest(G), FIX 4.4 Vol. 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplaceRequest {
    /// The order's client order id: the last one that it had. OrigClOrdID(41).
    pub original_client_order_id: ClientOrderId,
    /// The venue's name for the order, when the firm gave it; it must then be the same order.
    /// OrderID(37).
    pub order_id: Option<OrderId>,
    /// What the order is to be. Its quantity counts what is filled already; one that is
    /// smaller means as much as is filled. Its account, instrument and side must be
    /// those that it has. A sell that names instances names those delivered already first, in the order of their
    /// delivery; one that names none keeps those that it holds, lets go of the last ones where it becomes smaller,
    /// and draws on the account's free ones where it grows.
    pub order: NewOrder,
}

/// The wish to take many orders back. OrderMassCancelRequest(q), FIX 4.4 Vol. 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MassCancelRequest {
    /// The firm's own name for this request; used once in a trading day. ClOrdID(11).
    pub client_order_id: ClientOrderId,
    /// Which orders.
    pub which: OrderFilter,
    /// When the firm says that it sent the request. TransactTime(60).
    pub transact_time: Timestamp,
}

/// The question where an order stands. OrderStatusRequest(H), FIX 4.4 Vol. 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusRequest {
    /// The order's client order id, or an earlier one of this trading day. ClOrdID(11).
    pub client_order_id: ClientOrderId,
    /// The venue's name for the order, when the firm gave it; it must then be the same order.
    /// OrderID(37).
    pub order_id: Option<OrderId>,
    /// The order's instrument. Symbol(55).
    pub symbol: Symbol,
    /// The order's side. Side(54).
    pub side: Side,
    /// The firm's own name for the question. OrdStatusReqID(790).
    pub request_id: Option<RequestId>,
}

/// The question where many orders stand. OrderMassStatusRequest(AF), FIX 4.4 Vol. 4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MassStatusRequest {
    /// The firm's own name for the question. MassStatusReqID(584).
    pub request_id: RequestId,
    /// Which orders.
    pub which: OrderFilter,
}

/// Which of a firm's resting orders are meant: those that all parts of it fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderFilter {
    /// Whose.
    pub of: OrdersOf,
    /// Those on this instrument; none: on any. Symbol(55).
    pub symbol: Option<Symbol>,
    /// Those on this side; none: on both. Side(54).
    pub side: Option<Side>,
}

/// Whose orders a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum OrdersOf {
    /// Those of the session that asks.
    Session,
    /// Those of all sessions of its firm.
    Firm,
}
