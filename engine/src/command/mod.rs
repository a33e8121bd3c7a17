//! What goes into the engine. Every command is data and is journaled: never change the order of
//! variants or fields, add at the end only.

mod amendment;
mod conditions;
mod listing;
mod order;
mod phase;
mod reassignment;
mod request;
mod risk;
mod scope;

pub use amendment::{Amendment, TradeAmendment};
pub use conditions::{Conditions, SelfMatchInstruction, SelfMatchPolicy, SelfMatchScope};
pub use listing::{FirmKind, Instrument, InstrumentKind, SessionRole};
pub use order::{CancelRequest, Expiry, NewOrder, OrderKind, Side, TimeInForce};
pub use phase::{HaltPolicy, HaltedOrders, Phase, PhaseRequest, Resumption};
pub use reassignment::{ReassignmentStatus, SettledCash};
pub use request::{
    MassCancelRequest, MassStatusRequest, OrderFilter, OrdersOf, ReplaceRequest, StatusRequest,
};
pub use risk::{BasisPoints, MoneyLimits, OrderRate, RiskLimits, RiskScope};
pub use scope::TradingScope;

use alloc::boxed::Box;

use serde::{Deserialize, Serialize};

use crate::disconnect::{CancelOnDisconnect, DisconnectCause};
use crate::ids::{CommandNumber, ReassignmentId};
use crate::text::{
    AccountName, FirmName, InstanceName, OperatorName, ProviderName, Remark, SessionName, SlotName,
    Symbol,
};
use crate::time::Timestamp;

/// A command and who sent it, before it has its place in the total order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Who sent it.
    pub origin: Origin,
    /// What is asked.
    pub command: Command,
}

/// A command with its place in the total order and its time: one record of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequenced {
    /// Its place, from 1, without gaps.
    pub number: CommandNumber,
    /// When it was given its place; never earlier than the one before it.
    pub time: Timestamp,
    /// The command and who sent it.
    pub input: Input,
}

/// Who sent a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// The venue itself: its configuration and its schedule.
    Venue,
    /// A person or program that operates the venue.
    Operator {
        /// Who it was.
        name: OperatorName,
    },
    /// Settlement: what became of a reassignment, or a deposit seen at a provider.
    Settlement,
    /// A message of a FIX session.
    Session {
        /// The session.
        session: SessionName,
        /// Which run of sequence numbers: it grows by one each time that they start again.
        epoch: u32,
        /// MsgSeqNum(34) of the message that asked, FIX 4.4 Vol. 2.
        msg_seq_num: u64,
    },
}

