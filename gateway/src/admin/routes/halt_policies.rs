//! What halts of an instrument do, and how trading begins again after them.

use std::fmt;
use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use engine::{
    Command, EventBody, HaltPolicies, HaltPolicy, HaltedOrders, Remark, Resumption, Symbol,
};
use serde::{Deserialize, Serialize};

use crate::admin::audited::Told;
use crate::admin::caller::{Body, Operator};
use crate::admin::{Office, Refused};

/// Where they are laid down.
pub(crate) const HALT_POLICIES: &str = "/v1/halt-policies";

/// Where what an operator has laid down is taken back.
pub(crate) const HALT_POLICY_RELEASES: &str = "/v1/halt-policy-releases";

/// The longest call of an auction that ends a halt, in seconds.
const CALL_SECONDS_MAX: u32 = 86_400;

/// What becomes of the orders that live when a halt comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OrdersWord {
    /// They keep their places, and may be cancelled.
    Keep,
    /// All are cancelled.
    Cancel,
}

/// What a halt is to do from the next one on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetHaltPolicy {
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// What becomes of its orders.
    pub(crate) orders: OrdersWord,
    /// How long the call of the auction is with which it reopens, in seconds; absent: it trades on at once.
    #[serde(default)]
    pub(crate) reopening_call_seconds: Option<u32>,
    /// Why, for the record.
    pub(crate) reason: Remark,
}

/// What was laid down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HaltPolicySet {
    /// The command that did it.
    pub(crate) command: u64,
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// What becomes of its orders.
    pub(crate) orders: OrdersWord,
    /// How long the call of the auction is with which it reopens, in seconds.
    pub(crate) reopening_call_seconds: Option<u32>,
}

/// Whose policy is to be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseHaltPolicy {
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// Why, for the record.
    pub(crate) reason: Remark,
}

/// All instruments, in the order of their listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HaltPolicyList {
    /// Each of them.
    pub(crate) halt_policies: Vec<HaltPolicyEntry>,
}

/// What a halt of one instrument does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HaltPolicyEntry {
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// What becomes of its orders.
    pub(crate) orders: OrdersWord,
    /// How long the call of the auction is with which it reopens, in seconds.
    pub(crate) reopening_call_seconds: Option<u64>,
    /// Whether an operator has said so; the configuration otherwise.
    pub(crate) by_operator: bool,
}

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(HALT_POLICIES, get(list).post(lay_down))
        .route(HALT_POLICY_RELEASES, post(release))
}

async fn list(State(office): State<Office>) -> Result<Json<HaltPolicyList>, Refused> {
    let halt_policies = office.market.look(|engine| {
        let policies = engine.halt_policies();
        policies.map(entry).collect()
    });
    Ok(Json(HaltPolicyList {
        halt_policies: halt_policies.await?,
    }))
}

fn entry(known: HaltPolicies) -> HaltPolicyEntry {
    let policy = known.operator.unwrap_or(known.configured);
    HaltPolicyEntry {
        symbol: known.symbol,
        orders: match policy.orders {
            HaltedOrders::Kept => OrdersWord::Keep,
            HaltedOrders::Cancelled => OrdersWord::Cancel,
        },
        reopening_call_seconds: match policy.resumption {
            Resumption::Straight => None,
            Resumption::Auction { call } => Some(call.as_secs()),
        },
        by_operator: known.operator.is_some(),
    }
}

async fn release(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<ReleaseHaltPolicy>,
) -> Result<Told<Json<HaltPolicyEntry>>, Refused> {
    let ReleaseHaltPolicy { symbol, reason } = asked;
    let command = Command::ReleaseHaltPolicy { symbol };
    let released = |body: &EventBody| {
        let EventBody::HaltPolicySet(change) = body else {
            return None;
        };
        Some(HaltPolicies {
            symbol: change.symbol,
            configured: change.configured,
            operator: change.operator,
        })
    };
    let changed = office.market.change(operator, command, released).await?;
    let entry = entry(changed.answer);
    Ok(Told {
        said: format!(
            "released: {entry} (command {}); reason: {reason}",
            changed.command
        ),
        answer: Json(entry),
    })
}

async fn lay_down(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<SetHaltPolicy>,
) -> Result<Told<Json<HaltPolicySet>>, Refused> {
    let SetHaltPolicy {
        symbol,
        orders,
        reopening_call_seconds,
        reason,
    } = asked;
    if reopening_call_seconds.is_some_and(|call| !(1..=CALL_SECONDS_MAX).contains(&call)) {
        return Err(Refused::out_of_range(
            "the call of the auction is not of 1 to 86400 seconds",
            "give another length, or none: the instrument then trades on at once",
        ));
    }
    let policy = HaltPolicy {
        orders: match orders {
            OrdersWord::Keep => HaltedOrders::Kept,
            OrdersWord::Cancel => HaltedOrders::Cancelled,
        },
        resumption: reopening_call_seconds.map_or(Resumption::Straight, |seconds| {
            let call = Duration::from_secs(u64::from(seconds));
            Resumption::Auction { call }
        }),
    };
    let command = Command::SetHaltPolicy { symbol, policy };
    let set = |body: &EventBody| matches!(body, EventBody::HaltPolicySet { .. }).then_some(());
    let changed = office.market.change(operator, command, set).await?;
    let set = HaltPolicySet {
        command: changed.command.get(),
        symbol,
        orders,
        reopening_call_seconds,
    };
    Ok(Told {
        said: format!("{set}; reason: {reason}"),
        answer: Json(set),
    })
}

impl fmt::Display for HaltPolicyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} instruments", self.halt_policies.len())?;
        for one in &self.halt_policies {
            write!(f, "\n{one}")?;
        }
        Ok(())
    }
}

impl fmt::Display for HaltPolicyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let orders = match self.orders {
            OrdersWord::Keep => "keep",
            OrdersWord::Cancel => "cancel",
        };
        let whose = if self.by_operator {
            "by an operator"
        } else {
            "as configured"
        };
        write!(f, "{}: {orders} orders, ", self.symbol)?;
        match self.reopening_call_seconds {
            Some(call) => write!(f, "reopen with an auction after {call} s ({whose})"),
            None => write!(f, "trade on at once ({whose})"),
        }
    }
}

impl fmt::Display for HaltPolicySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let orders = match self.orders {
            OrdersWord::Keep => "keeps",
            OrdersWord::Cancel => "cancels",
        };
        write!(f, "a halt of {} {orders} its orders; ", self.symbol)?;
        match self.reopening_call_seconds {
            Some(call) => write!(f, "it reopens with an auction after {call} s")?,
            None => write!(f, "it trades on at once when it is released")?,
        }
        write!(f, " (command {})", self.command)
    }
}
