//! Members ask where trading stands, and are told of every step that an operator makes.

use fix_codec::messages::{SecurityStatusRequest, TradingSessionStatusRequest};
use fix_codec::tags;
use fix_codec::values::{SubscriptionRequestType, TimeInForce};
use tests::ground::{SYMBOL, WATCH};
use tests::member::{Member, Seen};

use crate::ground;
use crate::phases::{does, log_on, order};

const ONCE: SubscriptionRequestType = SubscriptionRequestType::Snapshot;
pub(crate) const FOLLOW: SubscriptionRequestType = SubscriptionRequestType::SnapshotAndUpdates;
const NO_MORE: SubscriptionRequestType = SubscriptionRequestType::Unsubscribe;

/// Another instrument of the ground.
const OTHER: &str = "BENCH.B";

pub(crate) async fn ask(
    member: &mut Member,
    id: &str,
    symbol: &str,
    wish: SubscriptionRequestType,
) {
    let request = SecurityStatusRequest::new(id, symbol, wish);
    member.send(&request).await.expect("the venue is there");
}

async fn ask_market(member: &mut Member, id: &str, wish: SubscriptionRequestType) {
    let request = TradingSessionStatusRequest::new(id, wish);
    member.send(&request).await.expect("the venue is there");
}

async fn next(member: &mut Member) -> Seen {
    let next = member.next().await.expect("the venue is there");
    next.expect("the connection lives")
}

/// The next message, as `f ID SYMBOL 326 325 58`, `h ID 340 625 325`, `j 380 379` or `8 ID 150`.
async fn told(member: &mut Member) -> String {
    let seen = next(member).await;
    let fields: &[u32] = match seen.must(tags::MSG_TYPE) {
        "f" => &[
            tags::SECURITY_STATUS_REQ_ID,
            tags::SYMBOL,
            tags::SECURITY_TRADING_STATUS,
            tags::UNSOLICITED_INDICATOR,
            tags::TEXT,
        ],
        "h" => &[
            tags::TRAD_SES_REQ_ID,
            tags::TRAD_SES_STATUS,
            tags::TRADING_SESSION_SUB_ID,
            tags::UNSOLICITED_INDICATOR,
        ],
        "j" => &[tags::BUSINESS_REJECT_REASON, tags::BUSINESS_REJECT_REF_ID],
        "8" => &[tags::CL_ORD_ID, tags::EXEC_TYPE],
        _ => panic!("{seen:?}"),
    };
    let values = fields.iter().map(|tag| seen.get(*tag).unwrap_or("-"));
    let all = std::iter::once(seen.must(tags::MSG_TYPE)).chain(values);
    all.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn every_step_is_told_in_the_order_in_which_the_market_made_it() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    does(&ground, &["halt-policy", SYMBOL, "--orders", "cancel"]).await;
    order(&mut member, "bid", "buy 1 1000", TimeInForce::Day).await;
    ask(&mut member, "all", SYMBOL, FOLLOW).await;
    assert_eq!(told(&mut member).await, "f all BENCH.A 17 N -");
    ask(&mut member, "once", OTHER, ONCE).await;
    assert_eq!(told(&mut member).await, "f once BENCH.B 17 N -");

    does(&ground, &["halt", SYMBOL]).await;
    // Nobody follows it.
    does(&ground, &["halt", OTHER]).await;
    assert_eq!(told(&mut member).await, "f all BENCH.A 2 Y as agreed");
    // What the halt does comes behind it.
    assert_eq!(told(&mut member).await, "8 bid 4");
    does(&ground, &["resume", SYMBOL]).await;
    does(&ground, &["phase", SYMBOL, "closing-auction"]).await;
    does(&ground, &["phase", SYMBOL, "closed"]).await;
    for expected in ["17 Y as agreed", "- Y as agreed", "18 Y as agreed"] {
        assert_eq!(told(&mut member).await, format!("f all BENCH.A {expected}"));
    }
    ask(&mut member, "again", SYMBOL, ONCE).await;
    assert_eq!(told(&mut member).await, "f again BENCH.A 18 N as agreed");

    ask(&mut member, "all", SYMBOL, NO_MORE).await;
    ask(&mut member, "then", SYMBOL, ONCE).await;
    assert_eq!(told(&mut member).await, "f then BENCH.A 18 N as agreed");
    does(&ground, &["phase", SYMBOL, "pre-open"]).await;
    ask(&mut member, "now", SYMBOL, ONCE).await;
    assert_eq!(told(&mut member).await, "f now BENCH.A 21 N as agreed");
    venue.stop().expect("the venue stops");
}

