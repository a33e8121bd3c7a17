//! How fast commands become durable and published, and how fast a journal is replayed.
//!
//! `cargo bench -p sequencer`; the directory of the logs is a temporary one, `TMPDIR` moves it to
//! the disk that is to be measured.

#[path = "../tests/market/mod.rs"]
mod market;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use market::{Flow, set_up, start, wait};
use sequencer::{Durability, EventPosition, Options, open, verify};

const REPLAYED: usize = 200_000;
/// A benchmark that is only tried is a small one.
const REPLAYED_QUICK: usize = 20_480;

/// One batch of so many commands, from the submission to its last event.
fn commit(criterion: &mut Criterion) {
    for durability in [Durability::Fsync, Durability::Buffered] {
        let mut group = criterion.benchmark_group(format!("commit {durability:?}"));
        for size in [1, 16, 256, 1024] {
            let directory = tempfile::tempdir().expect("a temporary directory");
            let options = Options {
                durability,
                ..Options::new(directory.path())
            };
            let opened = start(&options);
            let mut reader = opened.events.reader(EventPosition::START);
            opened.commands.submit_blocking(set_up()).expect("it runs");
            wait(reader.next()).expect("events");
            let mut flow = Flow::new(1);
            let mut sent = market::set_up_commands();
            group.throughput(Throughput::Elements(size));
            group.bench_function(size.to_string(), |bencher| {
                bencher.iter_batched(
                    || flow.take(usize::try_from(size).expect("small")),
                    |commands| {
                        sent += size;
                        opened.commands.submit_blocking(commands).expect("it runs");
                        while market::last_cause(&wait(reader.next()).expect("events")) < sent {}
                    },
                    BatchSize::SmallInput,
                );
            });
            opened.running.stop().expect("it stops");
        }
        group.finish();
    }
}

/// A start on a journal of many commands, in large and in small batches.
fn replay(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replay");
    group.sample_size(10);
    let quick = std::env::args().any(|argument| argument == "--test");
    let replayed = if quick { REPLAYED_QUICK } else { REPLAYED };
    for size in [1, 512] {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let durability = Durability::Buffered;
        let options = Options {
            durability,
            batch_limit: size,
            ..Options::new(directory.path())
        };
        let opened = start(&options);
        let mut flow = Flow::new(2);
        opened.commands.submit_blocking(set_up()).expect("it runs");
        for _ in 0..replayed / size {
            opened
                .commands
                .submit_blocking(flow.take(size))
                .expect("it runs");
        }
        opened.running.stop().expect("it stops");
        group.throughput(Throughput::Elements(
            u64::try_from(replayed).expect("it fits"),
        ));
        group.bench_function(format!("open, batches of {size}"), |bencher| {
            bencher.iter(|| {
                open(&options, market::clock())
                    .expect("it starts")
                    .running
                    .stop()
                    .expect("it stops");
            });
        });
        group.bench_function(format!("verify, batches of {size}"), |bencher| {
            bencher.iter(|| verify(directory.path()).expect("the logs are good"));
        });
    }
    group.finish();
}

criterion_group!(benches, commit, replay);
criterion_main!(benches);
