//! What the market is told of clients whose connections end at odd moments.

use engine::DisconnectCause::{self, ByVenue, LoggedOut, Lost};
use engine::EventBody;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::super::lone::{Lone, gone, message, until};

const KEYS: &str =
    "cancel_on_disconnect = \"session\"\ncancel_on_logout = false\naccept_reset = true\n";

const LOGON: &str = "A|34=1|98=0|108=30";

#[tokio::test]
async fn the_market_hears_of_a_connection_that_breaks_when_it_is_written_to() {
    let rows: [(&str, &[&str], DisconnectCause); 3] = [
        // A Reject(3) that is sent again.
        (
            "\u{1}43=Y\u{1}",
            &[LOGON, "D|34=2", "2|34=3|7=1|16=0"],
            Lost,
        ),
        // The answer to the client's own Logout(5): it wanted to go.
        ("\u{1}35=5\u{1}", &[LOGON, "5|34=2"], LoggedOut),
        ("\u{1}35=A\u{1}", &[LOGON], Lost),
    ];
    for (at, messages, why) in rows {
        let lone = Lone::open(KEYS).await;
        let mut events = lone.reader();
        let _client = lone.connect_breaking(messages, Some(at)).await;
        assert_eq!(gone(&mut events).await, why, "{messages:?}");
        // The session goes on.
        let mut client = lone.connect(&["A|34=9|98=0|108=30"]).await;
        until(&mut client, "A").await;
    }
}

#[tokio::test]
async fn a_session_that_goes_out_of_service_is_no_client_that_logs_out() {
    let lone = Lone::open(KEYS).await;
    let mut events = lone.reader();
    let mut client = lone.connect(&[LOGON]).await;
    until(&mut client, "A").await;
    let mut second = lone.connect(&[]).await;
    std::fs::remove_dir_all(lone.store()).unwrap();
    let reset = message("A|34=1|98=0|108=30|141=Y");
    client.write_all(&reset).await.unwrap();
    assert_eq!(gone(&mut events).await, ByVenue);
    // Whoever has waited for the seat is let go.
    assert_eq!(second.read(&mut [0]).await.unwrap(), 0);
}

#[tokio::test]
async fn a_logon_that_is_refused_calls_nothing_off() {
    for refused in ["A|34=1|98=0|108=30", "A|34=1|98=0|108=30|8013=N"] {
        let lone = Lone::open("cancel_on_disconnect = \"session\"\n").await;
        let mut events = lone.reader();
        let mut client = lone.connect(&[LOGON]).await;
        until(&mut client, "A").await;
        drop(client);
        assert_eq!(gone(&mut events).await, Lost);
        let mut client = lone.connect(&[refused]).await;
        assert!(until(&mut client, "5").await.contains("too low"));
        // The market has heard of nothing when it hears of the next that comes.
        let mut client = lone.connect(&["A|34=2|98=0|108=30"]).await;
        until(&mut client, "A").await;
        let batch = events.next().await.unwrap();
        let called_off = batch.events().iter().any(|event| {
            let EventBody::SessionConnected {
                called_off, policy, ..
            } = &event.body
            else {
                return false;
            };
            called_off.is_some() && policy.is_some()
        });
        assert!(called_off, "{refused}: {batch:?}");
        drop(client);
        assert_eq!(gone(&mut events).await, Lost);
    }
}