#[tokio::test]
async fn a_subscription_ends_with_the_connection_and_a_new_one_begins_with_the_truth() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    ask(&mut member, "one", SYMBOL, FOLLOW).await;
    assert_eq!(told(&mut member).await, "f one BENCH.A 17 N -");
    does(&ground, &["halt", SYMBOL]).await;
    assert_eq!(told(&mut member).await, "f one BENCH.A 2 Y as agreed");
    venue.kill().expect("it ran");
    member.rest().await;

    let venue = ground.start();
    let connected = member.connect(venue.address()).await;
    connected.expect("the member comes back");
    does(&ground, &["resume", SYMBOL]).await;
    does(&ground, &["halt", SYMBOL]).await;
    // The name is free again, and nothing was told under it meanwhile.
    ask(&mut member, "one", SYMBOL, FOLLOW).await;
    let seen = member.until(|seen| seen.is(tags::MSG_TYPE, "f") && !seen.may_be_known());
    let answer = seen.await.pop().expect("it ends with what was wanted");
    assert!(answer.is(tags::SECURITY_TRADING_STATUS, "2"), "{answer:?}");
    assert!(answer.is(tags::UNSOLICITED_INDICATOR, "N"), "{answer:?}");
    does(&ground, &["resume", SYMBOL]).await;
    assert_eq!(told(&mut member).await, "f one BENCH.A 17 Y as agreed");
    venue.stop().expect("the venue stops");
    member.rest().await;

    let venue = ground.start();
    let connected = member.connect(venue.address()).await;
    connected.expect("the member comes back");
    does(&ground, &["halt", SYMBOL]).await;
    ask(&mut member, "two", SYMBOL, ONCE).await;
    assert_eq!(told(&mut member).await, "f two BENCH.A 2 N as agreed");
    venue.stop().expect("the venue stops");
}

#[tokio::test]
async fn the_market_as_a_whole_is_told_when_it_stands_otherwise() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    ask_market(&mut member, "day", FOLLOW).await;
    assert_eq!(told(&mut member).await, "h day 2 3 N");
    let instruments = [SYMBOL, OTHER, "BENCH.C", "BENCH.D"];
    for symbol in instruments {
        does(&ground, &["halt", symbol]).await;
    }
    // With the first, not all are in one phase any more; with the last, none trades.
    assert_eq!(told(&mut member).await, "h day 2 - Y");
    assert_eq!(told(&mut member).await, "h day 1 - Y");
    ask_market(&mut member, "day", NO_MORE).await;
    does(&ground, &["resume", SYMBOL]).await;
    ask_market(&mut member, "once", ONCE).await;
    assert_eq!(told(&mut member).await, "h once 2 - N");
    venue.stop().expect("the venue stops");
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_by_name() {
    let ground = ground();
    let venue = ground.start();
    let mut watch = log_on(WATCH, &venue).await;
    ask(&mut watch, "a", SYMBOL, ONCE).await;
    assert_eq!(told(&mut watch).await, "j 6 -");

    let mut member = log_on("CLIENT1", &venue).await;
    ask(&mut member, "a", "NOBODY", FOLLOW).await;
    assert_eq!(told(&mut member).await, "j 2 a");
    ask(&mut member, "a", SYMBOL, FOLLOW).await;
    assert_eq!(told(&mut member).await, "f a BENCH.A 17 N -");
    for wish in [ONCE, FOLLOW] {
        ask(&mut member, "a", OTHER, wish).await;
        assert_eq!(told(&mut member).await, "j 0 a");
    }
    ask(&mut member, "b", SYMBOL, NO_MORE).await;
    assert_eq!(told(&mut member).await, "j 1 b");
    ask(&mut member, "a", OTHER, NO_MORE).await;
    assert_eq!(told(&mut member).await, "j 0 a");
    ask_market(&mut member, "a", NO_MORE).await;
    assert_eq!(told(&mut member).await, "j 1 a");
    let night = TradingSessionStatusRequest {
        trading_session_id: Some("NIGHT"),
        ..TradingSessionStatusRequest::new("n", ONCE)
    };
    member.send(&night).await.expect("the venue is there");
    assert_eq!(told(&mut member).await, "h n 6 - -");

    // One for an instrument.
    ask(&mut member, "b", SYMBOL, FOLLOW).await;
    assert_eq!(told(&mut member).await, "j 0 b");
    ask(&mut member, "b", SYMBOL, ONCE).await;
    assert_eq!(told(&mut member).await, "f b BENCH.A 17 N -");
    ask(&mut member, "a", SYMBOL, NO_MORE).await;
    ask(&mut member, "b", SYMBOL, FOLLOW).await;
    assert_eq!(told(&mut member).await, "f b BENCH.A 17 N -");
    venue.stop().expect("the venue stops");
}
