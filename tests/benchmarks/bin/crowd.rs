//! `crowd`: measures whether a good session keeps its latency among ten thousand idle and two thousand hostile ones.

use anyhow::Context as _;
use clap::Parser as _;
use tests::benchmarks::crowd::{Arguments, run};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let this = std::env::current_exe().context("where this program lies is not known")?;
    let program = this.with_file_name("venue-under-test");
    anyhow::ensure!(
        program.is_file(),
        "{} is missing: build all of package tests",
        program.display()
    );
    run(&arguments, &program)
}
