//! What comes out of the engine. Events are self-contained: a reader needs no other state to write
//! a report, a copy or a settlement instruction. They are logged: add variants at the end only.

mod order;
mod phase;
mod risk;
mod status;
mod trade;

pub use order::{CancelCause, Fill, KnownOrder, Liquidity, OrderStatus, OrderView};
pub use phase::{AuctionResult, HaltPolicyChange, PhaseChange};
pub use risk::RiskLimitsChange;
pub use status::{Asked, Question};
pub use trade::{AmendedTrade, FillAmendment, ReassignmentUpdate, Trade, TradeLeg, TradeSide};

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::command::{
    Amendment, CancelRequest, FirmKind, Instrument, MassCancelRequest, NewOrder, Origin, Phase,
    ReplaceRequest, SelfMatchPolicy, SessionRole, TradingScope,
};
use crate::disconnect::{CancelOnDisconnect, CancelScope, DisconnectCause};
use crate::ids::{CommandNumber, ExecutionId, OrderId, ReassignmentId, TradeId};
use crate::refusal::{
    AmendmentRefusal, CancelRefusal, DepositRefusal, IgnoreReason, MassCancelRefusal, OrderRefusal,
    ReplaceRefusal, StatusRefusal, WithdrawalRefusal,
};
use crate::text::{
    AccountName, FirmName, InstanceName, OperatorName, ProviderName, Remark, SessionName, SlotName,
    Symbol,
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
/// fill, the trade; then the cancel of what may not rest. The stop orders that it elects come behind all of them, each
/// with the like.
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
    /// What is done when orders of a firm would trade with each other has been laid down.
    SelfMatchPreventionSet {
        /// The firm.
        firm: FirmName,
        /// What is done.
        policy: SelfMatchPolicy,
    },
    /// A stop order is elected: the price that it waited for was reached. What follows at once is in the next events.
    OrderTriggered {
        /// The order.
        order: OrderView,
        /// Names this report.
        execution: ExecutionId,
    },
    /// Instead of a trade with an order of its own, an order lost some of its quantity. It lives on, and keeps
    /// its place in line.
    OrderReduced {
        /// The order afterwards.
        order: OrderView,
        /// Names this report.
        execution: ExecutionId,
    },
    /// An order was changed. What follows at once (fills, cancel) is in the next events.
    OrderReplaced {
        /// The order after the change.
        order: OrderView,
        /// Names this report.
        execution: ExecutionId,
        /// The session that asked; it may be another one of the firm than the order's.
        session: SessionName,
    },
    /// An order was not changed.
    ReplaceRejected {
        /// Who asked.
        origin: Origin,
        /// The firm of that session, when the session is known.
        firm: Option<FirmName>,
        /// The request as it was sent, but for the instances it named.
        request: ReplaceRequest,
        /// The firm's order that the request names, when there is or was one this trading day.
        order: Option<KnownOrder>,
        /// Why; the first reason in order of precedence.
        reason: ReplaceRefusal,
    },
    /// Many orders are cancelled: the cancels follow.
    OrdersCancelled {
        /// The session that asked.
        session: SessionName,
        /// Whose it is.
        firm: FirmName,
        /// The request as it was sent.
        request: MassCancelRequest,
        /// How many are.
        orders: u64,
    },
    /// A cancel of many orders was refused.
    MassCancelRejected {
        /// Who asked.
        origin: Origin,
        /// The firm of that session, when the session is known.
        firm: Option<FirmName>,
        /// The request as it was sent.
        request: MassCancelRequest,
        /// Why; the first reason in order of precedence.
        reason: MassCancelRefusal,
    },
    /// Where an order stands, to a session that asked.
    OrderReported {
        /// The session that asked; it may be another one of the firm than the order's.
        session: SessionName,
        /// The order.
        order: OrderView,
        /// Names this report.
        execution: ExecutionId,
        /// What it answers.
        answers: Question,
    },
    /// There is no order to report.
    NothingReported {
        /// Who asked.
        origin: Origin,
        /// The firm of that session, when the session is known.
        firm: Option<FirmName>,
        /// What was asked.
        asked: Asked,
        /// Names this report.
        execution: ExecutionId,
        /// Why; the first reason in order of precedence.
        reason: StatusRefusal,
    },
    /// The limits of a scope are others.
    // Boxed, as it is rare and large.
    RiskLimitsChanged(Box<RiskLimitsChange>),
    /// A fill of an order was busted or corrected: first the buyer's, then the seller's, then the trade.
    FillAmended(Box<FillAmendment>),
    /// A trade was busted or corrected. A busted one delivers and costs nothing; a corrected one costs its new price.
    TradeAmended(Box<AmendedTrade>),
    /// A trade was not busted or corrected.
    TradeAmendmentRefused {
        /// Who asked.
        operator: OperatorName,
        /// The trade.
        trade: TradeId,
        /// What was asked.
        change: Amendment,
        /// Why it was not done; the first reason in order of precedence.
        reason: AmendmentRefusal,
    },
    /// Trading is blocked from now on, until it is released. The cancels of what rests follow.
    TradingBlocked {
        /// Whose.
        scope: TradingScope,
        /// Who blocked it.
        by: Origin,
        /// Why. For the record, not for members.
        reason: Remark,
        /// How many orders are cancelled.
        orders: u64,
    },
    /// A block has ended. Others may still stand.
    TradingReleased {
        /// Whose.
        scope: TradingScope,
        /// Who released it.
        by: Origin,
        /// Why. For the record, not for members.
        reason: Remark,
        /// Since when it was blocked.
        since: Timestamp,
    },
    /// An instrument has come to another phase. What its old phase left behind (an auction, orders that were for it) is in
    /// the events before; what the new one does (a halt that cancels, stops that are elected) in those that follow.
    // Boxed: it is rare and large, and would make every event larger.
    PhaseChanged(Box<PhaseChange>),
    /// The calendar wants an instrument in another phase, which is halted: it will go on there when it is released.
    PhaseScheduled {
        /// The instrument.
        symbol: Symbol,
        /// The phase.
        phase: Phase,
    },
    /// Orders have met in an auction: the fills and trades follow.
    AuctionHeld(AuctionResult),
    /// What a halt of an instrument does has been laid down, or what an operator had laid down was taken back.
    // Boxed, as it is rare.
    HaltPolicySet(Box<HaltPolicyChange>),
}
