//! Requests on orders that live: replace, mass cancel, status and mass status; and the words for them in scripts.

use engine::{
    ClientOrderId, Command, EventBody, KnownOrder, MassCancelRequest, MassStatusRequest, NewOrder,
    OrderFilter, OrdersOf, Question, ReplaceRefusal, ReplaceRequest, Side, StatusRequest,
    Timestamp,
};

use crate::desk::{Desk, check};
use crate::risk::refusal;
use crate::terms::with_terms;

/// The order's client order id, then the new terms as of an order, and `order=id`. What is not said stays as it was
/// when it was submitted, but for the instances: none are named unless they are.
pub(crate) fn replace(desk: &Desk, sender: &str, words: &[&str]) -> Command {
    let original: ClientOrderId = words[0].parse().unwrap();
    let fresh = desk.next_name().parse().unwrap();
    let order = desk.order_named(original).cloned();
    let order = NewOrder {
        client_order_id: fresh,
        instances: Vec::new(),
        ..order.unwrap_or_else(|| a_buy(sender))
    };
    let (places, words): (Vec<&str>, Vec<&str>) = words[1..]
        .iter()
        .partition(|word| word.starts_with("order="));
    let place = places.first().map(|word| &word["order=".len()..]);
    let (sides, words): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with("side="));
    let mut order = with_terms(order, &words);
    if let Some(side) = sides.first() {
        order.side = side_of(&side["side=".len()..]);
    }
    Command::ReplaceOrder(ReplaceRequest {
        original_client_order_id: original,
        order_id: place.map(|place| desk.order_id(place)),
        order,
    })
}

fn a_buy(sender: &str) -> NewOrder {
    NewOrder {
        client_order_id: "none".parse().unwrap(),
        account: sender.to_lowercase().parse().unwrap(),
        symbol: "TEST".parse().unwrap(),
        side: Side::Buy,
        kind: engine::OrderKind::Market,
        quantity: engine::Quantity::ZERO,
        time_in_force: engine::TimeInForce::Day,
        instances: Vec::new(),
        image: None,
        transact_time: Timestamp::from_nanos(7),
        conditions: None,
    }
}

fn side_of(word: &str) -> Side {
    match word {
        "buy" => Side::Buy,
        "sell" => Side::Sell,
        other => panic!("no such side: {other}"),
    }
}

/// `firm x=symbol side=buy|sell`, and `id=`, which is handed back.
fn filter<'w>(words: &[&'w str]) -> (OrderFilter, Option<&'w str>) {
    let mut which = OrderFilter {
        of: OrdersOf::Session,
        symbol: None,
        side: None,
    };
    let mut name = None;
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("firm", _) => which.of = OrdersOf::Firm,
            ("x", symbol) => which.symbol = Some(symbol.parse().unwrap()),
            ("side", side) => which.side = Some(side_of(side)),
            ("id", id) => name = Some(id),
            other => panic!("no such option: {other:?}"),
        }
    }
    (which, name)
}

pub(crate) fn cancel_all(desk: &Desk, words: &[&str]) -> Command {
    let (which, name) = filter(words);
    let fresh = desk.next_name();
    Command::CancelOrders(MassCancelRequest {
        client_order_id: name.unwrap_or(&fresh).parse().unwrap(),
        which,
        transact_time: Timestamp::from_nanos(7),
    })
}

/// The order's client order id, then any of `x=symbol side=buy|sell order=id`.
pub(crate) fn status(desk: &Desk, words: &[&str]) -> Command {
    let client_order_id: ClientOrderId = words[0].parse().unwrap();
    let known = desk.order_named(client_order_id);
    let mut request = StatusRequest {
        client_order_id,
        order_id: None,
        symbol: known.map_or("TEST".parse().unwrap(), |order| order.symbol),
        side: known.map_or(Side::Buy, |order| order.side),
        request_id: None,
    };
    for word in &words[1..] {
        match word.split_once('=').unwrap_or((word, "")) {
            ("x", symbol) => request.symbol = symbol.parse().unwrap(),
            ("side", side) => request.side = side_of(side),
            ("order", place) => request.order_id = Some(desk.order_id(place)),
            other => panic!("no such option: {other:?}"),
        }
    }
    Command::ReportOrder(request)
}

pub(crate) fn statuses(words: &[&str]) -> Command {
    let (which, name) = filter(words);
    Command::ReportOrders(MassStatusRequest {
        request_id: name.unwrap_or("all").parse().unwrap(),
        which,
    })
}

