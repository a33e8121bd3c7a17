//! The same market again, written to be obviously right and nothing else: one list of orders, one
//! list of holdings, names everywhere, every question answered by looking through all of it.
//!
//! It knows orders, cancels, changes, questions, deposits, reassignments, busts, the end of the day, clients that come and go, and timers, in
//! the market of [`crate::desk`]; positions of sessions and set-up are left to the tables.

use engine::{
    AccountName, CancelCause, CancelRefusal, CancelRequest, ClientOrderId, Command, CommandNumber,
    Event, EventBody, ExecutionId, FirmName, ImageName, InstanceName, NewOrder, Notional, OrderId,
    OrderRefusal, OrderStatus, OrderView, Origin, Phase, Quantity, ReassignmentId,
    ReassignmentStatus, ReassignmentUpdate, SelfMatchPolicy, Sequenced, SessionName, SlotName,
    Symbol, TimeInForce, Timestamp, Trade, TradingScope,
};

use std::collections::VecDeque;

mod admission;
mod amending;
mod blocking;
mod limits;
mod own;
mod phases;
mod requests;
mod settling;
mod special;
mod timing;
mod trading;

#[derive(Clone, Default)]
pub(crate) struct Naive {
    /// Every order that was ever accepted.
    orders: Vec<NaiveOrder>,
    holdings: Vec<NaiveHolding>,
    sales: Vec<Sale>,
    /// Every trade that was ever executed.
    trades: Vec<amending::Executed>,
    /// Client order ids used today, or of orders that live.
    used: Vec<(FirmName, ClientOrderId)>,
    /// How many days have ended, and the command that ended the last.
    day: usize,
    day_ended: Option<CommandNumber>,
    /// Sessions whose clients are watched or lost.
    clients: Vec<timing::Client>,
    /// What firms have laid down for orders that would trade with each other.
    self_match: Vec<(FirmName, SelfMatchPolicy)>,
    /// How many orders have come to a book, or come back behind.
    came: u64,
    /// The prices of all trades.
    prices: Vec<(Symbol, i64)>,
    /// In the order of listing: where instruments are in their day.
    trading: [phases::Trading; 5],
    /// The order that the present auction has given its limit, and not its place among others of that limit yet.
    priced_now: Option<usize>,
    /// Stops that are elected and have not come to the market yet.
    elected: VecDeque<usize>,
    /// Limits, by scope.
    laid: Vec<limits::Laid>,
    /// Every order and change that was taken.
    taken: Vec<limits::Taken>,
    /// Whose trading is blocked, and since when.
    blocks: Vec<(TradingScope, Timestamp)>,
}

#[derive(Clone)]
struct NaiveOrder {
    view: OrderView,
    /// The names that it had before, and the day on which it had each.
    earlier: Vec<(ClientOrderId, usize)>,
    /// The last day on which it lived, while that is known.
    ended: Option<usize>,
    /// What it still has to deliver, in order.
    holds: Vec<SlotName>,
    /// Where it is.
    place: Place,
    /// How much of it is shown when it is in the book.
    shown: u64,
    /// What a piece of it counts with while it has no price of its own.
    counts_with: Option<i64>,
}

/// Where an order is that lives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On its way, or done.
    Nowhere,
    /// In the book: the later it came there, the higher the number.
    Book(u64),
    /// It waits for its stop price.
    Waits,
    /// It waits for the closing auction.
    ForClose,
}

#[derive(Clone)]
struct NaiveHolding {
    slot: SlotName,
    instance: InstanceName,
    account: AccountName,
    symbol: Symbol,
    free: bool,
}

#[derive(Clone)]
struct Sale {
    id: ReassignmentId,
    trade: Trade,
    slot: SlotName,
    old_instance: InstanceName,
    status: Option<ReassignmentStatus>,
}

#[derive(Clone)]
struct Told {
    cause: Sequenced,
    events: Vec<Event>,
    matches: u32,
}

impl Told {
    fn execution(&self) -> ExecutionId {
        let index = u32::try_from(self.events.len()).unwrap();
        ExecutionId {
            number: self.cause.number,
            index,
        }
    }

    fn ignore_so(&mut self) {
        let (origin, reason) = (self.cause.input.origin, engine::IgnoreReason::AlreadySo);
        self.tell(EventBody::Ignored { origin, reason });
    }

    fn tell(&mut self, body: EventBody) {
        let index = u32::try_from(self.events.len()).unwrap();
        let (cause, time) = (self.cause.number, self.cause.time);
        self.events.push(Event {
            cause,
            index,
            time,
            body,
        });
    }
}

fn account_of(account: &str) -> Option<(FirmName, &'static str)> {
    let (firm, provider) = match account {
        "a" | "a2" => ("A", "ACME"),
        "b" => ("B", "ACME"),
        "m" => ("M", "ACME"),
        "p" => ("P", "ACME"),
        "a-zeta" => ("A", "ZETA"),
        _ => return None,
    };
    Some((firm.parse().unwrap(), provider))
}

