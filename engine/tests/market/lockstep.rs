//! The engine and the naive market side by side under random commands: every event is the same.
//! `PROPTEST_CASES=10000` makes it longer.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{
    CancelCause, CancelOnDisconnect, CancelRequest, CancelScope, Command, CommandNumber,
    Conditions, DisconnectCause, Engine, Event, EventBody, Expiry, Input, NewOrder, OrderId,
    OrderKind, Origin, Price, Quantity, ReassignmentId, ReassignmentStatus, SelfMatchInstruction,
    SelfMatchPolicy, SelfMatchScope, Sequenced, Side, TimeInForce, Timestamp, TradingDay,
};
use proptest::prelude::*;

use crate::desk::Desk;
use crate::naive::Naive;

/// One random step; numbers choose among what there is when the step is taken.
#[derive(Debug, Clone)]
enum Step {
    Order {
        session: usize,
        account: usize,
        symbol: usize,
        order: Sketch,
    },
    Cancel {
        session: usize,
        of: usize,
        wrong: u8,
    },
    Deposit {
        account: usize,
        large: bool,
    },
    Update {
        of: usize,
        leg: u32,
        status: usize,
    },
    EndTradingDay,
    Connect {
        session: usize,
        policy: Option<CancelOnDisconnect>,
    },
    Disconnect {
        session: usize,
        why: DisconnectCause,
    },
    Fire,
    Wait {
        nanos: u64,
    },
    SelfMatch {
        session: usize,
        policy: SelfMatchPolicy,
    },
}

#[derive(Debug, Clone)]
struct Sketch {
    buy: bool,
    price: Option<i64>,
    /// Beside the price: a stop price, or market to limit.
    stop: Option<i64>,
    to_limit: bool,
    quantity: u64,
    time_in_force: usize,
    image: bool,
    named: Vec<usize>,
    repeat_name: Option<usize>,
    conditions: Conditions,
}

const SESSIONS: [&str; 5] = ["A", "A2", "B", "M", "P"];
const ACCOUNTS: [&str; 7] = ["a", "a2", "b", "m", "p", "a-zeta", "none"];
const SYMBOLS: [&str; 5] = ["TEST", "SMALL", "COARSE", "LARGE", "NONE"];

fn sketch() -> impl Strategy<Value = Sketch> {
    let price = prop_oneof![16 => (1_i64..12).prop_map(Some), 1 => Just(None), 1 => (-1_i64..3).prop_map(Some)];
    let quantity = prop_oneof![30 => 1_u64..6, 1 => Just(0), 1 => 999_u64..1_002];
    let named = prop_oneof![2 => Just(Vec::new()), 1 => prop::collection::vec(1_usize..20, 1..3)];
    let repeat = prop::option::weighted(0.05, 0_usize..200);
    (
        any::<bool>(),
        price,
        quantity,
        0_usize..12,
        prop::bool::weighted(0.8),
        named,
        repeat,
        conditions(),
        pricing(),
    )
        .prop_map(
            |(
                buy,
                price,
                quantity,
                time_in_force,
                image,
                named,
                repeat_name,
                conditions,
                (stop, to_limit),
            )| Sketch {
                buy,
                price,
                stop,
                to_limit,
                quantity,
                time_in_force,
                // A sell with an image is refused: seldom of use.
                image: image == buy,
                named,
                repeat_name,
                conditions,
            },
        )
}

fn pricing() -> impl Strategy<Value = (Option<i64>, bool)> {
    prop_oneof![
        8 => Just((None, false)),
        2 => (1_i64..12).prop_map(|stop| (Some(stop), false)),
        1 => (-1_i64..3).prop_map(|stop| (Some(stop), false)),
        1 => Just((None, true)),
    ]
}

