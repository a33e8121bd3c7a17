//! The process dies at each instant at which something different is left behind, and starts again.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use engine::ReassignmentStatus;
use settlement::{Adapter, Moment, Settlement, State, open};
use tokio::sync::Notify;

use crate::{
    books::{Books, MOMENTS},
    cloud::Cloud,
    market::{ACME, ALICE, BOB, Market, OPENING, cash, options},
};

pub(crate) type Instant = (State, Moment);

/// Opens settlement; its workers die at `instant`, once. Gives notice when they did.
pub(crate) async fn mortal(
    books: &Books,
    cloud: &Cloud,
    seen: &Arc<Mutex<BTreeSet<String>>>,
    instant: Option<Instant>,
) -> (Settlement, Arc<Notify>) {
    let died = Arc::new(Notify::new());
    let (notice, seen) = (Arc::clone(&died), Arc::clone(seen));
    let mut options = options(books, Adapter::Custom(Arc::new(cloud.clone())));
    options.crash = Some(Arc::new(move |_, state, moment| {
        seen.lock().unwrap().insert(format!("{state:?} {moment:?}"));
        let dies = Some((state, moment)) == instant;
        if dies {
            notice.notify_one();
        }
        dies
    }));
    (open(options).await.unwrap(), died)
}

/// Runs workers and the exchange of events and commands until the workers die.
pub(crate) async fn run_until_death(
    market: &mut Market,
    settlement: Settlement,
    died: &Notify,
) -> bool {
    let workers = {
        let settlement = settlement.clone();
        tokio::spawn(async move { settlement.run(std::future::pending()).await })
    };
    let ended = |market: &Market| market.ended() == 1;
    let dead = tokio::select! {
        () = died.notified() => true,
        () = market.pump(&settlement, ended) => false,
        () = tokio::time::sleep(Duration::from_secs(120)) => panic!("neither dead nor done"),
    };
    workers.abort();
    assert!(workers.await.unwrap_err().is_cancelled());
    // As at the end of a process: what was committed stays, the rest is gone.
    settlement.close().await;
    dead
}

/// One sale, or buy-back, with a death at `instant`; tells whether it came to that; nothing where there is no database.
async fn survive(
    image: Option<&str>,
    instant: Instant,
    seen: &Arc<Mutex<BTreeSet<String>>>,
) -> Option<bool> {
    let books = Books::new()?;
    let cloud = Cloud::new(1, ALICE);
    let mut market = Market::open();
    let (settlement, _) = mortal(&books, &cloud, seen, None).await;
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    settlement.close().await;

    let buyer = if image.is_some() { BOB } else { ACME };
    market.trade(ALICE, buyer, 300, 1, image);
    let (settlement, died) = mortal(&books, &cloud, seen, Some(instant)).await;
    let dead = run_until_death(&mut market, settlement, &died).await;

    let (settlement, _) = mortal(&books, &cloud, seen, None).await;
    market.run(&settlement, |market| market.ended() == 1).await;
    // Let it release the slot as well.
    let released = |cloud: &Cloud| cloud.slot("slot-0").fence.is_none();
    if !released(&cloud) {
        let workers = settlement.run(async {
            while !released(&cloud) {
                tokio::task::yield_now().await;
            }
        });
        workers.await.unwrap();
    }

    assert_eq!(market.count(ReassignmentStatus::Settled), 1, "{instant:?}");
    assert_eq!(cloud.ended(), ["i-0"], "{instant:?}");
    cloud.check_census();
    assert_eq!(
        cash(&settlement, ALICE).await,
        (OPENING + 300, 0),
        "{instant:?}"
    );
    assert_eq!(
        cash(&settlement, buyer).await,
        (OPENING - 300, 0),
        "{instant:?}"
    );
    settlement.check_ledger().await.unwrap();
    settlement.close().await;
    settlement::check_ledger(&books.database()).await.unwrap();
    Some(dead)
}

async fn die_everywhere(image: Option<&str>, deaths_min: usize) {
    let seen = Arc::default();
    let mut deaths = 0;
    for state in State::ALL {
        for moment in MOMENTS {
            let Some(dead) = survive(image, (state, moment), &seen).await else {
                return;
            };
            deaths += usize::from(dead);
        }
    }
    assert!(
        deaths >= deaths_min,
        "only {deaths} deaths; instants seen: {seen:?}"
    );
}

#[tokio::test]
async fn a_sale_survives_a_death_at_every_instant() {
    die_everywhere(Some("img"), 5 * MOMENTS.len()).await;
}

#[tokio::test]
async fn a_buy_back_survives_a_death_at_every_instant() {
    die_everywhere(None, 3 * MOMENTS.len()).await;
}

#[tokio::test]
async fn a_death_between_database_and_engine_loses_no_command() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let seen = Arc::default();
    let mut market = Market::open();
    let (settlement, _) = mortal(&books, &cloud, &seen, None).await;
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    market.feed(&settlement).await;
    // It asks to begin while nobody passes its commands on: they are marked as passed on and are lost.
    let asked = async {
        loop {
            let commands = settlement.next_commands().await.unwrap();
            let ids: Vec<_> = commands.iter().map(|(id, _)| *id).collect();
            settlement.mark_submitted(&ids).await.unwrap();
            if settlement.reassignments(0, 1).await.unwrap()[0].1 == State::Asking {
                return;
            }
        }
    };
    settlement.run(asked).await.unwrap();
    settlement.close().await;
    assert_eq!(market.updates().count(), 0);
    assert_eq!(cloud.ended(), Vec::<String>::new());

    let (settlement, _) = mortal(&books, &cloud, &seen, None).await;
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.updates().count(), 5);
    assert_eq!(market.register()[0].2, BOB);
}
