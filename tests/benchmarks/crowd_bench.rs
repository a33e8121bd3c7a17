//! The same as the program `crowd`, for `cargo bench`: with `-- --test` a small crowd.

use clap::Parser as _;
use tests::benchmarks::crowd::{Arguments, run};

fn main() -> anyhow::Result<()> {
    run(
        &Arguments::parse(),
        env!("CARGO_BIN_EXE_venue-under-test").as_ref(),
    )
}
