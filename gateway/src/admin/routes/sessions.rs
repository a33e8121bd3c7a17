//! The sessions that the market knows, how far each is, and whether its client is logged on.

use std::fmt;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use engine::{Connection, Engine, FirmName, SessionName, SessionRole};
use serde::{Deserialize, Serialize};

use crate::admin::caller::Asked;
use crate::admin::{Office, Refused};

/// Where they are asked for.
pub(crate) const SESSIONS: &str = "/v1/sessions";

/// The most that one answer has.
const SESSIONS_MAX: usize = 1_000;

/// Which sessions are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Those of this firm; none: of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) firm: Option<FirmName>,
    /// Those behind this one; none: from the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<SessionName>,
}

/// Sessions, in the order of their admission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sessions {
    /// Each of them.
    pub(crate) sessions: Vec<SessionEntry>,
    /// Whether there are more, behind the last of these.
    pub(crate) more: bool,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionEntry {
    /// The CompID of its client.
    pub(crate) session: SessionName,
    /// Whose it is.
    pub(crate) firm: FirmName,
    /// What it may do.
    pub(crate) role: SessionRole,
    /// The run of sequence numbers.
    pub(crate) epoch: u32,
    /// MsgSeqNum(34) of the last message that became a command in this run; 0 when none has.
    pub(crate) last_msg_seq_num: u64,
    /// Whether its client is logged on now.
    pub(crate) logged_on: bool,
    /// What its orders meet when its client is lost, and whether it is.
    pub(crate) connection: Connection,
}

pub(super) fn routes() -> Router<Office> {
    Router::new().route(SESSIONS, get(sessions))
}

async fn sessions(
    State(office): State<Office>,
    Asked(which): Asked<Which>,
) -> Result<Json<Sessions>, Refused> {
    if let Some(after) = which.after {
        let known = office
            .market
            .look(move |engine| engine.session(&after).is_some());
        if !known.await? {
            let remedy = "go on behind a session that was listed";
            return Err(Refused::unknown(
                format!("there is no session {after}"),
                remedy,
            ));
        }
    }
    let listed = office.market.look(move |engine| list(engine, &which));
    let mut listed = listed.await?;
    for one in &mut listed.sessions {
        one.logged_on = office.sessions.is_logged_on(&one.session);
    }
    Ok(Json(listed))
}

fn list(engine: &Engine, which: &Which) -> Sessions {
    let mut passed = which.after.is_none();
    let behind = engine.sessions().filter(|(name, _)| {
        let now = passed;
        passed |= which.after.as_ref() == Some(name);
        now
    });
    let mut sessions: Vec<SessionEntry> = behind
        .filter(|(_, position)| which.firm.is_none_or(|firm| firm == position.firm))
        .map(|(session, position)| SessionEntry {
            session,
            firm: position.firm,
            role: position.role,
            epoch: position.epoch,
            last_msg_seq_num: position.last_msg_seq_num,
            // The market does not know; the live sessions are asked when it was let go.
            logged_on: false,
            connection: position.connection,
        })
        .take(SESSIONS_MAX + 1)
        .collect();
    let more = sessions.len() > SESSIONS_MAX;
    sessions.truncate(SESSIONS_MAX);
    Sessions { sessions, more }
}

impl fmt::Display for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} sessions", self.sessions.len())?;
        for one in &self.sessions {
            let role = match one.role {
                SessionRole::OrderEntry => "order entry",
                SessionRole::DropCopy => "drop copy",
            };
            let client = match one.connection {
                Connection::Unwatched => "client not watched",
                Connection::Watched(_) => "client watched",
                Connection::Lost { .. } => "client lost, its orders are to be cancelled",
            };
            let here = match one.logged_on {
                true => "logged on",
                false => "not logged on",
            };
            let (session, firm, last) = (one.session, one.firm, one.last_msg_seq_num);
            write!(
                f,
                "\n{session:<24} {firm:<24} {role:<11} {here:<13} last command at MsgSeqNum {last} of run {}; {client}",
                one.epoch
            )?;
        }
        if self.more {
            let last = self.sessions.last().map(|one| one.session);
            let last = last.map_or_else(String::new, |last| last.to_string());
            write!(f, "\nthere are more: go on with --after {last}")?;
        }
        Ok(())
    }
}
