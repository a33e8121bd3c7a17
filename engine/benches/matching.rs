//! How fast the engine is, alone and in memory: `cargo bench -p engine`.
//!
//! The flow is 60 % new orders, 20 % cancels and 20 % crossing orders ([`flow`] states the rest).
//! Commands are made beforehand and not timed; the events of each are thrown away. After the
//! throughput come the percentiles of single commands, with the time of reading the clock in them.
#![allow(
    clippy::disallowed_methods,
    clippy::wildcard_enum_match_arm,
    reason = "a benchmark reads the clock; what an event is not about is of no interest"
)]

mod flow;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use engine::{Engine, Sequenced};

use flow::{Flow, Parameters};

/// Commands made at once.
const CHUNK: u64 = 20_000;

/// After so many commands the market is set up again: a trading day's client order ids are kept.
const COMMANDS_MAX: u64 = 4_000_000;

/// A market with its flow at its side.
struct Bench {
    parameters: Parameters,
    flow: Flow,
    engine: Engine,
    applied: u64,
    /// The fastest chunk's commands in a second: what is left when nothing else has the machine.
    best: u128,
}

impl Bench {
    fn new(parameters: Parameters) -> Self {
        let (mut flow, mut engine) = (Flow::new(parameters), Engine::new());
        let mut events = Vec::new();
        for sequenced in flow.open_market() {
            engine.apply(&sequenced, &mut events);
            events.clear();
        }
        Self {
            parameters,
            flow,
            engine,
            applied: 0,
            best: 0,
        }
    }

    fn chunk(&mut self, count: u64) -> Vec<Sequenced> {
        if self.applied > COMMANDS_MAX {
            *self = Self {
                best: self.best,
                ..Self::new(self.parameters)
            };
        }
        self.applied += count;
        (0..count).map(|_| self.flow.next_command()).collect()
    }

    /// The time that so many commands take.
    fn time(&mut self, mut count: u64) -> Duration {
        let (mut time, mut events) = (Duration::ZERO, Vec::new());
        while count > 0 {
            let commands = self.chunk(count.min(CHUNK));
            count -= count.min(CHUNK);
            let start = Instant::now();
            for sequenced in &commands {
                self.engine.apply(sequenced, &mut events);
                black_box(&events);
                events.clear();
            }
            let elapsed = start.elapsed();
            time += elapsed;
            let of_second = u128::try_from(commands.len()).expect("few commands") * 1_000_000_000;
            self.best = self.best.max(of_second / elapsed.as_nanos().max(1));
        }
        time
    }

    /// Percentiles of the time of one command.
    fn percentiles(&mut self, count: u64) -> String {
        let mut events = Vec::new();
        let mut times: Vec<u128> = Vec::new();
        for sequenced in self.chunk(count) {
            let start = Instant::now();
            self.engine.apply(&sequenced, &mut events);
            times.push(start.elapsed().as_nanos());
            events.clear();
        }
        times.sort_unstable();
        let at = |thousandths: usize| times[(times.len() - 1) * thousandths / 1_000];
        format!(
            "p50 {} ns, p90 {} ns, p99 {} ns, p99.9 {} ns",
            at(500),
            at(900),
            at(990),
            at(999)
        )
    }
}

fn matching(criterion: &mut Criterion) {
    let deep = Parameters {
        distance_max: 1 << 16,
        ..Parameters::SHALLOW
    };
    let rows = [
        (
            "resting_1_000",
            Parameters {
                resting: 1_000,
                ..deep
            },
        ),
        ("resting_10_000", Parameters::SHALLOW),
        (
            "resting_1_000_000",
            Parameters {
                resting: 1_000_000,
                ..deep
            },
        ),
        (
            "instruments_1_000",
            Parameters {
                instruments: 1_000,
                ..Parameters::SHALLOW
            },
        ),
    ];
    let mut group = criterion.benchmark_group("matching");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    group
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    let quick = std::env::args().any(|argument| argument == "--test");
    for (name, parameters) in rows {
        let resting = if quick { 100 } else { parameters.resting };
        let mut bench = None;
        let start = || {
            Bench::new(Parameters {
                resting,
                ..parameters
            })
        };
        group.bench_function(name, |bencher| {
            let bench = bench.get_or_insert_with(start);
            bencher.iter_custom(|count| bench.time(count));
        });
        if let Some(mut bench) = bench {
            let count = if quick { 100 } else { 200_000 };
            let percentiles = bench.percentiles(count);
            eprintln!(
                "matching/{name}: {} commands/s in the best chunk; {percentiles}",
                bench.best
            );
        }
    }
    group.finish();
}

criterion_group!(benches, matching);
criterion_main!(benches);
