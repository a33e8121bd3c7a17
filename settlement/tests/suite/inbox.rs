//! Taking events, handing commands out, and what the database refuses.

use std::sync::Arc;

use engine::{EventBody, Notional, Price, ReassignmentStatus};
use settlement::{Adapter, OpenError, TakeError, open};

use crate::{
    books::Books,
    cloud::Cloud,
    market::{ALICE, BOB, Market, OPENING, account, cash, options, usd},
    straight::venue,
};

/// A market with one deposited instance, sold; settlement has heard of all but the trade.
async fn sold(cloud: &Cloud, books: &Books, price: i64) -> (Market, settlement::Settlement) {
    let settlement = venue(cloud, books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, price, 1, Some("img"));
    (market, settlement)
}

#[tokio::test]
async fn events_are_taken_once_and_in_order() {
    let Some(books) = Books::new() else { return };
    let (market, settlement) = sold(&Cloud::new(1, ALICE), &books, 300).await;
    let next = settlement.next_position().await.unwrap();
    let new = &market.events[usize::try_from(next).unwrap()..];

    let gap = settlement.take(next + 1, new).await;
    assert!(
        matches!(gap, Err(TakeError::Gap { expected, first }) if (expected, first) == (next, next + 1))
    );
    assert_eq!(settlement.next_position().await.unwrap(), next);

    let taken = settlement.take(next, new).await.unwrap();
    assert_eq!((taken.repeated, taken.reassignments), (0, 1));
    let again = settlement.take(0, &market.events).await.unwrap();
    assert_eq!(
        (again.repeated, again.reassignments),
        (market.events.len(), 0)
    );
    assert_eq!(cash(&settlement, BOB).await, (OPENING - 300, 300));
}

#[tokio::test]
async fn a_trade_that_is_known_with_other_terms_is_refused_with_an_alarm() {
    let Some(books) = Books::new() else { return };
    let (market, settlement) = sold(&Cloud::new(1, ALICE), &books, 300).await;
    market.feed(&settlement).await;
    let mut forged = market.events.clone();
    for event in &mut forged {
        if let EventBody::TradeExecuted(trade) = &mut event.body {
            trade.price = Price::from_micros(1);
        }
    }
    let end = settlement.next_position().await.unwrap();
    for first in [0, end] {
        let refused = settlement.take(first, &forged).await;
        assert!(
            matches!(refused, Err(TakeError::OtherBody(_))),
            "{refused:?}"
        );
    }
    assert_eq!(settlement.next_position().await.unwrap(), end);
    assert_eq!(settlement.alarms().await.unwrap().len(), 2);
    assert_eq!(cash(&settlement, BOB).await, (OPENING - 300, 300));
}

#[tokio::test]
async fn commands_are_handed_out_again_after_a_restart_until_their_events_came_back() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (mut market, settlement) = sold(&cloud, &books, 300).await;
    market.feed(&settlement).await;
    let commands = settlement.next_commands().await.unwrap();
    let ids: Vec<_> = commands.iter().map(|(id, _)| *id).collect();
    settlement.mark_submitted(&ids).await.unwrap();
    settlement.close().await;

    let settlement = venue(&cloud, &books).await;
    assert_eq!(settlement.next_commands().await.unwrap(), commands);
    market.run(&settlement, |market| market.ended() == 1).await;
    settlement.close().await;
    let settlement = venue(&cloud, &books).await;
    market.feed(&settlement).await;
    let waiting = tokio::time::timeout(
        std::time::Duration::from_millis(50),
        settlement.next_commands(),
    );
    assert!(waiting.await.is_err(), "an empty outbox is waited at");
}

#[tokio::test]
async fn a_buyer_without_cash_is_waited_for_and_then_let_go() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let (mut market, settlement) = sold(&cloud, &books, OPENING + 1).await;
    market.feed(&settlement).await;
    assert_eq!(cash(&settlement, BOB).await, (OPENING, 0));
    settlement.close().await;

    let mut poor = options(&books, Adapter::Custom(Arc::new(cloud.clone())));
    poor.limits.funding = std::time::Duration::ZERO;
    let settlement = open(poor).await.unwrap();
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(ReassignmentStatus::Reversed), 1);
    assert_eq!(market.register()[0].2, ALICE);
    assert_eq!(cloud.ended(), Vec::<String>::new());
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn a_buyer_who_is_being_paid_just_now_can_pay_with_it() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(2, ALICE);
    cloud.change("slot-1", |slot| {
        slot.custody.as_mut().unwrap().beneficiary = BOB.to_owned();
        slot.instance.as_mut().unwrap().account = BOB.to_owned();
    });
    let settlement = venue(&cloud, &books).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 2)
        .await;
    // Bob can pay for the first only out of what the second brings him.
    market.trade_instance(ALICE, BOB, OPENING + 5, "i-0", "img");
    market.trade_instance(BOB, ALICE, 10, "i-1", "img");
    market.run(&settlement, |market| market.ended() == 2).await;
    assert_eq!(market.count(ReassignmentStatus::Settled), 2);
    assert_eq!(cash(&settlement, BOB).await, (5, 0));
    settlement.check_ledger().await.unwrap();
}

#[tokio::test]
async fn opening_cash_is_credited_once_ever() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(0, ALICE);
    for _ in 0..3 {
        let mut again = options(&books, Adapter::Custom(Arc::new(cloud.clone())));
        again.opening_cash.push(settlement::OpeningCash {
            account: account(ALICE),
            currency: usd(),
            amount: Notional::from_micros(77),
        });
        let settlement = open(again).await.unwrap();
        assert_eq!(cash(&settlement, ALICE).await, (OPENING, 0));
        settlement.close().await;
    }
    assert_eq!(
        settlement::check_ledger(&books.database())
            .await
            .unwrap()
            .transfers,
        3
    );
}

#[tokio::test]
async fn a_second_settlement_over_the_same_books_is_refused() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(0, ALICE);
    let settlement = venue(&cloud, &books).await;
    let second = open(options(&books, Adapter::Custom(Arc::new(cloud.clone())))).await;
    assert!(matches!(second, Err(OpenError::Store(_))));
    settlement.close().await;
    venue(&cloud, &books).await;
}

#[tokio::test]
async fn an_edit_of_the_ledger_is_found() {
    for edit in [
        "UPDATE transfers SET amount = amount + 1 WHERE number = 1",
        "UPDATE transfers SET subject = 'x' WHERE kind = 'RESERVE'",
        "DELETE FROM transfers WHERE kind = 'PAYOUT'",
        "UPDATE balances SET amount = amount + 1 WHERE account = 'cash:acme:bob'",
        "DELETE FROM balances WHERE account = 'cash:acme:bob'",
        "UPDATE reassignments SET state = 'BUSTED'",
        "UPDATE reassignments SET state = 'RUNNING'",
    ] {
        let Some(books) = Books::new() else { return };
        let (mut market, settlement) = sold(&Cloud::new(1, ALICE), &books, 300).await;
        market.run(&settlement, |market| market.ended() == 1).await;
        settlement.close().await;
        settlement::check_ledger(&books.database()).await.unwrap();
        books.edit(edit).await;
        assert!(
            settlement::check_ledger(&books.database()).await.is_err(),
            "{edit}"
        );
    }
}
