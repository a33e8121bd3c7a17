//! The providers at which settlement settles, and whether they are asked: an operator can have one left alone.

use std::fmt;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use engine::{ProviderName, RegionName, Remark};
use serde::{Deserialize, Serialize};
use settlement::breaker::Breaker;
use settlement::{By, Line};

use super::{not_done, settlement, unreadable};
use crate::admin::audited::Told;
use crate::admin::caller::{Body, Operator};
use crate::admin::moment::written;
use crate::admin::{Office, Refused};

/// Where they are asked for.
pub(crate) const PROVIDERS: &str = "/v1/settlements/providers";

/// Where it is asked for that one is left alone.
pub(crate) const SUSPENDED: &str = "/v1/settlements/providers/suspend";

/// Where it is asked for that one is asked again.
pub(crate) const RESUMED: &str = "/v1/settlements/providers/resume";

/// The providers, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Providers {
    /// Each of them.
    pub(crate) providers: Vec<Entry>,
}

/// One provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Its name.
    pub(crate) provider: ProviderName,
    /// Since when an operator has it left alone; none: it is asked.
    pub(crate) suspended_since: Option<String>,
    /// Its breakers, by region: those regions that were asked since the start.
    pub(crate) breakers: Vec<BreakerEntry>,
}

/// Whether a provider is asked in one region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BreakerEntry {
    /// The region; none: that of instruments which are not known.
    pub(crate) region: Option<RegionName>,
    /// `closed`: it is asked. `open`: it is not. `probing`: one request tries it.
    pub(crate) state: String,
    /// Until when it is not asked, where it is open.
    pub(crate) until: Option<String>,
}

/// Which provider is to be left alone, or asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switch {
    /// Its name.
    pub(crate) provider: ProviderName,
    /// Why. Goes into settlement's books.
    pub(crate) reason: Remark,
}

/// A provider is left alone, or asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switched {
    /// Its name.
    pub(crate) provider: ProviderName,
    /// Whether it is left alone now.
    pub(crate) suspended: bool,
}

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(PROVIDERS, get(list))
        .route(SUSPENDED, post(suspend))
        .route(RESUMED, post(resume))
}

async fn list(State(office): State<Office>) -> Result<Json<Providers>, Refused> {
    let settlement = settlement(&office)?;
    let suspended = settlement.suspended_providers().await.map_err(unreadable)?;
    let since = |name| {
        let found = suspended.iter().find(|one| one.provider == name);
        found.map(|one| written(one.since))
    };
    let breakers = settlement.breakers();
    let providers = settlement.providers().map(|provider| Entry {
        provider,
        suspended_since: since(provider),
        breakers: breakers
            .iter()
            .filter(|(line, _)| line.provider == provider)
            .map(|(line, breaker)| entry(line, breaker))
            .collect(),
    });
    Ok(Json(Providers {
        providers: providers.collect(),
    }))
}

fn entry(line: &Line, breaker: &Breaker) -> BreakerEntry {
    BreakerEntry {
        region: line.region,
        state: breaker.name().to_owned(),
        until: match *breaker {
            Breaker::Open { until, .. } => Some(written(until)),
            Breaker::Closed { .. } | Breaker::Probing { .. } => None,
        },
    }
}

async fn suspend(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(Switch { provider, reason }): Body<Switch>,
) -> Result<Told<Json<Switched>>, Refused> {
    let by = By { operator, reason };
    let done = settlement(&office)?.suspend_provider(&provider, &by).await;
    done.map_err(not_done)?;
    Ok(switched(provider, true, reason))
}

async fn resume(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(Switch { provider, reason }): Body<Switch>,
) -> Result<Told<Json<Switched>>, Refused> {
    let by = By { operator, reason };
    let done = settlement(&office)?.resume_provider(&provider, &by).await;
    done.map_err(not_done)?;
    Ok(switched(provider, false, reason))
}

fn switched(provider: ProviderName, suspended: bool, reason: Remark) -> Told<Json<Switched>> {
    let switched = Switched {
        provider,
        suspended,
    };
    Told {
        said: format!("{switched}; reason: {reason}"),
        answer: Json(switched),
    }
}

impl fmt::Display for Providers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} providers", self.providers.len())?;
        for one in &self.providers {
            let name = &one.provider;
            match &one.suspended_since {
                Some(since) => write!(f, "\n{name:<24} left alone since {since}")?,
                None => write!(f, "\n{name:<24} asked")?,
            }
            for breaker in &one.breakers {
                let region = breaker.region.map(|region| region.to_string());
                let region = region.as_deref().unwrap_or("an unknown region");
                write!(f, "\n  {region}: breaker {}", breaker.state)?;
                if let Some(until) = &breaker.until {
                    write!(f, " until {until}")?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Switched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let provider = &self.provider;
        if self.suspended {
            write!(
                f,
                "nothing is asked of {provider} until it is resumed; its reassignments stand still"
            )
        } else {
            write!(f, "{provider} is asked again")
        }
    }
}
