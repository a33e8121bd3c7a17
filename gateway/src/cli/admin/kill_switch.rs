//! `cloudpit admin kill`, `release` and `blocks`: the kill switch.

use clap::Subcommand;
use engine::{FirmName, Remark, SessionName, TradingScope};

use super::call::{Call, Failure};
use crate::admin::routes::kill_switch::{BLOCKS, Blocks, KILL, Killed, RELEASE, Released, Switch};

/// What `kill` and `release` take.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Why, for the journal; members are not told.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
    #[command(subcommand)]
    whose: Whose,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum Whose {
    /// That of one session.
    Session {
        /// The CompID of its client.
        name: SessionName,
    },
    /// That of all sessions of a firm.
    Firm {
        /// The firm.
        name: FirmName,
    },
    /// That of everybody.
    Venue,
}

impl Arguments {
    fn switch(&self) -> Switch {
        Switch {
            scope: match self.whose {
                Whose::Session { name } => TradingScope::Session(name),
                Whose::Firm { name } => TradingScope::Firm(name),
                Whose::Venue => TradingScope::Venue,
            },
            reason: self.reason,
        }
    }
}

pub(super) async fn kill(call: &Call, arguments: &Arguments) -> Result<(), Failure> {
    call.change::<Killed>(KILL, &arguments.switch()).await
}

pub(super) async fn release(call: &Call, arguments: &Arguments) -> Result<(), Failure> {
    call.change::<Released>(RELEASE, &arguments.switch()).await
}

pub(super) async fn blocks(call: &Call) -> Result<(), Failure> {
    call.read::<Blocks>(BLOCKS, &()).await
}
