//! An operator busts trades while they are about to be delivered, and the venue is killed at random instants of it: each
//! trade is delivered or busted, never both and never neither, and both parties, the register, the guests and the ledger agree.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use fix_codec::tags;
use tests::guests;
use tests::random::Random;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::party::Party;
use crate::{Stage, rounds, stop, trade};

/// The operator comes within this time after the trade, in microseconds: as long as a reassignment takes to begin.
const OPERATOR_MICROS: u64 = 60_000;

/// Asks for a bust after this time; the status of HTTP, if there is an answer.
async fn bust(socket: PathBuf, trade: String, after: Duration) -> Option<String> {
    // Not to wait for anything: the instant must fall anywhere.
    tokio::time::sleep(after).await;
    let body = format!("{{\"trade\":\"{trade}\",\"reason\":\"clearly erroneous\"}}");
    let request = format!(
        "POST /v1/trades/bust HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Cloudpit-Operator: alice\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = UnixStream::connect(socket).await.ok()?;
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.ok()?;
    answer.split(' ').nth(1).map(str::to_owned)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trade_is_delivered_or_busted_whenever_the_venue_is_killed() {
    let random = Random::of_seed(Random::seed("SETTLEMENT_SEED"));
    let rounds = rounds();
    let mut stage = Stage::set(random);
    let mut seller = Party::new(&stage.control, "ALDER", "acme:1001").await;
    let mut buyer = Party::new(&stage.control, "BIRCH", "acme:1002").await;
    let (mut instance, slot) = stage.control.deposit("acme:1001", &seller.image).await;
    let (mut known, mut settled) = (BTreeSet::new(), 0);
    for round in 1..=rounds {
        let venue = stage.start();
        for party in [&mut seller, &mut buyer] {
            party.come_back(&venue).await;
        }
        let traded = trade([&mut seller, &mut buyer], &instance).await;
        let after = Duration::from_micros(stage.random.below(OPERATOR_MICROS));
        let socket = stage.layout().admin_socket();
        let operator = tokio::spawn(bust(socket, traded.clone(), after));
        stage.kill(venue, [&mut seller, &mut buyer]).await;
        let answer = operator.await.expect("an operator does not fail");

        let venue = stage.start();
        let bought = buyer.wait_until_ended(&venue, &known).await;
        let sold = seller.wait_until_ended(&venue, &known).await;
        known = buyer.ended().chain(seller.ended()).collect();
        assert_eq!(u64::try_from(known.len()), Ok(round), "one end each");
        let status = bought.must(tags::REASSIGNMENT_STATUS);
        assert!(sold.is(tags::REASSIGNMENT_STATUS, status), "{sold:?}");
        let busted = status == "6";
        match answer.as_deref() {
            Some("200") => assert!(busted, "the operator was told so"),
            Some("409") => assert!(!busted, "the operator was told so"),
            _ => {}
        }
        stop(venue, [&mut seller, &mut buyer]).await;
        for party in [&seller, &buyer] {
            let told = party.busted.values().filter(|trade| **trade == traded);
            assert_eq!(told.count(), usize::from(busted), "{}", party.member.name());
        }
        eprintln!("round {round}: {status} ({answer:?} after {after:?})");
        if !busted {
            settled += 1;
            instance = bought.must(tags::INSTANCE_IDS).to_owned();
            std::mem::swap(&mut seller, &mut buyer);
        }
        stage.check_guest(&slot, &instance);
    }
    stage.check_books((&slot, &instance), settled, rounds).await;
    stage.control.stop();
    assert_eq!(guests::below(stage.folder.path()), [], "guests run on");
}
