//! The same where snapshots are made often, and the files of both logs are dropped behind them: what is dropped, the test
//! has read before.

use sequencer::VerifyFrom;
use tests::random::Random;
use tests::trading::{History, Trader, check_accounts};

use crate::{Crash, Kept, ROUNDS, look_again, setting, trade_to_the_end, trade_until_killed};

/// The venue is killed until something was dropped, too; no more often than this.
const ROUNDS_MAX: u64 = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_by_kill_nine_where_logs_are_short() {
    check(Crash::Process).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_by_power_loss_where_logs_are_short() {
    check(Crash::Power).await;
}

/// Idle sessions write down how far they are only at a clean stop here, and hold the logs until then: one comes after
/// each crash.
async fn check(crash: Crash) {
    let mut random = Random::of_seed(Random::seed("KILL_NINE_SEED"));
    let ground = setting::ground_of_short_logs();
    let mut traders = Trader::all(&mut random);
    let mut history = History::default();
    let mut rounds = 0;
    while rounds < ROUNDS || !setting::has_dropped(&ground) {
        rounds += 1;
        assert!(rounds <= ROUNDS_MAX, "nothing was ever dropped");
        if random.percent(30) {
            setting::kill_while_it_starts(&ground, &mut random);
        }
        // Many answers, so that there is something to drop.
        let answers = trade_until_killed(&ground, Kept::Little, &mut traders, &mut random).await;
        if crash == Crash::Power {
            setting::lose_what_was_not_synced(&ground, &mut random);
        }
        let verified = ground.verify_from(VerifyFrom::Snapshot);
        eprintln!(
            "{crash:?}, short logs, round {rounds}: killed after {answers} answers; {} snapshots and {} events are good",
            verified.snapshots, verified.next_event
        );
        history.follow(&ground.journal()).await;
        trade_to_the_end(&ground, &mut traders).await;
        history.follow(&ground.journal()).await;
    }
    for trader in &traders {
        trader.check(&history);
    }
    check_accounts(&traders);
    let gone = look_again(&ground, &traders).await;
    assert_eq!(gone, 0, "the message stores keep all");
    let verified = ground.verify_from(VerifyFrom::Snapshot);
    assert!(verified.snapshots >= 2);
}
