//! What sweeps have found: where a provider's listing of the venue's custody and the register differ.

use std::fmt;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use engine::{ProviderName, SlotName};
use serde::{Deserialize, Serialize};

use super::{settlement, unreadable};
use crate::admin::caller::Asked;
use crate::admin::moment::written;
use crate::admin::{Office, Refused};

/// Where they are asked for.
pub(crate) const FINDINGS: &str = "/v1/settlements/findings";

/// The most that one answer has.
const FINDINGS_MAX: u32 = 1_000;

/// Which findings are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Also those that are gone.
    #[serde(default)]
    pub(crate) all: bool,
}

/// Findings, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Findings {
    /// Each of them.
    pub(crate) findings: Vec<Entry>,
    /// Whether there are more.
    pub(crate) more: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Whose listing.
    pub(crate) provider: ProviderName,
    /// The place.
    pub(crate) slot: SlotName,
    /// How the two differ.
    pub(crate) kind: String,
    /// In words.
    pub(crate) detail: String,
    /// When a sweep first saw it.
    pub(crate) first_seen: String,
    /// When one saw it last.
    pub(crate) last_seen: String,
    /// When one saw that it is gone; none: it stands.
    pub(crate) gone_at: Option<String>,
}

pub(super) fn routes() -> Router<Office> {
    Router::new().route(FINDINGS, get(findings))
}

async fn findings(
    State(office): State<Office>,
    Asked(Which { all }): Asked<Which>,
) -> Result<Json<Findings>, Refused> {
    let limit = FINDINGS_MAX.saturating_add(1);
    let found = settlement(&office)?.findings(all, limit).await;
    let mut findings: Vec<_> = found.map_err(unreadable)?.into_iter().map(entry).collect();
    let most = usize::try_from(FINDINGS_MAX).unwrap_or(usize::MAX);
    let more = findings.len() > most;
    findings.truncate(most);
    Ok(Json(Findings { findings, more }))
}

fn entry(found: settlement::Finding) -> Entry {
    Entry {
        provider: found.provider,
        slot: found.slot,
        kind: found.kind.name().to_owned(),
        detail: found.detail,
        first_seen: written(found.first_seen),
        last_seen: written(found.last_seen),
        gone_at: found.gone_at.map(written),
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} findings", self.findings.len())?;
        for one in &self.findings {
            let (provider, slot, kind) = (&one.provider, &one.slot, &one.kind);
            let (detail, first, last) = (&one.detail, &one.first_seen, &one.last_seen);
            write!(
                f,
                "\n{provider} slot {slot}: {kind}: {detail}; first seen {first}, last {last}"
            )?;
            if let Some(gone) = &one.gone_at {
                write!(f, ", gone {gone}")?;
            }
        }
        if self.more {
            f.write_str("\nthere are more: clear these up first")?;
        }
        Ok(())
    }
}
