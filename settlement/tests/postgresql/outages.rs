//! The server goes away at every instant and comes back: nothing is lost, nothing happens twice, and nobody needs to
//! start settlement again.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use engine::{ReassignmentStatus, Remark};
use settlement::{
    ActError, Adapter, By, Settlement, State,
    machine::{Act, CashOut},
    open,
    provider::Class,
};
use tokio::sync::mpsc;

use crate::{
    books::Books,
    cloud::{Cloud, Fault},
    market::{ALICE, BOB, Market, OPENING, PATIENCE, cash, options},
    sessions::terminate,
    wire::{Fate, through},
};

/// Every instance was delivered once, and paid once.
async fn check(
    books: &Books,
    settlement: &Settlement,
    market: &Market,
    cloud: &Cloud,
    trades: usize,
    price: i64,
) {
    assert_eq!(market.count(ReassignmentStatus::Settled), trades);
    assert_eq!(cloud.ended().len(), trades);
    cloud.check_census();
    let paid = price * i64::try_from(trades).unwrap();
    assert_eq!(cash(settlement, ALICE).await, (OPENING + paid, 0));
    assert_eq!(cash(settlement, BOB).await, (OPENING - paid, 0));
    settlement.check_ledger().await.unwrap();
    settlement::check_ledger(&books.database()).await.unwrap();
}

#[tokio::test]
async fn its_session_is_ended_at_every_instant_of_a_sale() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let mut options = options(&books, Adapter::Custom(Arc::new(cloud.clone())));
    let (instants, mut ended) = mpsc::unbounded_channel();
    let seen = Mutex::new(BTreeSet::new());
    options.crash = Some(Arc::new(move |_, state, moment| {
        if seen.lock().unwrap().insert(format!("{state:?} {moment:?}")) {
            instants.send(()).unwrap();
        }
        false
    }));
    let settlement = open(options).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    let mut deaths = 0;
    {
        let sold = market.run(&settlement, |market| market.ended() == 1);
        let mut sold = std::pin::pin!(sold);
        loop {
            tokio::select! {
                biased;
                Some(()) = ended.recv() => {
                    terminate(&books).await;
                    deaths += 1;
                }
                () = &mut sold => break,
            }
        }
    }
    assert!(deaths >= 20, "{deaths}");
    check(&books, &settlement, &market, &cloud, 1, 300).await;
    let alarms = settlement.alarms().await.unwrap();
    assert!(alarms.iter().any(|(_, subject, _)| subject == "database"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_is_killed_and_stopped_while_trades_are_settled() {
    let Some(books) = Books::apart(&[]).map(Arc::new) else {
        return;
    };
    let cloud = Cloud::new(6, ALICE);
    let mut options = options(&books, Adapter::Custom(Arc::new(cloud.clone())));
    let (instants, mut reached) = mpsc::unbounded_channel();
    options.crash = Some(Arc::new(move |_, _, _| {
        instants.send(()).unwrap();
        false
    }));
    let settlement = open(options).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 6)
        .await;
    market.trade(ALICE, BOB, 10, 6, Some("img"));
    let mut outages = 0;
    {
        let mut sold = std::pin::pin!(market.run(&settlement, |market| market.ended() == 6));
        let mut passed = 0;
        loop {
            tokio::select! {
                Some(()) = reached.recv() => passed += 1,
                () = &mut sold => break,
            }
            if outages < 2 && passed == 10 {
                passed = 0;
                outages += 1;
                let books = Arc::clone(&books);
                // Settlement goes on meanwhile, and meets a server that is not there.
                tokio::task::spawn_blocking(move || {
                    if outages % 2 == 1 {
                        books.server().kill();
                    } else {
                        books.server().stop();
                    }
                    books.server().start_again();
                });
            }
        }
    }
    assert_eq!(outages, 2);
    check(&books, &settlement, &market, &cloud, 6, 10).await;
}

/// Commits pass until they are counted.
const NOT_COUNTED: u32 = u32::MAX;

#[tokio::test]
async fn a_commit_of_which_no_answer_comes_is_neither_lost_nor_done_twice() {
    // How often one is lost is prime, so that in time each commit of a reassignment is.
    for (every, fates) in [
        (11, [Fate::AnswerLost, Fate::Lost]),
        (13, [Fate::AnswerLost; 2]),
        (17, [Fate::Lost; 2]),
    ] {
        let Some(books) = Books::new() else { return };
        let cloud = Cloud::new(4, ALICE);
        let adapter = || Adapter::Custom(Arc::new(cloud.clone()));
        let commits = Arc::new(AtomicU32::new(NOT_COUNTED));
        let counter = Arc::clone(&commits);
        // Every so manieth meets one of two fates in turn.
        let fate = move |_: &[u8], is_commit: bool| {
            let commit = counter.load(Ordering::Relaxed);
            if !is_commit || commit == NOT_COUNTED {
                return Fate::Passes;
            }
            counter.store(commit + 1, Ordering::Relaxed);
            if commit % every == every - 1 {
                fates[usize::try_from(commit / every % 2).unwrap()]
            } else {
                Fate::Passes
            }
        };
        let mut options = options(&books, adapter());
        options.database = through(&books, fate).await;
        let settlement = open(options).await.unwrap();
        commits.store(0, Ordering::Relaxed);
        let mut market = Market::open();
        market
            .run(&settlement, |market| market.register().len() == 4)
            .await;
        market.trade(ALICE, BOB, 25, 4, Some("img"));
        market.run(&settlement, |market| market.ended() == 4).await;
        check(&books, &settlement, &market, &cloud, 4, 25).await;
        assert!(commits.load(Ordering::Relaxed) > 40, "{every} {fates:?}");
    }
}

#[tokio::test]
async fn a_command_is_handed_out_though_no_answer_came_of_its_commit_and_nothing_else_happens() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (lost, mut was_lost) = mpsc::unbounded_channel();
    let mut asks = Some(false);
    // The first commit of what asks the market to let the reassignment begin.
    let fate = move |asked: &[u8], is_commit: bool| match &mut asks {
        Some(true) if is_commit => {
            asks = None;
            lost.send(()).unwrap();
            Fate::AnswerLost
        }
        Some(asks) => {
            *asks |= asked.windows(6).any(|bytes| bytes == b"ASKING");
            Fate::Passes
        }
        None => Fate::Passes,
    };
    let mut options = options(&books, Adapter::Custom(Arc::new(cloud.clone())));
    options.database = through(&books, fate).await;
    let settlement = open(options).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    market.run(&settlement, |market| market.ended() == 1).await;
    was_lost.try_recv().unwrap();
    check(&books, &settlement, &market, &cloud, 1, 300).await;
}

