//! The reassignments that settlement knows, oldest first, a page at a time.

use std::fmt;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use engine::{AccountName, CurrencyCode, Notional, ProviderName, ReassignmentId, SlotName, Symbol};
use serde::{Deserialize, Serialize};

use super::{settlement, unreadable};
use crate::admin::caller::Asked;
use crate::admin::moment::written;
use crate::admin::{Office, Refused, plain};

/// Where they are asked for.
pub(crate) const SETTLEMENTS: &str = "/v1/settlements";

/// The most that one answer has.
const LISTED_MAX: u32 = 1_000;

/// Which reassignments are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Those in this state, such as MANUAL; none: in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) state: Option<String>,
    /// Those of this provider; none: of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provider: Option<ProviderName>,
    /// Those behind this one, such as 28-0-0; none: from the oldest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
}

/// Reassignments, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settlements {
    /// Each of them.
    pub(crate) settlements: Vec<Entry>,
    /// Whether there are more, behind the last of these.
    pub(crate) more: bool,
}

/// One reassignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// ReassignmentID(20003).
    #[serde(with = "plain")]
    pub(crate) reassignment: ReassignmentId,
    /// How far it has come.
    pub(crate) state: String,
    /// How far it had come when it was parked; none: it is not.
    pub(crate) parked_from: Option<String>,
    /// Since when.
    pub(crate) since: String,
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// Whose the place is.
    pub(crate) provider: ProviderName,
    /// The place.
    pub(crate) slot: SlotName,
    /// The account that sold.
    pub(crate) seller: AccountName,
    /// The account that bought.
    pub(crate) buyer: AccountName,
    /// What the instance costs.
    #[serde(with = "plain")]
    pub(crate) price: Notional,
    /// What the price is in.
    pub(crate) currency: CurrencyCode,
}

pub(super) fn routes() -> Router<Office> {
    Router::new().route(SETTLEMENTS, get(list))
}

async fn list(
    State(office): State<Office>,
    Asked(which): Asked<Which>,
) -> Result<Json<Settlements>, Refused> {
    let settlement = settlement(&office)?;
    let which = read(&which)?;
    if let Some(after) = which.after {
        let known = settlement.timeline(&after).await.map_err(unreadable)?;
        known.ok_or_else(|| {
            Refused::unknown(
                format!("there is no reassignment {after}"),
                "go on behind a reassignment that was listed",
            )
        })?;
    }
    let listed = settlement.list(&which, LISTED_MAX.saturating_add(1)).await;
    let mut settlements: Vec<_> = listed.map_err(unreadable)?.iter().map(entry).collect();
    let most = usize::try_from(LISTED_MAX).unwrap_or(usize::MAX);
    let more = settlements.len() > most;
    settlements.truncate(most);
    Ok(Json(Settlements { settlements, more }))
}

fn read(which: &Which) -> Result<settlement::Which, Refused> {
    let state = which.state.as_deref().map(state).transpose()?;
    let after = which.after.as_deref().map(|after| {
        after.parse().map_err(|_| {
            Refused::out_of_range(
                format!("{after} names no reassignment"),
                "name it as ReassignmentID(20003) does, such as 28-0-0",
            )
        })
    });
    Ok(settlement::Which {
        state,
        provider: which.provider,
        after: after.transpose()?,
    })
}

fn state(name: &str) -> Result<settlement::State, Refused> {
    settlement::State::parse(&name.to_ascii_uppercase()).ok_or_else(|| {
        let all: Vec<_> = settlement::State::ALL
            .into_iter()
            .map(|state| state.name())
            .collect();
        Refused::out_of_range(
            format!("there is no state {name}"),
            format!("name one of {}", all.join(", ")),
        )
    })
}

fn entry(listed: &settlement::Listed) -> Entry {
    Entry {
        reassignment: listed.reassignment,
        state: listed.state.name().to_owned(),
        parked_from: listed.parked_from.map(|state| state.name().to_owned()),
        since: written(listed.since),
        symbol: listed.symbol,
        provider: listed.provider,
        slot: listed.slot,
        seller: listed.seller,
        buyer: listed.buyer,
        price: listed.price,
        currency: listed.currency,
    }
}

impl fmt::Display for Settlements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} reassignments", self.settlements.len())?;
        for one in &self.settlements {
            let state = match &one.parked_from {
                Some(from) => format!("{} from {from}", one.state),
                None => one.state.clone(),
            };
            let id = one.reassignment.to_string();
            write!(
                f,
                "\n{id:<14} {state:<24} since {} {} slot {} of {}: {} to {} for {} {}",
                one.since,
                one.symbol,
                one.slot,
                one.provider,
                one.seller,
                one.buyer,
                one.price,
                one.currency
            )?;
        }
        if self.more {
            let last = self.settlements.last().map(|one| one.reassignment);
            let last = last.map_or_else(String::new, |last| last.to_string());
            write!(f, "\nthere are more: go on with --after {last}")?;
        }
        Ok(())
    }
}