fn kind(sketch: &Sketch) -> OrderKind {
    let price = Price::from_micros;
    match (sketch.price.map(price), sketch.stop.map(price)) {
        (_, None) if sketch.to_limit => OrderKind::MarketToLimit,
        (None, None) => OrderKind::Market,
        (Some(limit), None) => OrderKind::Limit(limit),
        (None, Some(stop)) => OrderKind::Stop(stop),
        // Every third of them is to be a stop without a limit.
        (Some(_), Some(stop)) if sketch.quantity.is_multiple_of(3) => OrderKind::Stop(stop),
        (Some(limit), Some(stop)) => OrderKind::StopLimit { stop, limit },
    }
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let group = prop::sample::select(vec!["g", "h"]).prop_map(|name| name.parse().unwrap());
    let condition = (
        prop::option::weighted(0.5, instruction()),
        prop::option::weighted(0.5, group),
        prop::bool::weighted(0.1),
        prop::option::weighted(0.1, 0_u64..4),
        prop::option::weighted(0.4, 0_u64..4),
    )
        .prop_map(
            |(self_match_instruction, self_match_group, post_only, minimum, displayed)| {
                Conditions {
                    self_match_instruction,
                    self_match_group,
                    post_only,
                    minimum_quantity: minimum.map(Quantity::new),
                    displayed_quantity: displayed.map(Quantity::new),
                }
            },
        );
    prop_oneof![2 => Just(Conditions::default()), 1 => condition]
}

fn instruction() -> impl Strategy<Value = SelfMatchInstruction> {
    prop_oneof![
        Just(SelfMatchInstruction::CancelTaker),
        Just(SelfMatchInstruction::CancelMaker),
        Just(SelfMatchInstruction::CancelBoth),
        Just(SelfMatchInstruction::DecrementAndCancel),
    ]
}

fn self_match_policy() -> impl Strategy<Value = SelfMatchPolicy> {
    let scope = prop_oneof![Just(SelfMatchScope::Account), Just(SelfMatchScope::Firm)];
    (scope, instruction()).prop_map(|(scope, instruction)| SelfMatchPolicy { scope, instruction })
}

fn step() -> impl Strategy<Value = Step> {
    let account = prop_oneof![20 => Just(usize::MAX), 1 => 0..ACCOUNTS.len()];
    let symbol = prop_oneof![10 => 0..2_usize, 1 => 2..SYMBOLS.len()];
    let order = (0..SESSIONS.len(), account, symbol, sketch());
    prop_oneof![
        60 => order.prop_map(|(session, account, symbol, order)| Step::Order { session, account, symbol, order }),
        20 => (0..SESSIONS.len(), 0..200_usize, 0_u8..20)
            .prop_map(|(session, of, wrong)| Step::Cancel { session, of, wrong }),
        20 => (0..5_usize, prop::bool::weighted(0.1)).prop_map(|(account, large)| Step::Deposit { account, large }),
        20 => (0..60_usize, 0..3_u32, 0..7_usize).prop_map(|(of, leg, status)| Step::Update { of, leg, status }),
        1 => Just(Step::EndTradingDay),
        8 => (0..SESSIONS.len(), prop::option::weighted(0.9, policy()))
            .prop_map(|(session, policy)| Step::Connect { session, policy }),
        8 => (0..SESSIONS.len(), prop_oneof![
            3 => Just(DisconnectCause::Lost),
            3 => Just(DisconnectCause::LoggedOut),
            1 => Just(DisconnectCause::HoursOver),
        ]).prop_map(|(session, why)| Step::Disconnect { session, why }),
        4 => Just(Step::Fire),
        4 => prop_oneof![8 => 1_u64..30, 1 => Just(HOUR * 8)].prop_map(|nanos| Step::Wait { nanos }),
        3 => (0..SESSIONS.len(), self_match_policy())
            .prop_map(|(session, policy)| Step::SelfMatch { session, policy }),
    ]
}

const HOUR: u64 = 3_600 * 1_000_000_000;

fn policy() -> impl Strategy<Value = CancelOnDisconnect> {
    let grace = prop_oneof![Just(0), 1_u64..20];
    (any::<bool>(), grace, any::<bool>(), any::<bool>()).prop_map(
        |(firm, grace, spares_good_till, on_logout)| CancelOnDisconnect {
            scope: if firm {
                CancelScope::Firm
            } else {
                CancelScope::Session
            },
            grace: Duration::from_nanos(grace),
            spares_good_till,
            on_logout,
        },
    )
}

/// What the random steps choose from.
#[derive(Default)]
struct Seen {
    orders: Vec<(usize, NewOrder, OrderId)>,
    trades: Vec<engine::Trade>,
    deposits: usize,
}

const STATUSES: [ReassignmentStatus; 7] = [
    ReassignmentStatus::Pending,
    ReassignmentStatus::Terminating,
    ReassignmentStatus::Placing,
    ReassignmentStatus::Starting,
    ReassignmentStatus::Settled,
    ReassignmentStatus::Failed,
    ReassignmentStatus::Reversed,
];

