//! Members whose connection breaks, who come back, who come twice, or who start their numbers again.

use std::collections::BTreeMap;

use fix_codec::tags;
use fix_codec::values::Side;
use fix_session::{Role, Settings};
use tests::ground::SYMBOL;
use tests::member::{Member, Seen, VENUE};

use crate::{come_back, day, ground, log_on};

/// Orders sent in one go.
const BURST: usize = 200;

#[tokio::test]
async fn what_happened_while_a_member_was_away_is_told_when_it_comes_back() {
    let ground = ground();
    let venue = ground.start();
    let mut away = log_on("CLIENT1", &venue).await;
    let mut other = log_on("CLIENT2", &venue).await;
    let offer = away.order("offer", &day(Side::Sell, 10, 1000)).await;
    offer.expect("the venue is there");
    let accepted = away.answer("offer").await;
    away.client().abort();

    for (id, quantity) in [("one", 1), ("two", 2), ("three", 3)] {
        let bid = other.order(id, &day(Side::Buy, quantity, 1000)).await;
        bid.expect("the venue is there");
        other.until(|seen| seen.is(tags::EXEC_TYPE, "F")).await;
    }
    let kept = away.order("kept", &day(Side::Sell, 1, 2000)).await;
    kept.expect("without a connection an order is kept");
    come_back(&mut away, &venue).await;
    let missed = away.until(|seen| seen.is(tags::CL_ORD_ID, "kept")).await;
    let cumulative: Vec<_> = missed
        .iter()
        .filter(|seen| seen.is(tags::EXEC_TYPE, "F"))
        .map(|seen| seen.must(tags::CUM_QTY))
        .collect();
    assert_eq!(cumulative, ["1", "3", "6"]);
    let mut numbers = missed.iter().map(|seen| seen.number(tags::MSG_SEQ_NUM));
    let mut last = accepted.number(tags::MSG_SEQ_NUM);
    assert!(numbers.all(|number| number > std::mem::replace(&mut last, number)));
}

#[tokio::test]
async fn orders_in_flight_when_the_connection_breaks_are_answered_once() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let mut answers: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for round in 0..3 {
        for number in 0..BURST {
            let id = format!("{round}-{number}");
            let sent = member.order(&id, &day(Side::Buy, 1, 1000)).await;
            sent.expect("the venue is there");
        }
        let some = member.until(|_| true).await;
        member.client().abort();
        come_back(&mut member, &venue).await;
        let rest = member
            .until(|seen| seen.is(tags::CL_ORD_ID, &format!("{round}-{}", BURST - 1)))
            .await;
        for seen in some.into_iter().chain(rest) {
            let id = seen.must(tags::CL_ORD_ID).to_owned();
            answers.entry(id).or_default().push(seen);
        }
    }
    assert_eq!(answers.len(), 3 * BURST);
    for (id, answers) in &answers {
        assert_eq!(answers.len(), 1, "{id}: {answers:#?}");
        assert!(answers[0].is(tags::EXEC_TYPE, "0"), "{id}: {answers:#?}");
    }
}

#[tokio::test]
async fn a_second_logon_is_refused_and_does_the_first_no_harm() {
    let ground = ground();
    let venue = ground.start();
    let mut first = log_on("CLIENT1", &venue).await;
    for _ in 0..3 {
        let mut second = Member::new("CLIENT1");
        let refused = second.connect(venue.address()).await;
        assert!(refused.is_err(), "two clients have one session");
    }
    let order = first.order("order", &day(Side::Buy, 1, 1000)).await;
    order.expect("the first is unharmed");
    assert!(first.answer("order").await.is(tags::EXEC_TYPE, "0"));
}

#[tokio::test]
async fn a_logon_with_141_starts_both_numbers_again_and_keeps_the_orders() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    for id in ["one", "two", "three"] {
        let order = member.order(id, &day(Side::Buy, 1, 1000)).await;
        order.expect("the venue is there");
        member.answer(id).await;
    }
    member.client().abort();

    let mut settings = Settings::initiator("CLIENT1", VENUE, 30);
    settings.role = Role::Initiator {
        heartbeat_seconds: 30,
        reset_on_logon: true,
        credentials: None,
    };
    for _ in 0..2 {
        let mut anew = Member::with(settings.clone());
        come_back(&mut anew, &venue).await;
        let name = format!("anew-{}", anew.client().session().next_outgoing());
        let order = anew.order(&name, &day(Side::Sell, 1, 3000)).await;
        order.expect("the venue is there");
        // It is 1 for the Logon.
        assert_eq!(anew.answer(&name).await.number(tags::MSG_SEQ_NUM), 2);
        let cancel = anew.cancel("cancel", &name, SYMBOL, Side::Sell).await;
        cancel.expect("the venue is there");
        anew.answer("cancel").await;
        anew.client().abort();
    }
    let mut anew = Member::with(settings);
    come_back(&mut anew, &venue).await;
    let cancel = anew.cancel("cancel-two", "two", SYMBOL, Side::Buy).await;
    cancel.expect("the venue is there");
    let cancelled = anew.answer("cancel-two").await;
    assert!(cancelled.is(tags::EXEC_TYPE, "4"), "{cancelled:?}");
}
