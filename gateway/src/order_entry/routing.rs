//! Whom an event concerns: which sessions get a message about it, and about which part of it. It never
//! writes a message.

use engine::{
    CancelCause, Event, EventBody, FirmName, Origin, ReassignmentStatus, SessionName, Side, Trade,
    TradeSide,
};

/// The part of an event that one message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The order, or the request that was refused.
    Order,
    /// The order, told to the session that asked for its cancel when that is not the order's own.
    CancelRequest,
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
        self.part != Part::CancelRequest
    }
}

/// The messages that an event calls for, always in this order:
///
/// | event | messages |
/// |---|---|
/// | accepted, elected, filled, made smaller, expired | one to the order's session |
/// | order refused, cancel refused | one to the session that asked |
/// | cancelled | one to the order's session; one more to the session that asked, when it is another one |
/// | trade | for each instance, one to the buyer's and one to the seller's session; none on a test instrument |
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
        | EventBody::CancelRejected { .. } => 1,
        EventBody::OrderCancelled { .. } => 2,
        // That it is pending, the trade itself has said.
        EventBody::ReassignmentUpdated(update) if update.status == ReassignmentStatus::Pending => 0,
        EventBody::ReassignmentUpdated(_) => 2,
        EventBody::TradeExecuted(trade) => trade.legs.len() * 2,
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
        | EventBody::SelfMatchPreventionSet { .. } => 0,
    }
}

fn concern(body: &EventBody, index: usize) -> Option<Concern<'_>> {
    match body {
        EventBody::OrderAccepted { order, .. }
        | EventBody::OrderFilled { order, .. }
        | EventBody::OrderTriggered { order, .. }
        | EventBody::OrderReduced { order, .. }
        | EventBody::OrderExpired { order, .. } => Some(Concern {
            session: &order.session,
            firm: Some(&order.firm),
            part: Part::Order,
        }),
        EventBody::OrderRejected { origin, firm, .. }
        | EventBody::CancelRejected { origin, firm, .. } => Some(Concern {
            session: session_of(origin)?,
            firm: firm.as_ref(),
            part: Part::Order,
        }),
        EventBody::OrderCancelled { order, cause, .. } => {
            let firm = Some(&order.firm);
            if index == 0 {
                return Some(Concern {
                    session: &order.session,
                    firm,
                    part: Part::Order,
                });
            }
            let session = requester(cause).filter(|session| **session != order.session)?;
            Some(Concern {
                session,
                firm,
                part: Part::CancelRequest,
            })
        }
        EventBody::TradeExecuted(trade) => Some(settlement(trade, index / 2, index)),
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
        | EventBody::SelfMatchPreventionSet { .. } => None,
    }
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
        | CancelCause::Disconnected { .. } => None,
    }
}
