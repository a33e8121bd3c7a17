//! What a client may ask of the venue, and what happens when it asks for more: too many messages, too long ones,
//! unfinished ones.

use std::time::Duration;

use fix_codec::tags;
use fix_codec::values::Side;
use tests::ground::{Ground, SYMBOL, WATCH};
use tests::member::Member;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::wire::{connect, logon, message, now, rest, until_closed};
use crate::{come_back, day, ground, log_on};

/// A ground whose CLIENT1 has this throttle; the others have none.
pub(crate) fn ground_with(throttle: &str) -> Ground {
    let ground = ground();
    ground.configure(|text| {
        let text = text.replacen("throttle = \"none\"", "throttle = \"tight\"", 1);
        format!("{text}\n[[throttles]]\nname = \"tight\"\n{throttle}\n")
    });
    ground
}

#[tokio::test]
async fn too_many_orders_are_refused_and_then_end_the_session() {
    let ground = ground_with(
        "window = \"1min\"\nmessages_reject = 3\nmessages_logout = 5\ncancels_reject = 10",
    );
    let venue = ground.start();
    let mut client = log_on("CLIENT1", &venue).await;
    let mut watch = log_on(WATCH, &venue).await;
    for number in 1..=5 {
        let id = format!("order-{number}");
        let sent = client.order(&id, &day(Side::Sell, 1, 5_000)).await;
        sent.expect("the venue reads");
    }
    // A refusal that the market has no part in may overtake what the market says.
    let mut answers = Vec::new();
    for _ in 1..=5 {
        answers.extend(client.until(|_| true).await);
    }
    let (refused, taken): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|seen| seen.is(tags::MSG_TYPE, "j"));
    for (number, answer) in (1..).zip(&taken) {
        let id = format!("order-{number}");
        let accepted = answer.is(tags::EXEC_TYPE, "0") && answer.is(tags::CL_ORD_ID, &id);
        assert!(accepted, "{answer:?}");
    }
    assert_eq!(refused.len(), 2, "{refused:?}");
    for (number, refused) in (4..).zip(&refused) {
        let id = format!("order-{number}");
        assert!(refused.is(tags::BUSINESS_REJECT_REASON, "0"), "{refused:?}");
        assert!(refused.is(tags::BUSINESS_REJECT_REF_ID, &id), "{refused:?}");
        let text = "more than 3 messages within 60s: not taken";
        assert!(refused.is(tags::TEXT, text), "{refused:?}");
    }
    // Cancels have room of their own.
    let cancel = client.cancel("cancel", "order-1", SYMBOL, Side::Sell).await;
    cancel.expect("the venue reads");
    assert!(client.answer("cancel").await.is(tags::EXEC_TYPE, "4"));
    // Another client's room is its own.
    let mut other = log_on("CLIENT2", &venue).await;
    for number in 1..=20 {
        let id = format!("other-{number}");
        let sent = other.order(&id, &day(Side::Sell, 1, 5_000)).await;
        sent.expect("the venue reads");
        assert!(other.answer(&id).await.is(tags::EXEC_TYPE, "0"));
    }
    let sent = client.order("order-6", &day(Side::Sell, 1, 5_000)).await;
    sent.expect("the venue reads");
    assert_eq!(client.rest().await, [], "it is logged out");

    // What was one too many is asked for again, and taken. New ones are still too many.
    come_back(&mut client, &venue).await;
    assert!(client.answer("order-6").await.is(tags::EXEC_TYPE, "0"));
    let sent = client.order("order-7", &day(Side::Sell, 1, 5_000)).await;
    sent.expect("the venue reads");
    let refused = client.until(|seen| seen.is(tags::MSG_TYPE, "j")).await;
    let refused = refused.last().expect("it ends with what was wanted");
    assert!(refused.is(tags::BUSINESS_REJECT_REF_ID, "order-7"));

    // Nothing of what was refused came to the market: its ClOrdIDs are free, and nobody saw it.
    let reused = other.order("order-4", &day(Side::Sell, 1, 5_000)).await;
    reused.expect("the venue reads");
    assert!(other.answer("order-4").await.is(tags::EXEC_TYPE, "0"));
    let seen = watch
        .until(|seen| seen.is(tags::CL_ORD_ID, "order-4"))
        .await;
    let by_client = seen.iter().filter(|seen| seen.is(tags::PARTY_ID, "FIRM1"));
    assert_eq!(by_client.count(), 5, "four orders and a cancel");
    let why = "more than 5 messages within 60s";
    venue.log_saying(why).await;
}

