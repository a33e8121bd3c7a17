//! The terms of an order, as scripts write them.

use engine::{Conditions, NewOrder, OrderKind, Price, Quantity, TimeInForce};

use crate::{connections, self_match, special};

/// An order with the quantity, price and options of its words.
pub(crate) fn with_terms(mut order: NewOrder, words: &[&str]) -> NewOrder {
    let (quantity, price) = words[0].split_once('@').expect("quantity@price");
    order.kind = match price {
        "market" => OrderKind::Market,
        "to-limit" => OrderKind::MarketToLimit,
        price => OrderKind::Limit(Price::from_micros(price.parse().unwrap())),
    };
    order.quantity = Quantity::new(quantity.parse().unwrap());
    let mut conditions = Conditions::default();
    for word in &words[1..] {
        match word.split_once('=').unwrap_or((word, "")) {
            ("ioc", _) => order.time_in_force = TimeInForce::ImmediateOrCancel,
            ("fok", _) => order.time_in_force = TimeInForce::FillOrKill,
            ("open", _) => order.time_in_force = TimeInForce::AtTheOpening,
            ("close", _) => order.time_in_force = TimeInForce::AtTheClose,
            ("day", _) => order.time_in_force = TimeInForce::Day,
            ("gtc", _) => order.time_in_force = TimeInForce::GoodTillCancel,
            ("till", beat) => order.time_in_force = connections::till(beat),
            ("lastday", day) => order.time_in_force = connections::last_day(day),
            ("x", symbol) => order.symbol = symbol.parse().unwrap(),
            ("a", account) => order.account = account.parse().unwrap(),
            ("id", name) => order.client_order_id = name.parse().unwrap(),
            ("image", image) => order.image = Some(image.parse().unwrap()),
            ("instances", names) => {
                order.instances = names.split(',').map(|name| name.parse().unwrap()).collect();
            }
            ("own", what) => {
                conditions.self_match_instruction = Some(self_match::instruction(what));
            }
            ("stop", price) => order.kind = special::stop_at(order.kind, price),
            ("post", _) => conditions.post_only = true,
            ("min", count) => conditions.minimum_quantity = Some(special::count(count)),
            ("show", count) => conditions.displayed_quantity = Some(special::count(count)),
            ("group", name) => conditions.self_match_group = Some(name.parse().unwrap()),
            other => panic!("no such option: {other:?}"),
        }
    }
    order.conditions = conditions.carried();
    order
}
