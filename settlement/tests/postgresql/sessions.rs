//! Which server and which session settlement keeps books with, and which it refuses.

use std::{sync::Arc, time::Duration};

use engine::{
    Command, EventBody, InstanceType, Instrument, InstrumentKind, Origin, Price, Quantity,
    RegionName, Symbol,
};
use settlement::{Adapter, Database, OpenError, StoreError, Unfit, open};
use sqlx::Connection;

use crate::{
    books::Books,
    cloud::Cloud,
    market::{ALICE, Market, REGION, TYPE, options, provider, usd},
};

/// Ends every session of settlement with these books.
pub(crate) async fn terminate(books: &Books) {
    let mut connection = books.connect().await;
    sqlx::query(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
         WHERE application_name = 'cloudpit settlement' AND datname = current_database()",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    connection.close().await.unwrap();
}

async fn refused(books: &Books) -> StoreError {
    let adapter = Adapter::Custom(Arc::new(Cloud::new(0, ALICE)));
    match open(options(books, adapter)).await {
        Err(OpenError::Store(error)) => error,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("it was opened"),
    }
}

#[tokio::test]
async fn a_server_that_cannot_keep_the_books_is_refused_by_what_it_lacks() {
    let Some(forgetful) = Books::apart(&["fsync = off"]) else {
        return;
    };
    let error = refused(&forgetful).await;
    assert!(
        matches!(error, StoreError::Unfit(Unfit::Forgetful)),
        "{error:?}"
    );

    let Some(standby) = Books::new() else { return };
    standby
        .edit(
            "DO $$ BEGIN EXECUTE format(
               'ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
        )
        .await;
    let error = refused(&standby).await;
    assert!(
        matches!(error, StoreError::Unfit(Unfit::Standby)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_commit_is_durable_whatever_the_server_has_as_its_default() {
    let Some(books) = Books::apart(&["synchronous_commit = off"]) else {
        return;
    };
    let adapter = Adapter::Custom(Arc::new(Cloud::new(0, ALICE)));
    let settlement = open(options(&books, adapter)).await.unwrap();
    // Opening has written; the server's death right after it loses nothing.
    books.server().kill();
    books.server().start_again();
    assert_eq!(settlement.balances().await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said_so_and_its_password_is_not() {
    let Some(books) = Books::new() else { return };
    let mut settings = books.settings();
    settings.host = "/nonexistent".to_owned();
    let secret = settlement::Secret::new("hunter2");
    settings.password = Some(settlement::TokenSource::Given(secret));
    let error = settlement::check_ledger(&Database::Postgresql(settings))
        .await
        .unwrap_err();
    let said = format!("{error:?} {error}");
    assert!(
        said.contains("Unreachable") && !said.contains("hunter2"),
        "{said}"
    );
}

#[tokio::test]
async fn the_books_are_checked_beside_the_venue_that_has_them_open() {
    let Some(books) = Books::new() else { return };
    let adapter = Adapter::Custom(Arc::new(Cloud::new(0, ALICE)));
    let settlement = open(options(&books, adapter)).await.unwrap();
    let report = settlement::check_ledger(&books.database()).await.unwrap();
    assert_eq!(report.transfers, 3);
    settlement.close().await;
}

#[tokio::test]
async fn whoever_was_taken_over_while_its_connection_was_lost_writes_no_more() {
    let Some(books) = Books::new() else { return };
    let adapter = || Adapter::Custom(Arc::new(Cloud::new(0, ALICE)));
    let first = open(options(&books, adapter())).await.unwrap();
    assert!(matches!(refused(&books).await, StoreError::Held));
    terminate(&books).await;
    let mut brief = options(&books, adapter());
    let mut settings = books.settings();
    settings.outage_max = Duration::from_secs(1);
    brief.database = Database::Postgresql(settings);
    let second = open(brief).await.unwrap();

    // While the second has the books, the first waits for them; then it finds out.
    let (lost, ()) = tokio::join!(first.next_position(), second.close());
    assert!(matches!(lost, Err(StoreError::TakenOver)), "{lost:?}");
    assert!(matches!(
        first.mark_submitted(&[]).await,
        Err(StoreError::TakenOver)
    ));
}

#[tokio::test]
async fn an_instance_of_two_instruments_trades_as_the_same_whatever_the_order_of_the_database() {
    let Some(books) = Books::new() else { return };
    let cloud = Cloud::new(1, ALICE);
    let settlement = open(options(&books, Adapter::Custom(Arc::new(cloud))))
        .await
        .unwrap();
    // In bytes M comes before m, in the order of people after it.
    books
        .edit("ALTER TABLE instruments ALTER COLUMN symbol TYPE TEXT COLLATE \"en-x-icu\"")
        .await;
    let mut market = Market::open();
    let first = Symbol::new("ACME.us-east-1.M5.large").unwrap();
    let listed = Command::ListInstrument(Instrument {
        symbol: first,
        kind: InstrumentKind::Instances {
            provider: provider(),
            region: RegionName::new(REGION).unwrap(),
            instance_type: InstanceType::new(TYPE).unwrap(),
        },
        currency: usd(),
        tick: Price::from_micros(1),
        max_order_quantity: Quantity::new(1_000),
    });
    market.submit(Origin::Venue, listed);
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    let deposited = market.events.iter().find_map(|event| {
        if let EventBody::InstanceDeposited { symbol, .. } = &event.body {
            Some(*symbol)
        } else {
            None
        }
    });
    assert_eq!(deposited, Some(first));
}
