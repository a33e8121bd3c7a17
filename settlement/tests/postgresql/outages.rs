//! The server goes away at every instant and comes back: nothing is lost, nothing happens twice, and nobody needs to
//! start settlement again.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use engine::ReassignmentStatus;
use settlement::{Adapter, Database, Settlement, open};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UnixStream},
    sync::mpsc,
};

use crate::{
    books::Books,
    cloud::Cloud,
    market::{ALICE, BOB, Market, OPENING, cash, options},
    server::PORT,
    sessions::terminate,
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

/// What becomes of a commit on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Passes,
    /// It is done, and nobody hears of it.
    AnswerLost,
    /// It is never heard.
    Lost,
}

/// Commits pass until they are counted.
const NOT_COUNTED: u32 = u32::MAX;

/// A wire to the server on which every so manieth commit meets one of two fates in turn, once they are counted; the
/// connection breaks with it.
async fn wire(books: &Books, every: u32, fates: [Fate; 2]) -> (u16, Arc<AtomicU32>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let commits = Arc::new(AtomicU32::new(NOT_COUNTED));
    let socket = books.server().host().join(format!(".s.PGSQL.{PORT}"));
    let counter = Arc::clone(&commits);
    let fate = move |commit: u32| match (commit % every, commit / every % 2) {
        (last, turn) if last == every - 1 => fates[usize::try_from(turn).unwrap()],
        _ => Fate::Passes,
    };
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(&socket).await.unwrap();
            // A connection that breaks is what this is for.
            drop(carry(client, server, &fate, &counter).await);
        }
    });
    (port, commits)
}

async fn carry(
    mut client: tokio::net::TcpStream,
    mut server: UnixStream,
    fate: &(impl Fn(u32) -> Fate + Sync),
    commits: &AtomicU32,
) -> std::io::Result<()> {
    let (mut asked, mut answered) = ([0; 65_536], [0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let asked = &asked[..read?];
                let is_commit = asked.windows(7).any(|bytes| bytes == b"COMMIT\0");
                let counted = commits.load(Ordering::Relaxed);
                let fate = if is_commit && counted != NOT_COUNTED {
                    commits.store(counted + 1, Ordering::Relaxed);
                    fate(counted)
                } else {
                    Fate::Passes
                };
                if asked.is_empty() || fate == Fate::Lost {
                    return Ok(());
                }
                server.write_all(asked).await?;
                if fate == Fate::AnswerLost {
                    assert_ne!(server.read(&mut answered).await?, 0);
                    return Ok(());
                }
            }
            read = server.read(&mut answered) => {
                let answered = &answered[..read?];
                if answered.is_empty() {
                    return Ok(());
                }
                client.write_all(answered).await?;
            }
        }
    }
}

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
        let (port, commits) = wire(&books, every, fates).await;
        let mut settings = books.settings();
        (settings.host, settings.port) = ("127.0.0.1".to_owned(), port);
        let mut options = options(&books, adapter());
        options.database = Database::Postgresql(settings);
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
