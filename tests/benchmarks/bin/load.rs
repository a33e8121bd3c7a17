//! `load`: puts one load on a server and prints its figures. For profiling, and to look at one thing closely.

use std::net::SocketAddr;

use clap::Parser;
use tests::benchmarks::clock::SECOND;
use tests::benchmarks::cpu_time::cpu_time;
use tests::benchmarks::load::{Pace, Plan, run};
use tests::benchmarks::say::{Micros, Thousands, say};

/// Puts one load on a FIX server that lists the test instruments BENCH.A to BENCH.D.
#[derive(Debug, Parser)]
struct Arguments {
    /// The server.
    address: SocketAddr,
    /// How many sessions, CLIENT1 and on.
    #[arg(long, default_value_t = 4)]
    sessions: usize,
    /// Open loop: orders a second, all sessions together. Otherwise the loop is closed.
    #[arg(long, value_name = "ORDERS")]
    rate: Option<u64>,
    /// Closed loop: orders in flight of each session.
    #[arg(long, default_value_t = 128, conflicts_with = "rate")]
    in_flight: usize,
    /// How long is measured, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// How many of a hundred orders cross.
    #[arg(long, default_value_t = 0)]
    crossing: u64,
    /// How many orders are sent at most.
    #[arg(long, default_value_t = 8_000_000)]
    orders_max: u64,
    /// The server's process, to tell its processor time.
    #[arg(long)]
    pid: Option<u32>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let pace = match arguments.rate {
        Some(orders_per_second) => Pace::Open { orders_per_second },
        None => Pace::Closed {
            in_flight: arguments.in_flight,
        },
    };
    let mut plan = Plan::new(
        arguments.address,
        arguments.sessions,
        pace,
        arguments.seconds * SECOND,
    );
    plan.crossing_percent = arguments.crossing;
    plan.orders_max = arguments.orders_max;
    let before = arguments.pid.map(cpu_time).transpose()?;
    let outcome = run(&plan)?;
    for (name, latency) in [
        ("latency", &outcome.latency),
        ("generator late", &outcome.send_delay),
    ] {
        let [p50, p90, p99, p999] =
            [50.0, 90.0, 99.0, 99.9].map(|percent| Micros(latency.value_at_percentile(percent)));
        say(format_args!(
            "{name}: p50 {p50}, p90 {p90}, p99 {p99}, p99.9 {p999}, max {}",
            Micros(latency.max())
        ));
    }
    say(format_args!(
        "{} orders/s; {} sent, all accepted once; {} fills",
        Thousands(outcome.orders_per_second()),
        Thousands(outcome.sent),
        Thousands(outcome.fills),
    ));
    if let (Some(pid), Some(before)) = (arguments.pid, before) {
        let used = cpu_time(pid)?.saturating_sub(before);
        say(format_args!(
            "CPU an order: {}",
            Micros(used / outcome.sent.max(1))
        ));
    }
    Ok(())
}
