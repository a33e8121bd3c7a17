//! How one reassignment went: every state, every call with what it asked for and what was answered, every act of an operator.

use std::fmt;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use engine::{
    AccountName, CurrencyCode, ImageName, InstanceName, Notional, ProviderName, ReassignmentId,
    SlotName, Symbol,
};
use serde::{Deserialize, Serialize};

use super::{settlement, unreadable};
use crate::admin::caller::Asked;
use crate::admin::moment::written;
use crate::admin::{Office, Refused, plain};

/// Where it is asked for.
pub(crate) const TIMELINE: &str = "/v1/settlements/timeline";

/// How much of an idempotency token is shown: enough to find it in a provider's log, too little to use it.
const TOKEN_CHARS: usize = 12;

/// Which reassignment is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// ReassignmentID(20003).
    #[serde(with = "plain")]
    pub(crate) reassignment: ReassignmentId,
}

/// How one reassignment went so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Timeline {
    /// ReassignmentID(20003).
    #[serde(with = "plain")]
    pub(crate) reassignment: ReassignmentId,
    /// How far it has come.
    pub(crate) state: String,
    /// How far it had come when it was parked; none: it is not.
    pub(crate) parked_from: Option<String>,
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// Whose the place is.
    pub(crate) provider: ProviderName,
    /// The place.
    pub(crate) slot: SlotName,
    /// What the buyer wants started there; none where its provider buys it back.
    pub(crate) image: Option<ImageName>,
    /// The account that sold.
    pub(crate) seller: AccountName,
    /// The account that bought.
    pub(crate) buyer: AccountName,
    /// What the instance costs.
    #[serde(with = "plain")]
    pub(crate) price: Notional,
    /// What the price is in.
    pub(crate) currency: CurrencyCode,
    /// When it was traded.
    pub(crate) executed_at: String,
    /// The seller's instance.
    pub(crate) old_instance: InstanceName,
    /// The buyer's instance, once it is known.
    pub(crate) new_instance: Option<InstanceName>,
    /// Every state that it was in, oldest first.
    pub(crate) transitions: Vec<Transition>,
    /// Every call that was made for it, oldest first.
    pub(crate) attempts: Vec<Attempt>,
    /// What operators did with it, and with its provider since its trade, oldest first.
    pub(crate) acts: Vec<Act>,
}

/// A state was entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transition {
    /// When.
    pub(crate) at: String,
    /// Which.
    pub(crate) state: String,
    /// Why; empty when the state says it all.
    pub(crate) why: String,
}

/// A call was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attempt {
    /// What was called.
    pub(crate) action: String,
    /// What it asked for, in words.
    pub(crate) request: String,
    /// The beginning of its idempotency token.
    pub(crate) token: String,
    /// When it was written down, just before it was made.
    pub(crate) started_at: String,
    /// When it was answered; none: it never was, or the answer was not taken any more.
    pub(crate) answered_at: Option<String>,
    /// `accepted`, or the class of the failure.
    pub(crate) outcome: Option<String>,
    /// The provider's task, or its words.
    pub(crate) answer: Option<String>,
}

/// An operator did something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Act {
    /// When.
    pub(crate) at: String,
    /// What.
    pub(crate) act: String,
    /// Who.
    pub(crate) operator: String,
    /// Why.
    pub(crate) reason: String,
    /// What of; empty when the act says it all.
    pub(crate) detail: String,
}

pub(super) fn routes() -> Router<Office> {
    Router::new().route(TIMELINE, get(timeline))
}

async fn timeline(
    State(office): State<Office>,
    Asked(Which { reassignment }): Asked<Which>,
) -> Result<Json<Timeline>, Refused> {
    let settlement = settlement(&office)?;
    let known = settlement.timeline(&reassignment).await;
    let known = known.map_err(unreadable)?.ok_or_else(|| {
        Refused::unknown(
            format!("there is no reassignment {reassignment}"),
            "look it up: cloudpit admin settlements list, or ReassignmentID(20003) of its reports",
        )
    })?;
    Ok(Json(told(known)))
}

fn told(known: settlement::Timeline) -> Timeline {
    let transitions = known.transitions.into_iter().map(|one| Transition {
        at: written(one.at),
        state: one.state.name().to_owned(),
        why: one.why,
    });
    let attempts = known.attempts.into_iter().map(|one| Attempt {
        action: one.action,
        request: one.request,
        token: one.token.chars().take(TOKEN_CHARS).collect(),
        started_at: written(one.started_at),
        answered_at: one.answered_at.map(written),
        outcome: one.outcome,
        answer: one.detail,
    });
    let acts = known.acts.into_iter().map(|one| Act {
        at: written(one.at),
        act: one.act,
        operator: one.operator,
        reason: one.reason,
        detail: one.detail,
    });
    Timeline {
        reassignment: known.reassignment,
        state: known.state.name().to_owned(),
        parked_from: known.parked_from.map(|state| state.name().to_owned()),
        symbol: known.symbol,
        provider: known.provider,
        slot: known.slot,
        image: known.image,
        seller: known.seller,
        buyer: known.buyer,
        price: known.price,
        currency: known.currency,
        executed_at: written(known.executed_at),
        old_instance: known.old_instance,
        new_instance: known.new_instance,
        transitions: transitions.collect(),
        attempts: attempts.collect(),
        acts: acts.collect(),
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, state) = (self.reassignment, &self.state);
        write!(f, "{id} {state}")?;
        if let Some(from) = &self.parked_from {
            write!(f, " from {from}")?;
        }
        write!(
            f,
            ": {} slot {} of {}, {} to {} for {} {}, traded {}; instance {}",
            self.symbol,
            self.slot,
            self.provider,
            self.seller,
            self.buyer,
            self.price,
            self.currency,
            self.executed_at,
            self.old_instance
        )?;
        if let Some(new) = &self.new_instance {
            write!(f, " -> {new}")?;
        }
        for one in &self.transitions {
            write!(f, "\n{} {:<14} {}", one.at, one.state, one.why)?;
        }
        for one in &self.attempts {
            let outcome = one.outcome.as_deref().unwrap_or("no answer");
            let answered = one.answered_at.as_deref().unwrap_or("-");
            let answer = one.answer.as_deref().unwrap_or_default();
            write!(
                f,
                "\n{} call {} (token {}): {outcome} {answered} {answer}",
                one.started_at, one.request, one.token
            )?;
        }
        for one in &self.acts {
            let (at, act, operator) = (&one.at, &one.act, &one.operator);
            write!(
                f,
                "\n{at} {act} by {operator}: {} ({})",
                one.reason, one.detail
            )?;
        }
        Ok(())
    }
}
