//! Why the market refuses: values, declared in their order of precedence. When several apply, the
//! first one is the answer. A variant added later goes to the end and says where it ranks. Here is what members are told
//! of their orders and requests.

mod amendment;
mod ignored;
mod inventory;

pub use amendment::AmendmentRefusal;
pub use ignored::IgnoreReason;
pub use inventory::{DepositRefusal, WithdrawalRefusal};

use serde::{Deserialize, Serialize};

use crate::breach::LimitBreach;
use crate::command::Phase;

/// Why an order was refused, in order of precedence.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
pub enum OrderRefusal {
    /// It did not come from a session that the venue admitted.
    #[error("the session is not known")]
    SessionUnknown,
    /// The session may not send orders.
    #[error("the session may not send orders")]
    SessionNotPermitted,
    /// The firm may not trade: it is a regulator.
    #[error("the firm may not trade")]
    FirmNotPermitted,
    /// The firm used this client order id already in this trading day.
    #[error("the client order id was used already in this trading day")]
    DuplicateClientOrderId,
    /// There is no such instrument.
    #[error("there is no such instrument")]
    UnknownInstrument,
    /// There is no such account.
    #[error("the firm has no such account")]
    UnknownAccount,
    /// The account is another firm's. Answer as for [`Self::UnknownAccount`]: a firm learns
    /// nothing about the accounts of others.
    #[error("the firm has no such account")]
    AccountNotOfFirm,
    /// The account is not at the provider of the instrument's instances.
    #[error("the account is not at the instrument's provider")]
    AccountNotAtProvider,
    /// The quantity is zero.
    #[error("the quantity must be more than zero")]
    QuantityInvalid,
    /// The quantity is more than the instrument allows in one order.
    #[error("the quantity is more than one order may have")]
    QuantityAboveLimit,
    /// The limit price is zero or less.
    #[error("the price must be more than zero")]
    PriceInvalid,
    /// The limit price is not a whole number of ticks.
    #[error("the price is not a multiple of the tick")]
    PriceOffTick,
    /// A sell names an image.
    #[error("a sell order takes no image")]
    ImageNotAllowed,
    /// A buy of instances names no image, and its firm is not a provider.
    #[error("a buy order needs an image")]
    ImageRequired,
    /// A buy names instances, or the instrument is a test instrument.
    #[error("this order takes no instances")]
    InstancesNotAllowed,
    /// The number of instances named is not the quantity.
    #[error("the number of instances is not the quantity")]
    InstanceCountMismatch,
    /// An instance is named twice.
    #[error("an instance is named twice")]
    InstanceRepeated,
    /// The firm has no such instance in the register.
    #[error("the firm has no such instance")]
    InstanceUnknown,
    /// An instance is in another account of the firm.
    #[error("an instance is not in the account")]
    InstanceNotOfAccount,
    /// An instance is of another instrument.
    #[error("an instance is of another instrument")]
    InstanceWrongInstrument,
    /// An instance is held by a live order or by a trade that is not settled, or is parked.
    #[error("an instance is held by another order or trade")]
    InstanceHeld,
    /// No instances are named, and the account has too few free ones.
    #[error("the account has too few free instances")]
    NotEnoughFreeInstances,
    /// It would have expired already. Ranks behind [`Self::PriceOffTick`].
    #[error("the time at which the order expires has passed")]
    ExpiryPassed,
    /// The stop price is zero or less. Ranks behind [`Self::PriceOffTick`].
    #[error("the stop price must be more than zero")]
    StopPriceInvalid,
    /// The stop price is not a whole number of ticks. Ranks behind [`Self::StopPriceInvalid`].
    #[error("the stop price is not a multiple of the tick")]
    StopPriceOffTick,
    /// A stop order is immediate-or-cancel or fill-or-kill. Ranks behind [`Self::ExpiryPassed`], and those that follow
    /// behind it, as they are declared.
    #[error("a stop order that waits cannot be immediate or cancel, or fill or kill")]
    ImmediateStopNotAllowed,
    /// The minimum quantity is zero, or more than the quantity.
    #[error("the minimum quantity must be more than zero, and at most the order's quantity")]
    MinimumQuantityInvalid,
    /// The displayed quantity is zero, or more than the quantity.
    #[error("the displayed quantity must be more than zero, and at most the order's quantity")]
    DisplayedQuantityInvalid,
    /// The displayed quantity is less than a hundredth of the quantity.
    #[error("the displayed quantity must be at least a hundredth of the order's quantity")]
    DisplayedQuantityTooSmall,
    /// A post-only order is not a limit order that may rest, is for an auction, or has a minimum quantity: it would have to
    /// take.
    #[error("post-only is for limit orders that may rest, without a minimum quantity")]
    PostOnlyNotAllowed,
    /// A minimum quantity on a fill-or-kill order, on a stop order, or on one for an auction.
    #[error(
        "a fill-or-kill order, a stop order or an order for an auction takes no minimum quantity"
    )]
    MinimumQuantityNotAllowed,
    /// A displayed quantity on an order that cannot rest, or that has no price of its own.
    #[error("a displayed quantity is for limit and stop-limit orders that may rest")]
    DisplayedQuantityNotAllowed,
    /// A post-only order would trade at once. Ranks behind all but [`Self::LimitBreached`].
    #[error("the order is post-only, and would trade at once")]
    WouldTake,
    /// It would go beyond a limit: the first one of its firm, else of its account, its session or its instrument. Ranks
    /// last.
    #[error("{0}")]
    LimitBreached(LimitBreach),
    /// An operator has blocked trading. Ranks behind [`Self::DuplicateClientOrderId`].
    #[error("{0}")]
    TradingBlocked(Blocked),
    /// The instrument is closed. Ranks behind [`Self::AccountNotAtProvider`], and those that follow behind it, as they
    /// are declared.
    #[error("the instrument is closed: it takes no orders")]
    InstrumentClosed,
    /// The instrument is halted.
    #[error("trading in the instrument is halted: it takes no orders until it resumes")]
    InstrumentHalted,
    /// An order at the opening comes when the opening auction is over.
    #[error(
        "the instrument is in {0}: orders at the opening are taken before and in the opening auction"
    )]
    OpeningPassed(Phase),
    /// An immediate-or-cancel or fill-or-kill order comes when none trade.
    #[error(
        "the instrument is in {0}, where none trade: no order is immediate or cancel, or fill or kill"
    )]
    ImmediateInCall(Phase),
    /// A minimum quantity comes when none trade.
    #[error("the instrument is in {0}, where none trade: no order takes a minimum quantity")]
    MinimumQuantityInCall(Phase),
    /// A post-only order comes when whether it would take is not known yet.
    #[error("the instrument is in {0}, where orders may cross: no order is post-only")]
    PostOnlyInCall(Phase),
    /// A stop order is for one auction only. Ranks behind [`Self::ImmediateStopNotAllowed`].
    #[error("a stop order cannot be at the opening or at the close")]
    StopAtAuctionNotAllowed,
    /// The firm has as many client order ids of this trading day and of resting orders as it may. Ranks behind
    /// [`Self::DuplicateClientOrderId`]; of a change behind [`ReplaceRefusal::AccountChanged`].
    #[error(
        "the firm has {used} client order ids of this trading day and of open orders, limit {limit}"
    )]
    TooManyClientOrderIds {
        /// How many it has.
        used: u64,
        /// The most that it may have.
        limit: u64,
    },
}

