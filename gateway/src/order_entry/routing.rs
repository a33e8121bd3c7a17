//! Whom an event concerns: which sessions get a message about it, and about which part of it. It never
//! writes a message.

use engine::{
    CancelCause, Event, EventBody, FirmName, OrderView, Origin, ReassignmentStatus, SessionName,
    Side, Trade, TradeSide,
};

/// The part of an event that one message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The order, or the request that was refused.
    Order,
    /// The order, told to the session that asked for its cancel or change when that is not the order's own.
    Request,
    /// What the market says of the request itself: the answer to a question, or to a cancel of many.
    Answer,
    /// The reassignment of one instance of a trade, told to one party.
    Settlement {
        /// The instance's place among those of the trade, from 0.
        leg: usize,
        /// Which party.
        side: Side,
    },
}

/// A message that an event calls for: to whom, about what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Concern<'e> {
    /// The session that is told.
    pub session: &'e SessionName,
    /// The firm whose business it is; none when the session is not known to the market.
    pub firm: Option<&'e FirmName>,
    /// What it is told about.
    pub part: Part,
}

impl Concern<'_> {
    /// Whether drop-copy sessions get a copy: one copy of every report, not one for every session told.
    pub fn is_copied(&self) -> bool {
        match self.part {
            Part::Order | Part::Settlement { .. } => true,
            Part::Request | Part::Answer => false,
        }
    }
}

/// The messages that an event calls for, always in this order:
///
/// | event | messages |
/// |---|---|
/// | accepted, elected, filled, made smaller, expired | one to the order's session |
/// | order refused, cancel refused, change refused | one to the session that asked |
/// | cancel of many, answers to questions | one to the session that asked |
/// | replaced, cancelled | one to the order's session; one more to the session that asked, when it is another one |
/// | trade | for each instance, one to the buyer's and one to the seller's session; none on a test instrument |
/// | fill busted or corrected | one to the order's session |
/// | trade busted or corrected | as for a trade, for each instance that is not delivered or corrected otherwise |
/// | reassignment, but pending | one to the buyer's and one to the seller's session |
/// | everything else | none |
pub fn concerns(event: &Event) -> impl Iterator<Item = Concern<'_>> {
    (0..count(&event.body)).filter_map(|index| concern(&event.body, index))
}

/// How many messages there are at most.
fn count(body: &EventBody) -> usize {
    match body {
        EventBody::OrderAccepted { .. }
        | EventBody::OrderRejected { .. }
        | EventBody::OrderFilled { .. }
        | EventBody::OrderTriggered { .. }
        | EventBody::OrderReduced { .. }
        | EventBody::OrderExpired { .. }
        | EventBody::CancelRejected { .. }
        | EventBody::ReplaceRejected { .. }
        | EventBody::OrdersCancelled { .. }
        | EventBody::MassCancelRejected { .. }
        | EventBody::OrderReported { .. }
        | EventBody::FillAmended(_)
        | EventBody::NothingReported { .. } => 1,
        EventBody::OrderCancelled { .. } | EventBody::OrderReplaced { .. } => 2,
        // That it is pending, the trade itself has said.
        EventBody::ReassignmentUpdated(update) if update.status == ReassignmentStatus::Pending => 0,
        EventBody::ReassignmentUpdated(_) => 2,
        EventBody::TradeExecuted(trade) => trade.legs.len() * 2,
        EventBody::TradeAmended(amended) => amended.trade.legs.len() * 2,
        EventBody::Ignored { .. }
        | EventBody::InstrumentListed(_)
        | EventBody::FirmAdmitted { .. }
        | EventBody::AccountOpened { .. }
        | EventBody::SessionAdmitted { .. }
        | EventBody::SessionReset { .. }
        | EventBody::InstanceDeposited { .. }
        | EventBody::DepositRefused { .. }
        | EventBody::InstanceWithdrawn { .. }
        | EventBody::WithdrawalRefused { .. }
        | EventBody::InstanceTransferred { .. }
        | EventBody::InstanceRetired { .. }
        | EventBody::TradingDayEnded
        | EventBody::SessionConnected { .. }
        | EventBody::SessionDisconnected { .. }
        | EventBody::GraceEnded { .. }
        | EventBody::SelfMatchPreventionSet { .. }
        | EventBody::RiskLimitsChanged(_)
        | EventBody::TradeAmendmentRefused { .. }
        | EventBody::TradingBlocked { .. }
        | EventBody::TradingReleased { .. }
        | EventBody::PhaseChanged(_)
        | EventBody::PhaseScheduled { .. }
        | EventBody::AuctionHeld(_)
        | EventBody::HaltPolicySet { .. } => 0,
    }
}

