//! The kill switch where very many orders rest: everybody is told of each, once and in order, and nobody is lost for it.

use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use gateway::clock;
use serde_json::json;
use tests::ground::{SYMBOL, WATCH};
use tests::member::{Member, Terms};

use crate::ground;
use crate::operator::asked;

/// How many orders rest, unless the environment says otherwise.
const ORDERS: usize = 3_000;

/// Orders that are sent before their answers are read.
const IN_FLIGHT: usize = 250;

/// Bids that meet nobody's offer.
const TERMS: Terms<'_> = Terms {
    symbol: SYMBOL,
    side: Side::Buy,
    quantity: 7,
    cents: 1_000,
    time_in_force: TimeInForce::GoodTillCancel,
};

/// The ClOrdIDs that an operator's block ended, in the order of the reports, until that of `last` is told.
async fn ended(member: &mut Member, last: &str) -> Vec<String> {
    let told = member
        .until(|seen| seen.is(tags::EXEC_TYPE, "4") && seen.is(tags::CL_ORD_ID, last))
        .await;
    let ends = told.iter().filter(|seen| seen.is(tags::EXEC_TYPE, "4"));
    ends.map(|seen| seen.must(tags::CL_ORD_ID).to_owned())
        .collect()
}

#[tokio::test]
async fn everybody_is_told_of_each_of_very_many_orders() {
    let orders = std::env::var("KILLED_ORDERS").ok();
    let orders = orders.map_or(ORDERS, |orders| orders.parse().expect("a number"));
    let ground = ground();
    let venue = ground.start();
    let (mut watch, mut one) = (Member::new(WATCH), Member::new("CLIENT1"));
    for member in [&mut watch, &mut one] {
        let connected = member.connect(venue.address()).await;
        connected.expect("a member comes");
    }
    let ids: Vec<String> = (0..orders).map(|order| format!("order-{order}")).collect();
    for some in ids.chunks(IN_FLIGHT) {
        for id in some {
            one.order(id, &TERMS).await.expect("an order goes out");
        }
        let last = some.last().expect("a chunk has one");
        for member in [&mut one, &mut watch] {
            member.answer(last).await;
        }
    }

    let begun = clock::now();
    let kill = ["kill", "--operator", "alice", "--reason", "T-1", "venue"];
    let (code, killed) = asked(&ground, &kill).await;
    let answered = clock::now() - begun;
    assert_eq!((code, &killed["orders_cancelled"]), (0, &json!(orders)));
    let last = ids.last().expect("there is one");
    for member in [&mut one, &mut watch] {
        assert_eq!(ended(member, last).await, ids, "each once, in order");
    }
    let told = clock::now() - begun;
    eprintln!(
        "{orders} orders: answered after {} ms, and everybody was told after {} ms",
        answered.num_milliseconds(),
        told.num_milliseconds()
    );
    one.order("late", &TERMS).await.expect("it is still here");
    assert!(one.answer("late").await.is(tags::EXEC_TYPE, "8"));

    venue.stop().expect("the venue stops");
    assert!(ground.verify().next_event.get() > 0);
}
