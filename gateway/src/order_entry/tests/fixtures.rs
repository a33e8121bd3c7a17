//! Events as the engine emits them, with the same names throughout: BUYER of firm GREEN at 54-1, SELLER of
//! firm BLUE.

use engine::{
    AccountName, AmendedTrade, Amendment, CancelCause, CancelRefusal, CancelRequest, ClientOrderId,
    CommandNumber, CurrencyCode, Event, EventBody, ExecutionId, Fill, FillAmendment, FirmName,
    ImageName, InstanceName, KnownOrder, Liquidity, NewOrder, Notional, OrderId, OrderKind,
    OrderRefusal, OrderStatus, OrderView, Origin, Price, ProviderName, Quantity, ReassignmentId,
    ReassignmentStatus, ReassignmentUpdate, Remark, SessionName, SettledCash, Side, SlotName,
    Symbol, TimeInForce, Timestamp, Trade, TradeId, TradeLeg, TradeSide,
};

/// 2023-11-14 22:13:20.123456 UTC.
pub(crate) const TIME: Timestamp = Timestamp::from_nanos(1_700_000_000_123_456_000);

pub(crate) fn event(body: EventBody) -> Event {
    Event {
        cause: CommandNumber::new(57),
        index: 2,
        time: TIME,
        body,
    }
}

pub(crate) fn execution() -> ExecutionId {
    ExecutionId {
        number: CommandNumber::new(57),
        index: 2,
    }
}

pub(crate) fn session(name: &str) -> SessionName {
    SessionName::new(name).unwrap()
}

pub(crate) fn firm(name: &str) -> FirmName {
    FirmName::new(name).unwrap()
}

pub(crate) fn symbol() -> Symbol {
    Symbol::new("ACME.us-east-1.m5.large").unwrap()
}

pub(crate) fn client_order_id(name: &str) -> ClientOrderId {
    ClientOrderId::new(name).unwrap()
}

fn account(name: &str) -> AccountName {
    AccountName::new(name).unwrap()
}

fn instance(name: &str) -> InstanceName {
    InstanceName::new(name).unwrap()
}

/// A sell order of 3 at 10.50, with so many filled for so much.
pub(crate) fn sell(cumulative: u64, filled_micros: i128, status: OrderStatus) -> OrderView {
    let open = matches!(status, OrderStatus::New | OrderStatus::PartiallyFilled);
    OrderView {
        order_id: OrderId::new(CommandNumber::new(41)),
        firm: firm("BLUE"),
        session: session("SELLER"),
        client_order_id: client_order_id("s-1"),
        original_client_order_id: None,
        account: account("acme:7"),
        symbol: symbol(),
        side: Side::Sell,
        kind: OrderKind::Limit(Price::from_micros(10_500_000)),
        quantity: Quantity::new(3),
        time_in_force: TimeInForce::Day,
        image: None,
        cumulative: Quantity::new(cumulative),
        leaves: Quantity::new(if open { 3 - cumulative } else { 0 }),
        filled_notional: Notional::from_micros(filled_micros),
        status,
        accepted_at: TIME,
        test: false,
        conditions: None,
    }
}

/// A market order to buy, with an image.
pub(crate) fn buy(cumulative: u64, filled_micros: i128, status: OrderStatus) -> OrderView {
    OrderView {
        firm: firm("GREEN"),
        session: session("BUYER"),
        client_order_id: client_order_id("b-1"),
        account: account("acme:9"),
        side: Side::Buy,
        kind: OrderKind::Market,
        time_in_force: TimeInForce::ImmediateOrCancel,
        image: Some(ImageName::new("img-9").unwrap()),
        ..sell(cumulative, filled_micros, status)
    }
}

pub(crate) fn accepted(order: OrderView) -> Event {
    event(EventBody::OrderAccepted {
        order,
        execution: execution(),
    })
}

pub(crate) fn expired(order: OrderView) -> Event {
    event(EventBody::OrderExpired {
        order,
        execution: execution(),
    })
}

pub(crate) fn triggered(order: OrderView) -> Event {
    event(EventBody::OrderTriggered {
        order,
        execution: execution(),
    })
}

pub(crate) fn reduced(order: OrderView) -> Event {
    event(EventBody::OrderReduced {
        order,
        execution: execution(),
    })
}

pub(crate) fn cancelled(order: OrderView, cause: CancelCause) -> Event {
    event(EventBody::OrderCancelled {
        order,
        execution: execution(),
        cause,
    })
}

pub(crate) fn requested_by(name: &str) -> CancelCause {
    CancelCause::Requested {
        session: session(name),
        client_order_id: client_order_id("c-1"),
    }
}

fn fill(liquidity: Liquidity) -> Fill {
    Fill {
        trade: trade_id(),
        price: Price::from_micros(10_250_000),
        quantity: Quantity::new(2),
        instances: vec![instance("i-1"), instance("i-2")],
        liquidity,
    }
}

pub(crate) fn filled(order: OrderView, liquidity: Liquidity) -> Event {
    event(EventBody::OrderFilled {
        order,
        execution: execution(),
        fill: fill(liquidity),
    })
}

