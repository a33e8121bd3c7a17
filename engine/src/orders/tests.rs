//! How many client order ids a firm may have.

use crate::command::{CancelRequest, Command, SelfMatchInstruction, Side};
use crate::event::EventBody;
use crate::ids::OrderId;
use crate::refusal::OrderRefusal;
use crate::test_market::Market;
use crate::time::Timestamp;

const LIMIT: u64 = OrderRefusal::CLIENT_ORDER_IDS_MAX;

fn buy(market: &mut Market) -> EventBody {
    let own = SelfMatchInstruction::CancelTaker;
    market.events.clear();
    market.order(("A1", Side::Buy, 1, 5, own));
    market.events[0].body.clone()
}

fn refusal(body: &EventBody) -> Option<OrderRefusal> {
    if let EventBody::OrderRejected { reason, .. } = body {
        Some(*reason)
    } else {
        assert!(matches!(body, EventBody::OrderAccepted { .. }), "{body:?}");
        None
    }
}

/// A cancel of an order; its own client order id is the number of its command.
fn cancel(market: &mut Market, order_id: OrderId) -> EventBody {
    let number = market.next().get();
    market.events.clear();
    let request = CancelRequest {
        client_order_id: alloc::format!("{number}").parse().expect("a name"),
        original_client_order_id: alloc::format!("{}", order_id.number().get())
            .parse()
            .expect("a name"),
        order_id: None,
        symbol: "TEST".parse().expect("a symbol"),
        side: Side::Buy,
        transact_time: Timestamp::default(),
    };
    market.request("A", Command::CancelOrder(request));
    market.events[0].body.clone()
}

#[test]
fn a_firm_with_as_many_as_it_may_have_sends_no_more_orders_and_cancels_what_rests() {
    let mut market = Market::open();
    let first = OrderId::new(market.next());
    assert_eq!(refusal(&buy(&mut market)), None);
    assert_eq!(market.engine.orders.client_order_ids(0), 1);
    // One rests; with one less than the most that it may have, another is taken.
    market.engine.orders.set_used(0, LIMIT - 2);
    assert_eq!(refusal(&buy(&mut market)), None);
    let full = OrderRefusal::TooManyClientOrderIds {
        used: LIMIT,
        limit: LIMIT,
    };
    for _ in 0..3 {
        assert_eq!(refusal(&buy(&mut market)), Some(full));
        assert_eq!(
            market.engine.orders.client_order_ids(0),
            LIMIT,
            "not remembered"
        );
    }
    // Another firm has its own.
    market.order(("B1", Side::Buy, 1, 4, SelfMatchInstruction::CancelTaker));
    assert_eq!(market.engine.orders.client_order_ids(1), 1);
    let cancelled = cancel(&mut market, first);
    assert!(
        matches!(cancelled, EventBody::OrderCancelled { .. }),
        "{cancelled:?}"
    );
    assert_eq!(
        market.engine.orders.client_order_ids(0),
        LIMIT,
        "the name of the order stays used, that of the cancel is not remembered"
    );
    let again = cancel(&mut market, first);
    assert!(
        matches!(again, EventBody::CancelRejected { .. }),
        "{again:?}"
    );
    market.venue(Command::EndTradingDay);
    assert_eq!(market.engine.orders.client_order_ids(0), 0);
    assert_eq!(refusal(&buy(&mut market)), None);
}

#[test]
fn the_refusal_names_the_limit_and_what_there_is() {
    let refusal = OrderRefusal::TooManyClientOrderIds {
        used: LIMIT,
        limit: LIMIT,
    };
    assert_eq!(
        alloc::format!("{refusal}"),
        "the firm has 10000000 client order ids of this trading day and of open orders, limit 10000000"
    );
}
