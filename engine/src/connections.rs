//! Sessions whose clients come and go: what is journaled of it, for what is to follow from a loss.

use alloc::collections::BTreeSet;

use crate::command::Command;
use crate::disconnect::{CancelOnDisconnect, Connection, DisconnectCause};
use crate::event::EventBody;
use crate::machine::Engine;
use crate::output::Output;
use crate::refusal::IgnoreReason;
use crate::registry::SetUp;
use crate::text::SessionName;
use crate::time::Timestamp;

impl Engine {
    /// Takes what is said of clients, or that time has passed: the timers that were due have fired already.
    pub(crate) fn mind_clients(
        &mut self,
        command: &Command,
        out: &mut Output<'_>,
    ) -> Result<(), IgnoreReason> {
        if let Command::ConnectSession { session, policy } = command {
            out.push(self.connect_session(*session, *policy)?);
        } else if let Command::DisconnectSession { session, why } = command {
            out.push(self.disconnect_session(*session, *why, out.time())?);
        } else if out.is_empty() {
            return Err(IgnoreReason::AlreadySo);
        }
        Ok(())
    }

    /// The client of a session is about to be let in: calls off what its loss was to lead to.
    fn connect_session(
        &mut self,
        session: SessionName,
        policy: Option<CancelOnDisconnect>,
    ) -> SetUp {
        let place = self.registry.sessions.find(&session);
        let place = place.ok_or(IgnoreReason::Unknown)?;
        let known = &mut self.registry.sessions[place];
        let connection = policy.map_or(Connection::Unwatched, Connection::Watched);
        let before = core::mem::replace(&mut known.connection, connection);
        let firm = known.firm;
        let called_off = match before {
            Connection::Lost { deadline, .. } => Some(deadline),
            Connection::Unwatched | Connection::Watched(_) => None,
        };
        if let Some(deadline) = called_off {
            self.lost.remove(&(deadline, place));
        }
        if policy.is_some() {
            self.follow(firm);
        }
        Ok(EventBody::SessionConnected {
            session,
            firm: self.registry.firms[firm].name,
            policy,
            called_off,
        })
    }

    /// The client of a session is gone: sets the timer, where one is to be set.
    fn disconnect_session(
        &mut self,
        session: SessionName,
        why: DisconnectCause,
        now: Timestamp,
    ) -> SetUp {
        let place = self.registry.sessions.find(&session);
        let place = place.ok_or(IgnoreReason::Unknown)?;
        let known = &mut self.registry.sessions[place];
        let Connection::Watched(policy) = known.connection else {
            return Err(IgnoreReason::AlreadySo);
        };
        let keeps = match why {
            DisconnectCause::HoursOver => true,
            DisconnectCause::LoggedOut => !policy.on_logout,
            DisconnectCause::Lost | DisconnectCause::ByVenue | DisconnectCause::VenueStopped => {
                false
            }
        };
        let cancels_at = (!keeps).then(|| now.after(policy.grace));
        known.connection = match cancels_at {
            Some(deadline) => Connection::Lost { policy, deadline },
            None => Connection::Unwatched,
        };
        if let Some(deadline) = cancels_at {
            self.lost.insert((deadline, place));
        }
        Ok(EventBody::SessionDisconnected {
            session,
            firm: self.registry.firms[self.registry.sessions[place].firm].name,
            why,
            cancels_at,
        })
    }

    /// The timers of the sessions that are lost.
    pub(crate) fn lost_sessions(&self) -> BTreeSet<(Timestamp, u32)> {
        let sessions = self.registry.sessions.iter();
        sessions
            .filter_map(|(place, session)| match session.connection {
                Connection::Lost { deadline, .. } => Some((deadline, place)),
                Connection::Unwatched | Connection::Watched(_) => None,
            })
            .collect()
    }

    /// From now on the orders of a firm are found by their session. Looks through all orders the first time,
    /// and never again: a client that comes and goes costs what its own orders cost.
    pub(crate) fn follow(&mut self, firm: u32) {
        if self.orders.is_followed(firm) {
            return;
        }
        let mut places = alloc::vec::Vec::new();
        for book in &self.books {
            let all = book.all(&self.orders.resting, &self.levels);
            places.extend(all.filter(|&place| self.orders.resting[place].firm == firm));
        }
        self.orders.follow(firm, places.into_iter());
    }
}
