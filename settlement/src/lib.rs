//! Executions to reassignments, settled or failed.
//!
//! Settlement reads the engine's events, has each provider reassign what was traded, and moves cash
//! only against delivery. It is a durable state machine: [`machine`] decides, the store writes each
//! step before it is taken, [`provider`] says what a control plane must be able to do, [`ledger`]
//! keeps the cash. Nothing is lost or doubled when the process dies at any instant.
//!
//! ```text
//! events -> take -> database -> run (workers <-> providers) -> database -> next_commands -> engine
//! ```
#![warn(clippy::arithmetic_side_effects)]

mod adapters;
pub mod breaker;
pub mod budget;
mod database;
pub mod ledger;
pub mod machine;
mod operators;
mod options;
pub mod provider;
pub mod reconcile;
mod record;
mod retry;
mod secret;
mod settlement;
mod state;
pub mod statement;
mod store;
mod token;
mod traffic;
pub mod view;
mod watch;
mod worker;

pub use adapters::{
    EndpointError, HttpLimits, IdentityError, KeystoneCredential, Nova, NovaIdentity, NovaSettings,
    ReferenceProvider, Replacement,
};
pub use database::{Database, Postgresql, Protection};
pub use options::{
    Adapter, CrashPoint, Limits, Moment, OpeningCash, Options, ProviderSettings, WallClock,
};
pub use retry::Backoff;
pub use secret::{Secret, SecretError, TokenSource};
pub use settlement::{OpenError, Settlement, open};
pub use state::{Action, State};
pub use store::{
    ActError, Acted, Alarm, Attempt, Balance, Booked, By, CheckError, Figures, Finding,
    LedgerReport, Listed, OutboxId, Payment, StatementError, StoreError, SuspendedProvider,
    TakeError, Taken, Timeline, Transition, Unfit, Which, check_ledger,
};
pub use traffic::{CallCount, Line};
