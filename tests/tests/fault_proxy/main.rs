//! Members trade over a wire that loses, doubles, damages, delays and reorders what it carries, and breaks. Once it
//! holds, every request was answered once, everybody got what the event log says, once and in order, and both sides'
//! numbers are in step; a member on a wire of its own has seen nothing of it.
//!
//! `FAULT_PROXY_SEED` repeats a run's choices (not its timing), `FAULT_PROXY_REQUESTS` makes it longer.

mod plan;
mod proxy;
mod quiet;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fix_codec::tags;
use fix_session::{Settings, Timeouts};
use tests::ground::Ground;
use tests::member::VENUE;
use tests::random::Random;
use tests::trading::{History, Trader, check_accounts};
use tokio::task::JoinSet;

use proxy::Proxy;

/// The seed that always runs. Another test has another seed each time.
const SEED: u64 = 20_250_115;

/// Requests of each member, unless the environment says otherwise.
const REQUESTS: usize = 80;

/// A member whose requests are not answered for this long hangs up and comes back, as its operator would.
const ANSWER_PATIENCE: Duration = Duration::from_secs(3);

/// All of it must be over by then.
const RUN_PATIENCE: Duration = Duration::from_secs(240);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_over_a_bad_wire() {
    check(SEED).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_over_another_bad_wire() {
    check(Random::seed("FAULT_PROXY_SEED")).await;
}

async fn check(seed: u64) {
    let mut random = Random::of_seed(seed);
    let requests = std::env::var("FAULT_PROXY_REQUESTS").ok();
    let requests = requests.map_or(REQUESTS, |requests| {
        requests.parse().expect("FAULT_PROXY_REQUESTS is a number")
    });
    let ground = Ground::new(env!("CARGO_BIN_EXE_venue-under-test"));
    let venue = ground.start();
    let proxy = Proxy::start(venue.address(), random.fork()).await;
    let quiet = quiet::trade(venue.address());

    let trading = all(
        Trader::all_with(&mut random, settings),
        requests,
        proxy.address(),
    );
    let Ok(traders) = tokio::time::timeout(RUN_PATIENCE, trading).await else {
        panic!(
            "not over in time; the venue's log ends with:\n{}",
            venue.log()
        );
    };
    let faults = proxy.hold();
    let mut traders = all(traders, 0, proxy.address()).await;
    traders.sort_by(|one, other| one.name().cmp(other.name()));
    for trader in traders.iter_mut().filter(|trader| trader.trades()) {
        are_in_step(trader, venue.address()).await;
    }
    let last = quiet.finish().await;
    for watcher in traders.iter_mut().filter(|trader| !trader.trades()) {
        hears(watcher, &last, venue.address()).await;
    }

    let stopping = tokio::task::spawn_blocking(|| venue.stop());
    for trader in &mut traders {
        trader.see_the_rest().await;
    }
    let ended = stopping.await.expect("waiting does not fail");
    assert!(ended.expect("the venue stops").success());
    let verified = ground.verify();
    let history = History::of(&ground.journal()).await;
    for trader in &traders {
        trader.check(&history);
    }
    check_accounts(&traders);
    eprintln!("{faults} faults; {} events are good", verified.next_event);
}

/// Short of patience, so that what is lost is missed soon.
fn settings(name: &str) -> Settings {
    Settings {
        timeouts: Timeouts {
            logon: Duration::from_secs(2),
            logout: Duration::from_secs(1),
            resend: Duration::from_secs(1),
        },
        ..Settings::initiator(name, VENUE, 1)
    }
}

/// Everybody trades until so many more requests are sent and all are answered, and stays connected; who watches
/// does so until then.
async fn all(traders: Vec<Trader>, requests: usize, address: SocketAddr) -> Vec<Trader> {
    let trading = traders.iter().filter(|trader| trader.trades()).count();
    let trading = Arc::new(AtomicUsize::new(trading));
    let each = traders.into_iter().map(|mut trader| {
        let trading = Arc::clone(&trading);
        async move {
            let limit = trader.requests.len() + requests;
            let is_done = |trader: &Trader| {
                if trader.trades() {
                    trader.is_answered(limit)
                } else {
                    trading.load(Ordering::Relaxed) == 0
                }
            };
            // As often as it takes.
            loop {
                trader.hang_up().await;
                if trader.connect(address).await.is_ok()
                    && trade_while_connected(&mut trader, limit, &is_done).await
                {
                    break;
                }
            }
            if trader.trades() {
                trading.fetch_sub(1, Ordering::Relaxed);
            }
            trader
        }
    });
    each.collect::<JoinSet<_>>().join_all().await
}

/// Whether it is done; if not, the connection is of no more use.
async fn trade_while_connected(
    trader: &mut Trader,
    limit: usize,
    is_done: &(impl Fn(&Trader) -> bool + Sync),
) -> bool {
    loop {
        if !trader.send_some(limit).await {
            return false;
        }
        if is_done(trader) {
            return true;
        }
        match tokio::time::timeout(ANSWER_PATIENCE, trader.hear()).await {
            Ok(true) => {}
            Ok(false) | Err(_) => return false,
        }
    }
}

/// The member hears everything up to what is about this order.
async fn hears(trader: &mut Trader, order: &str, address: SocketAddr) {
    trader.hang_up().await;
    let connected = trader.connect(address).await;
    connected.unwrap_or_else(|error| panic!("{}: {error}", trader.name()));
    let has_come = |trader: &Trader| {
        let mut latest = trader.seen.iter().rev();
        latest.any(|seen| seen.is(tags::CL_ORD_ID, order))
    };
    while !has_come(trader) {
        assert!(trader.hear().await, "{} was cut off", trader.name());
    }
}

/// The member logs out and on again without the proxy: neither side finds anything missing.
async fn are_in_step(trader: &mut Trader, address: SocketAddr) {
    trader.catch_up().await;
    let logged_out = trader.member_mut().client().logout().await;
    logged_out.expect("the wire holds");
    trader.hang_up().await;
    let expected = trader.member().next_incoming();
    let connected = trader.connect(address).await;
    connected.unwrap_or_else(|error| panic!("{}: {error}", trader.name()));
    let next = trader.member().next_incoming();
    assert_eq!(next, expected + 1, "{}: a gap", trader.name());
}
