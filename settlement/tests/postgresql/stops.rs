//! A stop of settlement while its server is away: it waits for nobody, and what was under way is taken up at the next start.

use std::{sync::Arc, time::Duration};

use engine::ReassignmentStatus;
use settlement::{Adapter, Database, Settlement, open};
use tokio::{sync::oneshot, task::JoinHandle};

use crate::{
    books::Books,
    cloud::Cloud,
    gate::Gate,
    market::{ALICE, BOB, Market, PATIENCE, options},
};

/// Settlement whose database may be away for longer than any test takes.
async fn patient(books: &Books, adapter: Adapter) -> Settlement {
    let mut options = options(books, adapter);
    let mut settings = books.settings();
    settings.outage_max = Duration::from_secs(86_400);
    options.database = Database::Postgresql(settings);
    open(options).await.unwrap()
}

type Running = JoinHandle<Result<(), settlement::StoreError>>;

fn start(settlement: &Settlement) -> (oneshot::Sender<()>, Running) {
    let (stop, stopped) = oneshot::channel();
    let settlement = settlement.clone();
    let running =
        tokio::spawn(async move { settlement.run(async move { drop(stopped.await) }).await });
    (stop, running)
}

async fn in_time<T>(work: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, work).await;
    done.expect("it does not wait for the server")
}

#[tokio::test]
async fn a_call_that_is_under_way_when_it_stops_cannot_be_written_down() {
    let Some(books) = Books::apart(&[]) else {
        return;
    };
    let cloud = Cloud::new(1, ALICE);
    let gate = Gate::before(&cloud, "fence");
    let settlement = patient(&books, Adapter::Custom(Arc::new(gate.clone()))).await;
    let mut market = Market::open();
    market
        .run(&settlement, |market| market.register().len() == 1)
        .await;
    market.trade(ALICE, BOB, 300, 1, Some("img"));
    market.feed(&settlement).await;

    let (stop, running) = start(&settlement);
    gate.reached().await;
    stop.send(()).unwrap();
    books.server().kill();
    gate.open();
    in_time(running).await.unwrap().unwrap();

    books.server().start_again();
    settlement.close().await;
    let settlement = patient(&books, Adapter::Custom(Arc::new(gate))).await;
    market.run(&settlement, |market| market.ended() == 1).await;
    assert_eq!(market.count(ReassignmentStatus::Settled), 1);
    cloud.check_census();
}

#[tokio::test]
async fn whoever_waits_for_the_server_waits_no_longer() {
    let Some(books) = Books::apart(&[]) else {
        return;
    };
    let cloud = Cloud::new(1, ALICE);
    let settlement = patient(&books, Adapter::Custom(Arc::new(cloud))).await;
    let (stop, running) = start(&settlement);
    // Until nothing of it is left: a session of a server that was killed answers for a while.
    books.server().stop();
    let waiting = async {
        tokio::join!(
            settlement.mark_submitted(&[]),
            settlement.take(0, &[]),
            async {
                drop(stop);
                running.await.unwrap()
            }
        )
    };
    let (marked, taken, ran) = in_time(waiting).await;
    assert!(marked.is_err(), "{marked:?}");
    assert!(taken.is_err(), "{taken:?}");
    ran.unwrap();
}
