//! Reading the orders of one firm a piece at a time, while places for orders come free and are used again.

use engine::{FirmKind, FirmName, OrderView};

use crate::desk::{Desk, after};

/// All orders of a firm, read in pieces of so many places.
fn read(desk: &Desk, firm: &str, places: u32) -> Vec<OrderView> {
    let firm = FirmName::new(firm).unwrap();
    let (mut found, mut from) = (Vec::new(), 0);
    loop {
        let page = desk.engine.browse_orders(&firm, from, places);
        assert!(page.orders.len() <= usize::try_from(places).unwrap());
        found.extend(page.orders);
        match page.next {
            Some(next) => from = next,
            None => return found,
        }
    }
}

#[test]
fn a_firm_s_resting_orders_are_found_whatever_the_size_of_the_pieces() {
    for (script, a, b) in [
        ("A buy 1@5", vec!["1"], vec![]),
        (
            "A buy 1@5 | B sell 1@6 | A2 buy 2@5",
            vec!["1", "3"],
            vec!["2"],
        ),
        // The place of what is done is free, and then another order's.
        ("A buy 1@5 | B buy 1@5 | A cancel 1", vec![], vec!["2"]),
        ("A buy 1@5 | A cancel 1 | B buy 1@5", vec![], vec!["3"]),
        (
            "A buy 1@5 | A buy 1@5 | A cancel 1 | A buy 1@4",
            vec!["2", "4"],
            vec![],
        ),
        ("A sell 5@5 | B buy 2@5", vec!["1"], vec![]),
        // A stop that waits rests too.
        ("A buy 1@market stop=9 | B buy 1@5", vec!["1"], vec!["2"]),
    ] {
        let desk = after(script);
        for places in [1, 2, 3, 1_000, u32::MAX] {
            for (firm, expected) in [("A", &a), ("B", &b), ("NOBODY", &vec![])] {
                let mut orders = read(&desk, firm, places);
                orders.sort_by_key(|order| order.order_id);
                let ids: Vec<_> = orders
                    .iter()
                    .map(|one| one.client_order_id.as_str())
                    .collect();
                assert_eq!(ids, *expected, "{script}: {firm}, {places} at a time");
                for order in orders {
                    assert_eq!(desk.engine.order(order.order_id), Some(order));
                }
            }
        }
    }
}

#[test]
fn firms_are_listed_as_they_were_admitted() {
    let desk = Desk::open();
    let firms = desk
        .engine
        .firms()
        .map(|(name, kind)| (name.to_string(), kind));
    let first = firms.take(1).next();
    assert_eq!(first, Some(("A".to_owned(), FirmKind::Broker)));
}
