//! Members who trade without pause and remember everything, and what must be true of it afterwards: against the venue's
//! event log, and of their orders and trades among each other.

mod accounts;
mod dropped;
mod history;
mod trader;

pub use accounts::check as check_accounts;
pub use dropped::no_longer_kept;
pub use history::{History, Name};
pub use trader::{Pace, Request, SYMBOLS, Trader};
