//! Why the market said no, in FIX words: a reason code and a text. One exhaustive `match` a kind of
//! refusal; a new refusal does not compile until it has its code.

use std::fmt;

use engine::{
    Blocked, BreachedLimit, CancelRefusal, MassCancelRefusal, NewOrder, OrderRefusal, Quantity,
    ReplaceRefusal, StatusRefusal,
};
use fix_codec::values::{CxlRejReason, MassCancelRejectReason, OrdRejReason};

use super::amounts::price_to;
use super::times::{expire_date, expire_time};
use super::words::Words;

/// Room for Text(58) of a refusal: the longest reason and, but for long lists, what was attempted.
pub(super) type RefusalText = Words<208>;

/// OrdRejReason(103) of a refused order, FIX 4.4 Volume 6.
pub(super) fn ord_rej_reason(refusal: OrderRefusal) -> OrdRejReason {
    match refusal {
        OrderRefusal::UnknownInstrument => OrdRejReason::UnknownSymbol,
        OrderRefusal::TradingBlocked(Blocked::Venue) => OrdRejReason::ExchangeClosed,
        OrderRefusal::TradingBlocked(Blocked::Firm | Blocked::Session) => {
            OrdRejReason::BrokerOption
        }
        OrderRefusal::QuantityAboveLimit | OrderRefusal::TooManyClientOrderIds { .. } => {
            OrdRejReason::OrderExceedsLimit
        }
        OrderRefusal::DuplicateClientOrderId => OrdRejReason::DuplicateOrder,
        OrderRefusal::QuantityInvalid
        | OrderRefusal::MinimumQuantityInvalid
        | OrderRefusal::DisplayedQuantityInvalid
        | OrderRefusal::DisplayedQuantityTooSmall => OrdRejReason::IncorrectQuantity,
        OrderRefusal::ImmediateStopNotAllowed
        | OrderRefusal::PostOnlyNotAllowed
        | OrderRefusal::MinimumQuantityNotAllowed
        | OrderRefusal::DisplayedQuantityNotAllowed
        | OrderRefusal::ImmediateInCall(_)
        | OrderRefusal::MinimumQuantityInCall(_)
        | OrderRefusal::PostOnlyInCall(_)
        | OrderRefusal::StopAtAuctionNotAllowed => OrdRejReason::UnsupportedCharacteristic,
        OrderRefusal::InstrumentClosed | OrderRefusal::InstrumentHalted => {
            OrdRejReason::ExchangeClosed
        }
        OrderRefusal::ExpiryPassed | OrderRefusal::OpeningPassed(_) => OrdRejReason::TooLateToEnter,
        OrderRefusal::LimitBreached(breach) => breach_rej_reason(breach.limit),
        OrderRefusal::UnknownAccount
        | OrderRefusal::AccountNotOfFirm
        | OrderRefusal::AccountNotAtProvider => OrdRejReason::UnknownAccount,
        OrderRefusal::SessionUnknown
        | OrderRefusal::SessionNotPermitted
        | OrderRefusal::FirmNotPermitted
        | OrderRefusal::PriceInvalid
        | OrderRefusal::PriceOffTick
        | OrderRefusal::StopPriceInvalid
        | OrderRefusal::StopPriceOffTick
        | OrderRefusal::WouldTake
        | OrderRefusal::ImageNotAllowed
        | OrderRefusal::ImageRequired
        | OrderRefusal::InstancesNotAllowed
        | OrderRefusal::InstanceCountMismatch
        | OrderRefusal::InstanceRepeated
        | OrderRefusal::InstanceUnknown
        | OrderRefusal::InstanceNotOfAccount
        | OrderRefusal::InstanceWrongInstrument
        | OrderRefusal::InstanceHeld
        | OrderRefusal::NotEnoughFreeInstances => OrdRejReason::Other,
    }
}

