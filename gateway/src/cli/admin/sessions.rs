//! `cloudpit admin sessions`: lists the sessions that the market knows, and how far each is.

use engine::{FirmName, SessionName};

use super::call::{Call, Failure};
use crate::admin::routes::sessions::{SESSIONS, Sessions, Which};

/// What `sessions` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only those of this firm.
    #[arg(long, value_name = "FIRM")]
    firm: Option<FirmName>,
    /// Goes on behind this one.
    #[arg(long, value_name = "SESSION")]
    after: Option<SessionName>,
}

pub(super) async fn run(call: &Call, arguments: &Arguments) -> Result<(), Failure> {
    let which = Which {
        firm: arguments.firm,
        after: arguments.after,
    };
    call.read::<Sessions>(SESSIONS, &which).await
}
