//! Telling the market that the session's client comes and goes, for what is to become of its orders. Decides what
//! is journaled, and when a Logon that waits for that may be answered; submits nothing itself.
//!
//! A session whose orders nothing is to happen to costs nothing: neither its coming nor its going is journaled.

use config::OnDisconnect;
use engine::{CancelOnDisconnect, CancelScope, Command, Connection, DisconnectCause};
use fix_codec::values::CancelOrdersOnDisconnect;
use fix_session::{DisconnectReason, Status};

use super::reason::Ended;

/// What the market was told of the session's client.
#[derive(Debug)]
pub(super) struct Watching {
    config: OnDisconnect,
    /// CancelOrdersOnDisconnect(8013) of the Logon that is being looked at.
    asked: Option<CancelOrdersOnDisconnect>,
    /// Whether the market may have something in mind for the session's orders, from a connection before.
    remembered: bool,
    /// Whether the market is to hear when the client goes.
    watched: bool,
    /// Commands that told of a client's coming and whose events have not come back.
    awaited: u32,
    /// Whether the venue has begun to log the client out.
    logging_out: bool,
    /// Whether that was because the session's hours are over.
    hours_over: bool,
    /// What the Logon's answer says in Text(58), while it waits.
    pub(super) saying: Option<String>,
}

/// Why a Logon is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("CancelOrdersOnDisconnect(8013) must be {} or absent", char::from(.0.code()))]
pub(super) struct NotAllowed(CancelOrdersOnDisconnect);

/// What is to be done about a Logon that nothing else speaks against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// It may be answered at once.
    Now,
    /// It may be answered when the market's event comes back that it knows of the client, and that this is to become of
    /// the session's orders: what the answer promises is durable then.
    After(Option<CancelOnDisconnect>),
}

impl Watching {
    /// Of a session as the market remembers it.
    pub(super) fn new(config: OnDisconnect, connection: Connection) -> Self {
        Self {
            config,
            asked: None,
            remembered: connection != Connection::Unwatched,
            watched: false,
            awaited: 0,
            logging_out: false,
            hours_over: false,
            saying: None,
        }
    }

    /// The configuration has changed: it counts from the next Logon on.
    pub(super) fn change(&mut self, config: OnDisconnect) {
        self.config = config;
    }

    /// Takes note of what the Logon asks for.
    pub(super) fn ask(&mut self, asked: Option<CancelOrdersOnDisconnect>) {
        self.asked = asked;
    }

    /// Whose orders are cancelled when the client is lost that asks so.
    fn scope(&self) -> Result<Option<CancelScope>, NotAllowed> {
        let Some(asked) = self.asked else {
            return Ok(self.config.scope);
        };
        let scope = match asked {
            CancelOrdersOnDisconnect::None => None,
            CancelOrdersOnDisconnect::Session => Some(CancelScope::Session),
            CancelOrdersOnDisconnect::Firm => Some(CancelScope::Firm),
        };
        if self.config.client_chooses || scope == self.config.scope {
            Ok(scope)
        } else {
            Err(NotAllowed(code(self.config.scope)))
        }
    }

    /// What is to be done about the Logon, and CancelOrdersOnDisconnect(8013) of the answer: what is in force, unless
    /// that is nothing and nobody asked.
    pub(super) fn admit(
        &mut self,
    ) -> Result<(Admission, Option<CancelOrdersOnDisconnect>), NotAllowed> {
        let scope = self.scope()?;
        let policy = self.config.policy(scope);
        let answer = scope.is_some() || self.asked.is_some();
        let answer = answer.then(|| code(scope));
        self.logging_out = false;
        self.hours_over = false;
        if policy.is_none() && !self.remembered {
            return Ok((Admission::Now, answer));
        }
        self.watched = policy.is_some();
        // A loss is remembered until the next client has come.
        self.remembered = self.watched;
        self.awaited = self.awaited.saturating_add(1);
        Ok((Admission::After(policy), answer))
    }

    /// Whether an event is awaited that says of a client's coming that it is durable.
    pub(super) fn is_awaiting(&self) -> bool {
        self.awaited > 0
    }

    /// An event says that a client's coming is durable. Whether it is the latest: then the Logon may be answered that
    /// waits for it.
    pub(super) fn has_come(&mut self) -> bool {
        self.awaited = self.awaited.saturating_sub(1);
        self.awaited == 0
    }

    /// Takes note of where the session stands, after anything was done to it.
    pub(super) fn note(&mut self, status: Status) {
        self.logging_out |= status == Status::LoggingOut;
    }

    /// Whether the venue has begun to log the client out, so that its Logout is an answer.
    pub(super) fn is_logging_out(&self) -> bool {
        self.logging_out
    }

    /// The client is logged out because the session's hours are over: however its connection ends now, it is not lost.
    pub(super) fn close_hours(&mut self) {
        self.hours_over = true;
    }

    /// The client's connection has ended. What the market is to hear of it.
    pub(super) fn go(&mut self, ended: Ended) -> Option<DisconnectCause> {
        let watched = std::mem::take(&mut self.watched);
        watched.then(|| match ended {
            _ if self.hours_over => DisconnectCause::HoursOver,
            Ended::By(reason) => self.cause(reason),
            Ended::ClosedByClient | Ended::Broken => DisconnectCause::Lost,
            Ended::SlowConsumer => DisconnectCause::ByVenue,
        })
    }

    fn cause(&self, reason: DisconnectReason) -> DisconnectCause {
        match reason {
            DisconnectReason::LoggedOut if !self.logging_out => DisconnectCause::LoggedOut,
            DisconnectReason::TestRequestTimeout
            | DisconnectReason::ResendTimeout
            | DisconnectReason::ResetTimeout
            | DisconnectReason::LogonTimeout => DisconnectCause::Lost,
            DisconnectReason::LoggedOut
            | DisconnectReason::LogoutTimeout
            | DisconnectReason::NotLogon
            | DisconnectReason::RefusedByPeer
            | DisconnectReason::BeginString
            | DisconnectReason::CompId
            | DisconnectReason::SendingTime
            | DisconnectReason::LogonInvalid
            | DisconnectReason::LogonRefused
            | DisconnectReason::SequenceTooLow { .. }
            | DisconnectReason::SequenceNotReset { .. }
            | DisconnectReason::SequenceMissing
            | DisconnectReason::Expelled => DisconnectCause::ByVenue,
        }
    }
}

fn code(scope: Option<CancelScope>) -> CancelOrdersOnDisconnect {
    match scope {
        None => CancelOrdersOnDisconnect::None,
        Some(CancelScope::Session) => CancelOrdersOnDisconnect::Session,
        Some(CancelScope::Firm) => CancelOrdersOnDisconnect::Firm,
    }
}

/// What the market is told at a start of the venue: the clients that it takes to be there are not. Their time of
/// grace begins with the start, for while there was no venue they could not come back.
pub(crate) fn left_behind(market: &engine::Engine) -> Vec<Command> {
    let sessions = market.sessions();
    sessions
        .filter(|(_, position)| matches!(position.connection, Connection::Watched(_)))
        .map(|(session, _)| Command::DisconnectSession {
            session,
            why: DisconnectCause::VenueStopped,
        })
        .collect()
}

#[cfg(test)]
mod tests;