/// What is asked of the market.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Makes an instrument tradable, or changes its tick or limit.
    ListInstrument(Instrument),
    /// Makes a firm a member.
    AdmitFirm {
        /// The firm.
        firm: FirmName,
        /// What it may do.
        kind: FirmKind,
    },
    /// Opens an account for a firm.
    OpenAccount {
        /// The account.
        account: AccountName,
        /// Whose it is.
        firm: FirmName,
        /// Where its instances are; none for an account that trades test instruments only.
        provider: Option<ProviderName>,
    },
    /// Lets a session in, or changes what it may do.
    AdmitSession {
        /// The session.
        session: SessionName,
        /// Whose it is.
        firm: FirmName,
        /// What it may do.
        permissions: SessionRole,
    },
    /// Starts both sequence numbers of a session again at 1.
    ResetSession {
        /// The session.
        session: SessionName,
        /// The new run of sequence numbers; it must be later than the known one.
        epoch: u32,
    },
    /// Sends an order. Only a session may.
    SubmitOrder(NewOrder),
    /// Takes back what is open of an order. Only a session may.
    CancelOrder(CancelRequest),
    /// Enters an instance into the register, as seen in the custody account of its provider.
    DepositInstance {
        /// The place that it occupies.
        slot: SlotName,
        /// The instance there.
        instance: InstanceName,
        /// The account entitled to it.
        account: AccountName,
        /// The instrument that it is one of.
        symbol: Symbol,
    },
    /// Takes an instance out of the register, to give it back to its holder.
    WithdrawInstance {
        /// The place that it occupies.
        slot: SlotName,
        /// The account entitled to it.
        account: AccountName,
        /// Why.
        reason: Remark,
    },
    /// Says how far a reassignment has come.
    UpdateReassignment {
        /// The reassignment.
        reassignment: ReassignmentId,
        /// How far it has come.
        status: ReassignmentStatus,
        /// The buyer's instance, once it is known; required when settled, unless the slot retires.
        new_instance: Option<InstanceName>,
        /// A remark for both parties.
        text: Option<Remark>,
        /// What was paid, once it was.
        cash: Option<SettledCash>,
    },
    /// Expires what is open of day orders and forgets the client order ids of the day, but for those
    /// of orders that live on.
    EndTradingDay,
    /// Sends an order that its sender may have sent before: taken, unless the firm has used its client order id; then it
    /// is passed over, [`IgnoreReason::SeenBefore`](crate::IgnoreReason::SeenBefore). Only a session may.
    SubmitOrderAgain(NewOrder),
    /// The same for a cancel.
    CancelOrderAgain(CancelRequest),
    /// Says that a session's client is about to be let in, and calls off what its last loss was to
    /// lead to.
    ConnectSession {
        /// The session.
        session: SessionName,
        /// What its orders meet when it is lost; none: nothing is to happen.
        policy: Option<CancelOnDisconnect>,
    },
    /// Says that a session's client is gone.
    DisconnectSession {
        /// The session.
        session: SessionName,
        /// How it went.
        why: DisconnectCause,
    },
    /// Fires the timers whose time has come. Every command does; this one is for when nothing else
    /// happens.
    FireTimers,
    /// Lays down what is done when orders of a firm would trade with each other. Until then it is the default.
    SetSelfMatchPrevention {
        /// The firm.
        firm: FirmName,
        /// What is done.
        policy: SelfMatchPolicy,
    },
    /// Changes an order. Only a session may.
    ReplaceOrder(ReplaceRequest),
    /// The same, which its sender may have sent before: as [`Command::SubmitOrderAgain`].
    ReplaceOrderAgain(ReplaceRequest),
    /// Takes back what is open of many orders. Only a session may.
    CancelOrders(MassCancelRequest),
    /// The same, which its sender may have sent before: as [`Command::SubmitOrderAgain`].
    CancelOrdersAgain(MassCancelRequest),
    /// Asks where an order stands. Only a session may.
    ReportOrder(StatusRequest),
    /// Asks where many orders stand. Only a session may.
    ReportOrders(MassStatusRequest),
    /// Lays limits down for a scope, in the place of those that it has from the same side: the venue's configuration, or an
    /// operator, whose word holds until it is released. Neither sessions nor settlement may.
    SetRiskLimits {
        /// Whose orders they hold for.
        scope: RiskScope,
        /// The limits, whole: what is absent is not limited any more.
        limits: RiskLimits,
        /// Why; an operator says it.
        reason: Option<Remark>,
    },
    /// Takes back what an operator has laid down for a scope: what the configuration says holds again. Only an operator
    /// may.
    ReleaseRiskLimits {
        /// Whose orders they hold for.
        scope: RiskScope,
        /// Why; an operator says it.
        reason: Option<Remark>,
    },
    /// Busts or corrects a trade. Only an operator may.
    // Boxed: it is rare and large.
    AmendTrade(Box<TradeAmendment>),
    /// Takes no new orders and no changes of orders any more, and cancels what rests. Only an operator or the venue may.
    BlockTrading {
        /// Whose.
        scope: TradingScope,
        /// Why.
        reason: Remark,
    },
    /// Ends a block of the same scope. Only an operator or the venue may.
    ReleaseTrading {
        /// Whose.
        scope: TradingScope,
        /// Why.
        reason: Remark,
    },
    /// Brings an instrument to a phase. Its calendar may, as [`Origin::Venue`], and an operator, who alone may halt it. While
    /// it is halted, what the calendar asks for is only kept in mind; an operator ends a halt with it.
    ChangePhase(PhaseRequest),
    /// Ends a halt: the instrument goes on as its calendar has it, or as it was before where there is none. Only an operator
    /// may.
    ReleaseHalt {
        /// The instrument.
        symbol: Symbol,
        /// Why, for members and the record.
        reason: Option<Remark>,
    },
    /// Lays down what a halt of an instrument does: as the configuration says, by [`Origin::Venue`], or instead of it, by an
    /// operator. Until then it is the default.
    SetHaltPolicy {
        /// The instrument.
        symbol: Symbol,
        /// What it does.
        policy: HaltPolicy,
    },
    /// Takes back what an operator has laid down: what the configuration says holds again. Only an operator may.
    ReleaseHaltPolicy {
        /// The instrument.
        symbol: Symbol,
    },
}
