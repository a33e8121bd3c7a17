//! What an auction costs in which orders meet that are each other's own: counted, not timed.

use super::Call;
use crate::command::{
    Command, Input, Origin, Phase, PhaseRequest, SelfMatchInstruction, Sequenced, Side,
};
use crate::ids::CommandNumber;
use crate::output::Output;
use crate::test_market::{Market, Row};
use crate::time::Timestamp;

/// Orders of each kind.
const MANY: i64 = 1_500;

/// No more than a few steps for each order, however they meet; and that many orders go.
#[track_caller]
fn check(rows: impl Iterator<Item = Row>, gone: i64) {
    let mut market = Market::open();
    market.venue(Command::ChangePhase(PhaseRequest {
        symbol: "TEST".parse().expect("a symbol"),
        phase: Phase::OpeningAuction,
        reason: None,
        due: None,
    }));
    let mut orders = 0_usize;
    for row in rows {
        market.order(row);
        orders = orders.saturating_add(1);
    }
    let Market {
        mut engine,
        mut events,
    } = market;
    let resting = engine.orders.resting.len();
    assert_eq!(resting, orders, "every order is taken");
    let cause = Sequenced {
        number: CommandNumber::FIRST,
        time: Timestamp::default(),
        input: Input {
            origin: Origin::Venue,
            command: Command::FireTimers,
        },
    };
    let mut call = Call::of(&engine, 0);
    engine.find_price(&mut call, &mut Output::new(&cause, &mut events));
    let left = engine.orders.resting.len();
    assert_eq!(i64::try_from(resting.saturating_sub(left)), Ok(gone));
    let limit = orders.saturating_mul(4);
    let steps = call.lines.steps;
    assert!(steps <= limit, "{steps} steps for {orders} orders");
}

#[test]
fn pairs_at_one_price_cost_a_step_each() {
    use SelfMatchInstruction::CancelBoth;
    let pair = |_| {
        [
            ("A1", Side::Buy, 1, 5, CancelBoth),
            ("A1", Side::Sell, 1, 5, CancelBoth),
        ]
    };
    check((0..MANY).flat_map(pair), MANY.saturating_mul(2));
}

#[test]
fn a_price_that_goes_up_and_down_costs_no_more() {
    use SelfMatchInstruction::{CancelMaker, CancelTaker};
    let large = |n: i64| {
        let own = if n % 2 == 0 { CancelMaker } else { CancelTaker };
        let quantity = n.saturating_mul(7) % 100;
        [
            (
                "A1",
                Side::Buy,
                quantity.saturating_add(1),
                n.saturating_add(MANY),
                own,
            ),
            ("A1", Side::Sell, 50, n.saturating_add(1), own),
        ]
    };
    // All go but the last two, which do not meet.
    let orders = MANY.saturating_mul(2);
    check((0..MANY).flat_map(large), orders.saturating_sub(2));
}

#[test]
fn who_leaves_late_does_not_have_the_line_looked_at_again() {
    use SelfMatchInstruction::CancelMaker;
    for (side, own, other) in [(Side::Buy, 9, 1), (Side::Sell, 1, 9)] {
        // Each large order meets all the small ones of others, then its own, and goes.
        let large = (0..MANY).map(|_| ("A1", side, MANY.saturating_add(9), own, CancelMaker));
        let small = (0..MANY).map(|_| ("B1", side.opposite(), 1, other, CancelMaker));
        let last = [("A1", side.opposite(), 1, other, CancelMaker)];
        check(large.chain(small).chain(last), MANY);
    }
}
