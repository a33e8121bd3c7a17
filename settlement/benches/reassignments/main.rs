//! How many reassignments a second settlement carries out with a provider that answers at once, and how long after a trade
//! it first calls the provider: over SQLite and PostgreSQL, in one run.
//!
//! `--test` makes it one short round.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "what fails here ends the measurement, and what it finds is printed"
)]

mod books;
#[path = "../../tests/suite/cloud.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod cloud;
#[path = "../../tests/suite/market.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod market;
#[path = "../../tests/postgresql/server.rs"]
#[expect(dead_code, reason = "tests do more to their servers")]
mod server;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use settlement::{Adapter, Limits, Moment, Settlement, State, open};
use tokio::time::Instant;

use books::Books;
use cloud::Cloud;
use market::{ALICE, BOB, Market, options};

/// When each reassignment first had an answer of the provider.
type Answers = Arc<Mutex<BTreeMap<String, Instant>>>;

fn main() {
    let (alone, together) = if std::env::args().any(|argument| argument == "--test") {
        (2, 4)
    } else {
        (50, 200)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        println!("{alone} reassignments one after the other, then {together} at once:");
        measure("SQLite", &Books::sqlite(), alone, together).await;
        if let Some(books) = Books::postgresql() {
            measure("PostgreSQL", &books, alone, together).await;
        }
    });
}

async fn measure(name: &str, books: &Books, alone: usize, together: usize) {
    let cloud = Cloud::new(alone + together, ALICE);
    let answers = Answers::default();
    let settlement = opened(books, &cloud, &answers).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let workers = {
        let settlement = settlement.clone();
        tokio::spawn(async move { settlement.run(async move { drop(stopped.await) }).await })
    };
    let mut market = Market::open();
    let slots = alone + together;
    market
        .pump(&settlement, |market| market.register().len() == slots)
        .await;

    let mut starts = Vec::new();
    let began = Instant::now();
    for number in 1..=alone {
        starts.push(Instant::now());
        market.trade(ALICE, BOB, 1, 1, Some("img"));
        market
            .pump(&settlement, |market| market.ended() == number)
            .await;
    }
    let each = began.elapsed() / u32::try_from(alone).unwrap();
    let mut waits = first_answers(&starts, &answers);

    let began = Instant::now();
    for _ in 0..together {
        market.trade(ALICE, BOB, 1, 1, Some("img"));
    }
    market
        .pump(&settlement, |market| market.ended() == slots)
        .await;
    let rate = u128::try_from(together).unwrap() * 1_000_000 / began.elapsed().as_micros();
    drop(stop);
    workers.await.unwrap().unwrap();
    settlement.check_ledger().await.unwrap();

    waits.sort_unstable();
    let at = |percent: usize| waits[(waits.len() - 1) * percent / 100];
    println!(
        "{name}: {rate} reassignments/s at once; {each:.1?} for one alone; first call of the provider after \
         {:.1?} (p50), {:.1?} (p90)",
        at(50),
        at(90)
    );
}

/// Notes when a provider was first asked for each reassignment: its image, of which it answers at once.
async fn opened(books: &Books, cloud: &Cloud, answers: &Answers) -> Settlement {
    let mut options = options(books, Adapter::Custom(Arc::new(cloud.clone())));
    // As in a venue: those of tests look for deposits so often that the database does little else.
    options.limits = Limits::default();
    let answers = Arc::clone(answers);
    options.crash = Some(Arc::new(move |reassignment, state, moment| {
        if (state, moment) == (State::Funded, Moment::Observed) {
            let mut answers = answers.lock().unwrap();
            answers
                .entry(reassignment.to_owned())
                .or_insert_with(Instant::now);
        }
        false
    }));
    open(options).await.unwrap()
}

/// From each trade to its first answer.
fn first_answers(starts: &[Instant], answers: &Answers) -> Vec<Duration> {
    let mut answers: Vec<_> = answers.lock().unwrap().values().copied().collect();
    answers.sort_unstable();
    assert_eq!(answers.len(), starts.len());
    let pairs = answers.iter().zip(starts);
    pairs.map(|(answer, start)| *answer - *start).collect()
}
