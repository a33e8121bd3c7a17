//! Snapshots: the state of the market in a file, so that a start need not replay the whole journal.

pub(crate) mod choice;
pub(crate) mod fault;
pub(crate) mod file;
pub(crate) mod folder;
pub(crate) mod state;

pub use fault::{PassedOver, SnapshotFault};
pub use state::StateHash;