/// The fill of an order, told of by report 44-1, is busted, or now at 10.25.
pub(crate) fn fill_amended(order: OrderView, change: Amendment) -> Event {
    event(EventBody::FillAmended(Box::new(FillAmendment {
        order,
        execution: execution(),
        refers_to: ExecutionId {
            number: CommandNumber::new(44),
            index: 1,
        },
        fill: fill(Liquidity::Maker),
        change,
        reason: Remark::new("clearly erroneous").unwrap(),
    })))
}

/// The trade is busted, or now at 10.25.
pub(crate) fn amended(trade: Trade, change: Amendment) -> Event {
    event(EventBody::TradeAmended(Box::new(AmendedTrade {
        trade,
        change,
        operator: "alice".parse().unwrap(),
        reason: Remark::new("clearly erroneous").unwrap(),
    })))
}

pub(crate) fn new_order() -> NewOrder {
    NewOrder {
        client_order_id: client_order_id("b-1"),
        account: account("acme:9"),
        symbol: symbol(),
        side: Side::Buy,
        kind: OrderKind::Limit(Price::from_micros(10_500_000)),
        quantity: Quantity::new(3),
        time_in_force: TimeInForce::Day,
        instances: Vec::new(),
        image: Some(ImageName::new("img-9").unwrap()),
        transact_time: TIME,
        conditions: None,
    }
}

pub(crate) fn origin(name: &str) -> Origin {
    Origin::Session {
        session: session(name),
        epoch: 1,
        msg_seq_num: 9,
    }
}

pub(crate) fn rejected(order: NewOrder, reason: OrderRefusal) -> Event {
    event(EventBody::OrderRejected {
        origin: origin("BUYER"),
        firm: Some(firm("GREEN")),
        order,
        order_id: OrderId::new(CommandNumber::new(57)),
        execution: execution(),
        reason,
        test: false,
    })
}

pub(crate) fn cancel_request() -> CancelRequest {
    CancelRequest {
        client_order_id: client_order_id("c-1"),
        original_client_order_id: client_order_id("b-1"),
        order_id: None,
        symbol: symbol(),
        side: Side::Buy,
        transact_time: TIME,
    }
}

pub(crate) fn cancel_rejected(status: Option<OrderStatus>, reason: CancelRefusal) -> Event {
    let order_id = OrderId::new(CommandNumber::new(41));
    event(EventBody::CancelRejected {
        origin: origin("BUYER"),
        firm: Some(firm("GREEN")),
        request: cancel_request(),
        order: status.map(|status| KnownOrder { order_id, status }),
        reason,
    })
}

fn trade_id() -> TradeId {
    TradeId {
        number: CommandNumber::new(57),
        index: 0,
    }
}

fn side(
    firm_name: &str,
    session_name: &str,
    account_name: &str,
    id: &str,
    liquidity: Liquidity,
) -> TradeSide {
    TradeSide {
        firm: firm(firm_name),
        session: session(session_name),
        account: account(account_name),
        order: OrderId::new(CommandNumber::new(if liquidity == Liquidity::Maker {
            41
        } else {
            57
        })),
        client_order_id: client_order_id(id),
        execution: execution(),
        liquidity,
    }
}

/// Two instances sold by SELLER to BUYER at 10.25.
pub(crate) fn trade() -> Trade {
    let leg = |leg: u32| TradeLeg {
        reassignment: ReassignmentId {
            trade: trade_id(),
            leg,
        },
        slot: SlotName::new(&format!("slot-{leg}")).unwrap(),
        instance: instance(&format!("i-{leg}")),
    };
    Trade {
        trade: trade_id(),
        symbol: symbol(),
        provider: Some(ProviderName::new("acme").unwrap()),
        price: Price::from_micros(10_250_000),
        currency: CurrencyCode::new("USD").unwrap(),
        quantity: Quantity::new(2),
        buyer: side("GREEN", "BUYER", "acme:9", "b-1", Liquidity::Taker),
        seller: side("BLUE", "SELLER", "acme:7", "s-1", Liquidity::Maker),
        image: Some(ImageName::new("img-9").unwrap()),
        legs: vec![leg(0), leg(1)],
        retire: false,
        test: false,
        executed_at: TIME,
    }
}

pub(crate) fn traded(trade: Trade) -> Event {
    event(EventBody::TradeExecuted(trade))
}

/// The second instance of the trade has come so far.
pub(crate) fn updated(trade: Trade, status: ReassignmentStatus) -> Event {
    let settled = status == ReassignmentStatus::Settled;
    let started = matches!(
        status,
        ReassignmentStatus::Starting | ReassignmentStatus::Settled
    );
    let cash = SettledCash {
        currency: trade.currency,
        amount: Notional::from_micros(10_250_000),
    };
    event(EventBody::ReassignmentUpdated(Box::new(
        ReassignmentUpdate {
            reassignment: trade.legs[1].reassignment,
            slot: trade.legs[1].slot,
            old_instance: trade.legs[1].instance,
            new_instance: (started && !trade.retire).then(|| instance("i-77")),
            status,
            text: status
                .is_final()
                .then(|| Remark::new("guest answered").unwrap()),
            cash: settled.then_some(cash),
            trade,
        },
    )))
}
