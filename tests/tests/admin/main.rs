//! The operators' channel of the built program: what it shows and changes, who is let in, what it refuses, and what is
//! recorded of it.

mod calendar_day;
mod calls;
mod hostile;
mod kill_of_many;
mod kill_switch;
mod operator;
mod phases;
mod risk_limits;
mod trades;
mod trading_status;

use tests::ground::Ground;

/// A venue that has never run.
fn ground() -> Ground {
    Ground::new(env!("CARGO_BIN_EXE_venue-under-test"))
}
