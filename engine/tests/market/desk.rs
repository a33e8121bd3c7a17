//! A small market to test in, and a language for it: `check("A buy 10@5 | B sell 4@5", "…")`.
//!
//! Commands are separated by `|`. The first word is who sends it. An order's client order id is the
//! number of its command in the script, unless it says `id=…`; events name orders by it. The command at place
//! n comes at beat n; `wait 5` lets five more beats pass.

use engine::{
    CancelRequest, ClientOrderId, Command, CommandNumber, Engine, Event, EventBody, FirmKind,
    Input, Instrument, InstrumentKind, NewOrder, OperatorName, OrderId, OrderKind, Origin, Price,
    Quantity, ReassignmentId, ReassignmentStatus, Sequenced, SessionRole, Side, TimeInForce,
    Timestamp, Trade, TradeId,
};

use crate::told::tell;
use crate::{
    amending, blocking, connections, inventory, phases, requests, risk, self_match, terms,
};

/// Runs a script on a fresh market and compares all its events with the text expected.
///
/// Beside that, after each command: all invariants hold; the engine, the command and the events are
/// the same after they were written and read back; and an engine read back answers alike.
#[track_caller]
pub(crate) fn check(script: &str, expected: &str) {
    let mut desk = Desk::open();
    let mut told = Vec::new();
    for line in script.split('|') {
        told.extend(desk.run(line.trim()).iter().map(|event| tell(event, &desk)));
    }
    let wanted = expected.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(told.join("; "), wanted, "\nscript: {script}");
}

/// Runs a script and hands over the market as it is then.
#[track_caller]
pub(crate) fn after(script: &str) -> Desk {
    let mut desk = Desk::open();
    for line in script.split('|') {
        desk.run(line.trim());
    }
    desk
}

pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) journal: Vec<Sequenced>,
    set_up: u64,
    messages: u64,
    /// How many beats have passed in which no command came.
    waited: u64,
    /// All that were executed, as they were then.
    pub(crate) trades: Vec<Trade>,
}

/// Nanoseconds between two commands of a script; the first comes at one beat.
pub(crate) const BEAT: u64 = 1_000;

pub(crate) const ACME: &str = "ACME";

impl Desk {
    /// Firms A and B (brokers), M (market maker), P (provider), R (regulator), each with a session
    /// of its name and an account of its name in small letters; A has more of both.
    pub(crate) fn open() -> Self {
        let engine = Engine::new();
        let mut desk = Self {
            engine,
            journal: Vec::new(),
            set_up: 0,
            messages: 0,
            waited: 0,
            trades: Vec::new(),
        };
        for command in set_up() {
            let events = desk.apply(Origin::Venue, command);
            assert!(
                !matches!(events[0].body, EventBody::Ignored { .. }),
                "{events:?}"
            );
        }
        desk.set_up = u64::try_from(desk.journal.len()).unwrap();
        desk
    }

    pub(crate) fn apply(&mut self, origin: Origin, command: Command) -> Vec<Event> {
        let number = CommandNumber::new(u64::try_from(self.journal.len()).unwrap() + 1);
        let beats = match self.set_up {
            0 => 0,
            set_up => number.get() - set_up + self.waited,
        };
        let time = Timestamp::from_nanos(beats * BEAT);
        let sequenced = Sequenced {
            number,
            time,
            input: Input { origin, command },
        };
        let written = postcard::to_allocvec(&self.engine).unwrap();
        let mut read_back: Engine = postcard::from_bytes(&written).unwrap();
        assert_eq!(postcard::to_allocvec(&read_back).unwrap(), written);

        let (mut events, mut again) = (Vec::new(), Vec::new());
        self.engine.apply(&sequenced, &mut events);
        self.engine.check_invariants();
        read_back.apply(&sequenced, &mut again);
        assert_eq!(events, again, "an engine read back answers alike");
        round_trip(&sequenced);
        round_trip(&events);
        self.journal.push(sequenced);
        self.trades
            .extend(events.iter().filter_map(|event| match &event.body {
                EventBody::TradeExecuted(trade) => Some(trade.clone()),
                _ => None,
            }));
        events
    }

