//! From trade to delivery at a real Nova, by rebuild and by deletion and creation.

use engine::ReassignmentStatus;
use serde_json::{Value, json};
use settlement::{Settlement, State, open};

use super::plane::{ADMIN, FOREIGN, NEW, OLD, Project, project, recreate};
use crate::books::Books;
use crate::market::{ACME, ALICE, BOB, Market, OPENING, cash};

/// Waits until what was sold is not fenced any more.
async fn released(
    project: &Project,
    market: &mut Market,
    settlement: &Settlement,
    server: &str,
) -> Value {
    let mut seen = Value::Null;
    let unlocked = async {
        seen = project
            .until(server, |server| server["locked"] == false)
            .await
    };
    market.run_until(settlement, unlocked).await;
    seen
}

async fn settled(market: &mut Market, settlement: &Settlement, reassignments: usize) {
    market.run_until_quiet(settlement).await;
    let last = market.updates().last().unwrap();
    let told = settlement.timeline(&last.reassignment).await.unwrap();
    assert_eq!(
        market.count(ReassignmentStatus::Settled),
        reassignments,
        "{told:#?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_sold_resold_and_bought_back_in_its_place() {
    let Some(project) = project("rebuilds").await else {
        return;
    };
    let id = project.issue(ALICE, "host2").await;
    let books = Books::new().unwrap();
    let settlement = open(project.options(&books, project.settings()))
        .await
        .unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    assert_eq!(
        market.register(),
        [(id.clone(), id.clone(), ALICE.to_owned())]
    );

    market.trade(ALICE, BOB, 300, 1, Some(NEW));
    settled(&mut market, &settlement, 1).await;
    assert_eq!(
        market.register(),
        [(id.clone(), format!("{id}.1"), BOB.to_owned())]
    );
    let server = released(&project, &mut market, &settlement, &id).await;
    assert_eq!(
        (
            &server["OS-EXT-SRV-ATTR:host"],
            &server["image"]["id"],
            &server["status"]
        ),
        (&json!("host2"), &json!(NEW), &json!("ACTIVE"))
    );
    assert_eq!(server["metadata"]["cloudpit-account"], BOB);
    let last = market.updates().last().unwrap().reassignment;
    let timeline = settlement.timeline(&last).await.unwrap().unwrap();
    let calls: Vec<_> = timeline
        .attempts
        .iter()
        .map(|call| call.action.as_str())
        .collect();
    assert_eq!(calls, ["fence", "replace", "release"]);

    market.trade(BOB, ALICE, 500, 1, Some(OLD));
    settled(&mut market, &settlement, 2).await;
    assert_eq!(
        market.register(),
        [(id.clone(), format!("{id}.2"), ALICE.to_owned())]
    );
    let server = released(&project, &mut market, &settlement, &id).await;
    assert_eq!(server["OS-EXT-SRV-ATTR:host"], "host2");

    market.trade(ALICE, ACME, 50, 1, None);
    settled(&mut market, &settlement, 3).await;
    assert_eq!(market.register(), vec![]);
    assert_eq!(project.server(&id).await, Value::Null);
    assert_eq!(cash(&settlement, ALICE).await, (OPENING - 150, 0));
    assert_eq!(cash(&settlement, ACME).await, (OPENING - 50, 0));
    settlement.check_ledger().await.unwrap();
    assert_eq!(settlement.alarms().await.unwrap(), vec![]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nothing_is_rebuilt_the_next_server_is_on_the_same_host() {
    let Some(project) = project("recreations").await else {
        return;
    };
    let id = project.issue(ALICE, "host2").await;
    let books = Books::new().unwrap();
    let settings = project.settings_at(project.address, ADMIN, recreate());
    let settlement = open(project.options(&books, settings)).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    for (sale, (seller, buyer)) in [(ALICE, BOB), (BOB, ALICE)].into_iter().enumerate() {
        market.trade(seller, buyer, 300, 1, Some(NEW));
        settled(&mut market, &settlement, sale + 1).await;
        let servers = project.servers().await;
        let [server] = servers.as_slice() else {
            panic!("{servers:?}")
        };
        let name = format!("{server}.{}", sale + 1);
        assert_eq!(market.register(), [(id.clone(), name, buyer.to_owned())]);
        let server = project.server(server).await;
        assert_ne!(server["id"], id);
        assert_eq!(
            (&server["OS-EXT-SRV-ATTR:host"], &server["image"]["id"]),
            (&json!("host2"), &json!(NEW))
        );
    }
    market.trade(ALICE, ACME, 50, 1, None);
    settled(&mut market, &settlement, 3).await;
    assert_eq!(
        (market.register().len(), project.servers().await.len()),
        (0, 0)
    );
    assert_eq!(settlement.alarms().await.unwrap(), vec![]);
    settlement.check_ledger().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_is_not_there_ends_it_before_the_old_server_is_touched() {
    let Some(project) = project("no-image").await else {
        return;
    };
    let id = project.issue(ALICE, "host1").await;
    let before = project.server(&id).await;
    let books = Books::new().unwrap();
    let mut options = project.options(&books, project.settings());
    options.limits.fencing = std::time::Duration::ZERO;
    let settlement = open(options).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(
        ALICE,
        BOB,
        300,
        1,
        Some("11111111-1111-4111-8111-111111111111"),
    );
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(ReassignmentStatus::Reversed), 1);
    assert_eq!(project.server(&id).await, before);
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_no_host_takes_is_left_to_an_operator_with_the_old_server_in_place() {
    let Some(project) = project("no-host").await else {
        return;
    };
    let id = project.issue(ALICE, "host1").await;
    let books = Books::new().unwrap();
    let mut options = project.options(&books, project.settings());
    options.limits.attempts_max = 2;
    let settlement = open(options).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some(FOREIGN));
    let states = market.run_until_quiet(&settlement).await;
    assert_eq!(states, [State::Manual]);
    let server = project.server(&id).await;
    assert_eq!(
        (&server["image"]["id"], &server["locked"]),
        (&json!(OLD), &json!(true))
    );
    // Nobody is paid, and the buyer's cash is set aside still.
    assert_eq!(cash(&settlement, ALICE).await, (OPENING, 0));
    assert_eq!(cash(&settlement, BOB).await, (OPENING - 300, 300));
    assert_eq!(settlement.alarms().await.unwrap().len(), 1);
    settlement.check_ledger().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_else_put_into_the_server_is_not_paid_for() {
    let Some(project) = project("meddled").await else {
        return;
    };
    let id = project.issue(ALICE, "host1").await;
    let books = Books::new().unwrap();
    let mut options = project.options(&books, project.settings());
    // What shows the old image again is taken for an old picture, for as long as a step may take.
    let brief = std::time::Duration::from_secs(5);
    options.limits.terminating = brief;
    (options.limits.placing, options.limits.starting) = (brief, brief);
    let settlement = open(options).await.unwrap();
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some(NEW));
    // An administrator rebuilds it once more while the delivery is under way, from another image.
    let meddle = async {
        project
            .until(&id, |server| server["image"]["id"] == NEW)
            .await;
        loop {
            let (status, _) = project
                .act(ADMIN, &id, json!({"rebuild": {"imageRef": OLD}}))
                .await;
            if status == 202 {
                return std::future::pending::<()>().await;
            }
        }
    };
    let states = tokio::select! {
        () = meddle => Vec::new(),
        states = market.run_until_quiet(&settlement) => states,
    };
    let paid = cash(&settlement, ALICE).await == (OPENING + 300, 0);
    // It may have been delivered and seen before the other rebuild was taken; else nobody is paid.
    match states[..] {
        [State::Manual] => assert!(!paid),
        [State::Settled] => assert!(paid),
        _ => panic!("{states:?}"),
    }
    settlement.check_ledger().await.unwrap();
}