impl Seen {
    /// The session that sends the step (none: settlement does) and the command it comes to.
    fn command(
        &mut self,
        step: &Step,
        number: CommandNumber,
        now: u64,
    ) -> Option<(Option<usize>, Command)> {
        match step {
            Step::Order {
                session,
                account,
                symbol,
                order,
            } => {
                let own = SESSIONS[*session].to_lowercase();
                let account = ACCOUNTS.get(*account).copied().unwrap_or(&own);
                let mut order = self.order(order, account, SYMBOLS[*symbol], number);
                order.time_in_force = sooner(order.time_in_force, now);
                self.orders
                    .push((*session, order.clone(), OrderId::new(number)));
                Some((Some(*session), Command::SubmitOrder(order)))
            }
            Step::Cancel { session, of, wrong } => self.cancel(*session, *of, *wrong, number),
            Step::Deposit { account, large } => {
                self.deposits += 1;
                let command = Command::DepositInstance {
                    slot: format!("s-{}", self.deposits).parse().unwrap(),
                    instance: format!("i-{}", self.deposits).parse().unwrap(),
                    account: ACCOUNTS[*account].parse().unwrap(),
                    symbol: if *large { "LARGE" } else { "SMALL" }.parse().unwrap(),
                };
                Some((None, command))
            }
            Step::Update { of, leg, status } => {
                let trade = self.trades.get(*of % self.trades.len().max(1))?;
                let status = STATUSES[*status];
                let new_instance = format!("n-{}", number.get()).parse().unwrap();
                let command = Command::UpdateReassignment {
                    reassignment: ReassignmentId {
                        trade: trade.trade,
                        leg: *leg,
                    },
                    status,
                    new_instance: Some(new_instance)
                        .filter(|_| status == ReassignmentStatus::Settled),
                    text: None,
                    cash: None,
                };
                Some((None, command))
            }
            Step::EndTradingDay => Some((None, Command::EndTradingDay)),
            Step::Connect { session, policy } => {
                let session = SESSIONS[*session].parse().unwrap();
                let policy = *policy;
                Some((None, Command::ConnectSession { session, policy }))
            }
            Step::Disconnect { session, why } => {
                let (session, why) = (SESSIONS[*session].parse().unwrap(), *why);
                Some((None, Command::DisconnectSession { session, why }))
            }
            Step::Fire => Some((None, Command::FireTimers)),
            Step::Wait { .. } => None,
            Step::SelfMatch { session, policy } => {
                // The first letter of a session is its firm.
                let firm = SESSIONS[*session][..1].parse().unwrap();
                let policy = *policy;
                Some((None, Command::SetSelfMatchPrevention { firm, policy }))
            }
        }
    }

    fn order(
        &self,
        sketch: &Sketch,
        account: &str,
        symbol: &str,
        number: CommandNumber,
    ) -> NewOrder {
        let fresh = number.to_string().parse().unwrap();
        let repeated = sketch.repeat_name.and_then(|of| self.orders.get(of));
        let side = if sketch.buy { Side::Buy } else { Side::Sell };
        let named = sketch
            .named
            .iter()
            .filter(|_| !sketch.buy && symbol == "SMALL");
        let instances: Vec<_> = named
            .map(|name| format!("i-{name}").parse().unwrap())
            .collect();
        let count = u64::try_from(instances.len()).unwrap();
        NewOrder {
            client_order_id: repeated.map_or(fresh, |(_, order, _)| order.client_order_id),
            account: account.parse().unwrap(),
            symbol: symbol.parse().unwrap(),
            side,
            kind: kind(sketch),
            quantity: Quantity::new(if count > 0 { count } else { sketch.quantity }),
            time_in_force: match sketch.time_in_force {
                0 => TimeInForce::ImmediateOrCancel,
                1 => TimeInForce::FillOrKill,
                2 | 3 => TimeInForce::GoodTillCancel,
                // From now on; see `sooner`.
                4 => TimeInForce::GoodTillDate(Expiry::EndOf(TradingDay::from_days(0))),
                5 | 6 => TimeInForce::GoodTillDate(Expiry::At(Timestamp::from_nanos(
                    sketch.quantity * 3,
                ))),
                _ => TimeInForce::Day,
            },
            instances,
            image: sketch.image.then(|| "web".parse().unwrap()),
            transact_time: Timestamp::from_nanos(number.get()),
            conditions: sketch.conditions.carried(),
        }
    }

