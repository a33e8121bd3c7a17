//! A session that stands in line to start its numbers again, while others have the turns.

use std::sync::Arc;
use std::task::Poll;

use engine::DisconnectCause::Lost;
use sequencer::EventPosition;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, DuplexStream, ReadBuf};

use super::super::Mail;
use super::super::lone::{Lone, PATIENCE, gone, message, until};
use super::super::turns::Turn;

const KEYS: &str = "cancel_on_disconnect = \"session\"\naccept_reset = true\n";
const LOGON: &str = "A|34=1|98=0|108=30";
const RESET: &str = "A|34=1|98=0|108=30|141=Y";

/// A client that is logged on and has asked for a reset, whose turn does not come while these are held.
async fn in_line(lone: &Lone) -> (DuplexStream, Vec<Turn>) {
    let turns = lone.resets.all().await;
    let mut client = lone.connect(&[LOGON]).await;
    until(&mut client, "A").await;
    client.write_all(&message(RESET)).await.unwrap();
    let waits = async {
        while lone.registry.is_logged_on(&Lone::name()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waits).await.unwrap();
    (client, turns)
}

/// Whether nothing has come to the client.
async fn is_silent(client: &mut DuplexStream) -> bool {
    let mut bytes = [0; 1];
    std::future::poll_fn(|context| {
        let mut buffer = ReadBuf::new(&mut bytes);
        Poll::Ready(std::pin::Pin::new(&mut *client).poll_read(context, &mut buffer))
    })
    .await
    .is_pending()
}

/// More mail than waits anywhere: it is taken while it is sent.
async fn take_mail(lone: &Lone) {
    let mail = lone.registry.mail(&Lone::name()).unwrap();
    for _ in 0..2 * mail.max_capacity() {
        let held = Arc::new(lone.reader().hold(EventPosition::START));
        let sent = mail.send(Mail::Passed(EventPosition::START, held));
        tokio::time::timeout(PATIENCE, sent).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_session_in_line_takes_its_mail() {
    let lone = Lone::open(KEYS).await;
    let (mut client, turns) = in_line(&lone).await;
    take_mail(&lone).await;
    assert!(is_silent(&mut client).await, "it was not its turn");
    drop(turns);
    assert!(until(&mut client, "A").await.contains("|34=1|"));
    // Its turn is over.
    lone.resets.all().await;
}

#[tokio::test]
async fn one_in_line_that_asks_again_on_another_connection_stands_where_it_stood() {
    let lone = Lone::open(KEYS).await;
    let (client, turns) = in_line(&lone).await;
    drop(client);
    let mut client = lone.connect(&[RESET, "1|34=2|112=x"]).await;
    take_mail(&lone).await;
    assert!(is_silent(&mut client).await, "it was not its turn");
    drop(turns);
    let said = until(&mut client, "0").await;
    assert_eq!(said.matches("|34=1|").count(), 1, "{said}");
    // Another reset needs another turn.
    client.write_all(&message(RESET)).await.unwrap();
    until(&mut client, "A").await;
}

#[tokio::test]
async fn the_market_hears_of_a_client_that_closes_in_line() {
    let lone = Lone::open(KEYS).await;
    let mut events = lone.reader();
    let (mut client, turns) = in_line(&lone).await;
    // What it has sent behind its Logon is never looked at.
    let order = message("D|34=2|11=early");
    client.write_all(&order).await.unwrap();
    drop(client);
    assert_eq!(gone(&mut events).await, Lost);
    // Its place stays, and the numbers start again though nobody waits.
    drop(turns);
    let mut client = lone.connect(&[LOGON, "1|34=2|112=x"]).await;
    let said = until(&mut client, "0").await;
    assert!(said.contains("|35=A|49=PIT|56=OMS|34=1|"), "{said}");
    lone.resets.all().await;
}

#[tokio::test]
async fn a_client_that_sends_much_in_line_has_it_taken_in_its_turn() {
    let lone = Lone::open(KEYS).await;
    let (mut client, turns) = in_line(&lone).await;
    let text = "x".repeat(200);
    let mut answers = 0;
    for number in 2..1_000 {
        let test = message(&format!("1|34={number}|112={text}"));
        // As much as the pipe holds and the session reads ahead.
        client.write_all(&test).await.unwrap();
        answers += 1;
    }
    take_mail(&lone).await;
    assert!(is_silent(&mut client).await, "it was not its turn");
    drop(turns);
    let last = format!("|34={}|", answers + 1);
    let mut said = String::new();
    while !said.contains(&last) {
        said.push_str(&until(&mut client, "0").await);
    }
    assert_eq!(said.matches("|35=0|").count(), answers, "{said}");
}

#[tokio::test]
async fn a_session_in_line_is_removed_at_once() {
    let lone = Lone::open(KEYS).await;
    let (mut client, turns) = in_line(&lone).await;
    lone.remove("removed").await;
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    drop(turns);
    lone.resets.all().await;
}

#[tokio::test]
async fn a_venue_stops_though_a_session_waits_in_line() {
    let mut lone = Lone::open(KEYS).await;
    let (mut client, turns) = in_line(&lone).await;
    let stopped = tokio::time::timeout(PATIENCE, lone.stop()).await;
    stopped.expect("it waits for its turn");
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    // It has left the line.
    drop(turns);
    lone.resets.all().await;
}

#[tokio::test]
async fn a_reset_that_fails_gives_its_turn_on() {
    let lone = Lone::open(KEYS).await;
    let mut events = lone.reader();
    let (mut client, turns) = in_line(&lone).await;
    std::fs::remove_dir_all(lone.store()).unwrap();
    drop(turns);
    gone(&mut events).await;
    lone.resets.all().await;
    // Nor does it hold one while it is out of service.
    let mut said = Vec::new();
    client.read_to_end(&mut said).await.unwrap();
    lone.resets.all().await;
}
