//! The market behind the sessions: an engine in memory with instruments, firms and inventory. All that the fuzzing knows
//! of the engine is here.

mod operators;

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use chrono::{DateTime, Utc};
use engine::{
    AccountName, CancelOnDisconnect, CancelScope, Command, CommandNumber, CurrencyCode,
    DisconnectCause, Engine, Event, EventBody, FirmKind, FirmName, IgnoreReason, Input, Instrument,
    InstrumentKind, Notional, Origin, Price, Quantity, ReassignmentId, ReassignmentStatus,
    Sequenced, SessionName, SessionRole, SettledCash, Symbol, Trade, TradingScope,
};
use gateway::clock;

use super::case::{Other, PEER};
use super::driver;

/// The firm of the peer.
const FIRM: &str = "CLIENTS";

/// Whatever only another firm may know has this in it.
pub(super) const SECRET: &str = "HUSH";

/// The instances that the peer's firm and its rival begin with, each.
const INSTANCES: u32 = 4;

/// How long a client may be gone before its orders are cancelled.
const GRACE: Duration = Duration::from_secs(5);

/// A market as each case begins with it; setting one up takes longer than most cases.
static FOUNDED: LazyLock<Market> = LazyLock::new(Market::found);

/// An engine, and what was sold there.
#[derive(Clone)]
pub(super) struct Market {
    engine: Engine,
    number: u64,
    currencies: BTreeMap<Symbol, CurrencyCode>,
    /// The instances that were sold, and whether the peer's firm bought them.
    sold: Vec<(ReassignmentId, bool)>,
    /// The trades that there were, as they were executed.
    trades: Vec<Trade>,
    /// Numbers of the messages of other sessions.
    others: u64,
}

/// What a command asks for, as far as exactly one answer is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Request {
    Order,
    Cancel,
    Change,
    CancelAll,
    Status,
    StatusOfAll,
}

impl Market {
    /// The market before anything has happened.
    pub(super) fn new() -> Self {
        FOUNDED.clone()
    }

    fn found() -> Self {
        let mut market = Self {
            engine: Engine::new(),
            number: 0,
            currencies: BTreeMap::new(),
            sold: Vec::new(),
            trades: Vec::new(),
            others: 0,
        };
        for command in founding(PEER) {
            if let Command::ListInstrument(instrument) = &command {
                let terms = (instrument.symbol, instrument.currency);
                market.currencies.insert(terms.0, terms.1);
            }
            let events = market.apply(driver::start(), by_venue(command));
            let refused = events.iter().any(|event| ignored(event).is_some());
            assert!(!refused, "the market is set up right: {events:?}");
        }
        market
    }

    /// The currency of each instrument's prices.
    pub(super) fn currencies(&self) -> &BTreeMap<Symbol, CurrencyCode> {
        &self.currencies
    }

    /// The firm of the peer.
    pub(super) fn firm() -> FirmName {
        FirmName::new(FIRM).expect("a name")
    }

    /// Does what a command asks, and looks at all of the market's state.
    pub(super) fn apply(&mut self, now: DateTime<Utc>, input: Input) -> Vec<Event> {
        self.number += 1;
        let sequenced = Sequenced {
            number: CommandNumber::new(self.number),
            time: clock::timestamp(now),
            input,
        };
        let mut events = Vec::new();
        self.engine.apply(&sequenced, &mut events);
        self.engine.check_invariants();
        for event in &events {
            if let EventBody::TradeExecuted(trade) = &event.body {
                let bought = trade.buyer.firm == Self::firm();
                let legs = trade.legs.iter().map(|leg| (leg.reassignment, bought));
                self.sold.extend(legs);
                self.trades.push(trade.clone());
            }
        }
        events
    }

    /// The command as another session's, with a number that is its turn.
    pub(super) fn as_others(&mut self, input: Input, who: Other) -> Input {
        self.others += 1;
        let origin = Origin::Session {
            session: session_of(who),
            epoch: 0,
            msg_seq_num: self.others,
        };
        Input { origin, ..input }
    }

