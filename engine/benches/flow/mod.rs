//! Order flow for benchmarks and replays: seeded, so that it is the same each time, and made beside
//! an engine of its own, so that cancels find their orders and crossing orders find what to take.

use std::collections::HashMap;

use engine::{
    CancelRequest, ClientOrderId, Command, CommandNumber, Engine, EventBody, FirmKind, Input,
    Instrument, InstrumentKind, NewOrder, OrderId, OrderKind, OrderView, Origin, Price, Quantity,
    Sequenced, SessionRole, Side, Symbol, TimeInForce, Timestamp,
};

/// What the flow is like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parameters {
    /// Where the random numbers start.
    pub(crate) seed: u64,
    /// Test instruments; each command picks one at random, all alike.
    pub(crate) instruments: u32,
    /// Firms, with one session and one account each.
    pub(crate) firms: u32,
    /// Orders that rest before the flow begins, and about which it then stays.
    pub(crate) resting: usize,
    /// Of 100 commands, so many are new orders that rest.
    pub(crate) new_percent: u64,
    /// Of 100 commands, so many cancel a resting order, each as likely. The rest are orders that
    /// cross: sized to take one to three resting orders whole, at the price of the last.
    pub(crate) cancel_percent: u64,
    /// The farthest that a new order is from the middle, in ticks. The distance falls off as its
    /// inverse square: half of the orders are 1 tick away, a quarter 2 or 3, an eighth 4 to 7.
    pub(crate) distance_max: u64,
    /// The largest quantity of a new order; quantities fall off as their inverse square.
    pub(crate) quantity_max: u64,
}

impl Parameters {
    /// 60 % new, 20 % cancel, 20 % crossing over 10 000 resting orders of one instrument.
    pub(crate) const SHALLOW: Self = Self {
        seed: 0x00C1_00D9_1700,
        instruments: 1,
        firms: 16,
        resting: 10_000,
        new_percent: 60,
        cancel_percent: 20,
        distance_max: 1 << 12,
        quantity_max: 1 << 7,
    };
}

/// The middle of the book, about which prices lie, in ticks.
const MIDDLE: i64 = 1 << 20;

/// What a cancel says about an order.
struct Resting {
    order_id: OrderId,
    client_order_id: ClientOrderId,
    firm: u64,
    symbol: Symbol,
    side: Side,
}

pub(crate) struct Flow {
    parameters: Parameters,
    random: Random,
    engine: Engine,
    next: u64,
    /// How many client order ids each firm has used: each counts its own.
    used: Vec<u64>,
    resting: Vec<Resting>,
    /// Where each resting order is in that list.
    places: HashMap<OrderId, usize>,
    symbols: Vec<Symbol>,
}

impl Flow {
    pub(crate) fn new(parameters: Parameters) -> Self {
        let symbols = (0..parameters.instruments).map(|at| name("BENCH.", at.into()).parse());
        Self {
            parameters,
            random: Random(parameters.seed),
            engine: Engine::new(),
            next: 1,
            used: vec![0; usize::try_from(parameters.firms).expect("few firms")],
            resting: Vec::new(),
            places: HashMap::new(),
            symbols: symbols.collect::<Result<_, _>>().expect("short names"),
        }
    }

    /// The commands that set up the market and its resting orders.
    pub(crate) fn open_market(&mut self) -> Vec<Sequenced> {
        let mut commands = Vec::new();
        for symbol in self.symbols.clone() {
            commands.push(self.sequence(Origin::Venue, Command::ListInstrument(listing(symbol))));
        }
        for firm in 0..self.parameters.firms {
            let text = name("FIRM", firm.into());
            let firm = text.parse().expect("a short name");
            let account = text.parse().expect("a short name");
            let session = text.parse().expect("a short name");
            let permissions = SessionRole::OrderEntry;
            for command in [
                Command::AdmitFirm {
                    firm,
                    kind: FirmKind::Broker,
                },
                Command::OpenAccount {
                    account,
                    firm,
                    provider: None,
                },
                Command::AdmitSession {
                    session,
                    firm,
                    permissions,
                },
            ] {
                commands.push(self.sequence(Origin::Venue, command));
            }
        }
        while self.resting.len() < self.parameters.resting {
            commands.push(self.resting_order());
        }
        commands
    }

    /// The next command of the flow.
    pub(crate) fn next_command(&mut self) -> Sequenced {
        let dice = self.random.below(100);
        let new = self.parameters.new_percent;
        if dice < new || self.resting.is_empty() {
            self.resting_order()
        } else if dice < new + self.parameters.cancel_percent {
            self.cancel()
        } else {
            self.crossing_order()
        }
    }

    fn resting_order(&mut self) -> Sequenced {
        let symbol = self.symbol();
        let side = if self.random.below(2) == 0 {
            Side::Buy
        } else {
            Side::Sell
        };
        let distance = self.random.power_law(self.parameters.distance_max);
        let distance = i64::try_from(distance).expect("a small distance");
        let price = if side == Side::Buy {
            MIDDLE - distance
        } else {
            MIDDLE + distance
        };
        let quantity = self.random.power_law(self.parameters.quantity_max);
        let firm = self.random.below(self.parameters.firms.into());
        self.order(firm, symbol, side, price, quantity)
    }

