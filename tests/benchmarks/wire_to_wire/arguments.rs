//! What the benchmark can be told.

use std::path::PathBuf;

use super::super::clock::{Nanos, SECOND};

/// Measures the venue from wire to wire, against a floor.
#[derive(Debug, Clone, clap::Parser)]
pub struct Arguments {
    /// How often everything is measured, in turn.
    #[arg(long, default_value_t = 5)]
    rounds: u32,
    /// How long each load is measured, in seconds; a second to warm up comes before.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// The pace of the open loop, in orders a second.
    #[arg(long, default_value_t = 10_000)]
    rate: u64,
    /// How many of a hundred orders cross.
    #[arg(long, default_value_t = 0)]
    crossing: u64,
    /// How often a load is tried at most while others use more than a twentieth of the machine.
    #[arg(long, default_value_t = 3)]
    attempts: u32,
    /// Where the data folders are made: the disk that is measured. Otherwise beside this program.
    #[arg(long, value_name = "DIR")]
    pub(super) folder: Option<PathBuf>,
    /// Another build of the venue, to be measured beside this one.
    #[arg(long, value_name = "PROGRAM")]
    pub(super) compare: Option<PathBuf>,
    /// Measure the venue with its FIX logs too.
    #[arg(long)]
    pub(super) fix_log: bool,
    /// One short round, to show that everything works.
    #[arg(long)]
    test: bool,
    /// What `cargo bench` adds by itself.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lengths {
    pub(super) rounds: u32,
    pub(super) attempts: u32,
    pub(super) warm_up: Nanos,
    pub(super) measured: Nanos,
    pub(super) orders_per_second: u64,
    /// Orders of one load at most.
    pub(super) orders_max: u64,
    /// How many of a hundred orders cross.
    pub(super) crossing_percent: u64,
    /// Syncs of the disk at each look.
    pub(super) syncs: u64,
}

impl Arguments {
    /// Whether only that it works is to be shown.
    pub(super) fn is_short(&self) -> bool {
        self.test
    }

    pub(super) fn lengths(&self) -> Lengths {
        if self.test {
            return Lengths {
                rounds: 1,
                attempts: 1,
                warm_up: SECOND / 20,
                measured: SECOND / 5,
                orders_per_second: self.rate.min(500),
                orders_max: 10_000,
                crossing_percent: self.crossing,
                syncs: 10,
            };
        }
        Lengths {
            rounds: self.rounds,
            attempts: self.attempts,
            warm_up: SECOND,
            measured: self.seconds * SECOND,
            orders_per_second: self.rate,
            orders_max: 8_000_000,
            crossing_percent: self.crossing,
            syncs: 50,
        }
    }
}
