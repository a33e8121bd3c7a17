//! What is no longer kept: the client is told which messages, and only their numbers are passed over.

use crate::reader::Reader;
use tests::shelf;

use crate::{ground, store_of};

/// More reports than the store may keep.
const MESSAGES: u64 = 6_000;

#[tokio::test]
async fn a_client_is_told_what_is_no_longer_kept_and_gets_the_rest() {
    let ground = ground();
    shelf::fill(&store_of(&ground, "CLIENT1"), "CLIENT1", MESSAGES);
    let tight = "\n[message_store]\nsegment_size = \"64KiB\"\nmax_size = \"256KiB\"\n";
    // The first start makes small files of what comes then; what was there is one file, which goes when it has ended.
    ground.configure(|text| format!("{text}{tight}"));
    let venue = ground.start();
    let mut reader = Reader::log_on("CLIENT1", venue.address(), 1).await;
    let mut sent = 0;
    let notice = loop {
        for _ in 0..50 {
            sent += 1;
            reader
                .send("D", &crate::order(&format!("new-{sent}")))
                .await;
        }
        let last = format!("new-{sent}");
        while reader.next().await.get(11) != last {}
        reader.send("2", "7=1|16=2|").await;
        let answer = reader.next().await;
        if answer.get(35) == "B" {
            break answer;
        }
        assert_eq!(answer.number(34), 1, "{answer:?}");
        reader.next().await;
    };
    assert_eq!(notice.get(148), "Messages 1 to 2 are no longer kept");
    assert!(!notice.is_resent() && notice.number(34) > MESSAGES);
    let passed_over = reader.next().await;
    assert_eq!(
        ["4", "1", "Y", "3"],
        [35, 34, 123, 36].map(|tag| passed_over.get(tag))
    );

    // Everything at once: the notice, one gap fill of exactly that, and the first that is kept.
    reader.send("2", "7=1|16=0|").await;
    let notice = reader.next().await;
    let headline = notice.get(148).to_owned();
    let end: u64 = headline
        .strip_prefix("Messages 1 to ")
        .and_then(|rest| rest.strip_suffix(" are no longer kept"))
        .and_then(|number| number.parse().ok())
        .unwrap_or_else(|| panic!("{headline}"));
    assert!(end >= MESSAGES, "{headline}");
    let passed_over = reader.next().await;
    assert_eq!(passed_over.number(34), 1);
    assert_eq!(passed_over.number(36), end + 1);
    let first = loop {
        let next = reader.next().await;
        if next.get(35) != "4" {
            break next;
        }
    };
    assert!(first.is_resent() && first.number(34) > end, "{first:?}");
    let next = reader.next_outgoing();
    drop(reader);
    assert!(venue.stop().expect("the venue stops").success());

    // It is remembered.
    let venue = ground.start();
    let mut again = Reader::log_on("CLIENT1", venue.address(), next).await;
    again.send("2", "7=1|16=1|").await;
    assert_eq!(
        again.next().await.get(148),
        "Messages 1 to 1 are no longer kept"
    );
}
