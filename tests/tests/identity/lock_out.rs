//! What repeated failures lead to, and what they do not.

use crate::client::Client;
use crate::{audit, ground, has_line, session};

const PASSWORD: &str = "correct horse battery";

#[tokio::test]
async fn too_many_failures_lock_the_address_out_of_that_session_alone() {
    let ground = ground();
    let hash = gateway::identity::hash(PASSWORD);
    for name in ["CLIENT1", "CLIENT2"] {
        session(
            &ground,
            name,
            &format!("password_hash = \"{}\"", hash.reveal()),
        );
    }
    ground.configure(|text| text.replace("[fix]\n", "[fix]\nlockout_failures = 2\n"));
    let venue = ground.start();
    let right = format!("554={PASSWORD}|");
    let mut second = Client::plain(venue.address()).await;
    let answer = second.log_on("CLIENT2", 1, &right).await;
    assert!(answer.contains("|35=A|"), "{answer}");
    for name in ["CLIENT1", "CLIENT1"] {
        let mut client = Client::plain(venue.address()).await;
        let answer = client.log_on(name, 1, "554=wrong|").await;
        assert!(answer.contains("|35=5|"), "{answer}");
        client.rest().await;
    }
    // Now not even the right one.
    let mut client = Client::plain(venue.address()).await;
    assert_eq!(client.log_on("CLIENT1", 1, &right).await, "");
    // Those who try to come second do not even get as far as a failure: the first is not harmed, now or later.
    for _ in 0..2 {
        let mut client = Client::plain(venue.address()).await;
        assert_eq!(client.log_on("CLIENT2", 1, "554=wrong|").await, "");
    }
    second.send("5", "CLIENT2", 2, "").await;
    second.rest().await;
    let mut again = Client::plain(venue.address()).await;
    let answer = again.log_on("CLIENT2", 3, &right).await;
    assert!(answer.contains("|35=A|"), "{answer}");
    venue.stop().expect("it stops");
    let audit = audit(&ground);
    assert!(
        has_line(&audit, &["\"lock_out\"", "CLIENT1", "127.0.0.1"]),
        "{audit}"
    );
    assert!(!has_line(&audit, &["\"lock_out\"", "CLIENT2"]), "{audit}");
    assert!(
        has_line(&audit, &["\"refused\"", "CLIENT2", "the session is in use"]),
        "{audit}"
    );
}

#[tokio::test]
async fn an_address_outside_the_networks_of_a_session_is_closed_without_a_word() {
    let ground = ground();
    session(&ground, "CLIENT1", "allow_from = [\"192.0.2.0/24\"]");
    session(
        &ground,
        "CLIENT2",
        "allow_from = [\"192.0.2.0/24\", \"127.0.0.0/8\"]",
    );
    let venue = ground.start();
    let mut client = Client::plain(venue.address()).await;
    assert_eq!(client.log_on("CLIENT1", 1, "").await, "");
    let mut client = Client::plain(venue.address()).await;
    let answer = client.log_on("CLIENT2", 1, "").await;
    assert!(answer.contains("|35=A|"), "{answer}");
    venue.stop().expect("it stops");
    let audit = audit(&ground);
    assert!(has_line(
        &audit,
        &["\"refused\"", "CLIENT1", "none of the session's networks"]
    ));
}