/// What is said of such a request, in few words.
pub(crate) fn tell(body: &EventBody, desk: &Desk) -> Option<String> {
    let named = |order: &Option<KnownOrder>| {
        order.map_or(String::new(), |order| {
            format!(" ({} {:?})", desk.place_of(order.order_id), order.status)
        })
    };
    Some(match body {
        EventBody::OrderReplaced { order, .. } => {
            let earlier = order.original_client_order_id.expect("it had another name");
            format!(
                "replaced {earlier}>{} {} left {:?}",
                order.client_order_id, order.leaves, order.status
            )
        }
        EventBody::ReplaceRejected {
            request,
            order,
            reason,
            ..
        } => format!(
            "replace-rejected {} {}{}",
            request.order.client_order_id,
            match reason {
                ReplaceRefusal::Terms(reason) => format!("Terms({})", refusal(reason)),
                other => format!("{other:?}"),
            },
            named(order)
        ),
        EventBody::OrdersCancelled {
            request, orders, ..
        } => format!("cancelling {orders} by {}", request.client_order_id),
        EventBody::MassCancelRejected {
            request, reason, ..
        } => format!(
            "mass-cancel-rejected {} {reason:?}",
            request.client_order_id
        ),
        EventBody::OrderReported { order, answers, .. } => {
            let of = match answers {
                Question::Order { .. } => String::new(),
                Question::Orders {
                    request_id,
                    total,
                    last,
                } => format!(" {request_id}/{total}{}", if *last { " last" } else { "" }),
            };
            format!(
                "report {} {}/{} {} left {:?}{of}",
                order.client_order_id, order.cumulative, order.quantity, order.leaves, order.status
            )
        }
        EventBody::NothingReported { reason, .. } => format!("no-report {reason:?}"),
        _ => return None,
    })
}

#[test]
fn a_smaller_order_keeps_its_place_in_line() {
    check(
        "A buy 5@5 | M buy 5@5 | A replace 1 3@5 | B sell 4@5",
        "accepted 1; accepted 2; replaced 1>3 3 left New; accepted 4;
         fill 3 3@5 0 left; fill 4 3@5 1 left; trade 3<4 3@5;
         fill 2 1@5 4 left; fill 4 1@5 0 left; trade 2<4 1@5",
    );
    // So does one that only lives longer.
    check(
        "A buy 5@5 | M buy 5@5 | A replace 1 5@5 gtc | B sell 5@5 | venue day",
        "accepted 1; accepted 2; replaced 1>3 5 left New; accepted 4;
         fill 3 5@5 0 left; fill 4 5@5 0 left; trade 3<4 5@5; expired 2; day-ended",
    );
}

#[test]
fn a_larger_order_or_another_price_goes_behind() {
    check(
        "A buy 5@5 | M buy 5@5 | A replace 1 6@5 | B sell 5@5",
        "accepted 1; accepted 2; replaced 1>3 6 left New; accepted 4;
         fill 2 5@5 0 left; fill 4 5@5 0 left; trade 2<4 5@5",
    );
    check(
        "A buy 5@5 | M buy 5@5 | A replace 1 5@6 | A replace 3 5@5 | B sell 5@5",
        "accepted 1; accepted 2; replaced 1>3 5 left New; replaced 3>4 5 left New; accepted 5;
         fill 2 5@5 0 left; fill 5 5@5 0 left; trade 2<5 5@5",
    );
}

#[test]
fn an_order_may_cross_on_its_new_price_and_then_trades() {
    check(
        "A buy 5@5 | B sell 3@7 | A replace 1 5@8",
        "accepted 1; accepted 2; replaced 1>3 5 left New;
         fill 2 3@7 0 left; fill 3 3@7 2 left; trade 3<2 3@7",
    );
    check(
        "A buy 5@5 | B sell 3@7 | A replace 1 5@7 ioc",
        "accepted 1; accepted 2; replaced 1>3 5 left New;
         fill 2 3@7 0 left; fill 3 3@7 2 left; trade 3<2 3@7; cancelled 3 ImmediateOrCancel",
    );
    check(
        "A buy 5@5 | A sell 3@7 | A replace 1 5@7",
        "accepted 1; accepted 2; replaced 1>3 5 left New; cancelled 3 SelfTradePrevented",
    );
    check(
        "A buy 5@5 | A replace 1 5@market",
        "accepted 1; replaced 1>2 5 left New; cancelled 2 MarketUnfilled",
    );
}