#[tokio::test]
async fn a_flood_of_administrative_messages_or_noise_ends_the_session() {
    let ground = ground_with("admin_logout = 10");
    let venue = ground.start();
    let tests = (2..40).flat_map(|number| {
        let header = format!("34={number}|49=CLIENT1|52={}|56=CLOUDPIT|", now());
        message("1", &format!("{header}112=x|"))
    });
    let flood = [logon("CLIENT1"), tests.collect()].concat();
    let said = until_closed(venue.address(), &flood).await;
    let why = "|58=more than 10 administrative or unreadable messages within 1s|";
    assert!(said.contains("|35=5|") && said.contains(why), "{said}");

    let ground = ground_with("admin_logout = 10");
    let venue = ground.start();
    let noise = [logon("CLIENT1"), b"8=FIX noise".repeat(100)].concat();
    let said = until_closed(venue.address(), &noise).await;
    assert!(said.contains("|35=5|") && said.contains(why), "{said}");
}

/// An order of CLIENT1, named for its number.
fn order(number: u32, flags: &str) -> Vec<u8> {
    let time = now();
    let header = format!("34={number}|49=CLIENT1|52={time}|56=CLOUDPIT|{flags}");
    let terms = format!("11=order-{number}|55={SYMBOL}|54=1|60={time}|38=1|40=2|44=10|");
    message("D", &format!("{header}{terms}"))
}

#[tokio::test]
async fn what_was_asked_for_again_is_taken_at_a_pace_and_never_refused() {
    // As they were lost, and with the first of them last, so that the others wait behind it.
    for first_last in [false, true] {
        let ground = ground_with("window = \"200ms\"\nmessages_reject = 5\nmessages_logout = 5");
        let venue = ground.start();
        let mut stream = connect(venue.address()).await;
        // Twenty were lost; this one came.
        let first = [logon("CLIENT1"), order(22, "")].concat();
        stream.write_all(&first).await.expect("the venue reads");
        let asked = until(&mut stream, "|35=2|").await;
        assert!(asked.contains("|7=2|16=0|"), "{asked}");
        let mut numbers: Vec<u32> = (2..=22).collect();
        numbers.rotate_left(usize::from(first_last));
        let again = numbers
            .into_iter()
            .flat_map(|number| order(number, &format!("43=Y|122={}|", now())));
        let again: Vec<u8> = again.collect();
        stream.write_all(&again).await.expect("the venue reads");
        let answered = until(&mut stream, "|11=order-22|").await;
        assert_eq!(answered.matches("|150=0|").count(), 21, "{answered}");
        assert!(!answered.contains("|35=j|"), "{answered}");
    }
}

#[tokio::test]
async fn what_waits_behind_a_gap_is_refused_in_its_turn_when_it_is_too_much() {
    let ground = ground_with("window = \"1min\"\nmessages_reject = 3\nmessages_logout = 9");
    let venue = ground.start();
    let mut stream = connect(venue.address()).await;
    let beyond = (3..=8).flat_map(|number| order(number, ""));
    let beyond = [logon("CLIENT1"), beyond.collect()].concat();
    stream.write_all(&beyond).await.expect("the venue reads");
    until(&mut stream, "|35=2|").await;
    let missing = order(2, "");
    stream.write_all(&missing).await.expect("the venue reads");
    // What the market says may come later than what it has no part in.
    let mut said = String::new();
    for wanted in ["|379=order-8|", "|11=order-4|"] {
        if !said.contains(wanted) {
            said.push_str(&until(&mut stream, wanted).await);
        }
    }
    for number in 2..=8 {
        let taken = said.contains(&format!("|11=order-{number}|"));
        let refused = said.contains(&format!("|379=order-{number}|"));
        assert_eq!((taken, refused), (number <= 4, number > 4), "{said}");
    }
}

