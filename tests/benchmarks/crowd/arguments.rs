//! What the crowd can be told.

use std::time::Duration;

use super::super::clock::{Nanos, SECOND};
use super::hostile::Kind;

/// Measures whether a good session keeps its latency in a crowd.
#[derive(Debug, Clone, clap::Parser)]
pub struct Arguments {
    /// Sessions that are logged on and idle.
    #[arg(long, default_value_t = 10_000)]
    idle: usize,
    /// Hostile connections.
    #[arg(long, default_value_t = 2_000)]
    hostile: usize,
    /// How long each hostile client rests between two deeds, in milliseconds: what they do in a second follows from it.
    #[arg(long, default_value_t = 500)]
    pause: u64,
    /// Hostile clients of this kind alone, to see what it costs.
    #[arg(long, value_enum)]
    only: Option<Kind>,
    /// Orders a second of the good session.
    #[arg(long, default_value_t = 1_000)]
    rate: u64,
    /// How long each part is measured, in seconds; a second to warm up comes before.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// A small crowd, to show that everything works.
    #[arg(long)]
    test: bool,
    /// What `cargo bench` adds by itself.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How large the crowd is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) idle: usize,
    pub(super) hostile: usize,
    /// Of each hostile client, between two bytes, two requests, two connections.
    pub(super) pause: Duration,
    /// The only kind that there is of them, if not all.
    pub(super) only: Option<Kind>,
    pub(super) orders_per_second: u64,
    pub(super) measured: Nanos,
}

impl Size {
    /// Hostile clients of each kind.
    pub(super) fn of_each_kind(self) -> usize {
        self.hostile.div_ceil(Kind::among(self.only).len())
    }

    /// Sessions that the venue has for the crowd: the idle, those of members gone wrong, and one with a password.
    pub(super) fn sessions(self) -> usize {
        self.idle + 3 * self.of_each_kind() + 1
    }
}

impl Arguments {
    /// Whether only that it works is to be shown.
    pub(super) fn is_short(&self) -> bool {
        self.test
    }

    pub(super) fn size(&self) -> Size {
        if self.test {
            return Size {
                idle: self.idle.min(200),
                hostile: self.hostile.min(100),
                pause: Duration::from_millis(self.pause),
                only: self.only,
                orders_per_second: self.rate.min(200),
                measured: SECOND / 2,
            };
        }
        Size {
            idle: self.idle,
            hostile: self.hostile,
            pause: Duration::from_millis(self.pause),
            only: self.only,
            orders_per_second: self.rate,
            measured: self.seconds * SECOND,
        }
    }
}
