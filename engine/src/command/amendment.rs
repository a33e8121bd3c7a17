//! What an operator asks of a trade that should not have been, or not at its price.

use serde::{Deserialize, Serialize};

use crate::event::Trade;
use crate::money::Price;
use crate::text::Remark;

/// What is to become of a trade.
///
/// The market keeps no trade that has nothing to settle, for their number has no limit: who asks brings what
/// [`EventBody::TradeExecuted`](crate::EventBody::TradeExecuted) said, and the market holds it against the orders,
/// and against the trade itself where it is not settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeAmendment {
    /// The trade, as it was executed.
    pub trade: Trade,
    /// What is to become of it.
    pub change: Amendment,
    /// Why; both parties are told.
    pub reason: Remark,
}

/// How a trade changes after it was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Amendment {
    /// It is undone. ExecType(150)=H, FIX 4.4 Vol. 4.
    Bust,
    /// It has another price. ExecType(150)=G, FIX 4.4 Vol. 4.
    Correct {
        /// The price of one instance from now on.
        price: Price,
    },
}
