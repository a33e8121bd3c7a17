//! What the market is told of clients whose connections end at odd moments.

use engine::DisconnectCause::{self, ByVenue, LoggedOut, Lost};
use engine::EventBody;
use sequencer::EventReader;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

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

#[tokio::test]
async fn a_store_that_fails_under_a_logon_lets_nobody_in() {
    for logon in [LOGON, "A|34=1|98=0|108=30|141=Y"] {
        let lone = Lone::open(KEYS).await;
        let mut events = lone.reader();
        std::fs::remove_dir_all(lone.store()).unwrap();
        let mut client = lone.connect(&[logon]).await;
        // Not even a Logout: its number could not be kept.
        let mut said = Vec::new();
        client.read_to_end(&mut said).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&said), "", "{logon}");
        assert_eq!(gone(&mut events).await, ByVenue, "{logon}");
    }
}

#[tokio::test]
async fn a_session_that_is_removed_under_a_logon_is_not_taken_for_one_with_a_client() {
    const TEXT: &str = "removed";
    // Wherever in the Logon it falls.
    for yields in 0..30 {
        let lone = Lone::open(KEYS).await;
        let mut events = lone.reader();
        let mut client = lone.connect(&[LOGON]).await;
        for _ in 0..yields {
            tokio::task::yield_now().await;
        }
        lone.remove(TEXT).await;
        let said = until_told_to_go(&mut client).await;
        drop(client);
        // Who was let in is told why it must go.
        let told = said.contains(&format!("|58={TEXT}|"));
        assert!(told || !said.contains("|35=A|"), "{yields}: {said}");
        lone.restore();
        // The session goes on, and the market has never heard of two clients at once.
        let mut client = lone.connect(&["A|34=9|98=0|108=30", "5|34=10"]).await;
        until(&mut client, "5").await;
        check_one_at_a_time(&mut events).await;
    }
}

/// What a client reads until the end of its connection, or until it is logged out.
async fn until_told_to_go(client: &mut DuplexStream) -> String {
    let mut said = String::new();
    let mut bytes = [0; 4096];
    while !said.contains("|35=5|") {
        let count = client.read(&mut bytes).await.unwrap();
        if count == 0 {
            break;
        }
        said.push_str(&String::from_utf8_lossy(&bytes[..count]).replace('\u{1}', "|"));
    }
    said
}

/// Each client that the market hears of is gone before it hears of the next; the last has logged out.
async fn check_one_at_a_time(events: &mut EventReader) {
    let mut is_there = false;
    loop {
        for event in events.next().await.unwrap().events() {
            if let EventBody::SessionConnected { .. } = &event.body {
                assert!(!is_there, "{event:?}");
                is_there = true;
            } else if let EventBody::SessionDisconnected { why, .. } = &event.body {
                assert!(is_there, "{event:?}");
                is_there = false;
                if *why == LoggedOut {
                    return;
                }
            }
        }
    }
}

#[tokio::test]
async fn nothing_of_a_connection_is_left_for_the_next() {
    let lone = Lone::open("").await;
    let mut client = lone.connect(&[LOGON]).await;
    until(&mut client, "A").await;
    // A message from beyond a gap, and the beginning of another.
    client.write_all(&message("D|34=5|11=held")).await.unwrap();
    until(&mut client, "2").await;
    let half = message("1|34=6|112=half");
    let half = half.get(..half.len() / 2).unwrap();
    client.write_all(half).await.unwrap();
    drop(client);

    let logon = "A|34=2|98=0|108=30";
    let messages = [logon, "1|34=3|112=x", "1|34=4|112=y", "1|34=5|112=z"];
    let mut client = lone.connect(&messages).await;
    let mut said = String::new();
    while !said.contains("|112=z|") {
        said.push_str(&until(&mut client, "0").await);
    }
    let types: Vec<&str> = said
        .split("|35=")
        .skip(1)
        .filter_map(|message| message.split('|').next())
        .collect();
    assert_eq!(types, ["A", "0", "0", "0"], "{said}");
}
