//! What a client may ask of the venue at most: how much, how often, for how long. Everything here decides and does
//! nothing: time is an argument, and a verdict is the answer. Who acts on the verdicts: `sessions` on those about
//! messages, `net` on those about connections.

mod backlog;
mod descriptors;
mod gate;
mod sparse;
mod throttle;
mod window;

use chrono::{DateTime, Utc};

pub(crate) use backlog::Backlog;
pub(crate) use descriptors::OpenFiles;
pub(crate) use gate::{Arrival, Gate, GateLimits, Ticket};
pub(crate) use sparse::Sparse;
pub(crate) use throttle::{Exceeded, Throttle, Verdict};

/// A moment of the caller's clock.
type Time = DateTime<Utc>;
