//! The kill switch while members trade: what they are told, what a killed venue remembers, and who lets them trade again.

use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use serde_json::json;
use tests::ground::{Ground, SYMBOL, WATCH};
use tests::member::{Member, Seen, Terms};
use tests::venue_process::VenueProcess;

use crate::ground;
use crate::operator::{admin, asked, audited};

/// Bids that meet nobody's offer.
const TERMS: Terms<'_> = Terms {
    symbol: SYMBOL,
    side: Side::Buy,
    quantity: 7,
    cents: 1_000,
    time_in_force: TimeInForce::GoodTillCancel,
};

async fn member(venue: &VenueProcess, name: &str) -> Member {
    let mut member = Member::new(name);
    let connected = member.connect(venue.address()).await;
    connected.expect("a member comes");
    member
}

/// Sends an order, and gives the report on it.
async fn order(member: &mut Member, id: &str) -> Seen {
    member.order(id, &TERMS).await.expect("an order goes out");
    member.answer(id).await
}

/// What the report that ends an order says.
async fn cancelled(member: &mut Member, id: &str) -> (String, String, String) {
    let all = member
        .until(|seen| seen.is(tags::CL_ORD_ID, id) && seen.is(tags::EXEC_TYPE, "4"))
        .await;
    let report = all.last().expect("it is the last");
    let said = |tag| report.must(tag).to_owned();
    let reason = said(tags::EXEC_RESTATEMENT_REASON);
    (said(tags::ORD_STATUS), reason, said(tags::TEXT))
}

/// Switches with a reason, as alice.
async fn switch(ground: &Ground, words: &[&str]) -> (i32, serde_json::Value) {
    let by = ["--operator", "alice", "--reason", "T-1: runs wild"];
    asked(ground, &[&words[..1], &by, &words[1..]].concat()).await
}

fn ended(said: &str) -> (String, String, String) {
    let text = format!("test instrument: trading is blocked for {said}");
    ("4".to_owned(), "8".to_owned(), text)
}

#[tokio::test]
async fn a_session_is_stopped_and_the_others_trade_on_until_its_release_and_after_a_kill() {
    let ground = ground();
    let venue = ground.start();
    let mut watch = member(&venue, WATCH).await;
    let (mut one, mut other) = (
        member(&venue, "CLIENT1").await,
        member(&venue, "CLIENT2").await,
    );
    for (who, ids) in [(&mut one, ["a", "b"]), (&mut other, ["c", "d"])] {
        for id in ids {
            assert!(order(who, id).await.is(tags::EXEC_TYPE, "0"));
        }
    }

    let (code, killed) = switch(&ground, &["kill", "session", "CLIENT1"]).await;
    assert_eq!((code, &killed["orders_cancelled"]), (0, &json!(2)));
    assert_eq!(killed["scope"], json!({ "Session": "CLIENT1" }));
    for id in ["a", "b"] {
        assert_eq!(cancelled(&mut one, id).await, ended("session CLIENT1"));
        assert_eq!(cancelled(&mut watch, id).await, ended("session CLIENT1"));
    }
    let refused = order(&mut one, "e").await;
    assert!(refused.is(tags::EXEC_TYPE, "8"), "{refused:?}");
    assert_eq!(refused.must(tags::ORD_REJ_REASON), "0", "{refused:?}");
    let why = "trading is blocked for the session";
    assert!(refused.must(tags::TEXT).ends_with(why), "{refused:?}");
    assert!(
        !format!("{refused:?}").contains("runs wild"),
        "not for members"
    );
    assert!(order(&mut other, "f").await.is(tags::EXEC_TYPE, "0"));

    let (code, again) = switch(&ground, &["kill", "session", "CLIENT1"]).await;
    assert_eq!(code, 3, "it is blocked already: {again}");

    // A block is in the journal: nothing but its release ends it.
    venue.kill().expect("the venue can be killed");
    let venue = ground.start();
    for who in [&mut one, &mut other] {
        who.rest().await;
        let connected = who.connect(venue.address()).await;
        connected.expect("they come back");
    }
    assert!(order(&mut one, "g").await.is(tags::EXEC_TYPE, "8"));
    assert!(order(&mut other, "h").await.is(tags::EXEC_TYPE, "0"));
    let (_, blocks) = asked(&ground, &["blocks"]).await;
    assert_eq!(blocks["blocks"].as_array().map(Vec::len), Some(1));
    let block = &blocks["blocks"][0];
    assert_eq!(
        (&block["by"], &block["reason"], &block["scope"]),
        (
            &json!("alice"),
            &json!("T-1: runs wild"),
            &json!({ "Session": "CLIENT1" })
        )
    );
    assert_eq!(block["command"], killed["command"]);

    let (code, released) = switch(&ground, &["release", "session", "CLIENT1"]).await;
    assert_eq!((code, &released["since"]), (0, &killed["time"]));
    assert!(order(&mut one, "i").await.is(tags::EXEC_TYPE, "0"));
    let nobody = admin(&ground, &["blocks"]).await;
    assert_eq!(nobody.output, "nobody is blocked\n");
    let (code, again) = switch(&ground, &["release", "session", "CLIENT1"]).await;
    assert_eq!(code, 3, "it is released already: {again}");

    venue.stop().expect("the venue stops");
    let changes = audited(&ground).into_iter();
    let changes = changes.filter(|line| line["operator"] == "alice");
    let outcomes: Vec<_> = changes.map(|line| line["outcome"].clone()).collect();
    // A line is written some milliseconds after its call: the kill may have come before that of the call just before it.
    let all = ["done", "refused", "done", "refused"];
    let without = ["done", "done", "refused"];
    assert!(outcomes == all || outcomes == without, "{outcomes:?}");
    assert!(ground.verify().next_event.get() > 0);
}

