//! Passwords: right, wrong, changed, and what outlives what.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use chrono::TimeDelta;
use tests::ground::Ground;
use tests::hours::Hours;
use tests::venue_process::VenueProcess;

use crate::client::Client;
use crate::{audit, beside, ground, has_line, session};

const FIRST: &str = "correct horse battery";
const SECOND: &str = "staple sixteen times";
const THIRD: &str = "nobody guesses this";

/// Gives CLIENT1 this password, in a file of its own.
fn give(ground: &Ground, password: &str) {
    let hash = gateway::identity::hash(password);
    let file = beside(ground, "client1.hash");
    fs::write(file, hash.reveal()).expect("a file can be written");
}

/// A venue whose CLIENT1 has the first password.
fn equipped(more: &str) -> Ground {
    let ground = ground();
    give(&ground, FIRST);
    let lines = format!("password_hash_file = \"client1.hash\"\n{more}");
    session(&ground, "CLIENT1", &lines);
    ground.configure(|text| text.replace("[fix]\n", "[fix]\nlockout_failures = 100\n"));
    ground
}

/// What answers a Logon of CLIENT1 with these fields, on a connection of its own. The number goes on by one when it
/// is taken.
async fn answer(venue: &VenueProcess, number: &mut u64, fields: &str) -> String {
    let mut client = Client::plain(venue.address()).await;
    let answer = client.log_on("CLIENT1", *number, fields).await;
    if answer.contains("|35=A|") {
        client.send("5", "CLIENT1", *number + 1, "").await;
        *number += 2;
    }
    client.rest().await;
    answer
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_uses_up_no_number() {
    let ground = equipped("username = \"alder\"");
    let venue = ground.start();
    let mut number = 1;
    let right = format!("553=alder|554={FIRST}|");
    let refusals = [
        "".to_owned(),
        "553=alder|".to_owned(),
        format!("554={FIRST}|"),
        format!("553=birch|554={FIRST}|"),
        format!("553=alder|554={SECOND}|"),
        format!("553=alder|554={}|", "x".repeat(4_000)),
        // Nor is a password changed by one who does not know it.
        format!("553=alder|554={THIRD}|925={SECOND}|"),
    ];
    for fields in &refusals {
        let answer = answer(&venue, &mut number, fields).await;
        assert!(answer.contains("|35=5|"), "{fields}: {answer}");
        let text = "|58=Username(553) or Password(554) is not right|";
        assert!(answer.contains(text), "{fields}: {answer}");
        assert_eq!(number, 1);
    }
    let answer = answer(&venue, &mut number, &right).await;
    assert!(answer.contains("|35=A|"), "{answer}; {}", venue.log());
    let log = venue.log();
    venue.stop().expect("it stops");
    let audit = audit(&ground);
    assert!(has_line(
        &audit,
        &["\"logon\"", "\"refused\"", "CLIENT1", "127.0.0.1:"]
    ));
    assert!(has_line(
        &audit,
        &["\"logon\"", "\"done\"", "CLIENT1", "127.0.0.1:"]
    ));
    for secret in [FIRST, SECOND, THIRD, "argon2id"] {
        assert!(!audit.contains(secret), "{secret} is in\n{audit}");
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
}

#[tokio::test]
async fn a_flood_of_passwords_holds_no_other_session_up() {
    let ground = ground();
    let hash = gateway::identity::hash(FIRST);
    for number in 2..=16 {
        let line = format!("password_hash = \"{}\"", hash.reveal());
        session(&ground, &format!("CLIENT{number}"), &line);
    }
    let venue = ground.start();
    let mut good = Client::plain(venue.address()).await;
    assert!(good.log_on("CLIENT1", 1, "").await.contains("|35=A|"));
    let mut flood = tokio::task::JoinSet::new();
    for number in 2..=16 {
        let address = venue.address();
        flood.spawn(async move {
            let mut client = Client::plain(address).await;
            client
                .log_on(&format!("CLIENT{number}"), 1, "554=wrong|")
                .await
        });
    }
    // Each check takes a core for a while, one after the other: this session is done long before.
    for number in 2..22 {
        good.send("1", "CLIENT1", number, &format!("112={number}|"))
            .await;
        assert!(good.next().await.contains(&format!("|112={number}|")));
    }
    let mut waiting = 0;
    while flood.try_join_next().is_some() {}
    while let Some(answer) = flood.join_next().await {
        let answer = answer.expect("it ends");
        assert!(answer.contains("is not right"), "{answer}");
        waiting += 1;
    }
    assert!(
        waiting > 0,
        "the flood was over before the session was answered"
    );
}

#[tokio::test]
async fn a_wrong_password_counts_while_the_session_is_closed_too() {
    let ground = equipped("");
    let now = gateway::clock::now();
    let closed = Hours {
        start: now + TimeDelta::hours(1),
        end: now - TimeDelta::hours(1),
    };
    ground.configure(|text| {
        let text = text.replace("lockout_failures = 100", "lockout_failures = 3");
        closed.kept_by(&["CLIENT1"], &text)
    });
    let venue = ground.start();
    let wrong = "|58=Username(553) or Password(554) is not right|";
    for (password, expected) in [
        (FIRST, "|58=the session is closed; it opens at "),
        (SECOND, wrong),
        (SECOND, wrong),
        (SECOND, wrong),
    ] {
        let answer = answer(&venue, &mut 1, &format!("554={password}|")).await;
        assert!(answer.contains(expected), "{password}: {answer}");
    }
    // It is locked, and nobody uses up another number.
    let answer = answer(&venue, &mut 1, &format!("554={FIRST}|")).await;
    assert_eq!(answer, "");
}

#[tokio::test]
async fn an_invalid_logon_counts_where_there_is_a_password() {
    let ground = equipped("");
    ground.configure(|text| text.replace("lockout_failures = 100", "lockout_failures = 3"));
    let venue = ground.start();
    for (times, sender) in [(3, "CLIENT1"), (6, "CLIENT2")] {
        for _ in 0..times {
            let mut client = Client::plain(venue.address()).await;
            client.send("A", sender, 1, "98=0|").await;
            let answer = client.next().await;
            assert!(
                answer.contains("Required tag missing"),
                "{sender}: {answer}"
            );
            client.rest().await;
        }
    }
    let mut client = Client::plain(venue.address()).await;
    assert_eq!(
        client.log_on("CLIENT1", 1, &format!("554={FIRST}|")).await,
        ""
    );
    let mut client = Client::plain(venue.address()).await;
    assert!(client.log_on("CLIENT2", 1, "").await.contains("|35=A|"));
}

#[test]
fn the_program_hashes_what_it_reads() {
    let hash = |password: &str| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_venue-under-test"))
            .arg("hash-password")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut input = child.stdin.take().expect("it is piped");
        input.write_all(password.as_bytes()).expect("it reads");
        drop(input);
        let ended = child.wait_with_output().expect("it ends");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            ended.status.code(),
            text(&ended.stdout),
            text(&ended.stderr),
        )
    };
    let (code, output, complaints) = hash(&format!("{FIRST}\n"));
    assert_eq!(code, Some(0), "{complaints}");
    assert!(
        output.trim_end().parse::<config::PasswordHash>().is_ok(),
        "{output}"
    );
    let (code, output, complaints) = hash("short one\n");
    assert_eq!((code, output.as_str()), (Some(1), ""));
    assert!(
        complaints.contains("at least 12 characters"),
        "{complaints}"
    );
    assert!(!complaints.contains("short one"), "{complaints}");
}

