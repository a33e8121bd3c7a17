//! Passwords: right, wrong, changed, and what outlives what.

use std::fs;

use tests::ground::Ground;
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

    let venue = ground.start();
    // The store asks for nothing again: its number may lag behind after a crash, and is then asked for.
    let (old, new) = (format!("554={FIRST}|"), format!("554={SECOND}|"));
    let refused = answer(&venue, &mut number, &old).await;
    assert!(refused.contains("|35=5|"), "{refused}");
    let taken = answer(&venue, &mut number, &new).await;
    assert!(taken.contains("|35=A|"), "{taken}");
    assert!(!taken.contains("|58="), "{taken}");
    venue.stop().expect("it stops");
    assert!(has_line(
        &audit(&ground),
        &["\"password\"", "\"done\"", "CLIENT1"]
    ));

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
