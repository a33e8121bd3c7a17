//! Whom each event concerns.

use engine::{
    CancelCause, CancelRefusal, Event, EventBody, Liquidity, OrderRefusal, OrderStatus, Origin,
    ReassignmentStatus, SessionName, Side,
};

use super::fixtures::*;
use crate::order_entry::reports;
use crate::order_entry::routing::{Part, concerns};

fn check(event: &Event, expected: &[(&str, &str, Part)]) {
    let found: Vec<_> = concerns(event)
        .map(|concern| {
            (
                concern.session.as_str(),
                concern.firm.map_or("", |firm| firm.as_str()),
                concern.part,
            )
        })
        .collect();
    assert_eq!(found, expected, "{event:?}");
    for (session, ..) in expected {
        let session = SessionName::new(session).unwrap();
        let wanted = expected
            .iter()
            .filter(|(name, ..)| *name == session.as_str())
            .count();
        assert_eq!(
            reports(event, &session).count(),
            wanted,
            "every concern has a report"
        );
    }
}

const fn settlement(leg: usize, side: Side) -> Part {
    Part::Settlement { leg, side }
}

#[test]
fn each_event_goes_to_those_it_concerns() {
    let seller = [("SELLER", "BLUE", Part::Order)];
    let buyer = [("BUYER", "GREEN", Part::Order)];
    check(&accepted(sell(0, 0, OrderStatus::New)), &seller);
    check(
        &filled(
            sell(2, 20_500_000, OrderStatus::PartiallyFilled),
            Liquidity::Maker,
        ),
        &seller,
    );
    check(&expired(sell(0, 0, OrderStatus::Expired)), &seller);
    check(&rejected(new_order(), OrderRefusal::PriceInvalid), &buyer);
    check(&cancel_rejected(None, CancelRefusal::UnknownOrder), &buyer);
    check(
        &cancelled(buy(0, 0, OrderStatus::Cancelled), CancelCause::FillOrKill),
        &buyer,
    );
    // The trade itself has said that its reassignments are pending.
    check(&updated(trade(), ReassignmentStatus::Pending), &[]);
    let buyer_of = |leg| ("BUYER", "GREEN", settlement(leg, Side::Buy));
    let seller_of = |leg| ("SELLER", "BLUE", settlement(leg, Side::Sell));
    check(
        &traded(trade()),
        &[buyer_of(0), seller_of(0), buyer_of(1), seller_of(1)],
    );
    check(
        &updated(trade(), ReassignmentStatus::Placing),
        &[buyer_of(1), seller_of(1)],
    );
}

#[test]
fn a_cancel_by_another_session_of_the_firm_is_told_to_both() {
    let order = || sell(0, 0, OrderStatus::Cancelled);
    let own = ("SELLER", "BLUE", Part::Order);
    check(&cancelled(order(), requested_by("SELLER")), &[own]);
    check(
        &cancelled(order(), requested_by("SELLER2")),
        &[own, ("SELLER2", "BLUE", Part::Request)],
    );
}

#[test]
fn a_trade_within_one_session_is_told_twice() {
    let mut trade = trade();
    trade.seller.session = trade.buyer.session;
    let event = updated(trade, ReassignmentStatus::Settled);
    assert_eq!(reports(&event, &session("BUYER")).count(), 2);
}

#[test]
fn nobody_is_told_of_what_has_no_session() {
    let mut trade = trade();
    trade.legs.clear();
    trade.test = true;
    check(&traded(trade), &[]);
    check(&event(EventBody::TradingDayEnded), &[]);
    check(
        &event(EventBody::SessionReset {
            session: session("BUYER"),
            epoch: 2,
        }),
        &[],
    );
    let mut event = rejected(new_order(), OrderRefusal::SessionUnknown);
    if let EventBody::OrderRejected { origin, .. } = &mut event.body {
        *origin = Origin::Venue;
    }
    check(&event, &[]);
}
