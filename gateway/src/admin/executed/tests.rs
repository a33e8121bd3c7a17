//! Trades of a market that really ran, looked up one by one.

use std::path::Path;

use engine::{
    ClientOrderId, Command, FirmKind, Input, Instrument, InstrumentKind, NewOrder, OrderKind,
    Origin, Price, Quantity, SessionRole, Side, TimeInForce, Timestamp, TradeId,
};
use sequencer::{EventPosition, Opened, Options, open};

use super::executed;
use crate::clock::SystemClock;

/// Pairs of orders that trade.
const PAIRS: u64 = 60;

fn market(directory: &Path) -> Opened {
    let options = Options {
        // Most of it is read from disk.
        ring_events: 16,
        ..Options::new(directory)
    };
    open(&options, SystemClock).expect("the market opens")
}

fn set_up() -> Vec<Command> {
    let mut commands = vec![Command::ListInstrument(Instrument {
        symbol: "TEST".parse().expect("a name"),
        kind: InstrumentKind::Test,
        currency: "USD".parse().expect("a currency"),
        tick: Price::from_micros(1),
        max_order_quantity: Quantity::new(10),
    })];
    for name in ["A", "B"] {
        let firm = name.parse().expect("a name");
        commands.push(Command::AdmitFirm {
            firm,
            kind: FirmKind::Broker,
        });
        commands.push(Command::OpenAccount {
            account: name.parse().expect("a name"),
            firm,
            provider: None,
        });
        commands.push(Command::AdmitSession {
            session: name.parse().expect("a name"),
            firm,
            permissions: SessionRole::OrderEntry,
        });
    }
    commands
}

fn order(name: &str, side: Side, number: u64) -> Input {
    let order = NewOrder {
        client_order_id: ClientOrderId::new(&number.to_string()).expect("a name"),
        account: name.parse().expect("a name"),
        symbol: "TEST".parse().expect("a name"),
        side,
        kind: OrderKind::Limit(Price::from_micros(5)),
        quantity: Quantity::new(1),
        time_in_force: TimeInForce::Day,
        instances: Vec::new(),
        image: None,
        transact_time: Timestamp::from_nanos(1),
        conditions: None,
    };
    Input {
        origin: Origin::Session {
            session: name.parse().expect("a name"),
            epoch: 0,
            msg_seq_num: number,
        },
        command: Command::SubmitOrder(order),
    }
}

/// All trades that the event log tells of.
async fn all(opened: &Opened) -> Vec<engine::Trade> {
    let mut reader = opened.events.reader(EventPosition::START);
    let mut trades = Vec::new();
    while reader.position() < opened.events.end() {
        let batch = reader.next().await.expect("the event log can be read");
        for event in batch.events() {
            if let engine::EventBody::TradeExecuted(trade) = &event.body {
                trades.push(trade.clone());
            }
        }
    }
    trades
}

#[tokio::test]
async fn trades_are_found_after_a_restart_and_nothing_else_is() {
    let directory = tempfile::tempdir().expect("a folder can be made");
    let opened = market(directory.path());
    let venue = |command| Input {
        origin: Origin::Venue,
        command,
    };
    let first = set_up().into_iter().map(venue).collect();
    opened.commands.submit(first).await.expect("it takes them");
    for number in 1..=PAIRS {
        let pair = vec![
            order("A", Side::Buy, number),
            order("B", Side::Sell, number),
        ];
        opened.commands.submit(pair).await.expect("it takes them");
    }
    opened.running.stop().expect("it stops");

    let opened = market(directory.path());
    let trades = all(&opened).await;
    assert_eq!(u64::try_from(trades.len()), Ok(PAIRS));
    // Each look reads the file from its start.
    for trade in trades.iter().step_by(7) {
        let found = executed(&opened.events, trade.trade).await;
        assert_eq!(found.expect("it can be read").as_ref(), Some(trade));
        // Neither another match of its command nor the command before it, which rests, has one.
        let TradeId { number, index } = trade.trade;
        let before = engine::CommandNumber::new(number.get() - 1);
        for (number, index) in [(number, index + 1), (before, 0)] {
            let found = executed(&opened.events, TradeId { number, index }).await;
            assert_eq!(found.expect("it can be read"), None);
        }
    }
    for number in [0, u64::MAX] {
        let number = engine::CommandNumber::new(number);
        let found = executed(&opened.events, TradeId { number, index: 0 }).await;
        assert_eq!(found.expect("it can be read"), None);
    }
    opened.running.stop().expect("it stops");
}
