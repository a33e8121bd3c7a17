//! Words of the market that have a code in FIX 4.4, one for one. Only data.

use engine::{
    Liquidity, OrderKind, OrderStatus, ReassignmentStatus, SelfMatchInstruction, Side, TimeInForce,
};
use fix_codec::values;

/// Side(54).
pub(super) fn side(side: Side) -> values::Side {
    match side {
        Side::Buy => values::Side::Buy,
        Side::Sell => values::Side::Sell,
    }
}

/// OrdType(40).
pub(super) fn ord_type(kind: OrderKind) -> values::OrdType {
    match kind {
        OrderKind::Market => values::OrdType::Market,
        OrderKind::Limit(_) => values::OrdType::Limit,
        OrderKind::MarketToLimit => values::OrdType::MarketWithLeftOverAsLimit,
        OrderKind::Stop(_) => values::OrdType::Stop,
        OrderKind::StopLimit { .. } => values::OrdType::StopLimit,
    }
}

/// TimeInForce(59).
pub(super) fn time_in_force(time_in_force: TimeInForce) -> values::TimeInForce {
    match time_in_force {
        TimeInForce::Day => values::TimeInForce::Day,
        TimeInForce::ImmediateOrCancel => values::TimeInForce::ImmediateOrCancel,
        TimeInForce::FillOrKill => values::TimeInForce::FillOrKill,
        TimeInForce::GoodTillCancel => values::TimeInForce::GoodTillCancel,
        TimeInForce::GoodTillDate(_) => values::TimeInForce::GoodTillDate,
        TimeInForce::AtTheOpening => values::TimeInForce::AtTheOpening,
        TimeInForce::AtTheClose => values::TimeInForce::AtTheClose,
    }
}

/// OrdStatus(39).
pub(super) fn ord_status(status: OrderStatus) -> values::OrdStatus {
    match status {
        OrderStatus::New => values::OrdStatus::New,
        OrderStatus::PartiallyFilled => values::OrdStatus::PartiallyFilled,
        OrderStatus::Filled => values::OrdStatus::Filled,
        OrderStatus::Cancelled => values::OrdStatus::Cancelled,
        OrderStatus::Expired => values::OrdStatus::Expired,
    }
}

/// LastLiquidityInd(851). FIX 4.4 has no value for an auction, and clients that go by it would refuse the later 4.
pub(super) fn last_liquidity_ind(liquidity: Liquidity) -> Option<values::LastLiquidityInd> {
    match liquidity {
        Liquidity::Maker => Some(values::LastLiquidityInd::Added),
        Liquidity::Taker => Some(values::LastLiquidityInd::Removed),
        Liquidity::Auction => None,
    }
}

/// SelfMatchPreventionInstruction(2964).
pub(super) fn self_match_prevention_instruction(
    instruction: SelfMatchInstruction,
) -> values::SelfMatchPreventionInstruction {
    match instruction {
        SelfMatchInstruction::CancelTaker => {
            values::SelfMatchPreventionInstruction::CancelAggressive
        }
        SelfMatchInstruction::CancelMaker => values::SelfMatchPreventionInstruction::CancelPassive,
        SelfMatchInstruction::CancelBoth => values::SelfMatchPreventionInstruction::CancelBoth,
        SelfMatchInstruction::DecrementAndCancel => {
            values::SelfMatchPreventionInstruction::DecrementAndCancel
        }
    }
}

/// SelfMatchPreventionInstruction(2964), the other way.
pub(super) fn self_match_instruction(
    instruction: values::SelfMatchPreventionInstruction,
) -> SelfMatchInstruction {
    match instruction {
        values::SelfMatchPreventionInstruction::CancelAggressive => {
            SelfMatchInstruction::CancelTaker
        }
        values::SelfMatchPreventionInstruction::CancelPassive => SelfMatchInstruction::CancelMaker,
        values::SelfMatchPreventionInstruction::CancelBoth => SelfMatchInstruction::CancelBoth,
        values::SelfMatchPreventionInstruction::DecrementAndCancel => {
            SelfMatchInstruction::DecrementAndCancel
        }
    }
}

/// ReassignmentStatus(20004).
pub(super) fn reassignment_status(status: ReassignmentStatus) -> values::ReassignmentStatus {
    match status {
        ReassignmentStatus::Pending => values::ReassignmentStatus::Pending,
        ReassignmentStatus::Terminating => values::ReassignmentStatus::Terminating,
        ReassignmentStatus::Placing => values::ReassignmentStatus::Placing,
        ReassignmentStatus::Starting => values::ReassignmentStatus::Starting,
        ReassignmentStatus::Settled => values::ReassignmentStatus::Settled,
        ReassignmentStatus::Failed => values::ReassignmentStatus::Failed,
        ReassignmentStatus::Reversed => values::ReassignmentStatus::Reversed,
    }
}
