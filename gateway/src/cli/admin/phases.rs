//! `cloudpit admin phases`, `phase`, `halt`, `resume`, `halt-policies`, `halt-policy` and `release-halt-policy`: where instruments are in their day, and where they are
//! brought.

use engine::{Remark, Symbol};

use super::call::{Call, Failure};
use crate::admin::routes::halt_policies::{
    HALT_POLICIES, HALT_POLICY_RELEASES, HaltPolicyEntry, HaltPolicyList, HaltPolicySet,
    OrdersWord, ReleaseHaltPolicy, SetHaltPolicy,
};
use crate::admin::routes::phases::{
    ChangePhase, PHASES, PhaseChanged, PhaseWord, Phases, RELEASES, ReleaseHalt,
};

/// What `phase` takes.
#[derive(Debug, clap::Args)]
pub(super) struct PhaseArguments {
    /// The instrument.
    symbol: Symbol,
    /// The phase that it is to come to.
    phase: PhaseWord,
    /// Why, for members and the record.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

/// What `halt`, `resume` and `release-halt-policy` take.
#[derive(Debug, clap::Args)]
pub(super) struct HaltArguments {
    /// The instrument.
    symbol: Symbol,
    /// Why, for members and the record.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

/// What `halt-policy` takes.
#[derive(Debug, clap::Args)]
pub(super) struct PolicyArguments {
    /// The instrument.
    symbol: Symbol,
    /// What becomes of the orders that live when a halt comes.
    #[arg(long)]
    orders: OrdersWord,
    /// Reopens with an auction, and this is how long its call is; without it, a released instrument trades on at once.
    #[arg(long, value_name = "SECONDS")]
    reopening_call: Option<u32>,
    /// Why, for the record.
    #[arg(long, value_name = "TEXT")]
    reason: Remark,
}

pub(super) async fn policies(call: &Call) -> Result<(), Failure> {
    call.read::<HaltPolicyList>(HALT_POLICIES, &()).await
}

pub(super) async fn release_policy(call: &Call, arguments: &HaltArguments) -> Result<(), Failure> {
    let release = ReleaseHaltPolicy {
        symbol: arguments.symbol,
        reason: arguments.reason,
    };
    call.change::<HaltPolicyEntry>(HALT_POLICY_RELEASES, &release)
        .await
}

pub(super) async fn list(call: &Call) -> Result<(), Failure> {
    call.read::<Phases>(PHASES, &()).await
}

pub(super) async fn change(call: &Call, arguments: &PhaseArguments) -> Result<(), Failure> {
    let change = ChangePhase {
        symbol: arguments.symbol,
        phase: arguments.phase,
        reason: arguments.reason,
    };
    call.change::<PhaseChanged>(PHASES, &change).await
}

pub(super) async fn halt(call: &Call, arguments: &HaltArguments) -> Result<(), Failure> {
    let halt = ChangePhase {
        symbol: arguments.symbol,
        phase: PhaseWord::Halted,
        reason: arguments.reason,
    };
    call.change::<PhaseChanged>(PHASES, &halt).await
}

pub(super) async fn resume(call: &Call, arguments: &HaltArguments) -> Result<(), Failure> {
    let release = ReleaseHalt {
        symbol: arguments.symbol,
        reason: arguments.reason,
    };
    call.change::<PhaseChanged>(RELEASES, &release).await
}

pub(super) async fn policy(call: &Call, arguments: &PolicyArguments) -> Result<(), Failure> {
    let policy = SetHaltPolicy {
        symbol: arguments.symbol,
        orders: arguments.orders,
        reopening_call_seconds: arguments.reopening_call,
        reason: arguments.reason,
    };
    call.change::<HaltPolicySet>(HALT_POLICIES, &policy).await
}
