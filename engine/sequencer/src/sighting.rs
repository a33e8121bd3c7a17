//! The moments of a replay that are looked at: ends of trading days, and chosen commands. Only takes the hash of the
//! state there; what it should be is for others to say.

use std::collections::BTreeSet;

use engine::{CommandNumber, Engine, Sequenced, Timestamp};

use crate::snapshot::state::StateHash;

/// What to look at, and what was seen.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Whether to look at each end of a trading day.
    pub(crate) days: bool,
    /// Commands to look behind.
    pub(crate) commands: BTreeSet<CommandNumber>,
    /// In their order.
    pub(crate) seen: Vec<Sighting>,
}

/// The state behind a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sighting {
    pub(crate) command: CommandNumber,
    pub(crate) time: Timestamp,
    pub(crate) day_ends: bool,
    pub(crate) state: StateHash,
}

impl Watch {
    /// Looks at the ends of trading days.
    pub(crate) fn days() -> Self {
        Self {
            days: true,
            ..Self::default()
        }
    }

    /// Looks at the engine behind this command, if that was asked for.
    pub(crate) fn look(&mut self, engine: &Engine, command: &Sequenced, day_ends: bool) {
        let due = self.commands.first() == Some(&command.number);
        if due {
            self.commands.pop_first();
        }
        if due || self.days && day_ends {
            self.seen.push(Sighting {
                command: command.number,
                time: command.time,
                day_ends,
                state: StateHash::of(engine),
            });
        }
    }
}
