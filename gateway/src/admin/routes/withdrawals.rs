//! Taking an instance out of the register: one that is free, or one whose reassignment failed.

use std::fmt;

use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use engine::{AccountName, Command, EventBody, InstanceName, Remark, SlotName, Symbol};
use serde::{Deserialize, Serialize};

use crate::admin::audited::Told;
use crate::admin::caller::{Body, Operator};
use crate::admin::{Office, Refused};

/// Where they are asked for.
pub(crate) const WITHDRAWALS: &str = "/v1/withdrawals";

/// What is to be taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdraw {
    /// The place that it occupies.
    pub(crate) slot: SlotName,
    /// The account entitled to it.
    pub(crate) account: AccountName,
    /// Why. Goes into the journal.
    pub(crate) reason: Remark,
}

/// What was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Withdrawn {
    /// The command that did it.
    pub(crate) command: u64,
    /// The place.
    pub(crate) slot: SlotName,
    /// The instance there.
    pub(crate) instance: InstanceName,
    /// The account that was entitled to it.
    pub(crate) account: AccountName,
    /// The instrument.
    pub(crate) symbol: Symbol,
}

pub(super) fn routes() -> Router<Office> {
    Router::new().route(WITHDRAWALS, post(withdraw))
}

async fn withdraw(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<Withdraw>,
) -> Result<Told<Json<Withdrawn>>, Refused> {
    let Withdraw {
        slot,
        account,
        reason,
    } = asked;
    let command = Command::WithdrawInstance {
        slot,
        account,
        reason,
    };
    let changed = office.market.change(operator, command, answer).await?;
    let (instance, symbol) = changed.answer.map_err(|why| {
        let remedy = "what holds it must end first; look up names in the events of its deposit";
        Refused::by_market(why.to_string(), remedy)
    })?;
    let withdrawn = Withdrawn {
        command: changed.command.get(),
        slot,
        instance,
        account,
        symbol,
    };
    let said = format!("{withdrawn}; reason: {reason}");
    Ok(Told {
        said,
        answer: Json(withdrawn),
    })
}

type Answer = Result<(InstanceName, Symbol), engine::WithdrawalRefusal>;

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the events, two answer a withdrawal"
)]
fn answer(body: &EventBody) -> Option<Answer> {
    match body {
        EventBody::InstanceWithdrawn {
            instance, symbol, ..
        } => Some(Ok((*instance, *symbol))),
        EventBody::WithdrawalRefused { reason, .. } => Some(Err(*reason)),
        _ => None,
    }
}

impl fmt::Display for Withdrawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            slot,
            instance,
            account,
            symbol,
        } = self;
        write!(
            f,
            "withdrawn: instance {instance} of {symbol} in slot {slot}, account {account} (command {command})"
        )
    }
}
