//! A Logon is answered though nobody brings the mail, as after an unclean stop that left much to be brought.

use std::sync::Arc;

use sequencer::EventPosition;
use tokio::io::AsyncReadExt;

use super::super::Mail;
use super::super::lone::{Lone, until};

#[tokio::test]
async fn a_logon_does_not_wait_for_the_mail() {
    for (keys, logon) in [
        ("", "A|34=1|98=0|108=30"),
        ("", "A|34=1|98=0|108=30|8013=S"),
        ("accept_reset = true\n", "A|34=1|98=0|108=30|141=Y"),
        ("accept_reset = true\n", "A|34=1|98=0|108=30|8013=Y|141=Y"),
    ] {
        let lone = Lone::open(keys).await;
        let mut client = lone.connect(&[logon, "1|34=2|112=x"]).await;
        let said = until(&mut client, "0").await;
        assert!(said.contains("|35=A|"), "{logon}: {said}");
        // The next finds nothing left of the first.
        drop(client);
        let logon = logon.replace("34=1", "34=3").replace("|141=Y", "");
        let mut client = lone.connect(&[&logon, "1|34=4|112=y"]).await;
        until(&mut client, "0").await;
    }
}

#[tokio::test]
async fn an_idle_session_writes_down_how_far_it_is() {
    let lone = Lone::open("").await;
    let mail = lone.registry.mail(&Lone::name()).unwrap();
    let path = lone.store().join("state");
    let handled = || std::fs::read_to_string(&path).unwrap();
    for (passed, written) in [(300_000, 300_000), (300_001, 300_000), (600_000, 600_000)] {
        let held = Arc::new(lone.reader().hold(EventPosition::START));
        let passed = Mail::Passed(EventPosition::new(passed), held);
        mail.send(passed).await.unwrap();
        // The mail was taken when this is, which is closed without a word.
        let mut client = lone.connect(&["1|34=1|112=x"]).await;
        drop(client.read(&mut [0]).await);
        let wanted = format!("\nhandled {written}\n");
        assert!(handled().contains(&wanted), "{}", handled());
    }
}
