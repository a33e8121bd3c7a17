//! What comes out of the engine. Events are self-contained: a reader needs no other state to write
//! a report, a copy or a settlement instruction. They are logged: add variants at the end only.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::command::{
    CancelRequest, FirmKind, Instrument, NewOrder, OrderKind, Origin, ReassignmentStatus,
    SessionRole, SettledCash, Side, TimeInForce,
};
use crate::disconnect::{CancelOnDisconnect, CancelScope, DisconnectCause};
use crate::ids::{CommandNumber, ExecutionId, OrderId, ReassignmentId, TradeId};
use crate::money::{Notional, Price, Quantity};
use crate::refusal::{
    CancelRefusal, DepositRefusal, IgnoreReason, OrderRefusal, WithdrawalRefusal,
};
use crate::text::{
    AccountName, ClientOrderId, CurrencyCode, FirmName, ImageName, InstanceName, ProviderName,
    Remark, SessionName, SlotName, Symbol,
};
use crate::time::Timestamp;

/// One thing that happened, and the command that caused it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The command that caused it, or before which the timer fired that did.
    pub cause: CommandNumber,
    /// Its place among the events of that command, from 0, without gaps.
    pub index: u32,
    /// The time of the command.
    pub time: Timestamp,
    /// What happened.
    pub body: EventBody,
}

