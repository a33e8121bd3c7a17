//! A trading day in the hands of an operator: pre-open, opening auction, continuous trading, a halt, closing auction, closed.

use chrono::TimeDelta;
use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use gateway::clock;
use serde_json::{Value, json};
use tests::ground::{Ground, SYMBOL};
use tests::member::{Member, Seen, Terms};
use tests::venue_process::VenueProcess;

use crate::ground;
use crate::operator::{admin, asked, audited};

/// Runs a command of an operator that must be done.
pub(crate) async fn does(ground: &Ground, words: &[&str]) {
    let signed = ["--operator", "alice", "--reason", "as agreed"];
    let all = [words, &signed].concat();
    let ended = admin(ground, &all).await;
    assert_eq!(ended.code(), 0, "{words:?}: {ended:?}");
}

pub(crate) async fn log_on(name: &str, venue: &VenueProcess) -> Member {
    let mut member = Member::new(name);
    let connected = member.connect(venue.address()).await;
    connected.expect("a member comes");
    member
}

/// Sends an order `SIDE QUANTITY CENTS`, and gives the first report on it.
pub(crate) async fn order(member: &mut Member, id: &str, terms: &str, until: TimeInForce) -> Seen {
    let words: Vec<&str> = terms.split(' ').collect();
    let terms = Terms {
        symbol: SYMBOL,
        side: if words[0] == "buy" {
            Side::Buy
        } else {
            Side::Sell
        },
        quantity: words[1].parse().expect("a number"),
        cents: words[2].parse().expect("a number"),
        time_in_force: until,
    };
    let sent = member.order(id, &terms).await;
    sent.expect("the venue is there");
    member.answer(id).await
}

/// The next report on an order, in short.
pub(crate) async fn next(member: &mut Member, id: &str) -> String {
    summary(&member.answer(id).await)
}

pub(crate) fn summary(seen: &Seen) -> String {
    let get = |tag| seen.get(tag).unwrap_or("-");
    format!(
        "150={} 39={} 59={} 151={} 31={} 851={} 378={}",
        get(tags::EXEC_TYPE),
        get(tags::ORD_STATUS),
        get(tags::TIME_IN_FORCE),
        get(tags::LEAVES_QTY),
        get(tags::LAST_PX),
        get(tags::LAST_LIQUIDITY_IND),
        get(tags::EXEC_RESTATEMENT_REASON),
    )
}

fn refused(seen: &Seen, reason: &str, why: &str) {
    assert!(seen.is(tags::ORD_STATUS, "8"), "{seen:?}");
    assert!(seen.is(tags::ORD_REJ_REASON, reason), "{seen:?}");
    assert!(seen.must(tags::TEXT).contains(why), "{seen:?}");
}

