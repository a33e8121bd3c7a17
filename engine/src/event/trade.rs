//! What events say about a trade, and about the reassignments that it leads to.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::command::{Amendment, ReassignmentStatus, SettledCash};
use crate::event::{Fill, Liquidity, OrderView};
use crate::ids::{ExecutionId, OrderId, ReassignmentId, TradeId};
use crate::money::{Price, Quantity};
use crate::text::{
    AccountName, ClientOrderId, CurrencyCode, FirmName, ImageName, InstanceName, OperatorName,
    ProviderName, Remark, SessionName, SlotName, Symbol,
};
use crate::time::Timestamp;

/// A match of two orders: what settlement has to carry out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Names the match.
    pub trade: TradeId,
    /// The instrument.
    pub symbol: Symbol,
    /// The cloud company; none for a test instrument.
    pub provider: Option<ProviderName>,
    /// The price of one instance.
    pub price: Price,
    /// The currency of the price.
    pub currency: CurrencyCode,
    /// How many instances.
    pub quantity: Quantity,
    /// Who buys.
    pub buyer: TradeSide,
    /// Who sells.
    pub seller: TradeSide,
    /// What to start in each slot; none for a buy-back (and on a test instrument it means nothing).
    pub image: Option<ImageName>,
    /// One for each instance sold; none on a test instrument.
    pub legs: Vec<TradeLeg>,
    /// Whether the slots go back to the provider's pool: its buy-back.
    pub retire: bool,
    /// Whether the instrument is a test instrument: nothing settles.
    pub test: bool,
    /// When it was executed.
    pub executed_at: Timestamp,
}

/// One party of a trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeSide {
    /// The firm.
    pub firm: FirmName,
    /// The session of its order.
    pub session: SessionName,
    /// The account that delivers or receives.
    pub account: AccountName,
    /// Its order.
    pub order: OrderId,
    /// The firm's own name for that order.
    pub client_order_id: ClientOrderId,
    /// The report that told it of the fill.
    pub execution: ExecutionId,
    /// Whether its order was resting or came to the book.
    pub liquidity: Liquidity,
}

/// One instance of a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeLeg {
    /// Names the reassignment of this instance.
    pub reassignment: ReassignmentId,
    /// The place that it occupies.
    pub slot: SlotName,
    /// The seller's instance there.
    pub instance: InstanceName,
}

/// How far a reassignment has come, with all that a Confirmation(AK) to either party says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReassignmentUpdate {
    /// The reassignment.
    pub reassignment: ReassignmentId,
    /// The trade, whole.
    pub trade: Trade,
    /// The place.
    pub slot: SlotName,
    /// The seller's instance.
    pub old_instance: InstanceName,
    /// The buyer's instance, once it is known.
    pub new_instance: Option<InstanceName>,
    /// How far it has come.
    pub status: ReassignmentStatus,
    /// A remark for both parties.
    pub text: Option<Remark>,
    /// What was paid, once it was.
    pub cash: Option<SettledCash>,
}

/// One side of a trade that was busted or corrected: what its order says of it from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillAmendment {
    /// The order afterwards.
    pub order: OrderView,
    /// Names this report.
    pub execution: ExecutionId,
    /// The report that told of the fill last, whose place this one takes. ExecRefID(19).
    pub refers_to: ExecutionId,
    /// The fill: as it was when it is busted, as it is now when it is corrected.
    pub fill: Fill,
    /// What became of it.
    pub change: Amendment,
    /// Why.
    pub reason: Remark,
}

/// A trade that was busted or corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AmendedTrade {
    /// The trade: as it was last when it is busted, as it is now when it is corrected. Of its instances those
    /// whose reassignment was not reversed before.
    pub trade: Trade,
    /// What became of it.
    pub change: Amendment,
    /// Who asked.
    pub operator: OperatorName,
    /// Why.
    pub reason: Remark,
}
