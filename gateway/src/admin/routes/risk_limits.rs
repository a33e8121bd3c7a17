//! Risk limits: what is in force, an operator's word in the place of the configuration's, and its release.

use std::fmt;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use engine::{
    AccountName, Command, CurrencyCode, EventBody, FirmName, Notional, Remark, RiskLimits,
    RiskLimitsChange, RiskLimitsView, RiskScope, SessionName, Symbol,
};
use serde::{Deserialize, Serialize};

use crate::admin::audited::Told;
use crate::admin::caller::{Asked, Body, Operator};
use crate::admin::limit_setting::LimitSetting;
use crate::admin::{Office, Refused, plain};

/// Where limits are read, and set.
pub(crate) const RISK_LIMITS: &str = "/v1/risk-limits";

/// Where an operator's word on them is released.
pub(crate) const RELEASES: &str = "/v1/risk-limits/release";

/// The most scopes that one answer has.
const SCOPES_MAX: usize = 1_000;

/// Whose limits are asked for; nothing: everybody's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// A firm's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) firm: Option<FirmName>,
    /// An account's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<AccountName>,
    /// A session's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session: Option<SessionName>,
    /// An instrument's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instrument: Option<Symbol>,
}

/// The limits that there are: firms', accounts', sessions' and instruments'.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    /// Each scope that has any.
    pub(crate) scopes: Vec<Limited>,
    /// Whether there are more.
    pub(crate) more: bool,
}

/// One scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limited {
    /// Whose limits.
    pub(crate) scope: RiskScope,
    /// Those in force.
    pub(crate) limits: Vec<Written>,
    /// Whether they are an operator's word.
    pub(crate) by_operator: bool,
    /// What the configuration says.
    pub(crate) configured: Vec<Written>,
    /// How many orders are open; 0 of an instrument, for which they are not counted.
    pub(crate) open_orders: u64,
    /// What they come to, by currency.
    pub(crate) exposure: Vec<Exposure>,
}

/// A limit as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Written(#[serde(with = "plain")] pub(crate) LimitSetting);

/// What is taken up, in one currency; both sides added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exposure {
    /// The currency.
    pub(crate) currency: CurrencyCode,
    /// What open orders come to.
    #[serde(with = "plain")]
    pub(crate) open: Notional,
    /// What is traded and not settled.
    #[serde(with = "plain")]
    pub(crate) unsettled: Notional,
}

/// Limits that are to be others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetLimits {
    /// Whose.
    pub(crate) scope: RiskScope,
    /// What is to change of those in force; the others stay.
    pub(crate) settings: Vec<Written>,
    /// Why, for the journal.
    pub(crate) reason: Remark,
}

/// An operator's word that is to be released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseLimits {
    /// On whose limits.
    pub(crate) scope: RiskScope,
    /// Why, for the journal.
    pub(crate) reason: Remark,
}

/// Limits that are others now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LimitsChanged {
    /// The command that did it.
    pub(crate) command: u64,
    /// Whose.
    pub(crate) scope: RiskScope,
    /// Those in force.
    pub(crate) limits: Vec<Written>,
    /// Whether they are an operator's word.
    pub(crate) by_operator: bool,
}

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(RISK_LIMITS, get(list).post(set))
        .route(RELEASES, post(release))
}

async fn list(
    State(office): State<Office>,
    Asked(which): Asked<Which>,
) -> Result<Json<Limits>, Refused> {
    let mut views = office
        .market
        .look(move |engine| {
            let limits = engine.risk_limits().filter(|view| which.means(&view.scope));
            limits.take(SCOPES_MAX + 1).collect::<Vec<_>>()
        })
        .await?;
    let more = views.len() > SCOPES_MAX;
    views.truncate(SCOPES_MAX);
    let scopes = views.iter().map(Limited::new).collect();
    Ok(Json(Limits { scopes, more }))
}

