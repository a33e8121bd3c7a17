//! `fuzz-session`: feeds sessions what no peer should send, for as long as it is told.

use clap::Parser as _;
use tests::fuzz::{Arguments, campaign};

fn main() -> anyhow::Result<()> {
    campaign(&Arguments::parse())
}
