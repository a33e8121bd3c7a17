//! End-to-end, conformance, interop, fault injection, simulation and benchmarks of the whole venue.
//! Here is what several of them share; they themselves are in `tests/` and `benchmarks/`.

pub mod ground;
pub mod guests;
pub mod hours;
pub mod member;
pub mod memory;
pub mod program;
pub mod provider_process;
pub mod random;
pub mod requirements;
pub mod shelf;
pub mod trading;
pub mod venue_process;

#[path = "../benchmarks/mod.rs"]
pub mod benchmarks;

#[path = "../fuzz/mod.rs"]
pub mod fuzz;
