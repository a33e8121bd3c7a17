//! The firms that the market knows.

use std::fmt;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use engine::{FirmKind, FirmName};
use serde::{Deserialize, Serialize};

use crate::admin::{Office, Refused};

/// Where they are asked for.
pub(crate) const FIRMS: &str = "/v1/firms";

/// All firms, in the order of their admission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Firms {
    /// Each of them.
    pub(crate) firms: Vec<FirmEntry>,
}

/// One firm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirmEntry {
    /// Its name.
    pub(crate) firm: FirmName,
    /// What it is.
    pub(crate) kind: FirmKind,
}

pub(super) fn routes() -> Router<Office> {
    Router::new().route(FIRMS, get(firms))
}

async fn firms(State(office): State<Office>) -> Result<Json<Firms>, Refused> {
    let firms = office.market.look(|engine| {
        let firms = engine.firms();
        firms.map(|(firm, kind)| FirmEntry { firm, kind }).collect()
    });
    Ok(Json(Firms {
        firms: firms.await?,
    }))
}

impl fmt::Display for Firms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} firms", self.firms.len())?;
        for one in &self.firms {
            write!(f, "\n{:<24} {}", one.firm, word(one.kind))?;
        }
        Ok(())
    }
}

fn word(kind: FirmKind) -> &'static str {
    match kind {
        FirmKind::Broker => "broker",
        FirmKind::MarketMaker => "market maker",
        FirmKind::Provider => "provider",
        FirmKind::Regulator => "regulator",
    }
}
