//! The operators' channel: HTTP with JSON over a Unix socket in the data folder, for the venue's own machine and the
//! user that runs it. Whatever it changes is a journaled command with the operator's name, answered when it is durable;
//! every call is a line of the audit log. It opens no port.
//!
//! To add something: a file in `routes` with its types and its `routes()`, merged in `routes::all`; and a file in
//! `cli/admin` that asks for it.

mod audited;
mod caller;
mod executed;
pub mod limit_setting;
mod listener;
mod market;
mod moment;
mod peer;
mod plain;
mod refused;
pub(crate) mod routes;
mod server;

pub(crate) use caller::OPERATOR_HEADER;
pub(crate) use market::Market;
pub(crate) use refused::Refused;
pub(crate) use server::{AdminServer, Office};
