//! The end-to-end benchmark: the venue as a process of its own, measured over TCP on loopback against a floor.
//!
//! | program | does |
//! |---|---|
//! | `wire-to-wire` | measures floor and venue in turn, and holds the venue against its budgets |
//! | `load` | puts one load on any server |
//! | `floor` | serves the floor |
//! | `crowd` | measures whether one session keeps its latency among thousands of others |
//!
//! `cargo run --release -p tests --bin wire-to-wire` measures; `cargo bench -p tests -- --test` shows in one
//! short round that all of it works.

pub mod clock;
pub mod cpu_time;
pub mod crowd;
pub mod disk;
pub mod floor;
pub mod load;
pub mod say;
pub mod stream;
pub mod wire;
pub mod wire_to_wire;
