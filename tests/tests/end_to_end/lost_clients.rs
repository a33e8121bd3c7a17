//! Clients that are lost, and what becomes of their orders: cancelled after a time of grace, or kept for those who come
//! back; also when the venue itself is killed meanwhile.

use chrono::TimeDelta;
use engine::{Connection, Engine, Timestamp};
use fix_codec::messages::NewOrderSingle;
use fix_codec::tags;
use fix_codec::values::{CancelOrdersOnDisconnect, OrdType, Side, TimeInForce};
use fix_session::Settings;
use gateway::clock::{self, SystemClock};
use rust_decimal::Decimal;
use tests::ground::{Ground, SYMBOL, WATCH};
use tests::member::{Member, Seen, Terms, VENUE};
use tests::venue_process::VenueProcess;
use tokio::io::AsyncWriteExt;

use crate::wire::{connect, message, now, rest, until_closed};
use crate::{come_back, day, ground, log_on};

/// Nobody comes back so late.
const NEVER: &str = "cancel_grace = \"1h\"\n";

/// Time for nothing, and enough for a test that waits for what follows.
const SHORT: &str = "cancel_grace = \"300ms\"\n";

/// A ground where the session of CLIENT1 has these keys besides; firm 1 has another session, CLIENT1B.
fn ground_with(keys: &str) -> Ground {
    let ground = ground();
    ground.configure(|text| {
        let client = "comp_id = \"CLIENT1\"\n";
        assert!(text.contains(client));
        let text = text.replace(client, &format!("{client}{keys}"));
        format!(
            "{text}\n[[sessions]]\ncomp_id = \"CLIENT1B\"\nfirm = \"FIRM1\"\nrole = \"order_entry\"\n\
             default_account = \"bench:1\"\n"
        )
    });
    ground
}

/// A member whose Logon carries CancelOrdersOnDisconnect(8013).
fn asking(name: &str, asked: CancelOrdersOnDisconnect) -> Member {
    let mut settings = Settings::initiator(name, VENUE, 30);
    settings.cancel_on_disconnect = Some(asked);
    Member::with(settings)
}

/// Sends an order that rests.
async fn rest_order(member: &mut Member, id: &str, time_in_force: TimeInForce) {
    let terms = Terms {
        time_in_force,
        ..day(Side::Buy, 1, 1000)
    };
    let sent = member.order(id, &terms).await;
    sent.expect("the venue is there");
    assert!(member.answer(id).await.is(tags::EXEC_TYPE, "0"));
}

/// The copy of the report that the order was cancelled with its client.
async fn cancelled_copy(watch: &mut Member, id: &str) -> Seen {
    let is_it = |seen: &Seen| seen.is(tags::CL_ORD_ID, id) && seen.is(tags::EXEC_TYPE, "4");
    let mut all = watch.until(is_it).await;
    all.pop().expect("it ends with what was wanted")
}

fn check_cancelled(report: &Seen, session: &str) {
    assert_eq!(report.must(tags::ORD_STATUS), "4", "{report:?}");
    assert_eq!(report.must(tags::EXEC_RESTATEMENT_REASON), "8");
    let text = format!("cancelled on disconnect of {session}");
    assert!(report.must(tags::TEXT).ends_with(&text), "{report:?}");
}

/// The order rests: its cancel is taken.
async fn check_kept(member: &mut Member, id: &str) {
    let cancel = format!("cancel-{id}");
    let sent = member.cancel(&cancel, id, SYMBOL, Side::Buy).await;
    sent.expect("the venue is there");
    let answer = member.answer(&cancel).await;
    assert!(answer.is(tags::EXEC_TYPE, "4"), "{answer:?}");
    assert!(answer.is(tags::ORIG_CL_ORD_ID, id), "{answer:?}");
}

/// The market as the journal tells it; no venue may run.
fn market(ground: &Ground) -> Engine {
    let options = sequencer::Options::new(ground.journal());
    let opened = sequencer::open(&options, SystemClock).expect("the logs are good");
    opened.engine_view.check_invariants();
    opened.running.stop().expect("nothing was written");
    opened.engine_view
}

fn connection(market: &Engine) -> Connection {
    let session = "CLIENT1".parse().expect("it is a name");
    let known = market.session(&session).expect("it was admitted");
    known.connection
}

