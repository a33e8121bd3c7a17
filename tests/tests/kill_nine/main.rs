//! The venue is killed (SIGKILL) at random instants while members trade, and started again on the same data. At the
//! end every order, fill and cancel that was ever acknowledged is there once, in order, and every request was
//! answered once.
//!
//! `KILL_NINE_SEED` repeats a run's choices (not its timing), `KILL_NINE_ROUNDS` makes it longer.

mod power;
mod setting;
mod short_logs;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fix_codec::tags;
use tests::member::{Member, PATIENCE, Seen};
use tests::random::Random;
use tests::venue_process::VenueProcess;
use tokio::sync::watch;
use tokio::task::JoinSet;

use tests::ground::{Ground, WATCH};
use tests::trading::{History, Pace, SYMBOLS, Trader, check_accounts};

/// How often the venue is killed under order flow, unless the environment says otherwise.
const ROUNDS: u64 = 6;

/// A round ends after so many answers at the most.
const ANSWERS_MAX: u64 = 1500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_by_kill_nine() {
    check(Crash::Process, Kept::All).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_or_doubled_by_power_loss() {
    check(Crash::Power, Kept::All).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_retention_drops_between_kills_is_told() {
    check(Crash::Process, Kept::Little).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_retention_drops_between_power_losses_is_told() {
    check(Crash::Power, Kept::Little).await;
}

/// What a crash takes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Crash {
    /// The process only: what it has written stays.
    Process,
    /// Also what was written and never synced: the ends of the message stores and of the event log.
    Power,
}

/// How much of the message stores is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// All that is traded here.
    All,
    /// Less than one round's reports.
    Little,
}

async fn check(crash: Crash, kept: Kept) {
    let mut random = Random::of_seed(Random::seed("KILL_NINE_SEED"));
    let rounds = std::env::var("KILL_NINE_ROUNDS").ok();
    let rounds = rounds.map_or(ROUNDS, |rounds| {
        rounds.parse().expect("KILL_NINE_ROUNDS is a number")
    });
    let ground = setting::ground(kept);
    let mut traders = Trader::all(&mut random);
    for round in 1..=rounds {
        if random.percent(30) {
            setting::kill_while_it_starts(&ground, &mut random);
        }
        let answers = trade_until_killed(&ground, kept, &mut traders, &mut random).await;
        if crash == Crash::Power {
            setting::lose_what_was_not_synced(&ground, &mut random);
        }
        let verified = ground.verify();
        eprintln!(
            "{crash:?}, {kept:?} kept, round {round}: killed after {answers} answers; {} events are good",
            verified.next_event
        );
    }
    trade_to_the_end(&ground, &mut traders).await;
    let _report = ground.verify();
    let history = History::of(&ground.journal()).await;
    for trader in &traders {
        trader.check(&history);
    }
    check_accounts(&traders);
    let gone = look_again(&ground, &traders).await;
    assert_eq!(gone > 0, kept == Kept::Little, "{gone} are no longer kept");
    let _report = ground.verify();
}

/// Starts the venue, has everybody trade, and kills it at a random instant. How many answers had come by then.
async fn trade_until_killed(
    ground: &Ground,
    kept: Kept,
    traders: &mut Vec<Trader>,
    random: &mut Random,
) -> u64 {
    let venue = ground.start();
    let (count, mut counted) = watch::channel(0);
    let trading = trade(&venue, traders, Pace::Unending, count);
    let least = match kept {
        Kept::All => 0,
        // So that something goes.
        Kept::Little => ANSWERS_MAX / 2,
    };
    let enough = least + random.below(ANSWERS_MAX);
    let wait = tokio::time::timeout(PATIENCE, counted.wait_for(|count| *count >= enough));
    let reached = wait.await.is_ok_and(|count| count.is_ok());
    if !reached {
        panic!(
            "{enough} answers never came; the venue's log ends with:\n{}",
            venue.log()
        );
    }
    // Not to wait for anything: the instant must fall anywhere between two answers.
    tokio::time::sleep(Duration::from_micros(random.below(5000))).await;
    venue.kill().expect("a running process can be killed");
    *traders = trading.join_all().await;
    traders.sort_by(|a, b| a.name().cmp(b.name()));
    *counted.borrow()
}

/// Starts the venue and has everybody come back and wait for what is outstanding; then stops it cleanly.
async fn trade_to_the_end(ground: &Ground, traders: &mut Vec<Trader>) {
    let venue = ground.start();
    let (count, counted) = watch::channel(0);
    *traders = trade(&venue, traders, Pace::Finish, count).join_all().await;
    drop(counted);
    let stopping = tokio::task::spawn_blocking(|| venue.stop());
    for trader in traders.iter_mut() {
        trader.see_the_rest().await;
    }
    let ended = stopping.await.expect("waiting does not fail");
    assert!(ended.expect("the venue stops").success());
}

fn trade(
    venue: &VenueProcess,
    traders: &mut Vec<Trader>,
    pace: Pace,
    count: watch::Sender<u64>,
) -> JoinSet<Trader> {
    let address = venue.address();
    let count = Arc::new(count);
    let each = traders.drain(..).map(|mut trader| {
        let count = Arc::clone(&count);
        async move {
            trader.trade(address, pace, &count).await;
            trader
        }
    });
    each.collect()
}

/// Everybody asks for everything again: each MsgSeqNum(34) still stands for the message that it came with. How many are no
/// longer kept.
async fn look_again(ground: &Ground, traders: &[Trader]) -> usize {
    let venue = ground.start();
    let mut gone = 0;
    for trader in traders {
        let again = everything_again(trader.member(), &venue).await;
        gone += trader.check_second_look(&again);
    }
    assert!(venue.stop().expect("the venue stops").success());
    gone
}

async fn everything_again(member: &Member, venue: &VenueProcess) -> BTreeMap<u64, Seen> {
    let mut member = member.without_memory();
    let connected = member.connect(venue.address()).await;
    connected.expect("a member can log on with a gap to fill");
    let mut seen = Vec::new();
    // A live message, which comes when the gap is filled; and another, for a notice may come behind the first.
    for id in ["LAST-LOOK", "VERY-LAST-LOOK"] {
        seen.extend(up_to_answer(&mut member, id).await);
    }
    let numbered = seen
        .into_iter()
        .map(|seen| (seen.number(tags::MSG_SEQ_NUM), seen));
    numbered.collect()
}

/// What comes before the answer to a request that means nothing.
async fn up_to_answer(member: &mut Member, id: &str) -> Vec<Seen> {
    let sent = member
        .cancel(id, "NOTHING", SYMBOLS[0], fix_codec::values::Side::Buy)
        .await;
    sent.expect("the venue is there");
    let is_answer = |seen: &Seen| {
        if member_is_watch(seen) {
            // A drop-copy session gets a refusal.
            seen.is(tags::MSG_TYPE, "j")
        } else {
            seen.is(tags::CL_ORD_ID, id)
        }
    };
    let mut seen = member.until(is_answer).await;
    seen.pop();
    seen
}

fn member_is_watch(seen: &Seen) -> bool {
    seen.is(tags::TARGET_COMP_ID, WATCH)
}