#[tokio::test]
async fn a_firm_and_the_venue_are_stopped_each_for_itself() {
    let ground = ground();
    let venue = ground.start();
    let (mut one, mut other) = (
        member(&venue, "CLIENT1").await,
        member(&venue, "CLIENT2").await,
    );
    let (_, sessions) = asked(&ground, &["sessions"]).await;
    let sessions = sessions["sessions"].as_array().expect("a list").clone();
    let listed = sessions.iter().find(|one| one["session"] == "CLIENT1");
    let firm = listed.expect("it is listed")["firm"].as_str();
    let firm = firm.expect("a name").to_owned();
    order(&mut one, "a").await;
    order(&mut other, "b").await;

    let (code, _) = switch(&ground, &["kill", "firm", &firm]).await;
    assert_eq!(code, 0);
    assert_eq!(
        cancelled(&mut one, "a").await,
        ended(&format!("firm {firm}"))
    );
    let (code, killed) = switch(&ground, &["kill", "venue"]).await;
    assert_eq!((code, &killed["orders_cancelled"]), (0, &json!(1)));
    assert_eq!(cancelled(&mut other, "b").await, ended("the venue"));
    let refused = order(&mut other, "c").await;
    assert_eq!(refused.must(tags::ORD_REJ_REASON), "2", "{refused:?}");

    assert_eq!(switch(&ground, &["release", "venue"]).await.0, 0);
    assert!(order(&mut other, "d").await.is(tags::EXEC_TYPE, "0"));
    let refused = order(&mut one, "e").await;
    let why = "trading is blocked for the firm";
    assert!(refused.must(tags::TEXT).ends_with(why), "{refused:?}");
    assert_eq!(switch(&ground, &["release", "firm", &firm]).await.0, 0);
    assert!(order(&mut one, "f").await.is(tags::EXEC_TYPE, "0"));
    venue.stop().expect("the venue stops");
    assert!(ground.verify().next_event.get() > 0);
}

#[tokio::test]
async fn a_switch_without_a_name_a_reason_or_a_known_target_does_nothing() {
    let ground = ground();
    let venue = ground.start();
    let no_reason = admin(&ground, &["kill", "--operator", "alice", "venue"]).await;
    assert_eq!(no_reason.code(), 2, "{no_reason:?}");
    let (code, refused) = asked(&ground, &["kill", "--reason", "r", "venue"]).await;
    assert_eq!(code, 3);
    assert_eq!(refused["wrong"], "nobody answers for the change");
    let (code, refused) = switch(&ground, &["kill", "firm", "NOBODY"]).await;
    assert_eq!(code, 3, "{refused}");
    let mut one = member(&venue, "CLIENT1").await;
    assert!(order(&mut one, "a").await.is(tags::EXEC_TYPE, "0"));
    venue.stop().expect("the venue stops");
}
