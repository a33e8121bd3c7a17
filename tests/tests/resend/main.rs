//! Messages asked for again, from the built program over TCP: as many as anybody may miss, without a delay for what is
//! live; asked for too often; no longer kept; damaged.
//!
//! `RESEND_MESSAGES` says how many there are in the long one (`RESEND_MESSAGES=1000000` for figures; without it, what a
//! test run can bear).

mod damaged;
mod long;
mod reader;
mod retention;
mod storm;

use std::path::PathBuf;

use engine::SessionName;
use gateway::layout::Layout;
use tests::ground::Ground;

/// A venue that has never run.
fn ground() -> Ground {
    Ground::new(env!("CARGO_BIN_EXE_venue-under-test"))
}

/// The message store of a session.
fn store_of(ground: &Ground, name: &str) -> PathBuf {
    let name = SessionName::new(name).expect("a name");
    Layout::new(&ground.data()).session(&name)
}

/// The fields of an order for a test instrument.
fn order(id: &str) -> String {
    let now = gateway::clock::now().format("%Y%m%d-%H:%M:%S%.6f");
    format!("11={id}|55=BENCH.A|54=1|60={now}|38=1|40=2|44=10|")
}