fn firm_of(session: SessionName) -> FirmName {
    match session.as_str() {
        "A" | "A2" => "A".parse().unwrap(),
        other => other.parse().unwrap(),
    }
}

/// The provider of an instrument's instances (none for a test instrument), and its tick.
fn instrument_of(symbol: &str) -> Option<(Option<&'static str>, i64)> {
    match symbol {
        "TEST" => Some((None, 1)),
        "COARSE" => Some((None, 5)),
        "SMALL" | "LARGE" => Some((Some("ACME"), 1)),
        _ => None,
    }
}

impl Naive {
    pub(crate) fn apply(&mut self, sequenced: &Sequenced) -> Vec<Event> {
        let mut told = Told {
            cause: sequenced.clone(),
            events: Vec::new(),
            matches: 0,
        };
        let origin = sequenced.input.origin;
        self.fire(&mut told);
        match (&sequenced.input.command, origin) {
            (command, Origin::Session { session, .. }) => {
                self.take_request(origin, session, command, &mut told);
            }
            (command @ Command::DepositInstance { .. }, _) => self.deposit(command, &mut told),
            (
                Command::UpdateReassignment {
                    reassignment,
                    status,
                    new_instance,
                    ..
                },
                _,
            ) => {
                self.update(*reassignment, *status, *new_instance, &mut told);
            }
            (Command::AmendTrade(request), Origin::Operator { name }) => {
                self.amend(name, request, &mut told);
            }
            (Command::EndTradingDay, _) => self.end_day(&mut told),
            (Command::SetSelfMatchPrevention { firm, policy }, _) => {
                self.lay_down(*firm, *policy, &mut told);
            }
            (command @ (Command::SetRiskLimits { .. } | Command::ReleaseRiskLimits { .. }), _) => {
                self.mind_limits(command, &mut told);
            }
            (command @ (Command::BlockTrading { .. } | Command::ReleaseTrading { .. }), _) => {
                self.switch(command, &mut told);
            }
            (Command::ConnectSession { session, policy }, _) => {
                self.connect(*session, *policy, &mut told);
            }
            (Command::DisconnectSession { session, why }, _) => {
                self.disconnect(*session, *why, &mut told);
                self.fire(&mut told);
            }
            (Command::ChangePhase(request), _) => self.change_phase(request, &mut told),
            (Command::ReleaseHalt { symbol, reason }, _) => {
                self.release(*symbol, *reason, &mut told);
            }
            (Command::SetHaltPolicy { symbol, policy }, _) => {
                self.lay_down_halt(*symbol, Some(*policy), &mut told);
            }
            (Command::ReleaseHaltPolicy { symbol }, _) => {
                self.lay_down_halt(*symbol, None, &mut told);
            }
            (Command::FireTimers, _) if told.events.is_empty() => told.ignore_so(),
            (Command::FireTimers, _) => {}
            other => panic!("not known here: {other:?}"),
        }
        self.trigger_elected(&mut told);
        self.fire(&mut told);
        told.events
    }

    fn deposit(&mut self, command: &Command, told: &mut Told) {
        let Command::DepositInstance {
            slot,
            instance,
            account,
            symbol,
        } = *command
        else {
            panic!("no deposit: {command:?}");
        };
        let (firm, provider) = account_of(account.as_str()).unwrap();
        self.holdings.push(NaiveHolding {
            slot,
            instance,
            account,
            symbol,
            free: true,
        });
        told.tell(EventBody::InstanceDeposited {
            slot,
            instance,
            account,
            firm,
            symbol,
            provider: provider.parse().unwrap(),
        });
    }

    fn take_request(
        &mut self,
        origin: Origin,
        session: SessionName,
        command: &Command,
        told: &mut Told,
    ) {
        match command {
            Command::SubmitOrder(new) => self.submit(origin, session, new, told),
            Command::CancelOrder(request) => self.cancel(origin, session, request, told),
            Command::ReplaceOrder(request) => self.replace(origin, session, request, told),
            Command::CancelOrders(request) => self.cancel_all(origin, session, request, told),
            Command::ReportOrder(request) => self.report(origin, session, request, told),
            Command::ReportOrders(request) => self.report_all(origin, session, request, told),
            other => panic!("not known here: {other:?}"),
        }
    }

