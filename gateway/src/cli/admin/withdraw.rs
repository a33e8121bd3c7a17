//! `cloudpit admin withdraw SLOT ACCOUNT`: takes an instance out of the register.

use engine::{AccountName, Remark, SlotName};

use super::call::{Call, Failure};
use crate::admin::routes::withdrawals::{WITHDRAWALS, Withdraw, Withdrawn};

/// What `withdraw` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The place that the instance occupies, as its provider names it.
    slot: SlotName,
    /// The account entitled to it.
    account: AccountName,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

pub(super) async fn run(call: &Call, arguments: &Arguments) -> Result<(), Failure> {
    let withdraw = Withdraw {
        slot: arguments.slot,
        account: arguments.account,
        reason: arguments.reason,
    };
    call.change::<Withdrawn>(WITHDRAWALS, &withdraw).await
}