fn concern(body: &EventBody, index: usize) -> Option<Concern<'_>> {
    match body {
        EventBody::OrderAccepted { order, .. }
        | EventBody::OrderFilled { order, .. }
        | EventBody::OrderTriggered { order, .. }
        | EventBody::OrderReduced { order, .. }
        | EventBody::OrderExpired { order, .. } => Some(on_order(order)),
        EventBody::OrderRejected { origin, firm, .. }
        | EventBody::CancelRejected { origin, firm, .. }
        | EventBody::ReplaceRejected { origin, firm, .. } => Some(Concern {
            session: session_of(origin)?,
            firm: firm.as_ref(),
            part: Part::Order,
        }),
        EventBody::MassCancelRejected { origin, firm, .. }
        | EventBody::NothingReported { origin, firm, .. } => Some(Concern {
            session: session_of(origin)?,
            firm: firm.as_ref(),
            part: Part::Answer,
        }),
        EventBody::OrdersCancelled { session, firm, .. } => Some(Concern {
            session,
            firm: Some(firm),
            part: Part::Answer,
        }),
        EventBody::OrderReported { session, order, .. } => Some(Concern {
            session,
            firm: Some(&order.firm),
            part: Part::Answer,
        }),
        EventBody::OrderCancelled { order, cause, .. } => {
            on_request(order, requester(cause), index)
        }
        EventBody::OrderReplaced { order, session, .. } => on_request(order, Some(session), index),
        EventBody::FillAmended(fill) => Some(on_order(&fill.order)),
        EventBody::TradeExecuted(trade) => Some(settlement(trade, index / 2, index)),
        EventBody::TradeAmended(amended) => Some(settlement(&amended.trade, index / 2, index)),
        EventBody::ReassignmentUpdated(update) => {
            let leg = usize::try_from(update.reassignment.leg).ok()?;
            Some(settlement(&update.trade, leg, index))
        }
        EventBody::Ignored { .. }
        | EventBody::InstrumentListed(_)
        | EventBody::FirmAdmitted { .. }
        | EventBody::AccountOpened { .. }
        | EventBody::SessionAdmitted { .. }
        | EventBody::SessionReset { .. }
        | EventBody::InstanceDeposited { .. }
        | EventBody::DepositRefused { .. }
        | EventBody::InstanceWithdrawn { .. }
        | EventBody::WithdrawalRefused { .. }
        | EventBody::InstanceTransferred { .. }
        | EventBody::InstanceRetired { .. }
        | EventBody::TradingDayEnded
        | EventBody::SessionConnected { .. }
        | EventBody::SessionDisconnected { .. }
        | EventBody::GraceEnded { .. }
        | EventBody::SelfMatchPreventionSet { .. }
        | EventBody::RiskLimitsChanged(_)
        | EventBody::TradeAmendmentRefused { .. }
        | EventBody::TradingBlocked { .. }
        | EventBody::TradingReleased { .. }
        | EventBody::PhaseChanged(_)
        | EventBody::PhaseScheduled { .. }
        | EventBody::AuctionHeld(_)
        | EventBody::HaltPolicySet { .. } => None,
    }
}

/// The order's own session.
fn on_order(order: &OrderView) -> Concern<'_> {
    Concern {
        session: &order.session,
        firm: Some(&order.firm),
        part: Part::Order,
    }
}

/// First the order's own session, then the one that asked when it is another.
fn on_request<'e>(
    order: &'e OrderView,
    asked: Option<&'e SessionName>,
    index: usize,
) -> Option<Concern<'e>> {
    let (session, part) = if index == 0 {
        (&order.session, Part::Order)
    } else {
        let other = asked.filter(|session| **session != order.session)?;
        (other, Part::Request)
    };
    Some(Concern {
        session,
        firm: Some(&order.firm),
        part,
    })
}

/// The buyer for an even index, the seller for an odd one.
fn settlement(trade: &Trade, leg: usize, index: usize) -> Concern<'_> {
    let side = if index.is_multiple_of(2) {
        Side::Buy
    } else {
        Side::Sell
    };
    let party = party(trade, side);
    Concern {
        session: &party.session,
        firm: Some(&party.firm),
        part: Part::Settlement { leg, side },
    }
}

/// One party of a trade.
pub(super) fn party(trade: &Trade, side: Side) -> &TradeSide {
    match side {
        Side::Buy => &trade.buyer,
        Side::Sell => &trade.seller,
    }
}

fn session_of(origin: &Origin) -> Option<&SessionName> {
    match origin {
        Origin::Session { session, .. } => Some(session),
        Origin::Venue | Origin::Operator { .. } | Origin::Settlement => None,
    }
}

fn requester(cause: &CancelCause) -> Option<&SessionName> {
    match cause {
        CancelCause::Requested { session, .. } => Some(session),
        CancelCause::ImmediateOrCancel
        | CancelCause::FillOrKill
        | CancelCause::MarketUnfilled
        | CancelCause::SelfTradePrevented
        | CancelCause::MinimumQuantity
        | CancelCause::PriceBandReached
        | CancelCause::OpeningOver
        | CancelCause::CloseOver
        | CancelCause::Halted
        // Who asked for the cancel of many has one answer to that.
        | CancelCause::MassCancelled { .. }
        | CancelCause::Disconnected { .. }
        | CancelCause::TradingBlocked { .. } => None,
    }
}
