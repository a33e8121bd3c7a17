//! A small market for tests of what the engine keeps inside; what it answers is tested from outside.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;

use crate::command::{
    Command, Conditions, FirmKind, Input, Instrument, InstrumentKind, NewOrder, OrderKind, Origin,
    SelfMatchInstruction, Sequenced, SessionRole, Side, TimeInForce,
};
use crate::event::Event;
use crate::ids::CommandNumber;
use crate::machine::Engine;
use crate::money::{Price, Quantity};
use crate::time::Timestamp;

/// Who buys or sells how much at which limit; the account's first letter is its firm.
pub(crate) type Row = (&'static str, Side, i64, i64, SelfMatchInstruction);

/// The market, and its answers.
pub(crate) struct Market {
    pub(crate) engine: Engine,
    /// What it has answered.
    pub(crate) events: Vec<Event>,
}

impl Market {
    /// Two firms, A and B, with a session each and accounts A1, A2 and B1, and one test instrument.
    pub(crate) fn open() -> Self {
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
        market
    }

    /// Applies a command of the venue.
    pub(crate) fn venue(&mut self, command: Command) {
        self.apply(Origin::Venue, command);
    }

    /// The number of the next command.
    pub(crate) fn next(&self) -> CommandNumber {
        let last = self.engine.last_command();
        last.map_or(CommandNumber::FIRST, |last| {
            last.next().expect("few commands")
        })
    }

    /// Applies a command.
    pub(crate) fn apply(&mut self, origin: Origin, command: Command) {
        let (number, input) = (self.next(), Input { origin, command });
        let time = Timestamp::from_nanos(number.get());
        let sequenced = Sequenced {
            number,
            time,
            input,
        };
        self.engine.apply(&sequenced, &mut self.events);
    }

    /// Sends an order, under the number of its command.
    pub(crate) fn order(&mut self, (account, side, quantity, price, own): Row) {
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
        self.request(&account[..1], Command::SubmitOrder(order));
    }

    /// Applies what a session asks.
    pub(crate) fn request(&mut self, session: &str, command: Command) {
        let origin = Origin::Session {
            session: session.parse().expect("a session"),
            epoch: 0,
            msg_seq_num: self.next().get(),
        };
        self.apply(origin, command);
    }
}
