//! Sessions that start their numbers again and again take turns: those who trade and watch go on, and each of them gets its
//! turn; whoever waits for one when the venue stops is let go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fix_codec::tags;
use fix_codec::values::Side;
use tests::ground::{Ground, WATCH};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::wire::{connect, message, now, rest};
use crate::{day, ground, log_on};

/// Orders of the member that trades.
const ORDERS: usize = 200;

/// The sessions that do nothing but start their numbers again, in each of the load test's firms.
fn restless() -> impl Iterator<Item = String> {
    (0..96).map(|number| format!("RESTLESS{number}"))
}

fn ground_with_restless() -> Ground {
    let ground = ground();
    ground.configure(|text| {
        let sessions: String = restless()
            .map(|name| {
                format!(
                    "\n[[sessions]]\ncomp_id = \"{name}\"\nfirm = \"{WATCH}\"\nrole = \"drop_copy\"\ndrop_copy_of = \"all\"\n"
                )
            })
            .collect();
        text + &sessions
    });
    ground
}

/// A Logon(A) with ResetSeqNumFlag(141)=Y.
fn reset(sender: &str) -> Vec<u8> {
    let header = format!("34=1|49={sender}|52={}|56=CLOUDPIT|", now());
    message("A", &format!("{header}98=0|108=30|141=Y|"))
}

/// Reads until a Logon(A) has come; false when the connection ends before.
async fn logon_comes(stream: &mut TcpStream) -> bool {
    let mut said = Vec::new();
    let logon = b"\x0135=A\x01";
    while !said.windows(logon.len()).any(|bytes| bytes == logon) {
        // A connection that is closed with something unread is reset: that is an end too.
        if stream.read_buf(&mut said).await.unwrap_or_default() == 0 {
            return false;
        }
    }
    true
}

/// Starts its numbers again until it is told to end, and once at least.
async fn start_again(mut stream: TcpStream, name: String, end: Arc<AtomicBool>) {
    loop {
        stream.write_all(&reset(&name)).await.expect("it reads");
        assert!(logon_comes(&mut stream).await, "{name} is thrown out");
        if end.load(Ordering::Relaxed) {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_starts_again_without_end_holds_nobody_up() {
    let ground = ground_with_restless();
    let venue = ground.start();
    let mut watch = log_on(WATCH, &venue).await;
    let mut member = log_on("CLIENT1", &venue).await;
    let end = Arc::new(AtomicBool::new(false));
    let mut all = JoinSet::new();
    for name in restless() {
        let stream = connect(venue.address()).await;
        all.spawn(start_again(stream, name, Arc::clone(&end)));
    }
    // Each of them gets a copy of everything, in line or not: what brings reports waits for none.
    for number in 0..ORDERS {
        let id = format!("order-{number}");
        let sent = member.order(&id, &day(Side::Buy, 1, 1_000)).await;
        sent.expect("the venue is there");
        assert!(member.answer(&id).await.is(tags::EXEC_TYPE, "0"));
    }
    let last = format!("order-{}", ORDERS - 1);
    let copies = watch.until(|seen| seen.is(tags::CL_ORD_ID, &last)).await;
    let copies = copies.iter().filter(|seen| seen.is(tags::EXEC_TYPE, "0"));
    assert_eq!(copies.count(), ORDERS);
    end.store(true, Ordering::Relaxed);
    while let Some(ended) = all.join_next().await {
        ended.expect("each gets its turn");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_venue_stops_though_many_wait_to_start_again() {
    let ground = ground_with_restless();
    let venue = ground.start();
    let mut clients = Vec::new();
    for name in restless() {
        let mut stream = connect(venue.address()).await;
        stream.write_all(&reset(&name)).await.expect("it reads");
        clients.push(stream);
    }
    // The first has had its turn: the others stand in line, or are about to.
    assert!(logon_comes(&mut clients[0]).await, "{}", venue.log());
    let stopped = tokio::task::spawn_blocking(|| venue.stop());
    for client in &mut clients {
        let said = rest(client).await;
        let let_in = said.matches("|35=A|").count();
        assert!(let_in <= 1, "{said}");
    }
    let stopped = stopped.await.expect("waiting does not fail");
    let ended = stopped.unwrap_or_else(|error| panic!("{error}"));
    assert!(ended.success(), "{ended}");
    let verified = ground.verify();
    assert!(verified.journal_cut.is_none() && verified.events_missing == 0);
    // Whoever did not get its turn gets it when it comes back.
    let venue = ground.start();
    for name in restless() {
        let mut stream = connect(venue.address()).await;
        stream.write_all(&reset(&name)).await.expect("it reads");
        assert!(logon_comes(&mut stream).await, "{name}: {}", venue.log());
    }
}
