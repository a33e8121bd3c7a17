//! Settlement as a whole, over PostgreSQL: the very suite that runs over SQLite, and what only a server can do to us.
#![expect(
    clippy::unwrap_used,
    reason = "what fails in a test's own helpers fails the test"
)]

mod books;
#[path = "../suite/cloud.rs"]
mod cloud;
#[path = "../suite/crashes.rs"]
mod crashes;
#[path = "../suite/faults.rs"]
mod faults;
#[path = "../suite/gate.rs"]
mod gate;
#[path = "../suite/inbox.rs"]
mod inbox;
#[path = "../suite/market.rs"]
mod market;
#[path = "../suite/operators.rs"]
mod operators;
mod outages;
#[path = "../suite/proxy.rs"]
mod proxy;
#[path = "../suite/reference.rs"]
mod reference;
#[path = "../suite/rulings.rs"]
mod rulings;
mod server;
mod sessions;
#[path = "../suite/statements.rs"]
mod statements;
mod stops;
#[path = "../suite/straight.rs"]
mod straight;
#[path = "../suite/sweeps.rs"]
mod sweeps;
mod wire;