#[tokio::test]
async fn a_day_from_pre_open_to_closed() {
    let ground = ground();
    let venue = ground.start();
    let mut seller = log_on("CLIENT1", &venue).await;
    let mut buyer = log_on("CLIENT2", &venue).await;

    does(&ground, &["phase", SYMBOL, "pre-open"]).await;
    order(&mut seller, "offer", "sell 5 1000", TimeInForce::Day).await;
    let opening = TimeInForce::AtTheOpening;
    order(&mut buyer, "opening", "buy 3 1010", opening).await;
    order(&mut buyer, "low", "buy 4 990", opening).await;
    let at_once = TimeInForce::ImmediateOrCancel;
    let none = order(&mut buyer, "at-once", "buy 1 1010", at_once).await;
    refused(&none, "11", "pre-open");

    does(&ground, &["phase", SYMBOL, "opening-auction"]).await;
    does(&ground, &["phase", SYMBOL, "continuous"]).await;
    let filled = next(&mut buyer, "opening").await;
    assert_eq!(filled, "150=F 39=2 59=2 151=0 31=10 851=- 378=-");
    let filled = next(&mut seller, "offer").await;
    assert_eq!(filled, "150=F 39=1 59=0 151=2 31=10 851=- 378=-");
    let unfilled = next(&mut buyer, "low").await;
    assert_eq!(unfilled, "150=4 39=4 59=2 151=0 31=- 851=- 378=8");

    let late = order(&mut buyer, "late", "buy 1 1000", opening).await;
    refused(&late, "4", "continuous trading");
    let close = TimeInForce::AtTheClose;
    order(&mut seller, "closing", "sell 2 1000", close).await;
    order(&mut buyer, "now", "buy 1 1000", TimeInForce::Day).await;
    let filled = next(&mut buyer, "now").await;
    assert_eq!(filled, "150=F 39=2 59=0 151=0 31=10 851=2 378=-");

    does(&ground, &["halt", SYMBOL]).await;
    let none = order(&mut buyer, "in-halt", "buy 1 1000", TimeInForce::Day).await;
    refused(&none, "2", "halted");
    does(&ground, &["resume", SYMBOL]).await;

    does(&ground, &["phase", SYMBOL, "closing-auction"]).await;
    order(&mut buyer, "bid", "buy 2 1000", close).await;
    does(&ground, &["phase", SYMBOL, "closed"]).await;
    for expected in [
        "150=F 39=1 59=7 151=1 31=10 851=- 378=-",
        "150=F 39=2 59=7 151=0 31=10 851=- 378=-",
    ] {
        assert_eq!(next(&mut buyer, "bid").await, expected);
    }
    for expected in [
        "150=F 39=1 59=7 151=1 31=10 851=- 378=-",
        "150=4 39=4 59=7 151=0 31=- 851=- 378=8",
    ] {
        assert_eq!(next(&mut seller, "closing").await, expected);
    }
    let none = order(&mut buyer, "too-late", "buy 1 1000", TimeInForce::Day).await;
    refused(&none, "2", "closed");

    venue.stop().expect("the venue stops");
    assert!(ground.verify().next_event.get() > 0);
}

#[tokio::test]
async fn a_halt_that_cancels_and_reopens_with_an_auction() {
    let ground = ground();
    let venue = ground.start();
    let mut seller = log_on("CLIENT1", &venue).await;
    let mut buyer = log_on("CLIENT2", &venue).await;
    let policy = ["halt-policy", SYMBOL, "--orders", "cancel"];
    let policy = [&policy[..], &["--reopening-call", "1"]].concat();
    does(&ground, &policy).await;

    order(&mut seller, "offer", "sell 5 1000", TimeInForce::Day).await;
    does(&ground, &["halt", SYMBOL]).await;
    let cancelled = next(&mut seller, "offer").await;
    assert_eq!(cancelled, "150=4 39=4 59=0 151=0 31=- 851=- 378=6");
    does(&ground, &["resume", SYMBOL]).await;
    order(&mut seller, "again", "sell 5 1000", TimeInForce::Day).await;
    order(&mut buyer, "bid", "buy 5 1000", TimeInForce::Day).await;
    // Nobody does anything: the auction comes by itself.
    let filled = next(&mut buyer, "bid").await;
    assert_eq!(filled, "150=F 39=2 59=0 151=0 31=10 851=- 378=-");
    venue.stop().expect("the venue stops");
}

#[tokio::test]
async fn phases_are_listed_and_what_cannot_be_is_refused() {
    let ground = ground();
    let venue = ground.start();
    does(&ground, &["phase", SYMBOL, "closing-auction"]).await;
    let (_, phases) = asked(&ground, &["phases"]).await;
    let listed = json!({ "symbol": SYMBOL, "phase": "closing-auction" });
    let phases = phases["phases"].as_array().expect("a list");
    assert!(phases.contains(&listed), "{phases:?}");

    let signed = ["--operator", "alice", "--reason", "why"];
    for (words, wrong) in [
        (&["phase", SYMBOL, "pre-open"][..], "does not follow"),
        (&["phase", SYMBOL, "closing-auction"], "so already"),
        (&["resume", SYMBOL], "there is none"),
        (&["halt", "NOBODY"], "not known"),
        (
            &[
                "halt-policy",
                SYMBOL,
                "--orders",
                "keep",
                "--reopening-call",
                "0",
            ],
            "1 to 86400",
        ),
    ] {
        let (code, refused) = asked(&ground, &[words, &signed].concat()).await;
        assert_eq!(code, 3, "{words:?}");
        let said = refused["wrong"].as_str().expect("a text");
        assert!(said.contains(wrong), "{words:?}: {said}");
    }
    venue.stop().expect("the venue stops");
    let audited = audited(&ground);
    let detail = audited[0]["detail"].as_str().expect("a text");
    assert!(detail.contains("to closing auction"), "{detail}");
    assert!(detail.ends_with("reason: as agreed"), "{detail}");
}

