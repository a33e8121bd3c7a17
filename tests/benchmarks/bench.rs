//! The same as the program `wire-to-wire`, for `cargo bench`: with `-- --test` one short round.

use clap::Parser as _;
use tests::benchmarks::wire_to_wire::{Arguments, Programs, run};

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let floor = env!("CARGO_BIN_EXE_floor").into();
    let venue = env!("CARGO_BIN_EXE_venue-under-test").into();
    run(&arguments, &Programs::new(floor, venue, &arguments))
}
