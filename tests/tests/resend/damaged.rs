//! One session's store fails while the venue runs: that session alone is out of service.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::process::Command;

use tests::venue_process::VenueProcess;

use crate::reader::Reader;
use tests::shelf;

use crate::{ground, order, store_of};

/// Reports that there are.
const MESSAGES: u64 = 2_000;

#[tokio::test]
async fn a_damaged_record_takes_its_own_session_out_of_service_and_no_other() {
    let ground = ground();
    let folder = store_of(&ground, "CLIENT1");
    shelf::fill(&folder, "CLIENT1", MESSAGES);
    let venue = ground.start();
    let mut harmed = Reader::log_on("CLIENT1", venue.address(), 1).await;
    let mut other = Reader::log_on("CLIENT2", venue.address(), 1).await;
    let log = folder.join("outbound.00000000.000000.log");
    let file = OpenOptions::new().write(true).open(&log);
    let file = file.expect("the store has a file");
    let length = file.metadata().expect("it can be looked at").len();
    file.write_all_at(b"?", length / 2)
        .expect("it can be damaged");

    harmed.send("2", "7=1|16=0|").await;
    let mut resent = 0;
    let last = loop {
        let message = harmed.next().await;
        if !message.is_resent() {
            break message;
        }
        resent += 1;
    };
    assert!(resent > 0 && resent < MESSAGES, "{resent} were resent");
    assert_eq!(last.get(35), "5");
    assert!(last.get(58).contains("out of service"), "{last:?}");
    assert!(harmed.try_next().await.is_none(), "nothing follows");

    other.send("D", &order("others-go-on")).await;
    assert_eq!(other.next().await.get(11), "others-go-on");
    let log = venue.log_saying("out of service").await;
    assert!(log.contains("is damaged at byte"), "{log}");
    drop(other);
    let ended = venue.stop().expect("the venue stops");
    assert_eq!(
        ended.code(),
        Some(1),
        "a stop with a failed store is no clean one"
    );
}

#[tokio::test]
async fn a_full_disk_under_one_store_leaves_the_others_in_service() {
    let ground = ground();
    shelf::fill(&store_of(&ground, "CLIENT1"), "CLIENT1", MESSAGES);
    let log = store_of(&ground, "CLIENT1").join("outbound.00000000.000000.log");
    let length = log.metadata().expect("the store has a file").len();
    // No file may grow beyond the one that is there already: its next write fails, and all others fit.
    let mut command = Command::new("sh");
    let limited = format!(
        "trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"",
        length / 512
    );
    command.arg("-c").arg(limited).arg(ground.program());
    command.arg("run").arg("--config").arg(ground.config());
    command.arg("--data").arg(ground.data());
    let venue = VenueProcess::start_command(&mut command);
    let venue = venue.unwrap_or_else(|error| panic!("{error}"));
    let mut other = Reader::log_on("CLIENT2", venue.address(), 1).await;
    other.send("D", &order("before")).await;
    assert_eq!(other.next().await.get(11), "before");

    let mut harmed = Reader::connect("CLIENT1", venue.address(), 1).await;
    harmed.send("A", "98=0|108=30|").await;
    // A number that cannot be kept is not used: not even to say so.
    assert!(harmed.try_next().await.is_none(), "the session is cut");

    other.send("D", &order("others-go-on")).await;
    assert_eq!(other.next().await.get(11), "others-go-on");
    let log = venue.log_saying("out of service").await;
    assert!(log.contains("cannot append to"), "{log}");
    drop(other);
    let ended = venue.stop().expect("the venue stops");
    assert_eq!(ended.code(), Some(1));
    // With room again everything is there.
    let venue = ground.start();
    let mut back = Reader::log_on("CLIENT1", venue.address(), 1).await;
    back.send("2", &format!("7={MESSAGES}|16={MESSAGES}|"))
        .await;
    assert_eq!(back.next().await.get(11), format!("old-{MESSAGES}"));
}