#[tokio::test]
async fn a_calendar_brings_instruments_to_where_they_ought_to_be() {
    let ground = ground();
    // No trading today, nor on the days next to it.
    let day = (clock::now() + TimeDelta::days(3)).format("%A").to_string();
    ground.configure(|text| {
        format!(
            "{text}\n[[trading_calendars]]\ninstruments = [\"{SYMBOL}\"]\ntime_zone = \"UTC\"\ndays = [\"{}\"]\n\
             continuous = \"00:01\"\nclose = \"23:59:59\"\n",
            day.to_lowercase()
        )
    });
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let none = order(&mut member, "one", "buy 1 1000", TimeInForce::Day).await;
    refused(&none, "2", "closed");
    does(&ground, &["phase", SYMBOL, "continuous"]).await;
    let taken = order(&mut member, "two", "buy 1 1000", TimeInForce::Day).await;
    assert!(taken.is(tags::ORD_STATUS, "0"), "{taken:?}");
    venue.stop().expect("the venue stops");

    // What an operator does holds until the calendar's next step.
    let venue = ground.start();
    let listed = json!({ "symbol": SYMBOL, "phase": "continuous" });
    let (_, phases) = asked(&ground, &["phases"]).await;
    let phases = phases["phases"].as_array().expect("a list");
    assert!(phases.contains(&listed), "{phases:?}");
    venue.stop().expect("the venue stops");
}

#[tokio::test]
async fn what_a_halt_does_is_configured_and_an_operator_may_say_otherwise() {
    let ground = ground();
    let cancels = "\n[[halt_policies]]\norders = \"cancel\"\n";
    ground.configure(|text| format!("{text}{cancels}"));
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    order(&mut member, "one", "buy 1 1000", TimeInForce::Day).await;
    does(&ground, &["halt", SYMBOL]).await;
    let cancelled = next(&mut member, "one").await;
    assert_eq!(cancelled, "150=4 39=4 59=0 151=0 31=- 851=- 378=6");
    does(&ground, &["resume", SYMBOL]).await;

    does(&ground, &["halt-policy", SYMBOL, "--orders", "keep"]).await;
    order(&mut member, "two", "buy 1 1000", TimeInForce::Day).await;
    venue.stop().expect("the venue stops");
    member.rest().await;
    let venue = ground.start();
    let connected = member.connect(venue.address()).await;
    connected.expect("the member comes back");
    does(&ground, &["halt", SYMBOL]).await;
    does(&ground, &["resume", SYMBOL]).await;
    does(&ground, &["release-halt-policy", SYMBOL]).await;
    // The first halt has kept it.
    does(&ground, &["halt", SYMBOL]).await;
    let cancelled = next(&mut member, "two").await;
    assert_eq!(cancelled, "150=4 39=4 59=0 151=0 31=- 851=- 378=6");

    // What is configured no more is as if it had never been.
    venue.stop().expect("the venue stops");
    ground.configure(|text| text.replace(cancels, ""));
    let venue = ground.start();
    let (_, listed) = asked(&ground, &["halt-policies"]).await;
    let policies = listed["halt_policies"].as_array().expect("a list");
    let plain = |one: &Value| one["orders"] == "keep" && one["by_operator"] == false;
    assert!(
        policies.len() == 4 && policies.iter().all(plain),
        "{listed}"
    );
    venue.stop().expect("the venue stops");
}
