//! Settlement dies where something different is left behind, with a real Nova at the other end.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use engine::ReassignmentStatus;
use serde_json::json;
use settlement::{Moment, Settlement, State, open};
use tokio::sync::Notify;

use super::plane::{NEW, Project, project};
use crate::{
    books::Books,
    crashes::{Instant, run_until_death},
    market::{ALICE, BOB, Market, OPENING, cash},
};

/// Before and after each call, and at each step between them. Every other instant is died at in front of a provider in
/// memory: a life costs this one seconds.
const INSTANTS: [Instant; 16] = [
    (State::Funded, Moment::Written),
    (State::Funded, Moment::Called),
    (State::Fenced, Moment::Written),
    (State::Asking, Moment::Taken),
    (State::Asking, Moment::Observed),
    (State::Terminating, Moment::Written),
    (State::Terminating, Moment::Called),
    (State::Terminating, Moment::Observed),
    (State::Vacant, Moment::Written),
    (State::Placing, Moment::Observed),
    (State::Placed, Moment::Written),
    (State::Starting, Moment::Observed),
    (State::Running, Moment::Written),
    (State::Running, Moment::Observed),
    (State::Settled, Moment::Written),
    (State::Settled, Moment::Called),
];

/// Opens settlement; its workers die at `instant`, once. Gives notice when they did.
async fn mortal(
    books: &Books,
    project: &Project,
    seen: &Arc<Mutex<BTreeSet<String>>>,
    instant: Option<Instant>,
) -> (Settlement, Arc<Notify>) {
    let died = Arc::new(Notify::new());
    let (notice, seen) = (Arc::clone(&died), Arc::clone(seen));
    let mut options = project.options(books, project.settings());
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

/// One sale with a death at `instant`; tells whether it came to that.
async fn survive(
    project: &Project,
    instant: Option<Instant>,
    seen: &Arc<Mutex<BTreeSet<String>>>,
) -> bool {
    let id = project.issue(ALICE, "host1").await;
    let books = Books::new().unwrap();
    let mut market = Market::open();
    let (settlement, _) = mortal(&books, project, seen, None).await;
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    settlement.close().await;

    market.trade(ALICE, BOB, 300, 1, Some(NEW));
    let (settlement, died) = mortal(&books, project, seen, instant).await;
    let dead = run_until_death(&mut market, settlement, &died).await;

    let (settlement, _) = mortal(&books, project, seen, None).await;
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(ReassignmentStatus::Settled), 1, "{instant:?}");
    // Let it release the server as well.
    tokio::select! {
        _ = project.until(&id, |server| server["locked"] == false) => {}
        worked = settlement.run(std::future::pending()) => worked.unwrap(),
    }
    let server = project.server(&id).await;
    assert_eq!(
        (
            &server["image"]["id"],
            &server["OS-EXT-SRV-ATTR:host"],
            &server["status"]
        ),
        (&json!(NEW), &json!("host1"), &json!("ACTIVE")),
        "{instant:?}"
    );
    // However often it was asked for, it was rebuilt once: a second time would have wiped the buyer's disk.
    let path = format!("/servers/{id}/os-instance-actions");
    let (_, actions) = project
        .ask(
            super::plane::ADMIN,
            reqwest::Method::GET,
            &path,
            json!(null),
        )
        .await;
    let actions = actions["instanceActions"].as_array().unwrap();
    let rebuilds = actions
        .iter()
        .filter(|action| action["action"] == "rebuild")
        .count();
    assert_eq!(rebuilds, 1, "{instant:?} {actions:?}");
    assert_eq!(
        cash(&settlement, ALICE).await,
        (OPENING + 300, 0),
        "{instant:?}"
    );
    assert_eq!(
        cash(&settlement, BOB).await,
        (OPENING - 300, 0),
        "{instant:?}"
    );
    settlement.close().await;
    settlement::check_ledger(&books.database()).await.unwrap();
    dead
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_survives_a_death_before_and_after_each_call_and_at_each_step() {
    if project("crashes").await.is_none() {
        return;
    }
    let seen = Arc::default();
    let mut lives = tokio::task::JoinSet::new();
    let mut deaths = 0;
    for (state, moment) in INSTANTS {
        let seen = Arc::clone(&seen);
        // A project each: a listing shows each settlement only its own server.
        lives.spawn(async move {
            let project = project(&format!("crashes-{state:?}-{moment:?}"))
                .await
                .unwrap();
            survive(&project, Some((state, moment)), &seen).await
        });
        if lives.len() >= 3 {
            deaths += usize::from(lives.join_next().await.unwrap().unwrap());
        }
    }
    while let Some(life) = lives.join_next().await {
        deaths += usize::from(life.unwrap());
    }
    // After the last call the market may have heard of the end before the workers die.
    assert!(
        deaths + 2 >= INSTANTS.len(),
        "only {deaths} deaths; instants seen: {seen:?}"
    );
}
