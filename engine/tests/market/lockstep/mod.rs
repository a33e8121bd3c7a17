//! The engine and the naive market side by side under random commands: every event is the same.
//! `PROPTEST_CASES=10000` makes it longer.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::{
    Amendment, CancelCause, CancelRequest, CancelScope, Command, CommandNumber, Engine, Event,
    EventBody, Expiry, Input, MassCancelRequest, MassStatusRequest, NewOrder, OrderFilter, OrderId,
    Origin, Phase, PhaseRequest, Price, Quantity, ReassignmentId, ReassignmentStatus,
    ReplaceRequest, Sequenced, Side, StatusRequest, TimeInForce, Timestamp, TradeAmendment,
    TradingDay,
};
use proptest::prelude::*;

mod limits;
mod steps;

use steps::{ACCOUNTS, BLOCKED, SESSIONS, SYMBOLS, Sketch, Step, kind, step};

use crate::blocking;
use crate::desk::Desk;
use crate::naive::Naive;

/// What the random steps choose from.
#[derive(Default)]
struct Seen {
    orders: Vec<(usize, NewOrder, OrderId)>,
    /// Trades of instances.
    trades: Vec<engine::Trade>,
    /// All trades.
    executed: Vec<engine::Trade>,
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
            Step::Replace { of, wrong, order } => self.replace(*of, *wrong, order, number, now),
            Step::CancelAll { session, which } => {
                Some((Some(*session), cancel_all(*which, number)))
            }
            Step::Status { session, of, wrong } => self.status(*session, *of, *wrong),
            Step::Statuses { session, which } => Some((Some(*session), statuses(*which, number))),
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
                Some((None, self.update(*of, *leg, STATUSES[*status], number)?))
            }
            Step::Amend { of, price, wrong } => Some((None, self.amendment(*of, *price, *wrong)?)),
            Step::EndTradingDay => Some((None, Command::EndTradingDay)),
            Step::Connect { session, policy } => {
                let (session, policy) = (SESSIONS[*session].parse().unwrap(), *policy);
                Some((None, Command::ConnectSession { session, policy }))
            }
            Step::Disconnect { session, why } => {
                let (session, why) = (SESSIONS[*session].parse().unwrap(), *why);
                Some((None, Command::DisconnectSession { session, why }))
            }
            Step::Fire => Some((None, Command::FireTimers)),
            Step::Wait { .. } => None,
            Step::Phase { .. } | Step::Release { .. } | Step::HaltPolicy { .. } => {
                Some((None, of_phases(step)))
            }
            Step::SelfMatch { session, policy } => {
                // The first letter of a session is its firm.
                let firm = SESSIONS[*session][..1].parse().unwrap();
                let policy = *policy;
                Some((None, Command::SetSelfMatchPrevention { firm, policy }))
            }
            Step::Switch { scope, block } => Some((None, switch(BLOCKED[*scope], *block))),
            Step::Limits { scope, limits, by } => {
                Some((None, limits::command(*scope, limits, *by)))
            }
        }
    }

    fn update(
        &self,
        of: usize,
        leg: u32,
        status: ReassignmentStatus,
        number: CommandNumber,
    ) -> Option<Command> {
        let trade = self.trades.get(of % self.trades.len().max(1))?.trade;
        let new_instance = format!("n-{}", number.get()).parse().unwrap();
        Some(Command::UpdateReassignment {
            reassignment: ReassignmentId { trade, leg },
            status,
            new_instance: Some(new_instance).filter(|_| status == ReassignmentStatus::Settled),
            text: None,
            cash: None,
        })
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
                12 => TimeInForce::AtTheOpening,
                13 => TimeInForce::AtTheClose,
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

    /// An order on the terms of a sketch; its new name names it from then on, beside its old ones.
    fn replace(
        &mut self,
        of: usize,
        wrong: u8,
        sketch: &Sketch,
        number: CommandNumber,
        now: u64,
    ) -> Option<(Option<usize>, Command)> {
        let (owner, known, order_id) = self.orders.get(of % self.orders.len().max(1))?.clone();
        let mut order = self.order(
            sketch,
            known.account.as_str(),
            known.symbol.as_str(),
            number,
        );
        order.time_in_force = sooner(order.time_in_force, now);
        (order.side, order.image) = (known.side, known.image);
        let mut request = ReplaceRequest {
            original_client_order_id: known.client_order_id,
            order_id: None,
            order,
        };
        match wrong {
            0 => request.order.side = known.side.opposite(),
            1 => request.order.symbol = "LARGE".parse().unwrap(),
            2 => request.order_id = Some(OrderId::new(number)),
            3 => request.order.account = "a2".parse().unwrap(),
            4 => request.order.image = None,
            5 => request.order_id = Some(order_id),
            // As a client does that only makes it smaller, or names what is delivered and what is left.
            6..12 => {
                request.order.kind = known.kind;
                request.order.quantity = known.quantity;
                request.order.instances.clone_from(&known.instances);
            }
            _ => {}
        }
        self.orders.push((owner, request.order.clone(), order_id));
        Some((Some(owner), Command::ReplaceOrder(request)))
    }

    fn status(&self, session: usize, of: usize, wrong: u8) -> Option<(Option<usize>, Command)> {
        let (owner, order, order_id) = self.orders.get(of % self.orders.len().max(1))?;
        let mut request = StatusRequest {
            client_order_id: order.client_order_id,
            order_id: None,
            symbol: order.symbol,
            side: order.side,
            request_id: None,
        };
        match wrong {
            0 => request.side = order.side.opposite(),
            1 => request.order_id = Some(*order_id),
            _ => {}
        }
        let session = if wrong < 4 { session } else { *owner };
        Some((Some(session), Command::ReportOrder(request)))
    }

    /// A bust or a correction of a trade, or of one that never was like that.
    fn amendment(&self, of: usize, price: Option<i64>, wrong: u8) -> Option<Command> {
        let mut trade = self.executed.get(of % self.executed.len().max(1))?.clone();
        match wrong {
            0 => trade.buyer.client_order_id = "never".parse().unwrap(),
            1 => trade.trade.number = trade.trade.number.next().unwrap(),
            2 => trade.symbol = "COARSE".parse().unwrap(),
            3 => std::mem::swap(&mut trade.buyer, &mut trade.seller),
            _ => {}
        }
        Some(Command::AmendTrade(Box::new(TradeAmendment {
            trade,
            change: price.map_or(Amendment::Bust, |price| Amendment::Correct {
                price: Price::from_micros(price),
            }),
            reason: "erroneous".parse().unwrap(),
        })))
    }

    fn note(&mut self, events: &[Event]) {
        for event in events {
            if let EventBody::TradeExecuted(trade) = &event.body {
                self.executed.push(trade.clone());
                if !trade.test {
                    self.trades.push(trade.clone());
                }
            }
        }
    }
}

