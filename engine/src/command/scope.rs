//! Whom an operator means: a session, a firm, or all.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::text::{FirmName, SessionName};

/// Whose trading an operator blocks or releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum TradingScope {
    /// One session.
    Session(SessionName),
    /// All sessions of a firm, those that are admitted later too.
    Firm(FirmName),
    /// Everybody.
    Venue,
}

impl fmt::Display for TradingScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(session) => write!(f, "session {session}"),
            Self::Firm(firm) => write!(f, "firm {firm}"),
            Self::Venue => f.write_str("the venue"),
        }
    }
}
