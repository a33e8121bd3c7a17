//! `wire-to-wire`: measures the venue against the floor and its budgets.

use clap::Parser as _;
use tests::benchmarks::wire_to_wire::{Arguments, Programs, run};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    run(&arguments, &Programs::beside_this_one(&arguments)?)
}
