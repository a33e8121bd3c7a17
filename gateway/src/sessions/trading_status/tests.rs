//! What a client is told of phases around a reset of its sequence numbers, and when the board follows it no more.

use std::sync::Arc;

use engine::{Command, Phase, PhaseRequest};
use sequencer::{EventPosition, EventReader};
use tokio::io::{AsyncWriteExt, DuplexStream};

use super::super::Mail;
use super::super::lone::{Lone, PATIENCE, message, until};
use super::super::turns::Turn;

const KEYS: &str = "accept_reset = true\n";
const LOGON: &str = "A|34=1|98=0|108=30";
const RESET: &str = "A|34=1|98=0|108=30|141=Y";

fn to(phase: Phase) -> Command {
    Command::ChangePhase(PhaseRequest {
        symbol: "TEST.A".parse().unwrap(),
        phase,
        reason: None,
        due: None,
    })
}

/// A client that is logged on, and the events of the market, all of which are on the board.
async fn logged_on() -> (Lone, EventReader, DuplexStream) {
    let lone = Lone::open(KEYS).await;
    let mut events = lone.all();
    lone.bring(to(Phase::Closed), &mut events).await;
    let mut client = lone.connect(&[LOGON]).await;
    until(&mut client, "A").await;
    (lone, events, client)
}

async fn send(client: &mut DuplexStream, fields: &str) {
    client.write_all(&message(fields)).await.unwrap();
}

/// Asks for a reset, whose turn does not come while these are held.
async fn ask_for_reset(lone: &Lone, client: &mut DuplexStream) -> Vec<Turn> {
    let turns = lone.resets.all().await;
    send(client, RESET).await;
    let waits = async {
        while lone.registry.is_logged_on(&Lone::name()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waits).await.unwrap();
    turns
}

/// Returns when the session has taken all mail that it was sent before.
async fn taken(lone: &Lone) {
    let mail = lone.registry.mail(&Lone::name()).unwrap();
    for _ in 0..2 * mail.max_capacity() {
        let held = Arc::new(lone.reader().hold(EventPosition::START));
        let sent = mail.send(Mail::Passed(EventPosition::START, held));
        tokio::time::timeout(PATIENCE, sent).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_client_is_told_after_a_reset_what_it_missed_and_once() {
    let (lone, mut events, mut client) = logged_on().await;
    send(&mut client, "e|34=2|324=one|55=TEST.A|263=1").await;
    assert!(until(&mut client, "f").await.contains("|326=18|"));
    send(&mut client, "g|34=3|335=day|263=1").await;
    assert!(until(&mut client, "h").await.contains("|340=3|"));
    let turns = ask_for_reset(&lone, &mut client).await;
    lone.bring(to(Phase::Continuous), &mut events).await;
    taken(&lone).await;
    drop(turns);
    let told = until(&mut client, "h").await;
    for part in [
        "|35=A|49=PIT|56=OMS|34=1|",
        "|324=one|",
        "|325=Y|326=17|",
        "|335=day|",
        "|340=2|",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    // They go on.
    lone.bring(to(Phase::Closed), &mut events).await;
    let told = until(&mut client, "h").await;
    assert!(
        told.contains("|326=18|") && told.contains("|340=3|"),
        "{told}"
    );
    assert!(!told.contains("|326=17|"), "{told}");
}

#[tokio::test]
async fn a_question_that_waits_when_numbers_start_again_is_answered_then() {
    let (lone, mut events, mut client) = logged_on().await;
    // Of this the board does not know yet, so what is asked now waits.
    lone.submit(to(Phase::Continuous)).await;
    send(&mut client, "e|34=2|324=one|55=TEST.A|263=1").await;
    send(&mut client, "e|34=3|324=two|55=NOBODY|263=0").await;
    let turns = ask_for_reset(&lone, &mut client).await;
    lone.bring(to(Phase::Closed), &mut events).await;
    taken(&lone).await;
    drop(turns);
    let told = until(&mut client, "j").await;
    assert!(told.contains("|324=one|"), "{told}");
    assert!(told.contains("|325=N|326=18|"), "{told}");
    // The number of its question means another message now.
    assert!(
        told.contains("|379=two|") && !told.contains("|45="),
        "{told}"
    );
}

#[tokio::test]
async fn the_board_forgets_a_client_that_follows_nothing() {
    let (lone, _, mut client) = logged_on().await;
    assert!(!lone.board.is_followed_by(&Lone::name()));
    send(&mut client, "e|34=2|324=one|55=TEST.A|263=1").await;
    until(&mut client, "f").await;
    assert!(lone.board.is_followed_by(&Lone::name()));
    send(&mut client, "e|34=3|324=one|55=TEST.A|263=2").await;
    send(&mut client, "1|34=4|112=x").await;
    until(&mut client, "0").await;
    assert!(!lone.board.is_followed_by(&Lone::name()));
}

#[tokio::test]
async fn there_is_one_subscription_for_one_subject() {
    let (_lone, _, mut client) = logged_on().await;
    for (first, second, answer) in [
        (
            "e|34=2|324=one|55=TEST.A|263=1",
            "e|34=3|324=two|55=TEST.A|263=1",
            "f",
        ),
        ("g|34=4|335=one|263=1", "g|34=5|335=two|263=1", "h"),
    ] {
        send(&mut client, first).await;
        until(&mut client, answer).await;
        send(&mut client, second).await;
        let refused = until(&mut client, "j").await;
        assert!(refused.contains("|379=two|380=0|"), "{refused}");
        assert!(
            refused.contains("the subscription one of this session"),
            "{refused}"
        );
    }
}