#[tokio::test]
async fn a_message_that_is_too_long_is_said_to_be() {
    let ground = ground();
    let venue = ground.start();
    for (client, length) in [("CLIENT1", 65_536), ("CLIENT2", 999_999_999)] {
        let long = format!("8=FIX.4.4\u{1}9={length}\u{1}35=D\u{1}");
        let bytes = [logon(client), long.into_bytes()].concat();
        let said = until_closed(venue.address(), &bytes).await;
        let why = "|58=a message is longer than the 65536 bytes that are taken|";
        assert!(said.contains("|35=5|") && said.contains(why), "{said}");
    }
    // Its number is not used up: the client passes over it and goes on.
    let mut back = Member::returning("CLIENT1", 3);
    come_back(&mut back, &venue).await;
    let order = back.order("order", &day(Side::Buy, 1, 1_000)).await;
    order.expect("the venue reads");
    assert!(back.answer("order").await.is(tags::EXEC_TYPE, "0"));
}

#[tokio::test]
async fn bytes_of_a_message_that_never_ends_are_no_sign_of_life() {
    let ground = ground();
    let venue = ground.start();
    let mut stream = connect(venue.address()).await;
    let header = format!("34=1|49=CLIENT1|52={}|56=CLOUDPIT|", now());
    let brisk = message("A", &format!("{header}98=0|108=1|"));
    stream.write_all(&brisk).await.expect("the venue reads");
    until(&mut stream, "|35=A|").await;
    let (mut reads, mut writes) = stream.into_split();
    let drip = tokio::spawn(async move {
        let begun = b"8=FIX.4.4\x019=60000\x0135=D\x01".iter();
        for byte in begun.chain(std::iter::repeat(&b'x')) {
            if writes.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut all = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(60), reads.read_to_end(&mut all)).await;
    assert!(read.is_ok(), "the venue waits for the end of the message");
    let said = String::from_utf8_lossy(&all);
    assert!(said.contains("\u{1}35=1\u{1}"), "it asked first: {said}");
    drip.abort();
}

#[tokio::test]
async fn a_heartbeat_interval_is_within_bounds() {
    let ground = ground();
    ground.configure(|text| {
        text.replacen("heartbeat_min = \"0s\"", "heartbeat_min = \"5s\"", 1)
            .replacen("heartbeat_max = \"24h\"", "heartbeat_max = \"60s\"", 1)
    });
    let venue = ground.start();
    for seconds in ["0", "4", "61", "-1", "99999999999"] {
        let header = format!("34=1|49=CLIENT1|52={}|56=CLOUDPIT|", now());
        let logon = message("A", &format!("{header}98=0|108={seconds}|"));
        let said = until_closed(venue.address(), &logon).await;
        assert!(said.contains("|35=5|"), "{seconds}: {said}");
        assert!(!said.contains("|35=A|"), "{seconds}: {said}");
    }
    for seconds in ["5", "60"] {
        let header = format!("34=1|49=CLIENT1|52={}|56=CLOUDPIT|", now());
        let logon = message("A", &format!("{header}98=0|108={seconds}|141=Y|"));
        let mut stream = connect(venue.address()).await;
        stream.write_all(&logon).await.expect("the venue reads");
        let said = until(&mut stream, "|35=A|").await;
        assert!(said.contains(&format!("|108={seconds}|")), "{said}");
        let header = format!("34=2|49=CLIENT1|52={}|56=CLOUDPIT|", now());
        let bye = stream.write_all(&message("5", &header)).await;
        bye.expect("the venue reads");
        rest(&mut stream).await;
    }
}

/// Reads until `wanted` has come, and a while longer to the end of that message; gives all with `|` for delimiters.
pub(crate) async fn until(stream: &mut TcpStream, wanted: &str) -> String {
    let mut all = String::new();
    let mut buffer = [0; 4_096];
    loop {
        let ended = all.find(wanted).is_some_and(|at| {
            let (_, after) = all.split_at(at);
            after.contains("|10=") && after.ends_with('|')
        });
        if ended {
            return all;
        }
        let read = tokio::time::timeout(Duration::from_secs(60), stream.read(&mut buffer)).await;
        let count = read.expect("it comes in time").expect("the venue is there");
        assert!(count > 0, "{wanted} did not come: {all}");
        all.push_str(&String::from_utf8_lossy(&buffer[..count]).replace('\u{1}', "|"));
    }
}