#[tokio::test]
async fn a_lost_client_gets_its_cancels_when_it_comes_back() {
    let ground = ground_with(&format!("cancel_on_disconnect = \"session\"\n{SHORT}"));
    let venue = ground.start();
    let mut watch = log_on(WATCH, &venue).await;
    let mut member = log_on("CLIENT1", &venue).await;
    let mut other = log_on("CLIENT1B", &venue).await;
    rest_order(&mut member, "day", TimeInForce::Day).await;
    rest_order(&mut member, "gtc", TimeInForce::GoodTillCancel).await;
    rest_order(&mut other, "other", TimeInForce::Day).await;
    member.client().abort();
    check_cancelled(&cancelled_copy(&mut watch, "day").await, "CLIENT1");

    come_back(&mut member, &venue).await;
    check_cancelled(&member.answer("day").await, "CLIENT1");
    check_kept(&mut member, "gtc").await;
    check_kept(&mut other, "other").await;
}

#[tokio::test]
async fn a_client_that_comes_back_in_time_keeps_its_orders() {
    let ground = ground_with(&format!("cancel_on_disconnect = \"session\"\n{NEVER}"));
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    rest_order(&mut member, "kept", TimeInForce::Day).await;
    for _ in 0..3 {
        member.client().abort();
        come_back(&mut member, &venue).await;
    }
    venue.kill().expect("a running process can be killed");
    let market = market(&ground);
    assert!(matches!(connection(&market), Connection::Watched(_)));
    assert_eq!(market.next_timer(), None);

    let venue = ground.start();
    member.client().abort();
    come_back(&mut member, &venue).await;
    check_kept(&mut member, "kept").await;
}

#[tokio::test]
async fn a_client_may_ask_for_its_firms_orders_to_be_cancelled() {
    let ground = ground_with("cancel_grace = \"0s\"\ncancel_spares_good_till = false\n");
    let venue = ground.start();
    let mut member = asking("CLIENT1", CancelOrdersOnDisconnect::Firm);
    come_back(&mut member, &venue).await;
    let mut colleague = log_on("CLIENT1B", &venue).await;
    let mut stranger = log_on("CLIENT2", &venue).await;
    rest_order(&mut colleague, "colleague", TimeInForce::GoodTillCancel).await;
    rest_order(&mut stranger, "stranger", TimeInForce::Day).await;
    member.client().abort();
    check_cancelled(&colleague.answer("colleague").await, "CLIENT1");
    check_kept(&mut stranger, "stranger").await;
}

/// A Logon that asks for this, with a MsgSeqNum(34).
fn logon(number: u32, asked: &str) -> Vec<u8> {
    let header = format!("34={number}|49=CLIENT1|52={}|56=CLOUDPIT|", now());
    message("A", &format!("{header}98=0|108=30|{asked}"))
}

#[tokio::test]
async fn the_answer_says_what_is_in_force() {
    let ground = ground_with("");
    let venue = ground.start();
    let mut number = 0;
    for (asked, answered) in [
        ("", None),
        ("8013=S|", Some("S")),
        ("8013=Y|", Some("Y")),
        ("8013=N|", Some("N")),
    ] {
        number += 1;
        let mut client = connect(venue.address()).await;
        let logout = format!("34={}|49=CLIENT1|52={}|56=CLOUDPIT|", number + 1, now());
        let sent = [logon(number, asked), message("5", &logout)].concat();
        client.write_all(&sent).await.expect("the venue reads");
        number += 1;
        let said = rest(&mut client).await;
        assert!(said.contains("|35=A|") && said.contains("|35=5|"), "{said}");
        let found = said.split("|8013=").nth(1).map(|rest| &rest[..1]);
        assert_eq!(found, answered, "{asked}: {said}");
    }
    let refused = until_closed(venue.address(), &logon(number + 1, "8013=Q|")).await;
    assert!(refused.contains("|35=5|"), "{refused}");
    assert!(refused.contains("8013"), "{refused}");
}

#[tokio::test]
async fn what_is_not_allowed_is_refused_and_uses_no_number_up() {
    let keys = "cancel_on_disconnect = \"session\"\ncancel_choice = false\n";
    let ground = ground_with(keys);
    let venue = ground.start();
    for asked in ["8013=N|", "8013=Y|"] {
        let refused = until_closed(venue.address(), &logon(1, asked)).await;
        let text = "|58=CancelOrdersOnDisconnect(8013) must be S or absent|";
        assert!(refused.contains(text), "{refused}");
    }
    log_on("CLIENT1", &venue).await;
}

