//! SIGTERM: what was accepted is answered and durable, everybody gets a Logout(5), and the next start goes on.

use std::collections::BTreeMap;

use fix_codec::tags;
use fix_codec::values::Side;
use tests::member::Seen;
use tests::venue_process::VenueProcess;
use tokio::io::AsyncWriteExt;

use crate::wire::{connect, logon, rest};
use crate::{come_back, day, ground, log_on};

/// Orders sent just before the venue is told to stop.
const BURST: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_loses_nothing_in_flight_and_the_next_start_goes_on() {
    let ground = ground();
    let mut venue = ground.start();
    let mut member = log_on("CLIENT1", &venue).await;
    let mut answers: BTreeMap<String, Vec<Seen>> = BTreeMap::new();
    for round in 0..3 {
        for number in 0..BURST {
            let id = format!("{round}-{number}");
            let sent = member.order(&id, &day(Side::Buy, 1, 1000)).await;
            sent.expect("the venue is there");
        }
        let mut seen = member.until(|_| true).await;
        let stopping = tokio::task::spawn_blocking(|| stop(venue));
        seen.extend(member.rest().await);
        stopping.await.expect("waiting does not fail");
        let verified = ground.verify();
        assert!(verified.journal_cut.is_none() && verified.events_missing == 0);

        venue = ground.start();
        come_back(&mut member, &venue).await;
        let missing = (0..BURST).any(|number| {
            let id = format!("{round}-{number}");
            !seen.iter().any(|seen| seen.is(tags::CL_ORD_ID, &id))
        });
        if missing {
            let last = format!("{round}-{}", BURST - 1);
            seen.extend(member.until(|seen| seen.is(tags::CL_ORD_ID, &last)).await);
        }
        for seen in seen {
            let id = seen.must(tags::CL_ORD_ID).to_owned();
            answers.entry(id).or_default().push(seen);
        }
    }
    assert_eq!(answers.len(), 3 * BURST);
    let mut numbers: Vec<u64> = Vec::new();
    for (id, answers) in &answers {
        assert_eq!(answers.len(), 1, "{id}: {answers:#?}");
        assert!(answers[0].is(tags::EXEC_TYPE, "0"), "{id}: {answers:#?}");
        assert!(!answers[0].is(tags::POSS_RESEND, "Y"), "{id}: {answers:#?}");
        numbers.push(answers[0].number(tags::MSG_SEQ_NUM));
    }
    numbers.sort_unstable();
    let last = numbers[numbers.len() - 1] - numbers[0];
    // Between them were a Logout and a Logon a round, and what asked for orders again: no block was skipped.
    let between = u64::try_from(3 * BURST).expect("it is small") + 20;
    assert!(last < between, "numbers were skipped: {last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_says_goodbye_to_everybody() {
    let ground = ground();
    let venue = ground.start();
    let mut clients = Vec::new();
    for name in ["CLIENT1", "CLIENT2", "CLIENT3"] {
        let mut stream = connect(venue.address()).await;
        let sent = stream.write_all(&logon(name)).await;
        sent.expect("the venue reads");
        // Its answer: now it is logged on.
        stream.readable().await.expect("the venue answers");
        clients.push(stream);
    }
    let stopping = tokio::task::spawn_blocking(|| stop(venue));
    for client in &mut clients {
        let said = rest(client).await;
        assert!(said.contains("|35=A|"), "{said}");
        assert!(said.contains("|35=5|"), "{said}");
    }
    stopping.await.expect("waiting does not fail");
}

fn stop(venue: VenueProcess) {
    let ended = venue.stop().unwrap_or_else(|error| panic!("{error}"));
    assert!(ended.success(), "{ended}");
}
