//! The kill switch: blocking the trading of a session, a firm or the venue, releasing it, and who is blocked.

use std::fmt;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use engine::{Command, EventBody, Remark, TradingScope};
use serde::{Deserialize, Serialize};

use crate::admin::audited::Told;
use crate::admin::caller::{Body, Operator};
use crate::admin::moment::written;
use crate::admin::{Office, Refused};
use crate::trading_news::who;

/// Where a block is asked for.
pub(crate) const KILL: &str = "/v1/trading/kill";

/// Where a release is asked for.
pub(crate) const RELEASE: &str = "/v1/trading/release";

/// Where it is asked who is blocked.
pub(crate) const BLOCKS: &str = "/v1/trading/blocks";

/// The most blocks that one answer has.
const BLOCKS_MAX: usize = 1_000;

/// Whose trading is to be blocked or released, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switch {
    /// Whose.
    pub(crate) scope: TradingScope,
    /// Why. Goes into the journal; members are not told.
    pub(crate) reason: Remark,
}

/// Trading is blocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Killed {
    /// The command that did it.
    pub(crate) command: u64,
    /// When.
    pub(crate) time: String,
    /// Whose.
    pub(crate) scope: TradingScope,
    /// How many orders were cancelled.
    pub(crate) orders_cancelled: u64,
}

/// Trading is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Released {
    /// The command that did it.
    pub(crate) command: u64,
    /// When.
    pub(crate) time: String,
    /// Whose.
    pub(crate) scope: TradingScope,
    /// Since when it was blocked.
    pub(crate) since: String,
}

/// Who is blocked: the venue, then firms, then sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blocks {
    /// Each block.
    pub(crate) blocks: Vec<BlockEntry>,
    /// Whether there are more.
    pub(crate) more: bool,
}

/// One block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BlockEntry {
    /// Whose.
    pub(crate) scope: TradingScope,
    /// Who laid it down.
    pub(crate) by: String,
    /// Why.
    pub(crate) reason: Remark,
    /// Since when.
    pub(crate) since: String,
    /// The command that did it.
    pub(crate) command: u64,
}

pub(super) fn routes() -> Router<Office> {
    Router::new()
        .route(KILL, post(kill))
        .route(RELEASE, post(release))
        .route(BLOCKS, get(blocks))
}

async fn kill(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(Switch { scope, reason }): Body<Switch>,
) -> Result<Told<Json<Killed>>, Refused> {
    let command = Command::BlockTrading { scope, reason };
    let answer = |body: &EventBody| {
        if let EventBody::TradingBlocked { orders, .. } = body {
            Some(*orders)
        } else {
            None
        }
    };
    let changed = office.market.change(operator, command, answer).await?;
    let killed = Killed {
        command: changed.command.get(),
        time: written(changed.time),
        scope,
        orders_cancelled: changed.answer,
    };
    Ok(Told {
        said: format!("{killed}; reason: {reason}"),
        answer: Json(killed),
    })
}

async fn release(
    State(office): State<Office>,
    Operator(operator): Operator,
    Body(Switch { scope, reason }): Body<Switch>,
) -> Result<Told<Json<Released>>, Refused> {
    let command = Command::ReleaseTrading { scope, reason };
    let answer = |body: &EventBody| {
        if let EventBody::TradingReleased { since, .. } = body {
            Some(*since)
        } else {
            None
        }
    };
    let changed = office.market.change(operator, command, answer).await?;
    let released = Released {
        command: changed.command.get(),
        time: written(changed.time),
        scope,
        since: written(changed.answer),
    };
    Ok(Told {
        said: format!("{released}; reason: {reason}"),
        answer: Json(released),
    })
}

async fn blocks(State(office): State<Office>) -> Result<Json<Blocks>, Refused> {
    let mut blocks = office
        .market
        .look(|engine| engine.blocks().take(BLOCKS_MAX + 1).collect::<Vec<_>>())
        .await?;
    let more = blocks.len() > BLOCKS_MAX;
    blocks.truncate(BLOCKS_MAX);
    let entries = blocks.iter().map(|(scope, block)| BlockEntry {
        scope: *scope,
        by: who(&block.by).to_owned(),
        reason: block.reason,
        since: written(block.since),
        command: block.command.get(),
    });
    Ok(Json(Blocks {
        blocks: entries.collect(),
        more,
    }))
}

impl fmt::Display for Killed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scope, orders, command) = (&self.scope, self.orders_cancelled, self.command);
        write!(
            f,
            "trading is blocked for {scope} until it is released; {orders} orders cancelled (command {command})"
        )
    }
}

impl fmt::Display for Released {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scope, since, command) = (&self.scope, &self.since, self.command);
        write!(
            f,
            "trading is released for {scope}, blocked since {since} (command {command}); other blocks stay"
        )
    }
}

impl fmt::Display for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.blocks.is_empty() {
            return f.write_str("nobody is blocked");
        }
        write!(f, "{} blocks", self.blocks.len())?;
        for one in &self.blocks {
            let (scope, by, since, reason) = (&one.scope, &one.by, &one.since, one.reason);
            let scope = scope.to_string();
            write!(
                f,
                "\n{scope:<32} since {since} by {by} (command {}): {reason}",
                one.command
            )?;
        }
        if self.more {
            f.write_str("\nthere are more: look for those of one name in the journal's events")?;
        }
        Ok(())
    }
}