/// What happened.
///
/// An order's events come in this order: accepted; for each match the maker's fill, the taker's
/// fill, the trade; then the cancel of what may not rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventBody {
    /// The command changed nothing.
    Ignored {
        /// Who sent it.
        origin: Origin,
        /// Why.
        reason: IgnoreReason,
    },
    /// An instrument is tradable on these terms.
    InstrumentListed(Instrument),
    /// A firm became a member.
    FirmAdmitted {
        /// The firm.
        firm: FirmName,
        /// What it is.
        kind: FirmKind,
    },
    /// An account was opened.
    AccountOpened {
        /// The account.
        account: AccountName,
        /// Whose it is.
        firm: FirmName,
        /// Where its instances are.
        provider: Option<ProviderName>,
    },
    /// A session was let in, or its role changed.
    SessionAdmitted {
        /// The session.
        session: SessionName,
        /// Whose it is.
        firm: FirmName,
        /// What it may do.
        permissions: SessionRole,
    },
    /// Both sequence numbers of a session started again at 1.
    SessionReset {
        /// The session.
        session: SessionName,
        /// The new run of sequence numbers.
        epoch: u32,
    },
    /// An order was taken. What follows at once (fills, cancel) is in the next events.
    OrderAccepted {
        /// The order, nothing of it filled yet.
        order: OrderView,
        /// Names this report.
        execution: ExecutionId,
    },
    /// An order was refused and never lived.
    OrderRejected {
        /// Who sent it.
        origin: Origin,
        /// The firm of that session, when the session is known.
        firm: Option<FirmName>,
        /// The order as it was sent, but for the instances it named: they are in the command, and may be many.
        order: NewOrder,
        /// The venue's name for it.
        order_id: OrderId,
        /// Names this report.
        execution: ExecutionId,
        /// Why; the first reason in order of precedence.
        reason: OrderRefusal,
        /// Whether the instrument is known and a test instrument.
        test: bool,
    },
    /// Some or all of an order was filled.
    OrderFilled {
        /// The order after the fill.
        order: OrderView,
        /// Names this report.
        execution: ExecutionId,
        /// The fill.
        fill: Fill,
    },
    /// What was open of an order was cancelled.
    OrderCancelled {
        /// The order after the cancel; its `client_order_id` is the order's own.
        order: OrderView,
        /// Names this report.
        execution: ExecutionId,
        /// Why.
        cause: CancelCause,
    },
    /// What was open of an order ended with the trading day, or at the time that its firm had set.
    OrderExpired {
        /// The order after its expiry.
        order: OrderView,
        /// Names this report.
        execution: ExecutionId,
    },
    /// A cancel was refused.
    CancelRejected {
        /// Who asked.
        origin: Origin,
        /// The firm of that session, when the session is known.
        firm: Option<FirmName>,
        /// The request as it was sent.
        request: CancelRequest,
        /// The firm's order that the request names, when there is or was one this trading day.
        order: Option<KnownOrder>,
        /// Why; the first reason in order of precedence.
        reason: CancelRefusal,
    },
    /// Two orders matched.
    TradeExecuted(Trade),
    /// An instance came into the register.
    InstanceDeposited {
        /// The place that it occupies.
        slot: SlotName,
        /// The instance there.
        instance: InstanceName,
        /// The account entitled to it.
        account: AccountName,
        /// The firm of the account.
        firm: FirmName,
        /// The instrument that it is one of.
        symbol: Symbol,
        /// The cloud company.
        provider: ProviderName,
    },
    /// An instance did not come into the register.
    DepositRefused {
        /// The place that it occupies.
        slot: SlotName,
        /// The instance there.
        instance: InstanceName,
        /// The account that was to be entitled to it.
        account: AccountName,
        /// The instrument.
        symbol: Symbol,
        /// Why; the first reason in order of precedence.
        reason: DepositRefusal,
    },
    /// An instance left the register.
    InstanceWithdrawn {
        /// The place that it occupies.
        slot: SlotName,
        /// The instance there.
        instance: InstanceName,
        /// The account that was entitled to it.
        account: AccountName,
        /// The firm of the account.
        firm: FirmName,
        /// The instrument.
        symbol: Symbol,
        /// The cloud company.
        provider: ProviderName,
    },
    /// An instance did not leave the register.
    WithdrawalRefused {
        /// The place asked for.
        slot: SlotName,
        /// The account asked for.
        account: AccountName,
        /// Why; the first reason in order of precedence.
        reason: WithdrawalRefusal,
    },
    /// A reassignment has come further.
    // Boxed: it is rare and large, and would make every event larger.
    ReassignmentUpdated(Box<ReassignmentUpdate>),
    /// A slot and the instance in it now belong to the buyer's account. Follows the update.
    InstanceTransferred {
        /// The reassignment that did it.
        reassignment: ReassignmentId,
        /// The place.
        slot: SlotName,
        /// The buyer's instance there.
        instance: InstanceName,
        /// The account that was entitled to the slot.
        from: AccountName,
        /// The account that is entitled to it now.
        to: AccountName,
        /// The instrument.
        symbol: Symbol,
    },
    /// A slot went back to its provider's pool. Follows the update.
    InstanceRetired {
        /// The reassignment that did it.
        reassignment: ReassignmentId,
        /// The place.
        slot: SlotName,
        /// The seller's instance that was there.
        instance: InstanceName,
        /// The account that was entitled to the slot.
        from: AccountName,
        /// The instrument.
        symbol: Symbol,
    },
    /// The trading day is over. Follows the expiries.
    TradingDayEnded,
    /// A session's client is let in.
    SessionConnected {
        /// The session.
        session: SessionName,
        /// Whose it is.
        firm: FirmName,
        /// What its orders meet when it is lost.
        policy: Option<CancelOnDisconnect>,
        /// When the orders would have been cancelled that its last loss was to cancel, if it was.
        called_off: Option<Timestamp>,
    },
    /// A session's client is gone.
    SessionDisconnected {
        /// The session.
        session: SessionName,
        /// Whose it is.
        firm: FirmName,
        /// How it went.
        why: DisconnectCause,
        /// When its orders are cancelled if it does not come back; none: they are kept.
        cancels_at: Option<Timestamp>,
    },
    /// A session's client did not come back in time. The cancels of its orders follow.
    GraceEnded {
        /// The session.
        session: SessionName,
        /// Whose it is.
        firm: FirmName,
        /// Whose orders are cancelled.
        scope: CancelScope,
        /// How many are.
        orders: u64,
    },
}

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
    /// The name that it had before it was last replaced. OrigClOrdID(41).
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
    /// The price of one instance: the resting order's. LastPx(31).
    pub price: Price,
    /// How many instances. LastQty(32).
    pub quantity: Quantity,
    /// The instances sold, in the order delivered; none on a test instrument. InstanceIDs(20001).
    pub instances: Vec<InstanceName>,
    /// Whether the order was resting or came to it. LastLiquidityInd(851).
    pub liquidity: Liquidity,
}

/// Which part an order had in a match. LastLiquidityInd(851), FIX 5.0 Vol. 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Liquidity {
    /// It was resting in the book.
    Maker,
    /// It came to the book and took.
    Taker,
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
    /// It was a market order, and no more could be filled now.
    MarketUnfilled,
    /// It would have traded with a resting order of its own account.
    SelfTradePrevented,
    /// A session of its firm was lost and did not come back in time.
    Disconnected {
        /// The session that was lost; the order's own, or another one of its firm.
        session: SessionName,
    },
}

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
