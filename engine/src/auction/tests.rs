//! What an auction costs in which orders meet that are each other's own: counted, not timed.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::Call;
use crate::command::{
    Command, Conditions, FirmKind, Input, Instrument, InstrumentKind, NewOrder, OrderKind, Origin,
    Phase, PhaseRequest, SelfMatchInstruction, Sequenced, SessionRole, Side, TimeInForce,
};
use crate::event::Event;
use crate::ids::CommandNumber;
use crate::machine::Engine;
use crate::money::{Price, Quantity};
use crate::output::Output;
use crate::time::Timestamp;

/// Orders of each kind.
const MANY: i64 = 1_500;

/// Who buys or sells how much at which limit; the account's first letter is its firm.
type Row = (&'static str, Side, i64, i64, SelfMatchInstruction);

struct Market {
    engine: Engine,
    events: Vec<Event>,
}

impl Market {
    /// Two firms, A and B, and one instrument in the call of its opening auction.
    fn in_call() -> Self {
        let (engine, events) = (Engine::new(), Vec::new());
        let mut market = Self { engine, events };
        let symbol = "TEST".parse().expect("a symbol");
        market.venue(Command::ListInstrument(Instrument {
            symbol,
            kind: InstrumentKind::Test,
            currency: "USD".parse().expect("a currency"),
            tick: Price::from_micros(1),
            max_order_quantity: Quantity::new(1_000_000),
        }));
        for name in ["A", "B"] {
            let firm = name.parse().expect("a firm");
            let kind = FirmKind::Broker;
            market.venue(Command::AdmitFirm { firm, kind });
            market.venue(Command::AdmitSession {
                session: name.parse().expect("a session"),
                firm,
                permissions: SessionRole::OrderEntry,
            });
        }
        for name in ["A1", "A2", "B1"] {
            market.venue(Command::OpenAccount {
                account: name.parse().expect("an account"),
                firm: name[..1].parse().expect("a firm"),
                provider: None,
            });
        }
        market.venue(Command::ChangePhase(PhaseRequest {
            symbol,
            phase: Phase::OpeningAuction,
            reason: None,
            due: None,
        }));
        market
    }

    fn venue(&mut self, command: Command) {
        self.apply(Origin::Venue, command);
    }

    fn next(&self) -> CommandNumber {
        let last = self.engine.last_command();
        last.map_or(CommandNumber::FIRST, |last| {
            last.next().expect("few commands")
        })
    }

    fn apply(&mut self, origin: Origin, command: Command) {
        let (number, input) = (self.next(), Input { origin, command });
        let time = Timestamp::from_nanos(number.get());
        let sequenced = Sequenced {
            number,
            time,
            input,
        };
        self.engine.apply(&sequenced, &mut self.events);
    }

    fn order(&mut self, (account, side, quantity, price, own): Row) {
        let number = self.next().get();
        let conditions = Conditions {
            self_match_instruction: Some(own),
            ..Conditions::default()
        };
        let order = NewOrder {
            client_order_id: number.to_string().parse().expect("a name"),
            account: account.parse().expect("an account"),
            symbol: "TEST".parse().expect("a symbol"),
            side,
            kind: OrderKind::Limit(Price::from_micros(price)),
            quantity: Quantity::new(u64::try_from(quantity).expect("a quantity")),
            time_in_force: TimeInForce::Day,
            instances: Vec::new(),
            image: None,
            transact_time: Timestamp::default(),
            conditions: Some(Box::new(conditions)),
        };
        let session = account[..1].parse().expect("a session");
        let origin = Origin::Session {
            session,
            epoch: 0,
            msg_seq_num: number,
        };
        self.apply(origin, Command::SubmitOrder(order));
    }
}

/// No more than a few steps for each order, however they meet; and that many orders go.
#[track_caller]
fn check(rows: impl Iterator<Item = Row>, gone: i64) {
    let mut market = Market::in_call();
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
