//! What the engine shows of itself to readers: values, never references into its state.

use serde::{Deserialize, Serialize};

use crate::command::{HaltPolicy, Phase, SessionRole};
use crate::disconnect::Connection;
use crate::ids::{OrderId, ReassignmentId};
use crate::money::{Price, Quantity};
use crate::text::{AccountName, FirmName, InstanceName, ProviderName, SlotName, Symbol};
use crate::time::Timestamp;

/// How far the commands of a session have been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionPosition {
    /// The run of sequence numbers; 0 before the first reset.
    pub epoch: u32,
    /// MsgSeqNum(34) of the last message that became a command in this run; 0 when none has.
    pub last_msg_seq_num: u64,
    /// Whose session it is.
    pub firm: FirmName,
    /// What it may do.
    pub role: SessionRole,
    /// Whether its client is watched, and where it is.
    pub connection: Connection,
    /// The time of the latest reset of its numbers; 0 before the first.
    pub reset_time: Timestamp,
}

/// In which phase an instrument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstrumentPhase {
    /// The instrument. Symbol(55).
    pub symbol: Symbol,
    /// Its phase. SecurityTradingStatus(326).
    pub phase: Phase,
    /// The phase that its calendar asked for last, if it ever did.
    pub scheduled: Option<Phase>,
    /// Whether it is a test instrument.
    pub test: bool,
}

/// What a halt of an instrument does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HaltPolicies {
    /// The instrument. Symbol(55).
    pub symbol: Symbol,
    /// As the configuration says.
    pub configured: HaltPolicy,
    /// As an operator says instead, until it is released; then that holds.
    pub operator: Option<HaltPolicy>,
}

/// The best resting price of one side, and how much rests there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// The price.
    pub price: Price,
    /// The quantity shown at that price.
    pub quantity: Quantity,
    /// The number of orders at that price.
    pub orders: u32,
}

/// The best bid and offer of an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookTop {
    /// The highest price that a buyer bids.
    pub bid: Option<Level>,
    /// The lowest price that a seller offers.
    pub offer: Option<Level>,
}

/// One instance in the register: who is entitled to it, and what holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The place that it occupies.
    pub slot: SlotName,
    /// The instance there.
    pub instance: InstanceName,
    /// The account entitled to it.
    pub account: AccountName,
    /// The firm of that account.
    pub firm: FirmName,
    /// The instrument that it is one of.
    pub symbol: Symbol,
    /// The cloud company.
    pub provider: ProviderName,
    /// What holds it.
    pub state: HoldingState,
}

/// What holds an instance: at most one live order or unsettled trade at any moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldingState {
    /// Nothing: it may be offered.
    Free,
    /// A live sell order.
    HeldByOrder(OrderId),
    /// A trade that is not settled.
    InReassignment(ReassignmentId),
    /// Nothing, but its reassignment failed: it is out of circulation until an operator withdraws it.
    Parked(ReassignmentId),
}