/// A step that is about the phase of an instrument.
fn of_phases(step: &Step) -> Command {
    let symbol = |at: usize| SYMBOLS[at].parse().unwrap();
    let reason = None;
    match *step {
        Step::Phase {
            symbol: at,
            phase,
            due,
        } => Command::ChangePhase(PhaseRequest {
            symbol: symbol(at),
            phase,
            reason,
            due: due.map(Timestamp::from_nanos),
        }),
        Step::Release { symbol: at } => Command::ReleaseHalt {
            symbol: symbol(at),
            reason,
        },
        Step::HaltPolicy {
            symbol: at,
            policy: Some(policy),
            ..
        } => Command::SetHaltPolicy {
            symbol: symbol(at),
            policy,
        },
        Step::HaltPolicy { symbol: at, .. } => Command::ReleaseHaltPolicy { symbol: symbol(at) },
        _ => panic!("not about a phase: {step:?}"),
    }
}

fn cancel_all(which: OrderFilter, number: CommandNumber) -> Command {
    Command::CancelOrders(MassCancelRequest {
        client_order_id: number.to_string().parse().unwrap(),
        which,
        transact_time: Timestamp::from_nanos(number.get()),
    })
}

fn statuses(which: OrderFilter, number: CommandNumber) -> Command {
    Command::ReportOrders(MassStatusRequest {
        request_id: number.to_string().parse().unwrap(),
        which,
    })
}

fn switch(whose: &str, block: bool) -> Command {
    let verb = if block { "block" } else { "unblock" };
    blocking::command(&[verb, whose])
}

fn is_of_operator(command: &Command) -> bool {
    matches!(
        command,
        Command::AmendTrade(_) | Command::BlockTrading { .. } | Command::ReleaseTrading { .. }
    )
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
            None if is_of_operator(&command) => Origin::Operator {
                name: "op".parse().unwrap(),
            },
            None => match step {
                Step::Phase { due: Some(_), .. } => Origin::Venue,
                Step::HaltPolicy {
                    by_operator: false, ..
                } => Origin::Venue,
                Step::Phase { .. } | Step::Release { .. } | Step::HaltPolicy { .. } => {
                    Origin::Operator {
                        name: "op".parse().unwrap(),
                    }
                }
                _ => limits::origin(&command),
            },
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

    #[test]
    fn auctions_of_many_orders_of_few_firms_are_what_the_naive_market_says(
        policies in prop::collection::vec(steps::self_match(), 0..3),
        orders in prop::collection::vec(steps::for_auction(), 1..80),
    ) {
        let phase = |phase| Step::Phase { due: None, symbol: 0, phase };
        let call = [phase(Phase::OpeningAuction)];
        let end = [phase(Phase::Continuous)];
        run(&[policies, call.to_vec(), orders, end.to_vec()].concat());
    }

    #[test]
    fn timers_that_fire_long_after_their_time_are_what_the_naive_market_says(
        before in prop::collection::vec(step(), 0..20),
        orders in prop::collection::vec(steps::for_auction(), 1..20),
        after in prop::collection::vec(prop_oneof![1 => steps::jump(), 1 => step()], 1..20),
    ) {
        run(&[before, steps::reopening(), orders, after].concat());
    }
}