    /// The number of the last message of the peer's that became a command in this run of numbers.
    pub(super) fn taken(&self, epoch: u32) -> u64 {
        let position = self.engine.session(&client());
        let position = position.filter(|position| position.epoch == epoch);
        position.map_or(0, |position| position.last_msg_seq_num)
    }

    /// A reassignment comes so far; nothing when nothing was sold.
    pub(super) fn settle(&self, place: u32, status: u8) -> Option<Input> {
        let place = usize::try_from(place).ok()? % self.sold.len().max(1);
        let (reassignment, bought) = *self.sold.get(place)?;
        let status = match status {
            0 => ReassignmentStatus::Pending,
            1 => ReassignmentStatus::Terminating,
            2 => ReassignmentStatus::Placing,
            3 => ReassignmentStatus::Starting,
            4 => ReassignmentStatus::Settled,
            5 => ReassignmentStatus::Failed,
            _ => ReassignmentStatus::Reversed,
        };
        let owner = if bought { "new" } else { SECRET };
        let name = format!("{owner}-{place}");
        let started = status.code() >= ReassignmentStatus::Starting.code();
        let cash = SettledCash {
            currency: CurrencyCode::new("USD").expect("a name"),
            amount: Notional::from_micros(10_500_000),
        };
        let command = Command::UpdateReassignment {
            reassignment,
            status,
            new_instance: started.then(|| name.parse().expect("a name")),
            text: (status.code() > 3).then(|| "guest answered".parse().expect("text")),
            cash: (status == ReassignmentStatus::Settled).then_some(cash),
        };
        let origin = Origin::Settlement;
        Some(Input { origin, command })
    }
}

/// The account of the peer.
pub(super) fn account() -> AccountName {
    AccountName::new("acme:client").expect("a name")
}

/// The peer's session.
pub(super) fn client() -> SessionName {
    SessionName::new(PEER).expect("a name")
}

/// The numbers of the peer's session start again.
pub(super) fn reset(epoch: u32) -> Input {
    let session = client();
    by_venue(Command::ResetSession { session, epoch })
}

/// The peer is there.
pub(super) fn connected() -> Input {
    let policy = CancelOnDisconnect {
        scope: CancelScope::Session,
        grace: GRACE,
        spares_good_till: true,
        on_logout: true,
    };
    by_venue(Command::ConnectSession {
        session: client(),
        policy: Some(policy),
    })
}

/// The peer is gone.
pub(super) fn disconnected() -> Input {
    by_venue(Command::DisconnectSession {
        session: client(),
        why: DisconnectCause::Lost,
    })
}

/// Time has passed.
pub(super) fn timers() -> Input {
    by_venue(Command::FireTimers)
}

/// The trading day is over.
pub(super) fn day_end() -> Input {
    by_venue(Command::EndTradingDay)
}

/// The peer's firm brings an instance that was not there at first.
pub(super) fn deposit(number: u32) -> Input {
    let number = INSTANCES + number % INSTANCES;
    by_venue(instance("i", "slot", number, "acme:client"))
}

/// The peer's firm takes an instance away.
pub(super) fn withdraw(number: u32) -> Input {
    let slot = format!("slot-{}", number % (2 * INSTANCES));
    by_venue(Command::WithdrawInstance {
        slot: slot.parse().expect("a name"),
        account: account(),
        reason: "asked for".parse().expect("a remark"),
    })
}

/// What one answer is due for, and the name of what asks for it: its ClOrdID(11), or MassStatusReqID(584).
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the commands, those of clients are answered"
)]
pub(super) fn request(command: &Command) -> Option<(Request, String)> {
    match command {
        Command::SubmitOrder(order) | Command::SubmitOrderAgain(order) => {
            Some((Request::Order, order.client_order_id.to_string()))
        }
        Command::CancelOrder(cancel) | Command::CancelOrderAgain(cancel) => {
            Some((Request::Cancel, cancel.client_order_id.to_string()))
        }
        Command::ReplaceOrder(change) | Command::ReplaceOrderAgain(change) => {
            Some((Request::Change, change.order.client_order_id.to_string()))
        }
        Command::CancelOrders(all) | Command::CancelOrdersAgain(all) => {
            Some((Request::CancelAll, all.client_order_id.to_string()))
        }
        Command::ReportOrder(asked) => Some((Request::Status, asked.client_order_id.to_string())),
        Command::ReportOrders(asked) => Some((Request::StatusOfAll, asked.request_id.to_string())),
        _ => None,
    }
}

