//! `cloudpit admin orders FIRM`: lists the resting orders of a firm.

use engine::FirmName;

use super::call::{Call, Failure};
use crate::admin::routes::orders::{ORDERS, Orders, Which};

/// What `orders` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Whose.
    firm: FirmName,
    /// Goes on where the answer before said.
    #[arg(long, value_name = "PLACE")]
    from: Option<u32>,
}

pub(super) async fn run(call: &Call, arguments: &Arguments) -> Result<(), Failure> {
    let which = Which {
        firm: arguments.firm,
        from: arguments.from,
    };
    call.read::<Orders>(ORDERS, &which).await
}