#[tokio::test]
async fn nothing_is_journaled_where_nothing_is_to_happen() {
    let ground = ground_with("");
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    for _ in 0..3 {
        member.client().abort();
        come_back(&mut member, &venue).await;
    }
    venue.kill().expect("a running process can be killed");
    let before = market(&ground).last_command();
    let venue = ground.start();
    for _ in 0..3 {
        member.client().abort();
        come_back(&mut member, &venue).await;
    }
    venue.kill().expect("a running process can be killed");
    let market = market(&ground);
    let declared = before.map(|number| number.get() * 2);
    assert_eq!(market.last_command().map(|number| number.get()), declared);
    assert_eq!(connection(&market), Connection::Unwatched);
}

#[tokio::test]
async fn a_logout_counts_as_a_loss_unless_the_session_says_otherwise() {
    for (keys, kept) in [("", false), ("cancel_on_logout = false\n", true)] {
        let ground = ground_with(&format!(
            "cancel_on_disconnect = \"session\"\ncancel_grace = \"0s\"\n{keys}"
        ));
        let venue = ground.start();
        let mut member = log_on("CLIENT1", &venue).await;
        rest_order(&mut member, "order", TimeInForce::Day).await;
        let logged_out = member.client().logout().await;
        logged_out.expect("the venue answers");
        member.rest().await;
        come_back(&mut member, &venue).await;
        if kept {
            check_kept(&mut member, "order").await;
        } else {
            check_cancelled(&member.answer("order").await, "CLIENT1");
        }
    }
}

#[tokio::test]
async fn numbers_that_start_again_change_nothing_of_it() {
    let ground = ground_with(&format!("cancel_on_disconnect = \"session\"\n{NEVER}"));
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    rest_order(&mut member, "kept", TimeInForce::Day).await;
    member.client().abort();
    let mut settings = Settings::initiator("CLIENT1", VENUE, 30);
    settings.role = fix_session::Role::Initiator {
        heartbeat_seconds: 30,
        reset_on_logon: true,
        credentials: None,
    };
    let mut anew = Member::with(settings);
    come_back(&mut anew, &venue).await;
    venue.kill().expect("a running process can be killed");
    assert!(matches!(
        connection(&market(&ground)),
        Connection::Watched(_)
    ));
}

/// How the venue ends.
#[derive(Debug, Clone, Copy)]
enum End {
    Killed,
    Stopped,
}

