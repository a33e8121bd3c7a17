//! The built program over TCP: trading, copies, coming back, stopping, strangers, crowds, floods, limits, what is held for
//! whom, and clients that do not read.

mod coming_back;
mod crowding;
mod descriptors;
mod floods;
mod full_disk;
mod limits;
mod lost_clients;
mod memory;
mod observation;
mod requests;
mod resets;
mod risk_limits;
mod schedule;
mod slow;
mod stopping;
mod strangers;
mod trading;
mod wire;

use fix_codec::values::{Side, TimeInForce};
use tests::ground::{Ground, SYMBOL};
use tests::member::{Member, Terms};
use tests::venue_process::VenueProcess;

/// A venue that has never run.
fn ground() -> Ground {
    Ground::new(env!("CARGO_BIN_EXE_venue-under-test"))
}

/// A member that has just logged on for the first time.
async fn log_on(name: &str, venue: &VenueProcess) -> Member {
    let mut member = Member::new(name);
    come_back(&mut member, venue).await;
    member
}

/// Connects a member again.
async fn come_back(member: &mut Member, venue: &VenueProcess) {
    if let Err(error) = member.connect(venue.address()).await {
        panic!("{}: {error}; {}", member.name(), venue.log());
    }
}

/// A Day order.
fn day(side: Side, quantity: u32, cents: i64) -> Terms<'static> {
    Terms {
        symbol: SYMBOL,
        side,
        quantity,
        cents,
        time_in_force: TimeInForce::Day,
    }
}
