//! The engine from outside: commands in, events out. Each rule and each refusal is a row of text.
//!
//! `desk` makes commands of text and text of events; the other modules are tables.
#![allow(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test that cannot go on has failed; what an event is not about is of no interest"
)]

mod amending;
mod auctions;
mod blocking;
mod browsing;
mod connections;
mod desk;
#[path = "../../benches/flow/mod.rs"]
mod flow;
mod good_till;
mod inventory;
mod lockstep;
mod naive;
mod orders;
mod phases;
mod possible_resend;
mod questions;
mod refusals;
mod replay;
mod requests;
mod risk;
mod risk_open;
mod risk_rules;
mod self_match;
mod sessions;
mod special;
mod stops;
mod terms;
mod told;
mod values;
