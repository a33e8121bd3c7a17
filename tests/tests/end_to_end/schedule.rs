//! Sessions that follow a schedule: notice, Logout at the end, refusal until the next start, numbers that start again,
//! reports that are carried over, and the venue killed in a session and across its start.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::EventBody;
use fix_codec::tags;
use fix_codec::values::Side;
use gateway::clock;
use gateway::clock::SystemClock;
use sequencer::EventPosition;
use tests::ground::{Ground, SYMBOL};
use tests::hours::{Hours, next_second};
use tests::member::{Member, PATIENCE, Seen};
use tests::random::Random;
use tests::venue_process::VenueProcess;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::wire::{connect, logon, message, now, rest, until_closed};
use crate::{come_back, day, ground, log_on};

/// Between two Logons of a member that waits for its session to open.
const TRY_AGAIN: Duration = Duration::from_millis(100);

/// Long enough for a venue to start and a member to trade, on a busy machine.
const UNTIL_THE_END: i64 = 15;

fn keep(ground: &Ground, hours: Hours, sessions: &[&str]) {
    ground.configure(|text| hours.kept_by(sessions, &text));
}

/// A member that starts its numbers again and logs on as soon as it is let in.
async fn log_on_when_it_opens(name: &str, venue: &VenueProcess) -> Member {
    let tries = async {
        loop {
            let mut member = Member::new(name);
            if member.connect(venue.address()).await.is_ok() {
                return member;
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
    };
    let opened = tokio::time::timeout(PATIENCE, tries).await;
    opened.unwrap_or_else(|_| panic!("{name} is not let in; {}", venue.log()))
}

/// Sends an order and gives everything up to its answer.
async fn order(member: &mut Member, id: &str, side: Side, quantity: u32) -> Vec<Seen> {
    let sent = member.order(id, &day(side, quantity, 1000)).await;
    sent.expect("the venue is there");
    member.until(|seen| seen.is(tags::CL_ORD_ID, id)).await
}

/// A member with an open order, another that trades against it at any hour, and a venue that keeps hours.
async fn before_the_end(ground: &Ground, hours: Hours) -> (VenueProcess, Member, Member) {
    keep(ground, hours, &["CLIENT1", "CLIENT2"]);
    let venue = ground.start();
    let mut away = log_on("CLIENT1", &venue).await;
    let other = log_on("CLIENT3", &venue).await;
    let accepted = order(&mut away, "offer", Side::Sell, 10).await;
    assert!(accepted[0].is(tags::EXEC_TYPE, "0"), "{accepted:?}");
    (venue, away, other)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_ends_with_notice_and_the_next_starts_at_one_with_what_came_between() {
    let ground = ground();
    // The end of its hours is no loss of the client: its order stays.
    ground.configure(|text| {
        let client = "comp_id = \"CLIENT1\"\n";
        let keys = "cancel_on_disconnect = \"session\"\ncancel_grace = \"0s\"\n";
        text.replace(client, &format!("{client}{keys}"))
    });
    let hours = Hours::ending_in(UNTIL_THE_END, 3);
    let (venue, mut away, mut other) = before_the_end(&ground, hours).await;
    let address = venue.address();
    let bytes = tokio::spawn(async move { until_closed(address, &logon("CLIENT2")).await });

    let notice = away.until(|seen| seen.is(tags::MSG_TYPE, "B")).await;
    assert!(
        notice[0].is(tags::HEADLINE, &hours.headline()),
        "{notice:?}"
    );
    assert!(notice[0].must(tags::TEXT).contains(&hours.opens()));
    assert!(clock::now() < hours.end, "the notice comes before the end");
    // The Logout that follows is answered by the member's own session.
    assert_eq!(away.rest().await, []);
    assert!(
        clock::now() >= hours.end,
        "nobody is logged out before the end"
    );
    let refused = until_closed(venue.address(), &logon("CLIENT1")).await;
    let text = format!("58=the session is closed; {}|", hours.opens());
    assert!(
        refused.contains("|35=5|") && refused.contains(&text),
        "{refused}"
    );
    assert!(!refused.contains("|35=A|"), "{refused}");

    let filled = order(&mut other, "bid", Side::Buy, 4).await;
    assert!(filled[0].is(tags::EXEC_TYPE, "0"), "{filled:?}");
    let mut back = log_on_when_it_opens("CLIENT1", &venue).await;
    assert!(
        clock::now() >= hours.start,
        "nobody comes in before the start"
    );
    let seen = order(&mut back, "after", Side::Sell, 1).await;
    let [fill, answer] = seen.as_slice() else {
        panic!("{seen:#?}");
    };
    // Number 1 is the Logon. What the member had before the end does not come again.
    assert!(
        fill.is(tags::EXEC_TYPE, "F") && fill.is(tags::MSG_SEQ_NUM, "2"),
        "{fill:?}"
    );
    assert!(
        fill.is(tags::CL_ORD_ID, "offer") && fill.is(tags::LAST_QTY, "4"),
        "{fill:?}"
    );
    assert!(!fill.may_be_known(), "it was never sent before: {fill:?}");
    assert!(answer.is(tags::MSG_SEQ_NUM, "3"), "{answer:?}");

    // A client that only listens is told, and cut when it does not answer.
    let said = bytes.await.expect("reading does not fail");
    let ended = format!("58=the session has ended; {}|", hours.opens());
    assert!(
        said.contains(&hours.headline()) && said.contains(&ended),
        "{said}"
    );
    let resets = resets(&ground, venue).await;
    assert_eq!(resets, ["CLIENT1 1", "CLIENT1 2", "CLIENT2 1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_lost_connection_may_have_eaten_comes_again_marked() {
    let ground = ground();
    let hours = Hours::ending_in(UNTIL_THE_END, 1);
    let (venue, mut away, mut other) = before_the_end(&ground, hours).await;
    let before = order(&mut other, "bid", Side::Buy, 4).await;
    assert!(before[0].is(tags::EXEC_TYPE, "0"), "{before:?}");
    away.client().abort();
    until_it_ends(&venue, hours).await;
    let mut back = log_on_when_it_opens("CLIENT1", &venue).await;
    let seen = order(&mut back, "after", Side::Sell, 1).await;
    let told: Vec<_> = seen.iter().map(|seen| seen.must(tags::EXEC_TYPE)).collect();
    assert_eq!(told, ["0", "F", "0"], "{seen:#?}");
    assert!(
        seen[..2].iter().all(|seen| seen.is(tags::POSS_RESEND, "Y")),
        "{seen:#?}"
    );
    assert!(!seen[2].may_be_known(), "{seen:#?}");
    let numbers: Vec<_> = seen
        .iter()
        .map(|seen| seen.number(tags::MSG_SEQ_NUM))
        .collect();
    assert_eq!(numbers, [2, 3, 4]);
}

/// Waits for the end of a session.
async fn until_it_ends(venue: &VenueProcess, hours: Hours) {
    let mut watcher = Member::new("CLIENT2");
    if watcher.connect(venue.address()).await.is_ok() {
        watcher.rest().await;
    }
    assert!(clock::now() >= hours.end);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_under_the_old_numbers_is_never_asked_for_even_after_a_kill() {
    let ground = ground();
    keep(&ground, Hours::begun(clock::now()), &["CLIENT1"]);
    // The client never learns that its numbers are to start again.
    for number in [50, 60] {
        let venue = ground.start();
        for number in [number, number + 2] {
            let header = |number| format!("34={number}|49=CLIENT1|52={}|56=CLOUDPIT|", now());
            let mut bytes = message("A", &format!("{}98=0|108=30|", header(number)));
            bytes.extend(message("0", &header(number + 1)));
            let said = until_closed(venue.address(), &bytes).await;
            let old = number + 1;
            let told = format!("58=MsgSeqNum starts again at 1, but received {old}|");
            assert!(said.contains("|141=Y|"), "{said}");
            assert!(said.contains("|35=5|") && said.contains(&told), "{said}");
            assert!(!said.contains("|35=2|"), "{said}");
        }
        venue.kill().expect("a running process can be killed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_venue_that_stops_and_starts_while_a_session_is_closed_loses_nothing_of_it() {
    let ground = ground();
    keep(&ground, Hours::begun(clock::now()), &["CLIENT1"]);
    let venue = ground.start();
    let mut away = log_on("CLIENT1", &venue).await;
    order(&mut away, "offer", Side::Sell, 10).await;
    let stopping = tokio::task::spawn_blocking(|| venue.stop());
    assert_eq!(away.rest().await, []);
    assert!(
        stopping
            .await
            .expect("it waits")
            .expect("it stops")
            .success()
    );

    // Closed from now on, and until something was traded under two more starts.
    let hours = Hours::ending_in(0, UNTIL_THE_END);
    keep(&ground, hours, &["CLIENT1"]);
    let mut other = Member::new("CLIENT3");
    for (id, quantity) in [("bid-1", 4), ("bid-2", 3)] {
        let venue = ground.start();
        let refused = until_closed(venue.address(), &logon("CLIENT1")).await;
        assert!(refused.contains(&hours.opens()), "{refused}");
        come_back(&mut other, &venue).await;
        order(&mut other, id, Side::Buy, quantity).await;
        let filled = other.until(|seen| seen.is(tags::EXEC_TYPE, "F")).await;
        assert!(
            filled
                .last()
                .is_some_and(|fill| fill.is(tags::CL_ORD_ID, id))
        );
        let stopping = tokio::task::spawn_blocking(|| venue.stop());
        other.rest().await;
        assert!(
            stopping
                .await
                .expect("it waits")
                .expect("it stops")
                .success()
        );
    }
    let venue = ground.start();
    let mut back = log_on_when_it_opens("CLIENT1", &venue).await;
    assert!(clock::now() >= hours.start, "it opens when it is to");
    let seen = order(&mut back, "after", Side::Sell, 1).await;
    let [first, second, answer] = seen.as_slice() else {
        panic!("{seen:#?}");
    };
    for (fill, quantity, number) in [(first, "4", "2"), (second, "3", "3")] {
        assert!(
            fill.is(tags::LAST_QTY, quantity) && fill.is(tags::MSG_SEQ_NUM, number),
            "{fill:?}"
        );
        assert!(!fill.may_be_known(), "it was never sent before: {fill:?}");
    }
    assert!(answer.is(tags::MSG_SEQ_NUM, "4"), "{answer:?}");
    let resets = resets(&ground, venue).await;
    assert_eq!(resets, ["CLIENT1 1", "CLIENT1 2"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logout_says_nothing_of_what_is_left_unread() {
    for reads in [false, true] {
        let ground = ground();
        keep(&ground, Hours::begun(clock::now()), &["CLIENT1"]);
        let venue = ground.start();
        let mut stream = connect(venue.address()).await;
        let header = |number| format!("34={number}|49=CLIENT1|52={}|56=CLOUDPIT|", now());
        let time = now();
        let order = format!(
            "{}11=unread|55={SYMBOL}|54=1|38=1|40=2|44=10|59=0|60={time}|",
            header(2)
        );
        let sent = [logon("CLIENT1"), message("D", &order)].concat();
        stream.write_all(&sent).await.expect("it reads");
        until_there(&stream, "|11=unread|").await;
        let logout = message("5", &header(3));
        stream.write_all(&logout).await.expect("it reads");
        if reads {
            rest(&mut stream).await;
        }
        drop(stream);
        assert!(venue.stop().expect("it stops").success());

        next_second().await;
        keep(&ground, Hours::begun(clock::now()), &["CLIENT1"]);
        let venue = ground.start();
        let mut back = log_on("CLIENT1", &venue).await;
        let mut seen = self::order(&mut back, "after", Side::Sell, 1).await;
        assert!(seen.pop().is_some_and(|answer| !answer.may_be_known()));
        if reads {
            assert_eq!(seen, []);
        } else {
            let [again] = seen.as_slice() else {
                panic!("{seen:#?}");
            };
            assert!(again.is(tags::CL_ORD_ID, "unread"), "{again:?}");
            assert!(again.is(tags::POSS_RESEND, "Y"), "{again:?}");
        }
    }
}

/// Waits until the system has these bytes for a client, which leaves them unread.
async fn until_there(stream: &TcpStream, wanted: &str) {
    let mut bytes = vec![0; 64 * 1024];
    let there = async {
        loop {
            let count = stream.peek(&mut bytes).await.expect("it is open");
            let text = String::from_utf8_lossy(&bytes[..count]).replace('\u{1}', "|");
            if text.contains(wanted) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    let there = tokio::time::timeout(PATIENCE, there).await;
    assert!(there.is_ok(), "{wanted} does not come");
}

/// Sessions of the test that kills.
const ROUNDS: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_venue_that_is_killed_resets_each_session_once_and_loses_no_report() {
    let mut random = Random::of_seed(Random::seed("SCHEDULE_SEED"));
    let ground = ground();
    let mut seen = Vec::new();
    for round in 0..ROUNDS {
        // A session that begins after all that was, while the venue is down.
        next_second().await;
        keep(&ground, Hours::begun(clock::now()), &["CLIENT1"]);
        if random.percent(50) {
            kill_in_the_first_logon(&ground, &mut random).await;
        } else {
            seen.extend(kill_in_the_middle(&ground, round).await);
        }
        // The first Logon of the session has begun the run, or this one does.
        let known = read_resets(&ground).await.len();
        assert!((round..=round + 1).contains(&known), "{known} in {round}");
        let venue = ground.start();
        if known == round {
            log_on("CLIENT1", &venue).await;
        }
        let resets = resets(&ground, venue).await;
        assert_eq!(resets.len(), round + 1, "round {round}: {resets:?}");
    }
    next_second().await;
    keep(&ground, Hours::begun(clock::now()), &["CLIENT1"]);
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    seen.extend(order(&mut member, "last", Side::Sell, 1).await);
    let mut unmarked: BTreeMap<&str, usize> = BTreeMap::new();
    for report in &seen {
        *unmarked.entry(report.must(tags::CL_ORD_ID)).or_default() +=
            usize::from(!report.may_be_known());
    }
    // What the member was told once without a mark it was told; all else came marked, or came now.
    assert!(unmarked.values().all(|count| *count <= 1), "{seen:#?}");
    for id in accepted(&ground, venue).await {
        assert!(
            unmarked.contains_key(id.as_str()),
            "{id} is lost: {seen:#?}"
        );
    }
}

/// Kills the venue while the first Logon of a session is under way, or just after.
async fn kill_in_the_first_logon(ground: &Ground, random: &mut Random) {
    let venue = ground.start();
    let address = venue.address();
    let logging_on = tokio::spawn(async move {
        drop(Member::new("CLIENT1").connect(address).await);
    });
    tokio::time::sleep(Duration::from_micros(random.below(20_000))).await;
    venue.kill().expect("a running process can be killed");
    logging_on.await.expect("a refused connection is no panic");
}

/// Kills the venue twice while a member trades: its numbers go on.
async fn kill_in_the_middle(ground: &Ground, round: usize) -> Vec<Seen> {
    let venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let mut seen = order(&mut member, &format!("order-{round}"), Side::Sell, 1).await;
    venue.kill().expect("a running process can be killed");
    member.client().abort();
    let venue = ground.start();
    come_back(&mut member, &venue).await;
    let again = order(&mut member, &format!("again-{round}"), Side::Sell, 1).await;
    let number = again.last().map(|seen| seen.number(tags::MSG_SEQ_NUM));
    assert!(number > Some(1_000), "a block was passed over: {again:#?}");
    venue.kill().expect("a running process can be killed");
    seen.extend(again);
    seen
}

/// Stops the venue, and gives each reset in its event log: whose, and which.
async fn resets(ground: &Ground, venue: VenueProcess) -> Vec<String> {
    let stopped = tokio::task::spawn_blocking(|| venue.stop());
    let ended = stopped.await.expect("waiting does not fail");
    assert!(ended.expect("the venue stops").success());
    let _report = ground.verify();
    read_resets(ground).await
}

/// The orders that were accepted, once the venue is stopped.
async fn accepted(ground: &Ground, venue: VenueProcess) -> Vec<String> {
    drop(resets(ground, venue).await);
    let order = |body: &EventBody| {
        let EventBody::OrderAccepted { order, .. } = body else {
            return None;
        };
        Some(order.client_order_id.to_string())
    };
    read(ground, order).await
}

async fn read_resets(ground: &Ground) -> Vec<String> {
    let reset = |body: &EventBody| {
        let EventBody::SessionReset { session, epoch } = body else {
            return None;
        };
        Some(format!("{session} {epoch}"))
    };
    read(ground, reset).await
}

/// What `wanted` makes of the events of a venue that does not run, sorted.
async fn read(ground: &Ground, wanted: impl Fn(&EventBody) -> Option<String>) -> Vec<String> {
    let options = sequencer::Options::new(ground.journal());
    let opened = sequencer::open(&options, SystemClock).expect("the logs are good");
    let mut reader = opened.events.reader(EventPosition::START);
    let mut found = Vec::new();
    while reader.position() < opened.events.end() {
        let batch = reader.next().await.expect("the event log can be read");
        found.extend(
            batch
                .events()
                .iter()
                .filter_map(|event| wanted(&event.body)),
        );
    }
    opened.running.stop().expect("nothing was written");
    found.sort();
    found
}