async fn set(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<SetLimits>,
) -> Result<Told<Json<LimitsChanged>>, Refused> {
    let SetLimits {
        scope,
        settings,
        reason,
    } = asked;
    let settings: Vec<LimitSetting> = settings.into_iter().map(|Written(one)| one).collect();
    if settings.is_empty() {
        return Err(Refused::out_of_range(
            "no limit is named",
            "name what is to change, such as max_open_orders=100",
        ));
    }
    if let Some(other) = settings.iter().find(|setting| !setting.suits(&scope)) {
        return Err(Refused::out_of_range(
            format!("{scope} can have no {}", other.limit()),
            "see docs/configuration.md, [[risk_limits]], for who can have which",
        ));
    }
    // What is in force must not change between the look at it and the change of it.
    let _alone = office.limits_in_change.lock().await;
    let known = office
        .market
        .look(move |engine| engine.risk_limits_of(scope));
    let mut limits: RiskLimits = known
        .await?
        .map(|view| view.effective().clone())
        .unwrap_or_default();
    for setting in &settings {
        setting.apply(&mut limits);
    }
    let command = Command::SetRiskLimits {
        scope,
        limits,
        reason: Some(reason),
    };
    let changed = office.market.change(operator, command, change).await?;
    Ok(told(changed.command.get(), &changed.answer, reason))
}

async fn release(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(ReleaseLimits { scope, reason }): Body<ReleaseLimits>,
) -> Result<Told<Json<LimitsChanged>>, Refused> {
    let _alone = office.limits_in_change.lock().await;
    let command = Command::ReleaseRiskLimits {
        scope,
        reason: Some(reason),
    };
    let changed = office.market.change(operator, command, change).await?;
    Ok(told(changed.command.get(), &changed.answer, reason))
}

fn change(body: &EventBody) -> Option<Box<RiskLimitsChange>> {
    if let EventBody::RiskLimitsChanged(change) = body {
        Some(change.clone())
    } else {
        None
    }
}

fn told(command: u64, change: &RiskLimitsChange, reason: Remark) -> Told<Json<LimitsChanged>> {
    let changed = LimitsChanged {
        command,
        scope: change.scope,
        limits: written(change.effective()),
        by_operator: change.operator.is_some(),
    };
    Told {
        said: format!("{changed}; reason: {reason}"),
        answer: Json(changed),
    }
}

fn written(limits: &RiskLimits) -> Vec<Written> {
    LimitSetting::all(limits).into_iter().map(Written).collect()
}

impl Which {
    fn means(&self, scope: &RiskScope) -> bool {
        let Self {
            firm,
            account,
            session,
            instrument,
        } = self;
        let all = firm.is_none() && account.is_none() && session.is_none() && instrument.is_none();
        all || match scope {
            RiskScope::Firm(name) => *firm == Some(*name),
            RiskScope::Account(name) => *account == Some(*name),
            RiskScope::Session(name) => *session == Some(*name),
            RiskScope::Instrument(name) => *instrument == Some(*name),
        }
    }
}

impl Limited {
    fn new(view: &RiskLimitsView) -> Self {
        let exposure = view.exposure.iter().map(|held| Exposure {
            currency: held.currency,
            open: held.open,
            unsettled: held.unsettled,
        });
        Self {
            scope: view.scope,
            limits: written(view.effective()),
            by_operator: view.operator.is_some(),
            configured: written(&view.configured),
            open_orders: view.open_orders,
            exposure: exposure.collect(),
        }
    }
}

/// Limits, with spaces between; in a word when there are none.
struct Listed<'a>(&'a [Written]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no limits");
        }
        for (at, Written(setting)) in self.0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{setting}")?;
        }
        Ok(())
    }
}

fn whose(by_operator: bool) -> &'static str {
    if by_operator {
        "by an operator"
    } else {
        "as configured"
    }
}

impl fmt::Display for LimitsChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scope, limits, whose) = (&self.scope, Listed(&self.limits), whose(self.by_operator));
        write!(f, "{scope}: {limits} ({whose}; command {})", self.command)
    }
}

impl fmt::Display for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scopes.is_empty() {
            return f.write_str("there are no such limits");
        }
        write!(f, "{} with limits", self.scopes.len())?;
        for one in &self.scopes {
            let (scope, limits) = (&one.scope, Listed(&one.limits));
            write!(f, "\n{scope}: {limits} ({})", whose(one.by_operator))?;
            if one.by_operator {
                write!(f, "; configured: {}", Listed(&one.configured))?;
            }
            write!(f, "; {} orders open", one.open_orders)?;
            for held in &one.exposure {
                let (currency, open, unsettled) = (held.currency, held.open, held.unsettled);
                write!(f, ", {open} {currency} open and {unsettled} unsettled")?;
            }
        }
        if self.more {
            f.write_str("\nthere are more: ask for those of one name")?;
        }
        Ok(())
    }
}
