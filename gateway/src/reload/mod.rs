//! A changed configuration, taken without a restart: what differs (pure), and bringing it about. What needs a restart
//! is named, and left as it was; a configuration that cannot be taken changes nothing.

mod apply;
mod calendars;
mod change;
mod changes;

pub use apply::Reloaded;
pub(crate) use apply::{Parts, Reloader};