    fn crossing_order(&mut self) -> Sequenced {
        let symbol = self.symbol();
        let side = if self.random.below(2) == 0 {
            Side::Buy
        } else {
            Side::Sell
        };
        // One or three, so as to come back to the number of resting orders that is asked for.
        let full = self.resting.len() > self.parameters.resting;
        let count = if full { 3 } else { 1 };
        let makers: Vec<OrderView> = self
            .engine
            .resting(&symbol, side.opposite())
            .take(count)
            .collect();
        let Some(OrderKind::Limit(price)) = makers.last().map(|maker| maker.kind) else {
            return self.resting_order();
        };
        let quantity = makers.iter().map(|maker| maker.leaves.get()).sum();
        let firms = (0..u64::from(self.parameters.firms)).filter(|&firm| {
            let firm = name("FIRM", firm);
            makers.iter().all(|maker| maker.firm.as_str() != firm)
        });
        let firms: Vec<u64> = firms.collect();
        let at = self
            .random
            .below(u64::try_from(firms.len()).expect("few firms"));
        let firm = firms[usize::try_from(at).expect("few firms")];
        self.order(firm, symbol, side, price.micros(), quantity)
    }

    fn order(
        &mut self,
        firm: u64,
        symbol: Symbol,
        side: Side,
        price: i64,
        quantity: u64,
    ) -> Sequenced {
        let order = NewOrder {
            client_order_id: self.next_name(firm),
            account: name("FIRM", firm).parse().expect("a short name"),
            symbol,
            side,
            kind: OrderKind::Limit(Price::from_micros(price)),
            quantity: Quantity::new(quantity),
            time_in_force: TimeInForce::Day,
            instances: Vec::new(),
            image: None,
            transact_time: Timestamp::from_nanos(self.next),
            conditions: None,
        };
        self.send(firm, Command::SubmitOrder(order))
    }

    fn cancel(&mut self) -> Sequenced {
        let count = u64::try_from(self.resting.len()).expect("orders fit into memory");
        let at = usize::try_from(self.random.below(count)).expect("orders fit into memory");
        let firm = self.resting[at].firm;
        let client_order_id = self.next_name(firm);
        let order = &self.resting[at];
        let request = CancelRequest {
            client_order_id,
            original_client_order_id: order.client_order_id,
            order_id: None,
            symbol: order.symbol,
            side: order.side,
            transact_time: Timestamp::from_nanos(self.next),
        };
        self.send(firm, Command::CancelOrder(request))
    }

    fn next_name(&mut self, firm: u64) -> ClientOrderId {
        let used = &mut self.used[usize::try_from(firm).expect("few firms")];
        *used += 1;
        name("ORDER", *used).parse().expect("a short name")
    }

    fn send(&mut self, firm: u64, command: Command) -> Sequenced {
        let session = name("FIRM", firm).parse().expect("a short name");
        let origin = Origin::Session {
            session,
            epoch: 1,
            msg_seq_num: self.next,
        };
        self.sequence(origin, command)
    }

    /// Gives a command its number, and applies it to the flow's own engine.
    fn sequence(&mut self, origin: Origin, command: Command) -> Sequenced {
        let number = CommandNumber::new(self.next);
        let time = Timestamp::from_nanos(self.next * 1_000);
        let sequenced = Sequenced {
            number,
            time,
            input: Input { origin, command },
        };
        let mut events = Vec::new();
        self.engine.apply(&sequenced, &mut events);
        for event in &events {
            match &event.body {
                EventBody::OrderFilled { order, .. } | EventBody::OrderCancelled { order, .. }
                    if order.leaves.is_zero() =>
                {
                    self.forget(order.order_id);
                }
                EventBody::OrderRejected { .. } | EventBody::CancelRejected { .. } => {
                    panic!("the flow is in order: {event:?}")
                }
                _ => {}
            }
        }
        if let Some(order) = self.engine.order(OrderId::new(number)) {
            self.keep(&order);
        }
        self.next += 1;
        sequenced
    }

    fn keep(&mut self, order: &OrderView) {
        let &OrderView {
            order_id,
            client_order_id,
            symbol,
            side,
            ..
        } = order;
        let firm = order.firm.as_str().trim_start_matches("FIRM");
        let firm = firm.parse().expect("the flow named the firm");
        self.places.insert(order_id, self.resting.len());
        self.resting.push(Resting {
            order_id,
            client_order_id,
            firm,
            symbol,
            side,
        });
    }

    fn forget(&mut self, order_id: OrderId) {
        if let Some(place) = self.places.remove(&order_id) {
            self.resting.swap_remove(place);
            if let Some(moved) = self.resting.get(place) {
                self.places.insert(moved.order_id, place);
            }
        }
    }

    fn symbol(&mut self) -> Symbol {
        let at = self.random.below(self.parameters.instruments.into());
        self.symbols[usize::try_from(at).expect("few instruments")]
    }
}

fn listing(symbol: Symbol) -> Instrument {
    Instrument {
        symbol,
        kind: InstrumentKind::Test,
        currency: "USD".parse().expect("a short name"),
        tick: Price::from_micros(1),
        max_order_quantity: Quantity::new(u64::MAX),
    }
}

fn name(prefix: &str, number: u64) -> String {
    format!("{prefix}{number}")
}

/// SplitMix64: small, and good enough to choose orders by.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to one less than the bound.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// From 1 to the most: any one power of two and what lies up to the next is half as likely as
    /// the one before.
    fn power_law(&mut self, most: u64) -> u64 {
        let power = 1_u64 << self.next().trailing_zeros().min(62);
        (power + self.below(power)).min(most)
    }
}
