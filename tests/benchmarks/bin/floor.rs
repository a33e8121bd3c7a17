//! `floor`: serves the floor on loopback until it is ended, and says where.

use std::io::{self, Write as _};

use tests::benchmarks::floor::Floor;

fn main() -> io::Result<()> {
    let floor = Floor::bind()?;
    let mut out = io::stdout();
    writeln!(out, "FLOOR takes FIX 4.4 on {}", floor.address())?;
    out.flush()?;
    floor.run()
}