/// OrdRejReason(103) of an order that would go beyond a limit.
fn breach_rej_reason(limit: BreachedLimit) -> OrdRejReason {
    match limit {
        BreachedLimit::Restricted { .. } => OrdRejReason::BrokerOption,
        BreachedLimit::Duplicate { .. } => OrdRejReason::DuplicateOrder,
        BreachedLimit::NoReferencePrice { .. } => OrdRejReason::Other,
        BreachedLimit::OrderQuantity { .. }
        | BreachedLimit::PriceBand { .. }
        | BreachedLimit::CurrencyWithoutLimit { .. }
        | BreachedLimit::OrderNotional { .. }
        | BreachedLimit::OpenOrders { .. }
        | BreachedLimit::OpenNotional { .. }
        | BreachedLimit::Credit { .. }
        | BreachedLimit::OrderRate { .. } => OrdRejReason::OrderExceedsLimit,
    }
}

/// Text(58) of a refused order: why, and what was attempted.
pub(super) fn order_text(refusal: OrderRefusal, order: &NewOrder) -> RefusalText {
    match refusal {
        OrderRefusal::SessionUnknown
        | OrderRefusal::SessionNotPermitted
        | OrderRefusal::FirmNotPermitted
        | OrderRefusal::TradingBlocked(_)
        | OrderRefusal::ImmediateStopNotAllowed
        | OrderRefusal::PostOnlyNotAllowed
        // They say the limit and the attempt themselves.
        | OrderRefusal::LimitBreached(_)
        | OrderRefusal::TooManyClientOrderIds { .. }
        | OrderRefusal::ImmediateInCall(_)
        | OrderRefusal::MinimumQuantityInCall(_)
        | OrderRefusal::PostOnlyInCall(_)
        | OrderRefusal::OpeningPassed(_)
        | OrderRefusal::StopAtAuctionNotAllowed
        | OrderRefusal::ImageRequired => RefusalText::of(refusal),
        OrderRefusal::DuplicateClientOrderId => {
            attempted(refusal, "ClOrdID", order.client_order_id)
        }
        OrderRefusal::UnknownInstrument
        | OrderRefusal::InstrumentClosed
        | OrderRefusal::InstrumentHalted => attempted(refusal, "Symbol", order.symbol),
        OrderRefusal::UnknownAccount
        | OrderRefusal::AccountNotOfFirm
        | OrderRefusal::AccountNotAtProvider
        | OrderRefusal::InstanceNotOfAccount => attempted(refusal, "Account", order.account),
        OrderRefusal::QuantityInvalid
        | OrderRefusal::QuantityAboveLimit
        | OrderRefusal::InstanceCountMismatch
        | OrderRefusal::NotEnoughFreeInstances => {
            attempted(refusal, "OrderQty", order.quantity.get())
        }
        OrderRefusal::PriceInvalid | OrderRefusal::PriceOffTick | OrderRefusal::WouldTake => {
            named(refusal, "Price", order.kind.limit().map(price_to))
        }
        OrderRefusal::StopPriceInvalid | OrderRefusal::StopPriceOffTick => {
            named(refusal, "StopPx", order.kind.stop().map(price_to))
        }
        OrderRefusal::MinimumQuantityInvalid | OrderRefusal::MinimumQuantityNotAllowed => {
            let asked = order.conditions.as_deref();
            let minimum = asked.and_then(|asked| asked.minimum_quantity);
            named(refusal, "MinQty", minimum.map(Quantity::get))
        }
        OrderRefusal::DisplayedQuantityInvalid
        | OrderRefusal::DisplayedQuantityTooSmall
        | OrderRefusal::DisplayedQuantityNotAllowed => {
            let asked = order.conditions.as_deref();
            let displayed = asked.and_then(|asked| asked.displayed_quantity);
            named(refusal, "MaxFloor", displayed.map(Quantity::get))
        }
        OrderRefusal::ExpiryPassed => expiry_text(refusal, order),
        OrderRefusal::ImageNotAllowed => match &order.image {
            Some(image) => attempted(refusal, "ImageID", image),
            None => RefusalText::of(refusal),
        },
        OrderRefusal::InstancesNotAllowed
        | OrderRefusal::InstanceRepeated
        | OrderRefusal::InstanceUnknown
        | OrderRefusal::InstanceWrongInstrument
        // The names are in the command: they may be many, and events do not repeat them.
        | OrderRefusal::InstanceHeld => RefusalText::of(refusal),
    }
}