impl OrderRefusal {
    /// The most client order ids that a firm has of one trading day and of orders that rest: each is remembered, with what
    /// became of its order. Cancels are taken beyond it, and their own client order ids not remembered.
    pub const CLIENT_ORDER_IDS_MAX: u64 = 10_000_000;
}

/// Whose trading an operator has blocked, so that this order is refused; the widest is told.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
pub enum Blocked {
    /// Everybody's.
    #[error("trading is blocked for the venue")]
    Venue,
    /// That of all sessions of the firm.
    #[error("trading is blocked for the firm")]
    Firm,
    /// That of the session.
    #[error("trading is blocked for the session")]
    Session,
}

/// Why a cancel was refused, in order of precedence.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
pub enum CancelRefusal {
    /// It did not come from a session that the venue admitted.
    #[error("the session is not known")]
    SessionUnknown,
    /// The session may not send orders.
    #[error("the session may not cancel orders")]
    SessionNotPermitted,
    /// The firm used the request's own client order id already in this trading day.
    #[error("the client order id was used already in this trading day")]
    DuplicateClientOrderId,
    /// The firm has no such order.
    #[error("the firm has no such order")]
    UnknownOrder,
    /// Nothing of the order is open: it is filled, cancelled or expired.
    #[error("nothing of the order is open")]
    TooLateToCancel,
    /// The request's order id, instrument or side are not those of the order.
    #[error("the order has another order id, symbol or side")]
    OrderMismatch,
    /// The order was replaced and has another client order id since. Ranks behind [`Self::UnknownOrder`].
    #[error("the order was replaced: this is not its client order id any more")]
    OrderReplaced,
}

/// Why an order was not changed, in order of precedence: first what is wrong with the order that the request names,
/// last what is wrong with the terms that it is to have.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
pub enum ReplaceRefusal {
    /// There is no such order to change.
    #[error("{0}")]
    Order(CancelRefusal),
    /// The order is of another account; an order never changes its account.
    #[error("an order stays with its account")]
    AccountChanged,
    /// The first instances named are not those delivered already.
    #[error("the first instances named must be those delivered already")]
    DeliveredNotNamed,
    /// No order may have the new terms.
    #[error("{0}")]
    Terms(OrderRefusal),
    /// An operator has blocked trading. Ranks behind [`Self::Order`].
    #[error("{0}")]
    TradingBlocked(Blocked),
}

/// Why many orders were not cancelled, in order of precedence.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
pub enum MassCancelRefusal {
    /// It did not come from a session that the venue admitted.
    #[error("the session is not known")]
    SessionUnknown,
    /// The session may not send orders.
    #[error("the session may not cancel orders")]
    SessionNotPermitted,
    /// The firm used the request's own client order id already in this trading day.
    #[error("the client order id was used already in this trading day")]
    DuplicateClientOrderId,
    /// There is no such instrument.
    #[error("there is no such instrument")]
    UnknownInstrument,
}

/// Why there is nothing to say about an order, in order of precedence.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    thiserror::Error,
)]
pub enum StatusRefusal {
    /// It did not come from a session that the venue admitted.
    #[error("the session is not known")]
    SessionUnknown,
    /// The session may not send orders.
    #[error("the session may not ask for orders")]
    SessionNotPermitted,
    /// The firm has no such order, or has used its client order id for another instrument or side.
    #[error("the firm has no such order")]
    UnknownOrder,
    /// None of its orders is meant.
    #[error("the firm has no such orders")]
    NoOrders,
    /// More of its orders are meant than one answer may name.
    #[error(
        "more orders are meant than one answer may name: ask by Symbol or Side, or for one order"
    )]
    TooManyOrders,
}