impl End {
    async fn come(self, venue: VenueProcess, member: &mut Member) {
        match self {
            Self::Killed => drop(venue.kill().expect("a running process can be killed")),
            Self::Stopped => {
                let stopping = tokio::task::spawn_blocking(|| venue.stop());
                member.rest().await;
                let ended = stopping.await.expect("waiting does not fail");
                assert!(ended.expect("the venue stops").success());
            }
        }
        member.client().abort();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_venue_that_ends_counts_as_a_loss_from_its_next_start_on() {
    for end in [End::Killed, End::Stopped] {
        let ground = ground_with(&format!("cancel_on_disconnect = \"session\"\n{SHORT}"));
        let venue = ground.start();
        let mut member = log_on("CLIENT1", &venue).await;
        rest_order(&mut member, "order", TimeInForce::Day).await;
        end.come(venue, &mut member).await;

        let venue = ground.start();
        let mut watch = log_on(WATCH, &venue).await;
        check_cancelled(&cancelled_copy(&mut watch, "order").await, "CLIENT1");
        come_back(&mut member, &venue).await;
        check_cancelled(&member.answer("order").await, "CLIENT1");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_back_after_the_venue_did_keeps_its_orders() {
    for end in [End::Killed, End::Stopped] {
        let ground = ground_with(&format!("cancel_on_disconnect = \"session\"\n{NEVER}"));
        let venue = ground.start();
        let mut member = log_on("CLIENT1", &venue).await;
        rest_order(&mut member, "order", TimeInForce::Day).await;
        end.come(venue, &mut member).await;
        assert!(matches!(
            connection(&market(&ground)),
            Connection::Watched(_)
        ));

        let venue = ground.start();
        come_back(&mut member, &venue).await;
        check_kept(&mut member, "order").await;
        venue.kill().expect("a running process can be killed");
        assert_eq!(market(&ground).next_timer(), None);
    }
}

#[tokio::test]
async fn what_a_logon_was_promised_holds_though_the_venue_is_killed_at_once() {
    let ground = ground_with(NEVER);
    let mut venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    rest_order(&mut member, "order", TimeInForce::Day).await;
    for _ in 0..5 {
        venue.kill().expect("a running process can be killed");
        venue = ground.start();
        let next = member.client().session().next_outgoing();
        let mut settings = Settings::initiator("CLIENT1", VENUE, 30);
        settings.cancel_on_disconnect = Some(CancelOrdersOnDisconnect::Session);
        member = Member::with_resume(settings, next);
        come_back(&mut member, &venue).await;
        venue.kill().expect("a running process can be killed");
        assert!(matches!(
            connection(&market(&ground)),
            Connection::Watched(_)
        ));
        venue = ground.start();
    }
    drop(venue);
}

/// Waits until the clock has passed a time of the market.
async fn until_past(time: Timestamp) {
    loop {
        let nanos = i64::try_from(time.nanos()).expect("it is soon");
        let left = chrono::DateTime::from_timestamp_nanos(nanos) - clock::now();
        match left.to_std() {
            Ok(left) => tokio::time::sleep(left).await,
            Err(_) => return,
        }
    }
}

#[tokio::test]
async fn a_timer_that_came_due_while_the_venue_was_dead_fires_at_its_start() {
    let ground = ground_with("cancel_on_disconnect = \"session\"\ncancel_grace = \"2s\"\n");
    let mut venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    rest_order(&mut member, "order", TimeInForce::Day).await;
    // Whether the venue has seen the loss when it is killed cannot be told from outside: try until it has.
    let mut other = Member::new("CLIENT2");
    let deadline = loop {
        other.client().abort();
        come_back(&mut other, &venue).await;
        member.client().abort();
        for number in 0..20 {
            let id = format!("{number}-{}", now());
            rest_order(&mut other, &id, TimeInForce::ImmediateOrCancel).await;
        }
        venue.kill().expect("a running process can be killed");
        let Connection::Lost { deadline, .. } = connection(&market(&ground)) else {
            venue = ground.start();
            come_back(&mut member, &venue).await;
            continue;
        };
        break deadline;
    };
    until_past(deadline).await;

    let venue = ground.start();
    let mut watch = log_on(WATCH, &venue).await;
    check_cancelled(&cancelled_copy(&mut watch, "order").await, "CLIENT1");
    come_back(&mut member, &venue).await;
    check_cancelled(&member.answer("order").await, "CLIENT1");
}

#[tokio::test]
async fn a_timer_that_runs_when_the_venue_is_killed_keeps_its_time() {
    let ground = ground_with("cancel_on_disconnect = \"session\"\ncancel_grace = \"1h\"\n");
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    rest_order(&mut member, "order", TimeInForce::Day).await;
    let logged_out = member.client().logout().await;
    logged_out.expect("the venue answers");
    member.rest().await;
    let ended = tokio::task::spawn_blocking(|| venue.stop()).await;
    let ended = ended.expect("waiting does not fail");
    assert!(ended.expect("the venue stops").success());
    let before = market(&ground);
    assert!(matches!(connection(&before), Connection::Lost { .. }));

    let venue = ground.start();
    venue.kill().expect("a running process can be killed");
    let after = market(&ground);
    assert_eq!(connection(&after), connection(&before));
    assert_eq!(after.next_timer(), before.next_timer());
    let venue = ground.start();
    come_back(&mut member, &venue).await;
    check_kept(&mut member, "order").await;
}

#[tokio::test]
async fn an_order_expires_at_its_time_though_nothing_else_happens() {
    let ground = ground();
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let expires = clock::now() + TimeDelta::milliseconds(400);
    let order = NewOrderSingle {
        order_qty: Some(Decimal::ONE),
        price: Some(Decimal::TEN),
        time_in_force: Some(TimeInForce::GoodTillDate),
        expire_time: Some(expires),
        ..NewOrderSingle::new("timed", SYMBOL, Side::Buy, clock::now(), OrdType::Limit)
    };
    let sent = member.send(&order).await;
    sent.expect("the venue is there");
    let accepted = member.answer("timed").await;
    assert!(accepted.is(tags::EXEC_TYPE, "0"), "{accepted:?}");
    assert!(accepted.get(tags::EXPIRE_TIME).is_some(), "{accepted:?}");
    let expired = member.answer("timed").await;
    assert!(expired.is(tags::EXEC_TYPE, "C"), "{expired:?}");
    assert!(clock::now() >= expires);
}
