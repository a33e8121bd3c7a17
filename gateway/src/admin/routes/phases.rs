//! The phases of instruments: where they are, and where an operator brings them.

use std::fmt;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use engine::{Command, EventBody, OperatorName, Origin, Phase, PhaseRequest, Remark, Symbol};
use serde::{Deserialize, Serialize};

use crate::admin::audited::Told;
use crate::admin::caller::{Body, Operator};
use crate::admin::{Office, Refused};

/// Where they are asked for, and changed.
pub(crate) const PHASES: &str = "/v1/phases";

/// Where halts are released.
pub(crate) const RELEASES: &str = "/v1/releases";

/// A phase, as operators write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PhaseWord {
    /// No orders are taken, and none trade.
    Closed,
    /// Orders collect for the opening auction.
    PreOpen,
    /// The call of the opening auction.
    OpeningAuction,
    /// Orders trade as they come.
    Continuous,
    /// Trading is interrupted until an operator releases it.
    Halted,
    /// The call of the closing auction.
    ClosingAuction,
}

/// All instruments, in the order of their listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Phases {
    /// Each of them.
    pub(crate) phases: Vec<PhaseEntry>,
}

/// One instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhaseEntry {
    /// Its name.
    pub(crate) symbol: Symbol,
    /// Where it is.
    pub(crate) phase: PhaseWord,
}

/// Where an instrument is to be brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePhase {
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// The phase.
    pub(crate) phase: PhaseWord,
    /// Why, for members and the record.
    pub(crate) reason: Remark,
}

/// Which halt is to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReleaseHalt {
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// Why, for members and the record.
    pub(crate) reason: Remark,
}

/// A step of an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PhaseChanged {
    /// The command that made it.
    pub(crate) command: u64,
    /// The instrument.
    pub(crate) symbol: Symbol,
    /// Where it was.
    pub(crate) from: PhaseWord,
    /// Where it is.
    pub(crate) to: PhaseWord,
}

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(PHASES, get(phases).post(change))
        .route(RELEASES, post(release))
}

async fn phases(State(office): State<Office>) -> Result<Json<Phases>, Refused> {
    let phases = office.market.look(|engine| {
        let phases = engine.phases();
        phases
            .map(|known| PhaseEntry {
                symbol: known.symbol,
                phase: known.phase.into(),
            })
            .collect()
    });
    Ok(Json(Phases {
        phases: phases.await?,
    }))
}

async fn change(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<ChangePhase>,
) -> Result<Told<Json<PhaseChanged>>, Refused> {
    let ChangePhase {
        symbol,
        phase,
        reason,
    } = asked;
    let request = PhaseRequest {
        symbol,
        phase: phase.into(),
        reason: Some(reason),
        due: None,
    };
    step(office, operator, Command::ChangePhase(request), reason).await
}

async fn release(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(asked): Body<ReleaseHalt>,
) -> Result<Told<Json<PhaseChanged>>, Refused> {
    let ReleaseHalt { symbol, reason } = asked;
    let command = Command::ReleaseHalt {
        symbol,
        reason: Some(reason),
    };
    step(office, operator, command, reason).await
}

async fn step(
    office: Office,
    operator: OperatorName,
    command: Command,
    reason: Remark,
) -> Result<Told<Json<PhaseChanged>>, Refused> {
    let changed = office.market.change(operator, command, answer).await?;
    let (symbol, from, to) = changed.answer;
    let changed = PhaseChanged {
        command: changed.command.get(),
        symbol,
        from: from.into(),
        to: to.into(),
    };
    Ok(Told {
        said: format!("{changed}; reason: {reason}"),
        answer: Json(changed),
    })
}

/// The step that an operator's command made. A timer that fires before it changes phases in the name of the venue.
fn answer(body: &EventBody) -> Option<(Symbol, Phase, Phase)> {
    if let EventBody::PhaseChanged(change) = body
        && matches!(change.origin, Origin::Operator { .. })
    {
        Some((change.symbol, change.from, change.to))
    } else {
        None
    }
}

impl From<Phase> for PhaseWord {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Closed => Self::Closed,
            Phase::PreOpen => Self::PreOpen,
            Phase::OpeningAuction => Self::OpeningAuction,
            Phase::Continuous => Self::Continuous,
            Phase::Halted => Self::Halted,
            Phase::ClosingAuction => Self::ClosingAuction,
        }
    }
}

impl From<PhaseWord> for Phase {
    fn from(word: PhaseWord) -> Self {
        match word {
            PhaseWord::Closed => Self::Closed,
            PhaseWord::PreOpen => Self::PreOpen,
            PhaseWord::OpeningAuction => Self::OpeningAuction,
            PhaseWord::Continuous => Self::Continuous,
            PhaseWord::Halted => Self::Halted,
            PhaseWord::ClosingAuction => Self::ClosingAuction,
        }
    }
}

impl fmt::Display for PhaseWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Phase::from(*self))
    }
}

impl fmt::Display for Phases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} instruments", self.phases.len())?;
        for one in &self.phases {
            write!(f, "\n{:<32} {}", one.symbol, one.phase)?;
        }
        Ok(())
    }
}

impl fmt::Display for PhaseChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            symbol,
            from,
            to,
        } = self;
        write!(f, "{symbol}: from {from} to {to} (command {command})")
    }
}
