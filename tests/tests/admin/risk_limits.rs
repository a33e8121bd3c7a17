//! Risk limits in the hands of an operator while members trade: a word of theirs holds over the configuration and over a
//! kill, until it is released.

use fix_codec::tags;
use fix_codec::values::{Side, TimeInForce};
use serde_json::{Value, json};
use tests::ground::{Ground, SYMBOL};
use tests::member::{Member, Seen, Terms};
use tests::venue_process::VenueProcess;

use crate::ground;
use crate::operator::{admin, asked, audited};

const LIMITS: &str = "\n[[risk_limits]]\nfirm = \"FIRM1\"\nmax_order_quantity = 10\n";

async fn log_on(member: &mut Member, venue: &VenueProcess) {
    let connected = member.connect(venue.address()).await;
    connected.expect("a member comes");
}

/// Sends a bid at 1.00, and gives the answer.
async fn bid(member: &mut Member, id: &str, quantity: u32) -> Seen {
    let terms = Terms {
        symbol: SYMBOL,
        side: Side::Buy,
        quantity,
        cents: 100,
        time_in_force: TimeInForce::Day,
    };
    let sent = member.order(id, &terms).await;
    sent.expect("the venue is there");
    member.answer(id).await
}

#[track_caller]
fn assert_taken(answer: &Seen) {
    assert!(answer.is(tags::EXEC_TYPE, "0"), "{}", answer.content());
}

#[track_caller]
fn assert_refused(answer: &Seen, text: &str) {
    assert!(answer.is(tags::ORD_REJ_REASON, "3"), "{}", answer.content());
    assert_eq!(answer.must(tags::TEXT), format!("test instrument: {text}"));
}

/// Changes limits with a reason, as alice.
async fn change(ground: &Ground, words: &[&str]) -> (i32, Value) {
    let signed = ["--operator", "alice", "--reason", "T-9: desk asked"];
    asked(ground, &[&["limits"], words, &signed].concat()).await
}

/// The limits of FIRM1: those in force, whether they are an operator's, and those configured.
async fn shown(ground: &Ground) -> (Value, Value, Value) {
    let (code, limits) = asked(ground, &["limits", "show", "--firm", "FIRM1"]).await;
    assert_eq!(code, 0);
    let one = &limits["scopes"][0];
    let get = |name: &str| one[name].clone();
    (get("limits"), get("by_operator"), get("configured"))
}

#[tokio::test]
async fn an_operators_word_holds_over_the_configuration_until_it_is_released() {
    let ground = ground();
    ground.configure(|text| text + LIMITS);
    let venue = ground.start();
    let mut member = Member::new("CLIENT1");
    log_on(&mut member, &venue).await;
    assert_taken(&bid(&mut member, "a", 10).await);

    let words = [
        "set",
        "--firm",
        "FIRM1",
        "max_open_orders=2",
        "max_open_notional=USD:100",
    ];
    let (code, set) = change(&ground, &words).await;
    assert_eq!((code, &set["by_operator"]), (0, &json!(true)), "{set}");
    let all = json!([
        "max_order_quantity=10",
        "max_open_orders=2",
        "max_open_notional=USD:100.00"
    ]);
    assert_eq!(
        set["limits"], all,
        "what was in force and is not named stays"
    );
    assert_refused(
        &bid(&mut member, "b", 11).await,
        "firm FIRM1: order quantity is 11, limit 10",
    );
    assert_taken(&bid(&mut member, "c", 10).await);
    let third = "firm FIRM1: open orders would be 3, limit 2";
    assert_refused(&bid(&mut member, "d", 1).await, third);
    let configured = json!(["max_order_quantity=10"]);
    assert_eq!(
        shown(&ground).await,
        (all.clone(), json!(true), configured.clone())
    );

    // Neither a start nor a new configuration takes an operator's word back.
    venue.kill().expect("the venue runs");
    member.rest().await;
    let venue = ground.start();
    log_on(&mut member, &venue).await;
    assert_refused(&bid(&mut member, "e", 1).await, third);
    ground.configure(|text| text.replace("max_order_quantity = 10\n", "max_order_quantity = 20\n"));
    venue.reload().expect("it runs");
    venue.log_saying("limits of firm FIRM1").await;
    let configured = json!(["max_order_quantity=20"]);
    assert_eq!(shown(&ground).await, (all, json!(true), configured.clone()));
    assert_refused(&bid(&mut member, "f", 1).await, third);

    let (code, released) = change(&ground, &["release", "--firm", "FIRM1"]).await;
    assert_eq!((code, &released["limits"]), (0, &configured), "{released}");
    assert_taken(&bid(&mut member, "g", 20).await);
    let printed = admin(&ground, &["limits", "show"]).await;
    let line = "firm FIRM1: max_order_quantity=20 (as configured); 3 orders open";
    assert!(printed.output.contains(line), "{printed:?}");
    venue.stop().expect("the venue stops");
    let changes = audited(&ground).into_iter();
    let changes: Vec<Value> = changes.filter(|line| line["operator"] == "alice").collect();
    assert_eq!(changes.len(), 2, "{changes:?}");
    assert!(ground.verify().next_event.get() > 0);
}

#[tokio::test]
async fn what_cannot_be_a_limit_is_refused_and_changes_nothing() {
    let ground = ground();
    let venue = ground.start();
    for (words, code, why) in [
        (&["set", "--firm", "FIRM1"][..], 2, "LIMIT=VALUE"),
        (&["set", "max_open_orders=1"][..], 2, "--firm"),
        (
            &["set", "--firm", "FIRM1", "credit=7"][..],
            2,
            "a currency and an amount",
        ),
        (
            &["set", "--firm", "NOBODY", "max_open_orders=1"][..],
            3,
            "look up the name",
        ),
        (
            &["set", "--instrument", SYMBOL, "max_open_orders=1"][..],
            3,
            "can have no max_open_orders",
        ),
        (
            &["set", "--session", "CLIENT1", "credit=USD:7"][..],
            3,
            "can have no credit",
        ),
        (
            &["release", "--firm", "FIRM1"][..],
            3,
            "nothing is to be done",
        ),
    ] {
        let signed = ["--operator", "alice", "--reason", "T-9"];
        let ended = admin(&ground, &[&["limits"], words, &signed].concat()).await;
        assert_eq!(ended.code(), code, "{words:?}: {ended:?}");
        assert!(ended.complaints.contains(why), "{words:?}: {ended:?}");
    }
    let shown = admin(&ground, &["limits", "show"]).await;
    assert_eq!(shown.output, "there are no such limits\n");
    venue.stop().expect("the venue stops");
}