/// Why the command of this event changed nothing; nothing, when it did.
pub(super) fn ignored(event: &Event) -> Option<IgnoreReason> {
    if let EventBody::Ignored { reason, .. } = &event.body {
        return Some(*reason);
    }
    None
}

/// Whether the message was known, and asks for no answer.
pub(super) fn is_repeated(event: &Event) -> bool {
    let again = [IgnoreReason::AlreadyTaken, IgnoreReason::SeenBefore];
    ignored(event).is_some_and(|reason| again.contains(&reason))
}

/// Whether this is about the trading of the peer's session; of all of its firm, where `firm` is asked after.
pub(super) fn concerns_client(scope: &TradingScope, firm: bool) -> bool {
    match scope {
        TradingScope::Venue => true,
        TradingScope::Firm(name) => *name == Market::firm(),
        TradingScope::Session(name) => !firm && *name == client(),
    }
}

fn session_of(who: Other) -> SessionName {
    let name = match who {
        Other::Rival => "HUSH-RIVAL",
        Other::Colleague => "COLLEAGUE",
        Other::Provider => "HUSH-POOL",
    };
    SessionName::new(name).expect("a name")
}

fn by_venue(command: Command) -> Input {
    Input {
        origin: Origin::Venue,
        command,
    }
}

/// Two instruments, three firms, and what they have.
fn founding(client: &str) -> Vec<Command> {
    let firms = [
        (FIRM, FirmKind::Broker, "acme:client", client),
        (
            "HUSH-FIRM",
            FirmKind::MarketMaker,
            "acme:rival",
            "HUSH-RIVAL",
        ),
        ("HUSH-ACME", FirmKind::Provider, "acme:pool", "HUSH-POOL"),
        (FIRM, FirmKind::Broker, "acme:second", "COLLEAGUE"),
    ];
    let instances = InstrumentKind::Instances {
        provider: "acme".parse().expect("a name"),
        region: "us-east-1".parse().expect("a name"),
        instance_type: "m5.large".parse().expect("a name"),
    };
    let mut commands = vec![
        listing("ACME.m5", instances),
        listing("TEST", InstrumentKind::Test),
    ];
    for (firm, kind, account, session) in firms {
        let firm = FirmName::new(firm).expect("a name");
        if session != "COLLEAGUE" {
            commands.push(Command::AdmitFirm { firm, kind });
        }
        commands.push(Command::OpenAccount {
            account: AccountName::new(account).expect("a name"),
            firm,
            provider: Some("acme".parse().expect("a name")),
        });
        commands.push(Command::AdmitSession {
            session: SessionName::new(session).expect("a name"),
            firm,
            permissions: SessionRole::OrderEntry,
        });
    }
    for number in 0..INSTANCES {
        commands.push(instance("i", "slot", number, "acme:client"));
        commands.push(instance("r", "rack", number, "acme:rival"));
    }
    commands
}

fn listing(symbol: &str, kind: InstrumentKind) -> Command {
    Command::ListInstrument(Instrument {
        symbol: Symbol::new(symbol).expect("a name"),
        kind,
        currency: CurrencyCode::new("USD").expect("a name"),
        tick: Price::from_micros(10_000),
        max_order_quantity: Quantity::new(100),
    })
}

fn instance(name: &str, slot: &str, number: u32, account: &str) -> Command {
    Command::DepositInstance {
        slot: format!("{slot}-{number}").parse().expect("a name"),
        instance: format!("{name}-{number}").parse().expect("a name"),
        account: AccountName::new(account).expect("a name"),
        symbol: Symbol::new("ACME.m5").expect("a name"),
    }
}
