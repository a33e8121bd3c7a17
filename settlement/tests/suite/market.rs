//! The real engine, its events in a list, and settlement fed from that list: a venue without FIX.

use std::{sync::Arc, time::Duration};

use engine::{
    AccountName, Amendment, ClientOrderId, Command, CommandNumber, CurrencyCode, Engine, Event,
    EventBody, FirmKind, FirmName, ImageName, Input, InstanceName, InstanceType, Instrument,
    InstrumentKind, NewOrder, Notional, OrderKind, Origin, Price, ProviderName, Quantity,
    ReassignmentStatus, RegionName, Sequenced, SessionName, SessionRole, Side, Symbol, TimeInForce,
    Timestamp, TradeAmendment,
};
use settlement::{
    Adapter, Backoff, Limits, OpeningCash, Options, ProviderSettings, Settlement, State, WallClock,
    breaker::BreakerLimits, ledger::Account,
};
use tokio::time::Instant;

use crate::books::Books;

pub(crate) const CUSTODY: &str = "custody:cloudpit";
pub(crate) const ALICE: &str = "acme:alice";
pub(crate) const BOB: &str = "acme:bob";
pub(crate) const ACME: &str = "acme:own";
pub(crate) const TYPE: &str = "m5.large";
pub(crate) const REGION: &str = "us-east-1";
/// What each account starts with, in micro-units.
pub(crate) const OPENING: i64 = 1_000_000_000;
/// No story of these tests takes longer, on the slowest machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn account(name: &str) -> AccountName {
    AccountName::new(name).unwrap()
}

pub(crate) fn provider() -> ProviderName {
    ProviderName::new("acme").unwrap()
}

pub(crate) fn symbol() -> Symbol {
    Symbol::new("ACME.us-east-1.m5.large").unwrap()
}

pub(crate) fn usd() -> CurrencyCode {
    CurrencyCode::new("USD").unwrap()
}

/// A wall clock that follows the runtime's.
pub(crate) fn clock() -> WallClock {
    let start = Instant::now();
    Arc::new(move || {
        let nanos = u64::try_from(start.elapsed().as_nanos()).unwrap();
        Timestamp::from_nanos(1_700_000_000_000_000_000 + nanos)
    })
}

/// Limits at which nothing waits longer than a test likes.
pub(crate) fn quick() -> Limits {
    let brief = Backoff {
        base: Duration::from_millis(1),
        cap: Duration::from_millis(4),
    };
    Limits {
        poll: Duration::from_millis(1),
        retry: brief,
        throttle: brief,
        breaker: BreakerLimits {
            pause: brief,
            ..BreakerLimits::default()
        },
        deposits: Duration::from_millis(5),
        sweeps: Duration::from_millis(20),
        ..Limits::default()
    }
}

pub(crate) fn options(books: &Books, adapter: Adapter) -> Options {
    let mut options = Options::new(books.database(), clock());
    options.limits = quick();
    options.providers = vec![ProviderSettings {
        name: provider(),
        custody_account: CUSTODY.to_owned(),
        adapter,
    }];
    options.opening_cash = [ALICE, BOB, ACME]
        .map(|name| OpeningCash {
            account: account(name),
            currency: usd(),
            amount: Notional::from_micros(i128::from(OPENING)),
        })
        .to_vec();
    options
}

/// The engine, and all events that it has published.
pub(crate) struct Market {
    engine: Engine,
    pub(crate) events: Vec<Event>,
    last: u64,
    orders: u64,
}

impl Market {
    /// A market with one instrument, two brokers and the provider, one account each.
    pub(crate) fn open() -> Self {
        let mut market = Self {
            engine: Engine::new(),
            events: Vec::new(),
            last: 0,
            orders: 0,
        };
        for (name, kind) in [
            (ALICE, FirmKind::Broker),
            (BOB, FirmKind::Broker),
            (ACME, FirmKind::Provider),
        ] {
            market.admit(name, kind);
        }
        market.venue(Command::ListInstrument(Instrument {
            symbol: symbol(),
            kind: InstrumentKind::Instances {
                provider: provider(),
                region: RegionName::new(REGION).unwrap(),
                instance_type: InstanceType::new(TYPE).unwrap(),
            },
            currency: usd(),
            tick: Price::from_micros(1),
            max_order_quantity: Quantity::new(1_000),
        }));
        market
    }

