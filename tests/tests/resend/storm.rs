//! The same range asked for again and again costs what serving it twice costs.

use crate::reader::Reader;
use tests::shelf;

use crate::{ground, order, store_of};

/// Reports that there are.
const MESSAGES: u64 = 5_000;

/// How often they are asked for in one go.
const REQUESTS: u64 = 1_000;

#[tokio::test]
async fn a_range_asked_for_a_thousand_times_at_once_is_sent_twice_at_most() {
    let ground = ground();
    shelf::fill(&store_of(&ground, "CLIENT1"), "CLIENT1", MESSAGES);
    let venue = ground.start();
    let mut reader = Reader::log_on("CLIENT1", venue.address(), 1).await;
    let mut requests = Vec::new();
    for request in 0..REQUESTS {
        // Bounded and unbounded, and overlapping ones.
        let fields = match request % 3 {
            0 => "7=1|16=0|".to_owned(),
            1 => format!("7=1|16={MESSAGES}|"),
            _ => format!("7={}|16={MESSAGES}|", request + 1),
        };
        requests.extend(reader.message("2", &fields));
    }
    requests.extend(reader.message("D", &order("live")));
    reader.send_bytes(&requests).await;

    let mut resent = 0;
    let mut seen_live = false;
    // What is asked last is served last.
    reader
        .send("2", &format!("7={MESSAGES}|16={MESSAGES}|"))
        .await;
    reader.send("1", "112=end|").await;
    let mut ended = false;
    while !ended || !seen_live || resent < MESSAGES {
        let message = reader.next().await;
        resent += u64::from(message.is_resent() && message.get(35) == "8");
        seen_live |= message.get(11) == "live" && !message.is_resent();
        ended |= message.get(112) == "end";
    }
    // Nothing is left under way when nothing resent comes between a request and its answer.
    for probe in 0.. {
        let id = format!("probe-{probe}");
        reader.send("1", &format!("112={id}|")).await;
        let before = resent;
        loop {
            let message = reader.next().await;
            resent += u64::from(message.is_resent());
            if message.get(112) == id {
                break;
            }
        }
        if resent == before {
            break;
        }
    }
    assert!(
        resent <= 3 * MESSAGES,
        "{resent} messages were resent for {REQUESTS} requests"
    );
}
