//! What goes into the engine. Every command is data and is journaled: never change the order of
//! variants or fields, add at the end only.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::disconnect::{CancelOnDisconnect, DisconnectCause};
use crate::ids::{CommandNumber, OrderId, ReassignmentId};
use crate::money::{Notional, Price, Quantity};
use crate::text::{
    AccountName, ClientOrderId, CurrencyCode, FirmName, ImageName, InstanceName, InstanceType,
    OperatorName, ProviderName, RegionName, Remark, SessionName, SlotName, Symbol,
};
use crate::time::{Timestamp, TradingDay};

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
}

/// A tradable class of like instances, or a test instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instrument {
    /// Its name. Symbol(55).
    pub symbol: Symbol,
    /// What is delivered.
    pub kind: InstrumentKind,
    /// The currency of its prices. Currency(15).
    pub currency: CurrencyCode,
    /// Prices are whole multiples of this; more than zero.
    pub tick: Price,
    /// The most that one order may ask for; more than zero.
    pub max_order_quantity: Quantity,
}

/// What an instrument delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum InstrumentKind {
    /// Instances of one type in one region of one provider.
    Instances {
        /// The cloud company.
        provider: ProviderName,
        /// Where.
        region: RegionName,
        /// Of which type.
        instance_type: InstanceType,
    },
    /// Nothing: matched like any other, with no inventory and no settlement.
    Test,
}

/// What a firm is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum FirmKind {
    /// Trades for customers.
    Broker,
    /// Quotes two-sided prices.
    MarketMaker,
    /// A cloud company; it may buy capacity back without an image.
    Provider,
    /// Watches; it may not trade.
    Regulator,
}

/// What a session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum SessionRole {
    /// Sends orders and gets reports about them.
    OrderEntry,
    /// Gets copies of reports, and sends no orders.
    DropCopy,
}

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
}

/// How an order is priced. OrdType(40), FIX 4.4 Vol. 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OrderKind {
    /// At the best prices there are now; the rest is cancelled.
    Market,
    /// At this price or better. Price(44).
    Limit(Price),
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
}

impl TimeInForce {
    /// Whether the order outlives the trading day by what its firm asked for.
    #[must_use]
    pub const fn is_good_till(self) -> bool {
        matches!(self, Self::GoodTillCancel | Self::GoodTillDate(_))
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

/// How far a reassignment has come. ReassignmentStatus(20004); the number on the wire is
/// [`ReassignmentStatus::code`]. A later status is greater; from a final one there is no way on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ReassignmentStatus {
    /// Traded, nothing done yet.
    Pending,
    /// The seller's instance is being terminated: past the point of no return.
    Terminating,
    /// The buyer's image is being placed in the slot.
    Placing,
    /// The buyer's instance is being started.
    Starting,
    /// Done: the buyer holds the slot, or it went back to its provider's pool. Final.
    Settled,
    /// Not delivered: the slot is parked, out of circulation. Final.
    Failed,
    /// Undone before the point of no return: the seller keeps the instance. Final.
    Reversed,
}

impl ReassignmentStatus {
    /// The number on the wire. ReassignmentStatus(20004).
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Terminating => 1,
            Self::Placing => 2,
            Self::Starting => 3,
            Self::Settled => 4,
            Self::Failed => 5,
            Self::Reversed => 6,
        }
    }

    /// Whether nothing can follow.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Settled | Self::Failed | Self::Reversed)
    }
}

/// The cash that moved against a delivery, from the buyer to the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledCash {
    /// In which currency.
    pub currency: CurrencyCode,
    /// How much.
    pub amount: Notional,
}