    fn admit(&mut self, name: &str, kind: FirmKind) {
        let firm = FirmName::new(name).unwrap();
        self.venue(Command::AdmitFirm { firm, kind });
        self.venue(Command::OpenAccount {
            account: account(name),
            firm,
            provider: Some(provider()),
        });
        self.venue(Command::AdmitSession {
            session: SessionName::new(name).unwrap(),
            firm,
            permissions: SessionRole::OrderEntry,
        });
    }

    fn venue(&mut self, command: Command) {
        self.submit(Origin::Venue, command);
    }

    pub(crate) fn submit(&mut self, origin: Origin, command: Command) {
        self.last += 1;
        let sequenced = Sequenced {
            number: CommandNumber::new(self.last),
            time: Timestamp::from_nanos(1_700_000_000_000_000_000 + self.last),
            input: Input { origin, command },
        };
        self.engine.apply(&sequenced, &mut self.events);
        self.engine.check_invariants();
    }

    fn order(
        &mut self,
        side: Side,
        who: &str,
        price: i64,
        quantity: u64,
        image: Option<&str>,
        instances: &[&str],
    ) {
        self.orders += 1;
        let order = NewOrder {
            client_order_id: ClientOrderId::new(&format!("o{}", self.orders)).unwrap(),
            account: account(who),
            symbol: symbol(),
            side,
            kind: OrderKind::Limit(Price::from_micros(price)),
            quantity: Quantity::new(quantity),
            time_in_force: TimeInForce::Day,
            instances: instances
                .iter()
                .map(|name| InstanceName::new(name).unwrap())
                .collect(),
            image: image.map(|image| ImageName::new(image).unwrap()),
            transact_time: Timestamp::from_nanos(1),
            conditions: None,
        };
        let origin = Origin::Session {
            session: SessionName::new(who).unwrap(),
            epoch: 1,
            msg_seq_num: self.orders,
        };
        self.submit(origin, Command::SubmitOrder(order));
    }

    /// `seller` sells to `buyer`, who wants `image` started; without one it is a buy-back.
    pub(crate) fn trade(
        &mut self,
        seller: &str,
        buyer: &str,
        price: i64,
        quantity: u64,
        image: Option<&str>,
    ) {
        self.order(Side::Sell, seller, price, quantity, None, &[]);
        self.order(Side::Buy, buyer, price, quantity, image, &[]);
    }

    /// `seller` sells just this instance.
    pub(crate) fn trade_instance(
        &mut self,
        seller: &str,
        buyer: &str,
        price: i64,
        instance: &str,
        image: &str,
    ) {
        self.order(Side::Sell, seller, price, 1, None, &[instance]);
        self.order(Side::Buy, buyer, price, 1, Some(image), &[]);
    }

    /// An operator busts the last trade, or corrects its price; whether the market does it.
    pub(crate) fn amend(&mut self, change: Amendment) -> bool {
        let trade = self.events.iter().rev().find_map(|event| {
            if let EventBody::TradeExecuted(trade) = &event.body {
                Some(trade.clone())
            } else {
                None
            }
        });
        let amendment = TradeAmendment {
            trade: trade.unwrap(),
            change,
            reason: "clearly erroneous".parse().unwrap(),
        };
        let name = "op".parse().unwrap();
        self.submit(
            Origin::Operator { name },
            Command::AmendTrade(Box::new(amendment)),
        );
        let answer = &self.events.last().unwrap().body;
        matches!(answer, EventBody::TradeAmended(_))
    }

    /// Who is entitled to which instance, by slot.
    pub(crate) fn register(&self) -> Vec<(String, String, String)> {
        let mut rows: Vec<_> = self
            .engine
            .inventory()
            .map(|holding| {
                let (slot, instance) = (holding.slot.to_string(), holding.instance.to_string());
                (slot, instance, holding.account.to_string())
            })
            .collect();
        rows.sort();
        rows
    }

    /// How many reassignments the engine has been told to be in `status`.
    pub(crate) fn count(&self, status: ReassignmentStatus) -> usize {
        self.updates()
            .filter(|update| update.status == status)
            .count()
    }

    /// How many reassignments have ended, one way or another.
    pub(crate) fn ended(&self) -> usize {
        self.updates()
            .filter(|update| update.status.is_final())
            .count()
    }