#[test]
fn an_iceberg_that_only_becomes_smaller_keeps_its_place() {
    check(
        "A buy 9@5 show=3 | M buy 5@5 | A replace 1 5@5 show=3 | B sell 2@5",
        "accepted 1; accepted 2; replaced 1>3 5 left New; accepted 4;
         fill 3 2@5 3 left; fill 4 2@5 0 left; trade 3<4 2@5",
    );
    check(
        "A buy 9@5 show=3 | M buy 5@5 | A replace 1 9@5 show=2 | B sell 3@5",
        "accepted 1; accepted 2; replaced 1>3 9 left New; accepted 4;
         fill 3 2@5 7 left; fill 4 2@5 1 left; trade 3<4 2@5;
         fill 2 1@5 4 left; fill 4 1@5 0 left; trade 2<4 1@5",
    );
    // One that shows more goes behind.
    check(
        "A buy 9@5 show=3 | M buy 5@5 | A replace 1 9@5 show=4 | B sell 2@5",
        "accepted 1; accepted 2; replaced 1>3 9 left New; accepted 4;
         fill 2 2@5 3 left; fill 4 2@5 0 left; trade 2<4 2@5",
    );
}

#[test]
fn what_is_filled_counts_for_the_minimum_quantity() {
    check(
        "B sell 6@5 | A buy 10@5 min=5 | A replace 2 10@6 min=5",
        "accepted 1; accepted 2; fill 1 6@5 0 left; fill 2 6@5 4 left; trade 2<1 6@5;
         replaced 2>3 4 left PartiallyFilled",
    );
}

#[test]
fn a_stop_is_changed_while_it_waits_and_stays_elected_when_it_is() {
    let traded = "A buy 1@5 | B sell 1@5";
    let told = "accepted 1; accepted 2; fill 1 1@5 0 left; fill 2 1@5 0 left; trade 1<2 1@5;";
    for (orders, answers) in [
        (
            "A buy 2@9 stop=8 | A replace 3 2@9 stop=5",
            "accepted 3; replaced 3>4 2 left New; triggered 4",
        ),
        (
            "A buy 2@9 stop=8 | A replace 3 2@9 stop=7",
            "accepted 3; replaced 3>4 2 left New",
        ),
        (
            "A buy 2@4 stop=5 | A replace 3 2@3 stop=5",
            "accepted 3; triggered 3; replaced 3>4 2 left New",
        ),
        (
            "A buy 2@4 stop=5 | A replace 3 2@4 stop=6 | A cancel 4",
            "accepted 3; triggered 3; replaced 3>4 2 left New; cancelled 4 by 5",
        ),
        (
            "A buy 2@4 | A replace 3 2@6 post | M sell 1@6 | A replace 4 2@6 post",
            "accepted 3; replaced 3>4 2 left New; accepted 5; fill 4 1@6 1 left; fill 5 1@6 0 left;
             trade 4<5 1@6; replaced 4>6 1 left PartiallyFilled",
        ),
        (
            "A buy 2@4 | M sell 1@6 | A replace 3 2@6 post",
            "accepted 3; accepted 4; replace-rejected 5 Terms(WouldTake) (3 New)",
        ),
    ] {
        check(
            &format!("{traded} | {orders}"),
            &format!("{told} {answers}"),
        );
    }
}

#[test]
fn what_is_filled_counts() {
    let filled = "A buy 5@5 | B sell 2@5";
    let told = "accepted 1; accepted 2; fill 1 2@5 3 left; fill 2 2@5 0 left; trade 1<2 2@5;";
    for (request, answer) in [
        ("A replace 1 4@5", "replaced 1>3 2 left PartiallyFilled"),
        ("A replace 1 9@5", "replaced 1>3 7 left PartiallyFilled"),
        ("A replace 1 2@5", "replaced 1>3 0 left Filled"),
        ("A replace 1 1@5", "replaced 1>3 0 left Filled"),
    ] {
        check(
            &format!("{filled} | {request}"),
            &format!("{told} {answer}"),
        );
    }
    check(
        "A buy 5@5 | B sell 2@5 | A replace 1 2@5 | A cancel 3 side=buy | A status 1",
        &format!(
            "{told} replaced 1>3 0 left Filled; cancel-rejected 4 TooLateToCancel (1 Filled);
             report 3 2/2 0 left Filled"
        ),
    );
}

#[test]
fn a_chain_of_replaces_is_followed_by_its_last_name_only() {
    check(
        "A buy 5@5 | A replace 1 4@5 | A replace 2 3@5 | A cancel 1 | A replace 2 2@5
         | A cancel 3 | A cancel 2 | A buy 1@5 id=2",
        "accepted 1; replaced 1>2 4 left New; replaced 2>3 3 left New;
         cancel-rejected 4 OrderReplaced (1 New);
         replace-rejected 5 Order(OrderReplaced) (1 New); cancelled 3 by 6;
         cancel-rejected 7 OrderReplaced (1 Cancelled); rejected 2 DuplicateClientOrderId",
    );
    // The first of two in flight is refused: the second names no order.
    check(
        "A buy 5@5 | A replace 1 0@5 | A replace 2 3@5 x=TEST",
        "accepted 1; replace-rejected 2 Terms(QuantityInvalid) (1 New);
         replace-rejected 3 Order(UnknownOrder)",
    );
}