#[tokio::test]
async fn a_changed_password_outlives_kill_9_and_gives_way_to_another_configuration() {
    let ground = equipped("");
    let venue = ground.start();
    let mut number = 1;
    for (new, why) in [
        ("short", "must have at least 12 characters"),
        (FIRST, "must differ from Password(554)"),
        (
            "my own client1 word",
            "must not hold the CompID or the Username(553)",
        ),
    ] {
        let fields = format!("554={FIRST}|925={new}|");
        let answer = answer(&venue, &mut number, &fields).await;
        let text = format!("|58=NewPassword(925) {why}|");
        assert!(
            answer.contains("|35=5|") && answer.contains(&text),
            "{answer}"
        );
    }
    let changing = format!("554={FIRST}|925={SECOND}|");
    let changed = answer(&venue, &mut number, &changing).await;
    assert!(changed.contains("|35=A|"), "{changed}");
    assert!(
        changed.contains("|58=the password was changed|"),
        "{changed}"
    );
    venue.kill().expect("it ends");
    assert!(has_line(
        &audit(&ground),
        &["\"password\"", "\"done\"", "CLIENT1"]
    ));

    let venue = ground.start();
    // The store asks for nothing again: its number may lag behind after a crash, and is then asked for.
    let (old, new) = (format!("554={FIRST}|"), format!("554={SECOND}|"));
    let refused = answer(&venue, &mut number, &old).await;
    assert!(refused.contains("|35=5|"), "{refused}");
    let taken = answer(&venue, &mut number, &new).await;
    assert!(taken.contains("|35=A|"), "{taken}");
    assert!(!taken.contains("|58="), "{taken}");
    venue.stop().expect("it stops");

    // The operator gives it another one: that counts from then on, and no older one.
    give(&ground, THIRD);
    let venue = ground.start();
    for (password, expected) in [(FIRST, "|35=5|"), (SECOND, "|35=5|"), (THIRD, "|35=A|")] {
        let answer = answer(&venue, &mut number, &format!("554={password}|")).await;
        assert!(answer.contains(expected), "{answer}");
    }
    // A session without a password has none to change.
    let mut client = Client::plain(venue.address()).await;
    let answer = client.log_on("CLIENT2", 1, &format!("925={SECOND}|")).await;
    assert!(answer.contains("this session has no password"), "{answer}");
}
