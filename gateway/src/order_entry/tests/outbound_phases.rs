//! Reports that say what phases and auctions of an instrument do to orders.

use engine::{CancelCause, Liquidity, OrderRefusal, OrderStatus, Phase};

use super::fixtures::{buy, cancelled, filled, new_order, rejected, sell};
use super::outbound_executions::check;

#[test]
fn orders_that_end_with_a_phase() {
    for (cause, reason, why) in [
        (
            CancelCause::OpeningOver,
            8,
            "at the opening: the opening auction is over, or is not held",
        ),
        (
            CancelCause::CloseOver,
            8,
            "at the close: the closing auction is over, or is not held",
        ),
        (
            CancelCause::Halted,
            6,
            "trading in the instrument is halted",
        ),
    ] {
        check(
            &cancelled(buy(0, 0, OrderStatus::Cancelled), cause),
            &format!(
                "35=8|37=41|11=b-1|17=57-2|150=4|39=4|378={reason}|{{B}}|151=0|14=0|6=0|{{T}}|58={why}|20002=img-9"
            ),
        );
    }
}

#[test]
fn a_fill_of_an_auction_is_neither_makers_nor_takers() {
    check(
        &filled(
            sell(2, 20_500_000, OrderStatus::PartiallyFilled),
            Liquidity::Auction,
        ),
        "35=8|37=41|527=57-0|11=s-1|17=57-2|150=F|39=1|{S}|32=2|31=10.25|151=1|14=2|6=10.25|{T}|20001=i-1 i-2",
    );
}

#[test]
fn orders_that_a_phase_does_not_take() {
    for (reason, code, attempt) in [
        (
            OrderRefusal::InstrumentClosed,
            2,
            ": Symbol=ACME.us-east-1.m5.large",
        ),
        (
            OrderRefusal::InstrumentHalted,
            2,
            ": Symbol=ACME.us-east-1.m5.large",
        ),
        (OrderRefusal::OpeningPassed(Phase::Continuous), 4, ""),
        (OrderRefusal::ImmediateInCall(Phase::PreOpen), 11, ""),
        (
            OrderRefusal::MinimumQuantityInCall(Phase::OpeningAuction),
            11,
            "",
        ),
        (OrderRefusal::PostOnlyInCall(Phase::ClosingAuction), 11, ""),
        (OrderRefusal::StopAtAuctionNotAllowed, 11, ""),
    ] {
        check(
            &rejected(new_order(), reason),
            &format!(
                "35=8|37=57|11=b-1|17=57-2|150=8|39=8|103={code}|{{L}}|151=0|14=0|6=0|{{T}}|58={reason}{attempt}|20002=img-9"
            ),
        );
    }
}