/// The same of an order that would have expired already.
fn expiry_text(refusal: OrderRefusal, order: &NewOrder) -> RefusalText {
    let lives = order.time_in_force;
    match (expire_date(lives), expire_time(lives)) {
        (Some(date), _) => attempted(refusal, "ExpireDate", date.format("%Y%m%d")),
        (_, Some(time)) => attempted(refusal, "ExpireTime", time.format("%Y%m%d-%H:%M:%S%.f")),
        (None, None) => RefusalText::of(refusal),
    }
}

fn attempted(refusal: OrderRefusal, field: &str, value: impl fmt::Display) -> RefusalText {
    RefusalText::of(format_args!("{refusal}: {field}={value}"))
}

/// Why, and what was attempted where it was said.
fn named(refusal: OrderRefusal, field: &str, value: Option<impl fmt::Display>) -> RefusalText {
    match value {
        Some(value) => attempted(refusal, field, value),
        None => RefusalText::of(refusal),
    }
}

/// CxlRejReason(102) of a refused cancel, FIX 4.4 Volume 6.
pub(super) fn cxl_rej_reason(refusal: CancelRefusal) -> CxlRejReason {
    match refusal {
        CancelRefusal::TooLateToCancel => CxlRejReason::TooLate,
        // FIX has no code for an order id, symbol or side that is not the order's: no order is all of that.
        CancelRefusal::UnknownOrder
        | CancelRefusal::OrderMismatch
        | CancelRefusal::OrderReplaced => CxlRejReason::UnknownOrder,
        CancelRefusal::DuplicateClientOrderId => CxlRejReason::DuplicateClOrdId,
        CancelRefusal::SessionUnknown | CancelRefusal::SessionNotPermitted => CxlRejReason::Other,
    }
}

/// CxlRejReason(102) of a refused change, FIX 4.4 Volume 6.
pub(super) fn replace_rej_reason(refusal: ReplaceRefusal) -> CxlRejReason {
    match refusal {
        ReplaceRefusal::Order(refusal) => cxl_rej_reason(refusal),
        ReplaceRefusal::TradingBlocked(_) => CxlRejReason::BrokerOption,
        ReplaceRefusal::AccountChanged
        | ReplaceRefusal::DeliveredNotNamed
        | ReplaceRefusal::Terms(_) => CxlRejReason::Other,
    }
}

/// Text(58) of a refused change: why, and what was attempted.
pub(super) fn replace_text(refusal: ReplaceRefusal, order: &NewOrder) -> RefusalText {
    match refusal {
        ReplaceRefusal::Order(refusal) => RefusalText::of(refusal),
        ReplaceRefusal::AccountChanged => {
            RefusalText::of(format_args!("{refusal}: Account={}", order.account))
        }
        ReplaceRefusal::DeliveredNotNamed | ReplaceRefusal::TradingBlocked(_) => {
            RefusalText::of(refusal)
        }
        ReplaceRefusal::Terms(refusal) => order_text(refusal, order),
    }
}

/// MassCancelRejectReason(532) of a refused cancel of many orders, FIX 4.4 Volume 6.
pub(super) fn mass_cancel_reject_reason(refusal: MassCancelRefusal) -> MassCancelRejectReason {
    match refusal {
        MassCancelRefusal::UnknownInstrument => MassCancelRejectReason::UnknownSecurity,
        MassCancelRefusal::SessionUnknown
        | MassCancelRefusal::SessionNotPermitted
        | MassCancelRefusal::DuplicateClientOrderId => MassCancelRejectReason::Other,
    }
}

/// OrdRejReason(103) where there is no order to report, FIX 4.4 Volume 6.
pub(super) fn status_rej_reason(refusal: StatusRefusal) -> OrdRejReason {
    match refusal {
        StatusRefusal::UnknownOrder | StatusRefusal::NoOrders => OrdRejReason::UnknownOrder,
        StatusRefusal::SessionUnknown
        | StatusRefusal::SessionNotPermitted
        | StatusRefusal::TooManyOrders => OrdRejReason::Other,
    }
}