    pub(crate) fn updates(&self) -> impl Iterator<Item = &engine::ReassignmentUpdate> {
        self.events.iter().filter_map(|event| {
            if let EventBody::ReassignmentUpdated(update) = &event.body {
                Some(update.as_ref())
            } else {
                None
            }
        })
    }

    /// Feeds settlement what it has not taken yet.
    pub(crate) async fn feed(&self, settlement: &Settlement) {
        let next = settlement.next_position().await.unwrap();
        let from = usize::try_from(next).unwrap();
        settlement.take(next, &self.events[from..]).await.unwrap();
    }

    /// Passes events and commands between engine and settlement until `done`. Does not run workers.
    pub(crate) async fn pump(&mut self, settlement: &Settlement, done: impl Fn(&Self) -> bool) {
        loop {
            self.feed(settlement).await;
            if done(self) {
                return;
            }
            let commands = settlement.next_commands().await.unwrap();
            let mut ids = Vec::new();
            for (id, command) in commands {
                self.submit(Origin::Settlement, command);
                ids.push(id);
            }
            settlement.mark_submitted(&ids).await.unwrap();
        }
    }

    /// Passes events and commands on, with workers running, until `reached`.
    pub(crate) async fn run_until(&mut self, settlement: &Settlement, reached: impl Future) {
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let run = async {
            tokio::select! {
                _ = reached => {}
                () = self.pump(settlement, |_| false) => {}
            }
            drop(stop);
        };
        let both = async { tokio::join!(run, settlement.run(async move { drop(stopped.await) })) };
        let Ok(((), worked)) = tokio::time::timeout(PATIENCE, both).await else {
            panic!(
                "not done in time: {:?}",
                settlement.reassignments(0, 10).await
            );
        };
        worked.unwrap();
        // What is not passed on yet tells the market of the end.
        self.feed(settlement).await;
    }

    /// Runs everything until each reassignment has ended or is parked, and the market has heard of the ends. The states.
    pub(crate) async fn run_until_quiet(&mut self, settlement: &Settlement) -> Vec<State> {
        let known = async || {
            let known = settlement.reassignments(0, 1_000).await.unwrap();
            known
                .into_iter()
                .map(|(_, state)| state)
                .collect::<Vec<_>>()
        };
        let traded = self.traded();
        let quiet = async {
            loop {
                let known = known().await;
                let at_rest = known
                    .iter()
                    .all(|state| state.is_end() || state.is_parked());
                if known.len() == traded && at_rest {
                    return;
                }
                tokio::task::yield_now().await;
            }
        };
        self.run_until(settlement, quiet).await;
        let known = known().await;
        let ends = known.iter().filter(|state| state.is_end()).count();
        self.run(settlement, |market| market.ended() == ends).await;
        known
    }

    /// How many instances were traded.
    fn traded(&self) -> usize {
        let legs = self.events.iter().map(|event| {
            if let EventBody::TradeExecuted(trade) = &event.body {
                trade.legs.len()
            } else {
                0
            }
        });
        legs.sum()
    }

    /// As [`Self::pump`], with workers running.
    pub(crate) async fn run(&mut self, settlement: &Settlement, done: impl Fn(&Self) -> bool) {
        let pumped = tokio::time::timeout(PATIENCE, async {
            let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
            let workers = {
                let settlement = settlement.clone();
                tokio::spawn(
                    async move { settlement.run(async move { drop(stopped.await) }).await },
                )
            };
            self.pump(settlement, done).await;
            drop(stop);
            workers.await.unwrap().unwrap();
        });
        if pumped.await.is_err() {
            panic!(
                "not done in time: {:#?}",
                settlement.reassignments(0, 100).await
            );
        }
    }
}

/// What an account has, free and reserved, in micro-units.
pub(crate) async fn cash(settlement: &Settlement, name: &str) -> (i64, i64) {
    let balances = settlement.balances().await.unwrap();
    let of = |wanted: Account| {
        let found = balances.iter().find(|balance| balance.account == wanted);
        found.map_or(0, |balance| i64::try_from(balance.amount.micros()).unwrap())
    };
    (
        of(Account::Cash(account(name))),
        of(Account::Reserved(account(name))),
    )
}
