//! The straight path, from deposit to delivery, resale and buy-back, with a cloud that does as told.

use std::sync::Arc;

use engine::ReassignmentStatus;
use settlement::{Adapter, CheckError, Settlement, State, open};

use crate::{
    books::Books,
    cloud::Cloud,
    market::{ACME, ALICE, BOB, Market, OPENING, cash, options},
};

pub(crate) async fn venue(cloud: &Cloud, books: &Books) -> Settlement {
    let adapter = Adapter::Custom(Arc::new(cloud.clone()));
    open(options(books, adapter)).await.unwrap()
}

#[tokio::test]
async fn an_instance_is_deposited_sold_resold_and_bought_back() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();

    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    let row = |instance: &str, account: &str| {
        vec![("slot-0".to_owned(), instance.to_owned(), account.to_owned())]
    };
    assert_eq!(market.register(), row("i-0", ALICE));

    market.trade(ALICE, BOB, 300, 1, Some("img"));
    market.run(&settlement, |market| market.ended() == 1).await;
    let sold = cloud.slot("slot-0").instance.unwrap();
    assert_eq!(market.register(), row(sold.instance.as_str(), BOB));
    assert_eq!((sold.account.as_str(), sold.ready), (BOB, true));
    assert_eq!(cash(&settlement, ALICE).await, (OPENING + 300, 0));
    assert_eq!(cash(&settlement, BOB).await, (OPENING - 300, 0));

    market.trade(BOB, ALICE, 500, 1, Some("img"));
    market.run(&settlement, |market| market.ended() == 2).await;
    assert_eq!(cash(&settlement, ALICE).await, (OPENING - 200, 0));

    market.trade(ALICE, ACME, 50, 1, None);
    market.run(&settlement, |market| market.ended() == 3).await;
    assert_eq!(market.count(ReassignmentStatus::Settled), 3);
    assert_eq!(market.register(), vec![]);
    let slot = cloud.slot("slot-0");
    assert!(
        slot.instance.is_none() && slot.custody.is_none(),
        "{slot:?}"
    );
    assert_eq!(cash(&settlement, ACME).await, (OPENING - 50, 0));

    assert_eq!(cloud.ended().len(), 3);
    cloud.check_census();
    settlement.check_ledger().await.unwrap();
    assert_eq!(settlement.alarms().await.unwrap(), vec![]);
}

#[tokio::test]
async fn the_engine_hears_of_every_milestone_and_the_timeline_tells_the_story() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    market.run(&settlement, |market| market.ended() == 1).await;

    let heard: Vec<_> = market.updates().map(|update| update.status).collect();
    assert_eq!(
        heard,
        [
            ReassignmentStatus::Pending,
            ReassignmentStatus::Terminating,
            ReassignmentStatus::Placing,
            ReassignmentStatus::Starting,
            ReassignmentStatus::Settled,
        ]
    );
    let last = market.updates().last().unwrap();
    assert_eq!(last.cash.unwrap().amount.micros(), 300);

    let timeline = settlement
        .timeline(&last.reassignment)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (timeline.old_process, timeline.new_process),
        (Some(1717), Some(4242))
    );
    assert_eq!(timeline.new_instance, last.new_instance);
    let states: Vec<_> = timeline
        .transitions
        .iter()
        .map(|entry| entry.state)
        .collect();
    assert_eq!(
        states,
        [
            State::Received,
            State::Funded,
            State::Fenced,
            State::Asking,
            State::Terminating,
            State::Vacant,
            State::Placing,
            State::Placed,
            State::Starting,
            State::Running,
            State::Settled,
        ]
    );
    let calls: Vec<_> = timeline
        .attempts
        .iter()
        .map(|call| call.action.as_str())
        .collect();
    assert_eq!(&calls[..4], ["fence", "terminate", "place", "start"]);
    assert!(
        timeline
            .attempts
            .iter()
            .take(4)
            .all(|call| call.outcome.as_deref() == Some("accepted"))
    );
}

#[tokio::test]
async fn many_instances_of_one_trade_settle_side_by_side() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(20, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 20)
        .await;
    market.trade(ALICE, BOB, 10, 20, Some("img"));
    market.run(&settlement, |market| market.ended() == 20).await;
    assert_eq!(market.count(ReassignmentStatus::Settled), 20);
    assert!(
        market
            .register()
            .iter()
            .all(|(_, _, account)| account == BOB)
    );
    assert_eq!(cash(&settlement, ALICE).await, (OPENING + 200, 0));
    cloud.check_census();
    assert_eq!(settlement.check_ledger().await.unwrap().reassignments, 20);
}

#[tokio::test]
async fn an_instance_of_a_stranger_or_another_class_is_not_deposited() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(4, ALICE);
    cloud.change("slot-1", |slot| {
        slot.custody.as_mut().unwrap().beneficiary = "acme:nobody".to_owned()
    });
    cloud.change("slot-2", |slot| slot.instance_type = "m5.huge".to_owned());
    cloud.change("slot-3", |slot| slot.instance = None);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| !market.register().is_empty())
        .await;
    let slots: Vec<_> = market
        .register()
        .into_iter()
        .map(|(slot, ..)| slot)
        .collect();
    assert_eq!(slots, ["slot-0"]);
}

#[tokio::test]
async fn a_ledger_is_checked_however_long_it_has_become() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(300, ALICE);
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 300)
        .await;
    market.trade(ALICE, BOB, 10, 300, Some("img"));
    market.feed(&settlement).await;
    let report = settlement.check_ledger().await.unwrap();
    assert_eq!((report.transfers, report.reassignments), (303, 300));

    // The last of them is looked at, too.
    settlement.close().await;
    books
        .edit("UPDATE reassignments SET price = price + 1 WHERE id = (SELECT MAX(id) FROM reassignments)")
        .await;
    let wrong = settlement::check_ledger(&books.database()).await;
    assert!(
        matches!(wrong, Err(CheckError::Reassignment(_))),
        "{wrong:?}"
    );
}