    #[track_caller]
    pub(crate) fn run(&mut self, line: &str) -> Vec<Event> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (sender, words) = words.split_first().expect("a command has words");
        if *sender == "wait" {
            self.waited += words[0].parse::<u64>().unwrap();
            return Vec::new();
        }
        let command = self.command(sender, words);
        self.messages += 1;
        let origin = match *sender {
            "venue" => Origin::Venue,
            "operator" => Origin::Operator {
                name: OperatorName::new("op").unwrap(),
            },
            "settlement" => Origin::Settlement,
            session => {
                let (session, place) = session.split_once('#').unwrap_or((session, ""));
                let (epoch, number) = place.split_once('.').unwrap_or(("0", ""));
                Origin::Session {
                    session: session.parse().unwrap(),
                    epoch: epoch.parse().unwrap(),
                    msg_seq_num: number.parse().unwrap_or(self.messages),
                }
            }
        };
        self.apply(origin, command)
    }

    fn command(&self, sender: &str, words: &[&str]) -> Command {
        let at = |index: usize| *words.get(index).expect("a word is missing");
        match at(0) {
            "buy" => self.order(sender, Side::Buy, &words[1..]),
            "sell" => self.order(sender, Side::Sell, &words[1..]),
            "cancel" => self.cancel(&words[1..]),
            "deposit" | "withdraw" => inventory::command(words),
            "update" => Command::UpdateReassignment {
                reassignment: self.reassignment(at(1)),
                status: status(at(2)),
                new_instance: words.get(3).map(|name| name.parse().unwrap()),
                text: None,
                cash: None,
            },
            "reset" => Command::ResetSession {
                session: at(1).parse().unwrap(),
                epoch: at(2).parse().unwrap(),
            },
            "day" => Command::EndTradingDay,
            "bust" | "correct" => amending::command(self, words),
            "self-match" => self_match::command(&words[1..]),
            "replace" => requests::replace(self, sender, &words[1..]),
            "cancel-all" => requests::cancel_all(self, &words[1..]),
            "status" => requests::status(self, &words[1..]),
            "statuses" => requests::statuses(&words[1..]),
            "block" | "unblock" => blocking::command(words),
            "limits" => risk::limits(&words[1..]),
            "release" => risk::release(&words[1..]),
            _ => phases::command(words).unwrap_or_else(|| connections::command(words)),
        }
    }

    pub(crate) fn next_name(&self) -> String {
        (u64::try_from(self.journal.len()).unwrap() + 1 - self.set_up).to_string()
    }

    /// `10@5`, `10@market`, `10@to-limit`, then any of `stop=5 post min=3 show=2` and `ioc fok day gtc open close till=beat
    /// lastday=day x=symbol a=account id= image=
    /// instances=a,b own=maker group=g`.
    fn order(&self, sender: &str, side: Side, words: &[&str]) -> Command {
        let (sender, _) = sender.split_once('#').unwrap_or((sender, ""));
        let order = NewOrder {
            client_order_id: self.next_name().parse().unwrap(),
            account: sender.to_lowercase().parse().unwrap(),
            symbol: "TEST".parse().unwrap(),
            side,
            kind: OrderKind::Market,
            quantity: Quantity::ZERO,
            time_in_force: TimeInForce::Day,
            instances: Vec::new(),
            image: None,
            transact_time: Timestamp::from_nanos(7),
            conditions: None,
        };
        Command::SubmitOrder(terms::with_terms(order, words))
    }

    /// The client order id of the order, then any of `id= x=symbol side=buy|sell order=id`; what is
    /// not said is taken from the journal, where there was such an order.
    fn cancel(&self, words: &[&str]) -> Command {
        let original = words[0].parse().unwrap();
        let known = self.order_named(original);
        let mut request = CancelRequest {
            client_order_id: self.next_name().parse().unwrap(),
            original_client_order_id: original,
            order_id: None,
            symbol: known.map_or("TEST".parse().unwrap(), |order| order.symbol),
            side: known.map_or(Side::Buy, |order| order.side),
            transact_time: Timestamp::from_nanos(7),
        };
        for word in &words[1..] {
            match word.split_once('=').unwrap_or((word, "")) {
                ("id", name) => request.client_order_id = name.parse().unwrap(),
                ("x", symbol) => request.symbol = symbol.parse().unwrap(),
                ("side", "buy") => request.side = Side::Buy,
                ("side", "sell") => request.side = Side::Sell,
                ("order", command) => request.order_id = Some(self.order_id(command)),
                other => panic!("no such option: {other:?}"),
            }
        }
        Command::CancelOrder(request)
    }

    /// The order of this client order id, as it was submitted or last replaced.
    pub(crate) fn order_named(&self, name: ClientOrderId) -> Option<&NewOrder> {
        let orders = self
            .journal
            .iter()
            .filter_map(|sequenced| match &sequenced.input.command {
                Command::SubmitOrder(order) => Some(order),
                Command::ReplaceOrder(request) => Some(&request.order),
                _ => None,
            });
        let mut orders = orders.filter(|order| order.client_order_id == name);
        orders.next()
    }

    /// The order that the command at this place of the script submitted.
    pub(crate) fn order_id(&self, command: &str) -> OrderId {
        let number = command.parse::<u64>().unwrap() + self.set_up;
        OrderId::new(CommandNumber::new(number))
    }

    /// The place in the script of the command that submitted an order.
    pub(crate) fn place_of(&self, order_id: OrderId) -> u64 {
        order_id.number().get() - self.set_up
    }

    /// `command/match/leg`, with the command's number in the script.
    fn reassignment(&self, text: &str) -> ReassignmentId {
        let (trade, leg) = text.rsplit_once('/').unwrap();
        ReassignmentId {
            trade: self.trade(trade),
            leg: leg.parse().unwrap(),
        }
    }

    /// `command/match`, with the command's number in the script.
    pub(crate) fn trade(&self, text: &str) -> TradeId {
        let (number, index) = text.split_once('/').unwrap();
        TradeId {
            number: CommandNumber::new(number.parse::<u64>().unwrap() + self.set_up),
            index: index.parse().unwrap(),
        }
    }
}

