//! One thing that a changed configuration makes different, as the log and the record show it.

use std::fmt;

use engine::{RiskScope, SessionName, Symbol};

/// So many instruments are named that have a change in common.
const NAMED_MAX: usize = 5;

/// One thing that is different now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// A session that was not there before.
    SessionAdded(SessionName),
    /// A session that is there no more: its client is logged out.
    SessionRemoved(SessionName),
    /// A session for which these keys are different, or what `[fix]` says for all of them.
    SessionChanged(SessionName, Vec<&'static str>),
    /// Something that is declared in a section by this name and was not before.
    Declared(&'static str, String),
    /// An instrument's tick or largest order.
    InstrumentChanged(String),
    /// What is done when orders of a firm would trade with each other.
    FirmChanged(String),
    /// What orders are held against is laid down, or is something else.
    LimitsSet(RiskScope),
    /// It is laid down no more.
    LimitsLifted(RiskScope),
    /// These instruments go by a trading calendar, or by another one.
    CalendarSet(Vec<Symbol>),
    /// They go by none any more.
    CalendarLifted(Vec<Symbol>),
    /// What halts of these instruments do is something else.
    HaltPolicySet(Vec<Symbol>),
    /// Something that is declared no more; the market keeps it.
    Kept(&'static str, String),
    /// Keys of `[fix]` that hold for all.
    Fix(&'static str),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SessionAdded(name) => write!(f, "session {name} added"),
            Self::SessionRemoved(name) => write!(f, "session {name} removed"),
            Self::SessionChanged(name, keys) => {
                write!(f, "session {name} changed: {}", keys.join(", "))
            }
            Self::Declared(what, name) => write!(f, "{what} {name} added"),
            Self::InstrumentChanged(name) => write!(f, "instrument {name} changed"),
            Self::FirmChanged(name) => write!(f, "firm {name} changed"),
            Self::LimitsSet(scope) => write!(f, "limits of {scope} set"),
            Self::LimitsLifted(scope) => write!(f, "limits of {scope} lifted"),
            Self::CalendarSet(of) => write!(f, "trading calendar of {} set", Named(of)),
            Self::CalendarLifted(of) => {
                let of = Named(of);
                write!(
                    f,
                    "trading calendar of {of} lifted: the phase stays as it is"
                )
            }
            Self::HaltPolicySet(of) => write!(f, "halt policy of {} set", Named(of)),
            Self::Kept(what, name) => {
                write!(f, "{what} {name} is not declared any more, and stays")
            }
            Self::Fix(key) => write!(f, "{key} changed"),
        }
    }
}

/// The first of these instruments, and how many there are beside.
struct Named<'a>(&'a [Symbol]);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, symbol) in self.0.iter().take(NAMED_MAX).enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{symbol}")?;
        }
        match self.0.len().saturating_sub(NAMED_MAX) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