#[tokio::test]
async fn what_an_operator_did_is_handed_out_though_no_answer_came_of_it() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let armed = Arc::new(AtomicBool::new(false));
    let trap = Arc::clone(&armed);
    let fate = move |_: &[u8], is_commit: bool| {
        if is_commit && trap.swap(false, Ordering::Relaxed) {
            Fate::AnswerLost
        } else {
            Fate::Passes
        }
    };
    let mut options = options(&books, Adapter::Custom(Arc::new(cloud.clone())));
    options.database = through(&books, fate).await;
    let settlement = open(options).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    cloud.script(&[("terminate", Fault::Refused(Class::Denied))]);
    assert_eq!(market.run_until_quiet(&settlement).await, [State::Manual]);

    let mut commands = std::pin::pin!(settlement.next_commands());
    let id = tokio::select! {
        biased;
        none = &mut commands => panic!("{none:?}"),
        // It looks after the other one has looked.
        known = settlement.reassignments(0, 1) => known.unwrap()[0].0,
    };
    let by = By {
        operator: "op".parse().unwrap(),
        reason: Remark::new("TICKET-1").unwrap(),
    };
    armed.store(true, Ordering::Relaxed);
    let terms = CashOut {
        difference: None,
        instance_taken: Some(false),
    };
    let acted = settlement.act(&id, &Act::CashOut(terms), &by).await;
    assert!(matches!(acted, Err(ActError::Store(_))), "{acted:?}");
    let commands = tokio::time::timeout(PATIENCE, commands).await;
    assert_eq!(commands.expect("they are handed out").unwrap().len(), 1);
}