    fn submit(&mut self, origin: Origin, session: SessionName, new: &NewOrder, told: &mut Told) {
        let firm = firm_of(session);
        let order_id = OrderId::new(told.cause.number);
        let checked = self.check(firm, session, new, told.cause.time);
        let checked = checked.and_then(|holds| self.post_only(new).map(|()| holds));
        let now = told.cause.time;
        let checked = checked.and_then(|holds| {
            let within = self.within_limits(firm, session, new, None, now);
            within.map(|()| holds)
        });
        if checked != Err(OrderRefusal::DuplicateClientOrderId) {
            self.used.push((firm, new.client_order_id));
        }
        let holds = match checked {
            Ok(holds) => holds,
            Err(reason) => {
                let execution = told.execution();
                let test = matches!(instrument_of(new.symbol.as_str()), Some((None, _)));
                let (mut order, firm) = (new.clone(), Some(firm));
                order.instances.clear();
                return told.tell(EventBody::OrderRejected {
                    origin,
                    firm,
                    order,
                    order_id,
                    execution,
                    reason,
                    test,
                });
            }
        };
        for slot in &holds {
            self.holding(*slot).free = false;
        }
        self.note_taken(firm, session, new, true, now);
        let view = new_view(order_id, firm, session, new, told.cause.time);
        told.tell(EventBody::OrderAccepted {
            order: view.clone(),
            execution: told.execution(),
        });
        self.orders.push(NaiveOrder {
            view,
            earlier: Vec::new(),
            ended: None,
            holds,
            place: Place::Nowhere,
            shown: 0,
            counts_with: None,
        });
        self.arrive(self.orders.len() - 1, told);
    }

    fn end(&mut self, at: usize, status: OrderStatus, cause: Option<CancelCause>, told: &mut Told) {
        for slot in std::mem::take(&mut self.orders[at].holds) {
            self.holding(slot).free = true;
        }
        self.orders[at].ended = Some(self.day);
        self.orders[at].place = Place::Nowhere;
        let order = &mut self.orders[at].view;
        (order.status, order.leaves) = (status, Quantity::ZERO);
        let (order, execution) = (order.clone(), told.execution());
        told.tell(match cause {
            Some(cause) => EventBody::OrderCancelled {
                order,
                execution,
                cause,
            },
            None => EventBody::OrderExpired { order, execution },
        });
    }

    fn cancel(
        &mut self,
        origin: Origin,
        session: SessionName,
        request: &CancelRequest,
        told: &mut Told,
    ) {
        let firm = firm_of(session);
        let named = requests::Named {
            client_order_id: request.original_client_order_id,
            order_id: request.order_id,
            symbol: request.symbol,
            side: request.side,
        };
        let (at, reason) = self.check_change(firm, request.client_order_id, &named);
        let duplicate = reason == Some(CancelRefusal::DuplicateClientOrderId);
        if !duplicate {
            self.used.push((firm, request.client_order_id));
        }
        if let Some(reason) = reason {
            let order = at.map(|at| self.known(at));
            let (request, firm) = (request.clone(), Some(firm));
            return told.tell(EventBody::CancelRejected {
                origin,
                firm,
                request,
                order,
                reason,
            });
        }
        let client_order_id = request.client_order_id;
        let cause = CancelCause::Requested {
            session,
            client_order_id,
        };
        self.end(at.unwrap(), OrderStatus::Cancelled, Some(cause), told);
    }

    fn end_day(&mut self, told: &mut Told) {
        for symbol in ["TEST", "SMALL", "LARGE", "COARSE"] {
            self.expire_day_orders(symbol, told);
        }
        let living = self.orders.iter().filter(|order| is_open(&order.view));
        self.used = living
            .map(|order| (order.view.firm, order.view.client_order_id))
            .collect();
        self.day += 1;
        self.day_ended = Some(told.cause.number);
        told.tell(EventBody::TradingDayEnded);
    }

    fn expire_day_orders(&mut self, symbol: &str, told: &mut Told) {
        let day = [
            TimeInForce::Day,
            TimeInForce::AtTheOpening,
            TimeInForce::AtTheClose,
        ];
        let mut open = self.all_open(symbol);
        open.retain(|&at| day.contains(&self.orders[at].view.time_in_force));
        for at in open {
            self.end(at, OrderStatus::Expired, None, told);
        }
    }
}

/// Whether orders collect for an auction.
fn is_call(phase: Phase) -> bool {
    [Phase::PreOpen, Phase::OpeningAuction, Phase::ClosingAuction].contains(&phase)
}

fn is_open(order: &OrderView) -> bool {
    matches!(
        order.status,
        OrderStatus::New | OrderStatus::PartiallyFilled
    )
}

fn price_of(order: &OrderView) -> i64 {
    let limit = order.kind.limit();
    limit.expect("what rests has a price").micros()
}

fn stop_of(order: &OrderView) -> i64 {
    let stop = order.kind.stop();
    stop.expect("what waits has a stop price").micros()
}

fn new_view(
    order_id: OrderId,
    firm: FirmName,
    session: SessionName,
    new: &NewOrder,
    accepted_at: Timestamp,
) -> OrderView {
    let image: Option<ImageName> = new.image;
    OrderView {
        order_id,
        firm,
        session,
        client_order_id: new.client_order_id,
        original_client_order_id: None,
        account: new.account,
        symbol: new.symbol,
        side: new.side,
        kind: new.kind,
        quantity: new.quantity,
        time_in_force: new.time_in_force,
        image,
        cumulative: Quantity::ZERO,
        leaves: new.quantity,
        filled_notional: Notional::ZERO,
        status: OrderStatus::New,
        accepted_at,
        test: instrument_of(new.symbol.as_str()).unwrap().0.is_none(),
        conditions: new.conditions.clone(),
    }
}