    fn cancel(
        &self,
        session: usize,
        of: usize,
        wrong: u8,
        number: CommandNumber,
    ) -> Option<(Option<usize>, Command)> {
        let (owner, order, order_id) = self.orders.get(of % self.orders.len().max(1))?;
        let mut request = CancelRequest {
            client_order_id: number.to_string().parse().unwrap(),
            original_client_order_id: order.client_order_id,
            order_id: None,
            symbol: order.symbol,
            side: order.side,
            transact_time: Timestamp::from_nanos(number.get()),
        };
        let mut sender = *owner;
        match wrong {
            0 => request.side = order.side.opposite(),
            1 => request.symbol = "LARGE".parse().unwrap(),
            2 => request.order_id = Some(OrderId::new(number)),
            3 => request.client_order_id = order.client_order_id,
            4 => sender = session,
            5 => request.order_id = Some(*order_id),
            _ => {}
        }
        Some((Some(sender), Command::CancelOrder(request)))
    }

    fn note(&mut self, events: &[Event]) {
        for event in events {
            if let EventBody::TradeExecuted(trade) = &event.body
                && !trade.test
            {
                self.trades.push(trade.clone());
            }
        }
    }
}

/// An expiry counted from now on, as one of the calendar.
fn sooner(time_in_force: TimeInForce, now: u64) -> TimeInForce {
    let now = Timestamp::from_nanos(now);
    match time_in_force {
        TimeInForce::GoodTillDate(Expiry::EndOf(_)) => {
            TimeInForce::GoodTillDate(Expiry::EndOf(TradingDay::of(now)))
        }
        TimeInForce::GoodTillDate(Expiry::At(after)) => {
            let at = now.after(Duration::from_nanos(after.nanos()));
            TimeInForce::GoodTillDate(Expiry::At(at))
        }
        other => other,
    }
}

/// A loss touches no order of another firm, and none of another session unless it is to.
fn check_scope(events: &[Event]) {
    let mut scopes = BTreeMap::new();
    for event in events {
        match &event.body {
            EventBody::GraceEnded {
                session,
                firm,
                scope,
                ..
            } => {
                scopes.insert(*session, (*firm, *scope));
            }
            EventBody::OrderCancelled {
                order,
                cause: CancelCause::Disconnected { session },
                ..
            } => {
                let (firm, scope) = scopes[session];
                assert_eq!(order.firm, firm);
                assert!(scope == CancelScope::Firm || order.session == *session);
            }
            _ => {}
        }
    }
}

fn run(steps: &[Step]) {
    let desk = Desk::open();
    let (mut engine, mut naive, mut seen) = (desk.engine, Naive::default(), Seen::default());
    let mut number = CommandNumber::new(u64::try_from(desk.journal.len()).unwrap() + 1);
    let (mut journal, mut told, mut now) = (desk.journal, Vec::new(), 1_000_000);
    for step in steps {
        if let Step::Wait { nanos } = step {
            now += nanos;
        }
        let Some((session, command)) = seen.command(step, number, now) else {
            continue;
        };
        let origin = match session {
            Some(session) => Origin::Session {
                session: SESSIONS[session].parse().unwrap(),
                epoch: 0,
                msg_seq_num: number.get(),
            },
            None => Origin::Settlement,
        };
        now += 1;
        let time = Timestamp::from_nanos(now);
        let sequenced = Sequenced {
            number,
            time,
            input: Input { origin, command },
        };
        let mut events = Vec::new();
        engine.apply(&sequenced, &mut events);
        assert_eq!(events, naive.apply(&sequenced), "{sequenced:?}");
        engine.check_invariants();
        seen.note(&events);
        check_scope(&events);
        told.extend(events);
        journal.push(sequenced);
        number = number.next().unwrap();
    }
    check_replay(&engine, &journal, &told);
}

/// The same commands give the same events and the same state, byte for byte.
fn check_replay(engine: &Engine, journal: &[Sequenced], told: &[Event]) {
    let (mut again, mut events) = (Engine::new(), Vec::new());
    for sequenced in journal {
        again.apply(sequenced, &mut events);
    }
    let told_again = &events[events.len() - told.len()..];
    assert_eq!(told_again, told);
    let (one, other) = (postcard::to_allocvec(engine), postcard::to_allocvec(&again));
    assert_eq!(one.unwrap(), other.unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_is_what_the_naive_market_says(steps in prop::collection::vec(step(), 1..200)) {
        run(&steps);
    }
}
