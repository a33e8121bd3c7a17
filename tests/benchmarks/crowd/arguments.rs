//! What the crowd can be told.

use super::super::clock::{Nanos, SECOND};

/// Measures whether a good session keeps its latency in a crowd.
#[derive(Debug, Clone, clap::Parser)]
pub struct Arguments {
    /// Sessions that are logged on and idle.
    #[arg(long, default_value_t = 10_000)]
    idle: usize,
    /// Hostile connections.
    #[arg(long, default_value_t = 2_000)]
    hostile: usize,
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
    pub(super) orders_per_second: u64,
    pub(super) measured: Nanos,
}

impl Size {
    /// Sessions of the hostile: some of them are members gone wrong.
    pub(super) fn gone_wrong(self) -> usize {
        self.hostile.div_ceil(super::hostile::KINDS)
    }

    /// Sessions that the venue has.
    pub(super) fn sessions(self) -> usize {
        self.idle + self.gone_wrong()
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
                orders_per_second: self.rate.min(200),
                measured: SECOND / 2,
            };
        }
        Size {
            idle: self.idle,
            hostile: self.hostile,
            orders_per_second: self.rate,
            measured: self.seconds * SECOND,
        }
    }
}
