//! What orders are held against: a refusal says whose limit it is, its value and the attempt; and limits outlive a kill,
//! and change with the configuration.

use fix_codec::tags;
use fix_codec::values::Side;
use tests::ground::Ground;
use tests::member::{Member, Seen};

use crate::{come_back, day, ground, log_on};

const LIMITS: &str = "\n[[risk_limits]]\nfirm = \"FIRM1\"\nmax_order_quantity = 10\nmax_open_orders = 2\n\
                      max_open_notional = { USD = \"100.00\" }\n";

/// Sends a bid, and gives the answer.
async fn bid(member: &mut Member, id: &str, quantity: u32, cents: i64) -> Seen {
    let sent = member.order(id, &day(Side::Buy, quantity, cents)).await;
    sent.expect("the venue is there");
    member.answer(id).await
}

#[track_caller]
fn assert_taken(answer: &Seen) {
    assert!(answer.is(tags::EXEC_TYPE, "0"), "{}", answer.content());
}

#[track_caller]
fn assert_refused(answer: &Seen, text: &str) {
    let told = [
        tags::MSG_TYPE,
        tags::EXEC_TYPE,
        tags::ORD_STATUS,
        tags::ORD_REJ_REASON,
    ]
    .map(|tag| answer.must(tag));
    assert_eq!(told, ["8", "8", "8", "3"], "{}", answer.content());
    assert_eq!(answer.must(tags::TEXT), format!("test instrument: {text}"));
}

/// Takes the limits out of the configuration.
fn without_limits(ground: &Ground) {
    ground.configure(|text| text.replace(LIMITS, ""));
}

#[tokio::test]
async fn a_refusal_says_whose_limit_it_is_its_value_and_the_attempt() {
    let ground = ground();
    ground.configure(|text| text + LIMITS);
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let above = bid(&mut member, "large", 11, 1).await;
    assert_refused(&above, "firm FIRM1: order quantity is 11, limit 10");
    assert_taken(&bid(&mut member, "first", 10, 500).await);
    let above = bid(&mut member, "dear", 10, 501).await;
    let text = "firm FIRM1: open notional would be 100.10 USD, limit 100.00";
    assert_refused(&above, text);
    assert_taken(&bid(&mut member, "second", 10, 500).await);
    let third = "firm FIRM1: open orders would be 3, limit 2";
    assert_refused(&bid(&mut member, "third", 1, 1).await, third);
    // Nobody else is held against them.
    let mut other = log_on("CLIENT2", &venue).await;
    assert_taken(&bid(&mut other, "large", 11, 1_000).await);

    venue.kill().expect("the venue runs");
    member.rest().await;
    let venue = ground.start();
    come_back(&mut member, &venue).await;
    assert_refused(&bid(&mut member, "fourth", 1, 1).await, third);

    without_limits(&ground);
    venue.reload().expect("it runs");
    venue.log_saying("limits of firm FIRM1 lifted").await;
    assert_taken(&bid(&mut member, "fifth", 11, 1_000).await);
    venue.stop().expect("the venue stops");
    let report = ground.verify();
    assert!(report.next_event.get() > 0, "{report:?}");
}

#[tokio::test]
async fn limits_that_are_no_longer_in_the_file_are_lifted_by_a_start() {
    let ground = ground();
    ground.configure(|text| text + LIMITS);
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let above = bid(&mut member, "large", 11, 1).await;
    assert_refused(&above, "firm FIRM1: order quantity is 11, limit 10");
    venue.stop().expect("the venue stops");
    member.rest().await;
    without_limits(&ground);
    let venue = ground.start();
    come_back(&mut member, &venue).await;
    assert_taken(&bid(&mut member, "again", 11, 1).await);
    venue.stop().expect("the venue stops");
}