fn set_up() -> Vec<Command> {
    let mut commands = Vec::new();
    for (symbol, provider) in [
        ("TEST", None),
        ("SMALL", Some(ACME)),
        ("LARGE", Some(ACME)),
        ("ELSEWHERE", Some("ZETA")),
    ] {
        commands.push(Command::ListInstrument(instrument(symbol, provider, 1)));
    }
    commands.push(Command::ListInstrument(instrument("COARSE", None, 5)));
    let firms = [
        ("A", FirmKind::Broker),
        ("B", FirmKind::Broker),
        ("M", FirmKind::MarketMaker),
        ("P", FirmKind::Provider),
        ("R", FirmKind::Regulator),
    ];
    for (firm, kind) in firms {
        commands.push(Command::AdmitFirm {
            firm: firm.parse().unwrap(),
            kind,
        });
        let account = firm.to_lowercase();
        commands.push(account_of(&account, firm, Some(ACME)));
        commands.push(session_of(firm, firm, SessionRole::OrderEntry));
    }
    commands.push(account_of("a2", "A", Some(ACME)));
    commands.push(account_of("a-zeta", "A", Some("ZETA")));
    commands.push(account_of("a-none", "A", None));
    commands.push(session_of("A2", "A", SessionRole::OrderEntry));
    commands.push(session_of("COPY", "A", SessionRole::DropCopy));
    commands
}

pub(crate) fn instrument(symbol: &str, provider: Option<&str>, tick: i64) -> Instrument {
    Instrument {
        symbol: symbol.parse().unwrap(),
        kind: provider.map_or(InstrumentKind::Test, |provider| InstrumentKind::Instances {
            provider: provider.parse().unwrap(),
            region: "north".parse().unwrap(),
            instance_type: symbol.to_lowercase().parse().unwrap(),
        }),
        currency: "USD".parse().unwrap(),
        tick: Price::from_micros(tick),
        max_order_quantity: Quantity::new(1_000),
    }
}

pub(crate) fn account_of(account: &str, firm: &str, provider: Option<&str>) -> Command {
    Command::OpenAccount {
        account: account.parse().unwrap(),
        firm: firm.parse().unwrap(),
        provider: provider.map(|provider| provider.parse().unwrap()),
    }
}

pub(crate) fn session_of(session: &str, firm: &str, permissions: SessionRole) -> Command {
    let (session, firm) = (session.parse().unwrap(), firm.parse().unwrap());
    Command::AdmitSession {
        session,
        firm,
        permissions,
    }
}

fn status(word: &str) -> ReassignmentStatus {
    match word {
        "pending" => ReassignmentStatus::Pending,
        "terminating" => ReassignmentStatus::Terminating,
        "placing" => ReassignmentStatus::Placing,
        "starting" => ReassignmentStatus::Starting,
        "settled" => ReassignmentStatus::Settled,
        "failed" => ReassignmentStatus::Failed,
        "reversed" => ReassignmentStatus::Reversed,
        other => panic!("no such status: {other}"),
    }
}

fn round_trip<T>(value: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let bytes = postcard::to_allocvec(value).unwrap();
    assert_eq!(&postcard::from_bytes::<T>(&bytes).unwrap(), value);
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value);
}
