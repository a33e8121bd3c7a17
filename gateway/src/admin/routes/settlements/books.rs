//! What settlement's books say of the venue itself: what its own accounts have, and its alarms.

use std::fmt;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use engine::{CurrencyCode, Notional};
use serde::{Deserialize, Serialize};

use super::{settlement, unreadable};
use crate::admin::moment::written;
use crate::admin::{Office, Refused, plain};

/// Where the balances of the venue's own accounts are asked for.
pub(crate) const BALANCES: &str = "/v1/settlements/balances";

/// Where alarms are asked for.
pub(crate) const ALARMS: &str = "/v1/settlements/alarms";

/// The most alarms that one answer has.
const ALARMS_MAX: u32 = 1_000;

/// What the accounts have that are no participant's, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Balances {
    /// Each account and currency.
    pub(crate) balances: Vec<Balance>,
}

/// What one account has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Balance {
    /// The account, such as `venue:default_fund`.
    pub(crate) account: String,
    /// What the amount is in.
    pub(crate) currency: CurrencyCode,
    /// How much.
    #[serde(with = "plain")]
    pub(crate) amount: Notional,
}

/// The latest alarms, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alarms {
    /// Each of them.
    pub(crate) alarms: Vec<Alarm>,
    /// Whether there are older ones.
    pub(crate) more: bool,
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Alarm {
    /// When.
    pub(crate) at: String,
    /// Of what: a reassignment, a trade, a slot, or `database`.
    pub(crate) subject: String,
    /// What, in words.
    pub(crate) what: String,
}

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(BALANCES, get(balances))
        .route(ALARMS, get(alarms))
}

async fn balances(State(office): State<Office>) -> Result<Json<Balances>, Refused> {
    let all = settlement(&office)?.balances().await.map_err(unreadable)?;
    let own = all.into_iter().filter(|one| one.account.owner().is_none());
    let balances = own.map(|one| Balance {
        account: one.account.to_string(),
        currency: one.currency,
        amount: one.amount,
    });
    Ok(Json(Balances {
        balances: balances.collect(),
    }))
}

async fn alarms(State(office): State<Office>) -> Result<Json<Alarms>, Refused> {
    let limit = ALARMS_MAX.saturating_add(1);
    let found = settlement(&office)?.latest_alarms(limit).await;
    let found = found.map_err(unreadable)?.into_iter().map(|one| Alarm {
        at: written(one.at),
        subject: one.subject,
        what: one.what,
    });
    let mut alarms: Vec<_> = found.collect();
    let most = usize::try_from(ALARMS_MAX).unwrap_or(usize::MAX);
    let more = alarms.len() > most;
    alarms.truncate(most);
    Ok(Json(Alarms { alarms, more }))
}

impl fmt::Display for Balances {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} balances", self.balances.len())?;
        for one in &self.balances {
            write!(f, "\n{} {} {}", one.account, one.amount, one.currency)?;
        }
        Ok(())
    }
}

impl fmt::Display for Alarms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} alarms", self.alarms.len())?;
        for one in &self.alarms {
            write!(f, "\n{} {}: {}", one.at, one.subject, one.what)?;
        }
        if self.more {
            f.write_str("\nthere are older ones, in the log")?;
        }
        Ok(())
    }
}
