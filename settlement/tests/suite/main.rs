//! Settlement as a whole, over SQLite: with the real engine before it and a control plane behind it.
#![expect(
    clippy::unwrap_used,
    reason = "what fails in a test's own helpers fails the test"
)]

mod books;
mod cloud;
mod crashes;
mod faults;
mod gate;
mod inbox;
mod market;
mod nova;
mod operators;
mod proxy;
mod reference;
mod rulings;
mod statements;
mod straight;
mod sweeps;
mod under_way;
