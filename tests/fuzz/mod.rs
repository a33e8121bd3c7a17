//! Fuzzing of codec, session and order entry together: bytes to frames to messages to the state machine, with a driver
//! around it that carries out all it wants; what is delivered goes through order entry to a market in memory and comes
//! back as reports. Everything that comes out is checked.
//!
//! | part | its one job |
//! |---|---|
//! | `case` | what happens to one session, as data |
//! | `text` | a case as lines of text, and back: what a finding is printed as |
//! | `seeds` | the cases to begin with, and the messages to build others from |
//! | `orders` | the same for order entry |
//! | `operators` | the same for what operators do |
//! | `mutate` | a case, changed somewhere |
//! | `driver` | a session, its store and its clock; the promises of its interface are checked at every call |
//! | `record` | what a session has put out, held against the rules of FIX and the data dictionary |
//! | `desk` | order entry behind a session, or drop copy: what is delivered is answered, once |
//! | `market` | the engine behind it, and what happens there without the session |
//! | `statement` | what a client was told of its orders, put together |
//! | `run` | one case from its first step to a last word that every session must still be capable of |
//! | `pair` | two sessions and a wire that damages what it carries, and how they find together again |
//! | `campaign` | many cases; one that shows something new is kept to build on |
//!
//! It needs nothing but stable Rust. What counts as new is not which line was reached but what was observed: a
//! message of this type, in this state, at this position, answered so.

mod campaign;
mod case;
mod desk;
mod driver;
mod market;
mod mutate;
mod operators;
mod orders;
mod pair;
mod record;
mod run;
mod seeds;
mod statement;
mod text;

pub use campaign::{Arguments, campaign};
