//! The market as a deterministic state machine: a command in, events out.
//!
//! [`Engine::apply`] takes one [`Sequenced`] command and appends the [`Event`]s that it causes. The
//! same commands give the same events, byte for byte: nothing here reads a clock, a file or a
//! socket, draws a random number, uses a float, or depends on the order of a hash map.
//!
//! What is refused is told by an event with a reason of [`refusal`](OrderRefusal), the first one in
//! order of precedence. A panic is a fault of the engine, never of a command.
#![no_std]
#![warn(clippy::arithmetic_side_effects)]

extern crate alloc;

mod admission;
mod amending;
mod auction;
mod blocking;
mod book;
mod breach;
mod browsing;
mod cancelling;
mod command;
mod conditions;
mod connections;
mod deposits;
mod directory;
mod disconnect;
mod event;
mod extras;
mod fillable;
mod finder;
mod halt_policies;
mod ids;
mod invariants;
mod inventory;
mod machine;
mod mass_cancel;
mod matching;
mod money;
mod order;
mod orders;
mod output;
mod phases;
mod refusal;
mod registry;
mod replacing;
mod report;
mod resting;
mod risk;
mod self_match;
mod slab;
mod snapshot;
mod status;
mod stops;
#[cfg(test)]
mod test_market;
mod text;
mod time;
mod timers;
mod trades;
mod trading;
mod view;

pub use blocking::Block;
pub use breach::{BreachedLimit, LimitBreach};
pub use browsing::OrderPage;
pub use command::{
    Amendment, BasisPoints, CancelRequest, Command, Conditions, Expiry, FirmKind, HaltPolicy,
    HaltedOrders, Input, Instrument, InstrumentKind, MassCancelRequest, MassStatusRequest,
    MoneyLimits, NewOrder, OrderFilter, OrderKind, OrderRate, OrdersOf, Origin, Phase,
    PhaseRequest, ReassignmentStatus, ReplaceRequest, Resumption, RiskLimits, RiskScope,
    SelfMatchInstruction, SelfMatchPolicy, SelfMatchScope, Sequenced, SessionRole, SettledCash,
    Side, StatusRequest, TimeInForce, TradeAmendment, TradingScope,
};
pub use disconnect::{CancelOnDisconnect, CancelScope, Connection, DisconnectCause};
pub use event::{
    AmendedTrade, Asked, AuctionResult, CancelCause, Event, EventBody, Fill, FillAmendment,
    HaltPolicyChange, KnownOrder, Liquidity, OrderStatus, OrderView, PhaseChange, Question,
    ReassignmentUpdate, RiskLimitsChange, Trade, TradeLeg, TradeSide,
};
pub use ids::{CommandNumber, ExecutionId, IdError, OrderId, ReassignmentId, TradeId};
pub use machine::Engine;
pub use money::{MICROS_PER_UNIT, Notional, NotionalError, Price, PriceError, Quantity};
pub use refusal::{
    AmendmentRefusal, Blocked, CancelRefusal, DepositRefusal, IgnoreReason, MassCancelRefusal,
    OrderRefusal, ReplaceRefusal, StatusRefusal, WithdrawalRefusal,
};
pub use risk::{ExposureView, RiskLimitsView};
pub use text::{
    AccountName, ClientOrderId, CurrencyCode, FirmName, ImageName, InstanceName, InstanceType,
    OperatorName, ProviderName, RegionName, Remark, RequestId, SelfMatchGroup, SessionName,
    SlotName, Symbol, Text, TextError,
};
pub use time::{Timestamp, TradingDay};
pub use view::{
    BookTop, HaltPolicies, Holding, HoldingState, InstrumentPhase, Level, SessionPosition,
};