#[test]
fn refused_replaces() {
    let rows = [
        ("X replace 1 1@5", "Order(SessionUnknown)"),
        ("COPY replace 1 1@5 a=a", "Order(SessionNotPermitted)"),
        ("A replace 1 1@5 id=1", "Order(DuplicateClientOrderId)"),
        ("B replace 1 1@5", "Order(UnknownOrder)"),
        ("A replace 7 1@5", "Order(UnknownOrder)"),
        ("A replace 1 1@5 x=COARSE", "Order(OrderMismatch) (1 New)"),
        ("A replace 1 1@5 side=sell", "Order(OrderMismatch) (1 New)"),
        ("A replace 1 1@5 order=2", "Order(OrderMismatch) (1 New)"),
        ("A replace 1 1@5 a=a2", "AccountChanged (1 New)"),
        ("A replace 1 1001@5", "Terms(QuantityAboveLimit) (1 New)"),
        ("A replace 1 1@0", "Terms(PriceInvalid) (1 New)"),
        ("A replace 1 1@5 till=1", "Terms(ExpiryPassed) (1 New)"),
        (
            "A replace 1 1@5 instances=i",
            "Terms(InstancesNotAllowed) (1 New)",
        ),
    ];
    for (request, reason) in rows {
        let name = if request.contains("id=1") { 1 } else { 2 };
        check(
            &format!("A buy 5@5 | {request}"),
            &format!("accepted 1; replace-rejected {name} {reason}"),
        );
    }
}

const HELD: &str =
    "venue deposit s i a SMALL | venue deposit t j a SMALL | venue deposit u k a SMALL";

const DEPOSITED: &str = "deposited s; deposited t; deposited u;";

#[test]
fn a_sell_that_grows_draws_and_one_that_shrinks_lets_go_of_the_last() {
    check(
        &format!(
            "{HELD} | A sell 1@5 x=SMALL | A replace 4 3@5 | A replace 5 2@5
             | A sell 1@9 x=SMALL instances=k | A sell 1@9 x=SMALL instances=j"
        ),
        &format!(
            "{} accepted 4; replaced 4>5 3 left New; replaced 5>6 2 left New; accepted 7;
             rejected 8 InstanceHeld",
            DEPOSITED
        ),
    );
    check(
        &format!("{HELD} | A sell 1@5 x=SMALL | A replace 4 4@5"),
        &format!(
            "{} accepted 4; replace-rejected 5 Terms(NotEnoughFreeInstances) (4 New)",
            DEPOSITED
        ),
    );
}

#[test]
fn named_instances_may_be_changed() {
    check(
        &format!(
            "{HELD} | A sell 2@5 x=SMALL instances=i,j | A replace 4 2@5 instances=k,i
             | B buy 2@5 x=SMALL image=web"
        ),
        &format!(
            "{} accepted 4; replaced 4>5 2 left New; accepted 6;
             fill 5 2@5 0 left [k i]; fill 6 2@5 0 left [k i]; trade 6<5 2@5 [u/k s/i]",
            DEPOSITED
        ),
    );
    let sold = "A sell 2@5 x=SMALL instances=i,j | B buy 1@5 x=SMALL image=web";
    let told = "accepted 4; accepted 5; fill 4 1@5 1 left [i]; fill 5 1@5 0 left [i];
        trade 5<4 1@5 [s/i];";
    for (names, answer) in [
        ("3@5 instances=i,k,j", "replaced 4>6 2 left PartiallyFilled"),
        (
            "3@5 instances=k,i,j",
            "replace-rejected 6 DeliveredNotNamed (4 PartiallyFilled)",
        ),
        (
            "2@5 instances=i",
            "replace-rejected 6 Terms(InstanceCountMismatch) (4 PartiallyFilled)",
        ),
        (
            "2@5 instances=i,zzz",
            "replace-rejected 6 Terms(InstanceUnknown) (4 PartiallyFilled)",
        ),
        (
            "3@5 instances=i,j,j",
            "replace-rejected 6 Terms(InstanceRepeated) (4 PartiallyFilled)",
        ),
    ] {
        check(
            &format!("{HELD} | {sold} | A replace 4 {names}"),
            &format!("{DEPOSITED} {told} {answer}"),
        );
    }
}
