//! Which FIX sessions there are, and how a connection or a report reaches each.

use dashmap::DashMap;
use engine::SessionName;
use tokio::sync::{mpsc, watch};

use super::control::Control;
use super::mail::Mail;
use crate::net::Connection;

/// Connections that may wait for a session to look at them; it refuses all but the first at once.
const WAITING_CONNECTIONS: usize = 4;

/// Batches of reports that may wait for a session; beyond it, those who bring them wait.
const WAITING_MAIL: usize = 64;

/// Changes of the configuration that may wait for a session; beyond it, those who bring them wait.
const WAITING_CONTROL: usize = 4;

/// The live sessions, by the client's CompID.
#[derive(Default)]
pub(crate) struct Registry {
    sessions: DashMap<SessionName, Door>,
}

/// How others reach a session.
#[derive(Clone)]
struct Door {
    connections: mpsc::Sender<Connection>,
    control: mpsc::Sender<Control>,
    mail: mpsc::Sender<Mail>,
    logged_on: watch::Receiver<bool>,
}

/// What a session takes from others.
pub(crate) struct Letterbox {
    /// New connections of its client.
    pub(crate) connections: mpsc::Receiver<Connection>,
    /// Changes of the configuration.
    pub(crate) control: mpsc::Receiver<Control>,
    /// Events that concern it. Closed when the venue stops and the last one was delivered.
    pub(crate) mail: mpsc::Receiver<Mail>,
    /// Where it shows whether its client is logged on.
    pub(crate) logged_on: watch::Sender<bool>,
}

/// Why a connection could not be given to its session.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// No such session.
    #[error("no session is configured for SenderCompID {0}")]
    Unknown(SessionName),
    /// Too many connections of the same client at once.
    #[error("session {0} is taking no more connections now")]
    Busy(SessionName),
}

impl Registry {
    /// Adds a session. One of that name that was there before is forgotten.
    pub(crate) fn add(&self, name: SessionName) -> Letterbox {
        let (connections, connections_out) = mpsc::channel(WAITING_CONNECTIONS);
        let (control, control_out) = mpsc::channel(WAITING_CONTROL);
        let (mail, mail_out) = mpsc::channel(WAITING_MAIL);
        let (logged_on, shown) = watch::channel(false);
        let door = Door {
            connections,
            control,
            mail,
            logged_on: shown,
        };
        self.sessions.insert(name, door);
        Letterbox {
            connections: connections_out,
            control: control_out,
            mail: mail_out,
            logged_on,
        }
    }

    /// Gives a connection to the session of `name`.
    pub(crate) fn connect(&self, name: SessionName, connection: Connection) -> Result<(), Refused> {
        let door = self.sessions.get(&name).ok_or(Refused::Unknown(name))?;
        door.connections
            .try_send(connection)
            .map_err(|_| Refused::Busy(name))
    }

    /// Whether there is a session of `name`, open to its client or not.
    pub(crate) fn knows(&self, name: &SessionName) -> bool {
        self.sessions.contains_key(name)
    }

    /// Whether the client of the session of `name` is logged on, as the session showed when it last rested.
    pub(crate) fn is_logged_on(&self, name: &SessionName) -> bool {
        let door = self.sessions.get(name);
        door.is_some_and(|door| *door.logged_on.borrow())
    }

    /// Tells the session of `name` of a change; waits while it has others to take first.
    pub(crate) async fn control(&self, name: &SessionName, control: Control) {
        let door = self.sessions.get(name).map(|door| door.control.clone());
        if let Some(door) = door {
            // A session that has ended is in no need of it.
            drop(door.send(control).await);
        }
    }

    /// Where mail for the session of `name` goes.
    pub(crate) fn mail(&self, name: &SessionName) -> Option<mpsc::Sender<Mail>> {
        self.sessions.get(name).map(|door| door.mail.clone())
    }

    /// Where mail for every session goes.
    pub(crate) fn doors(&self) -> Vec<mpsc::Sender<Mail>> {
        self.sessions.iter().map(|door| door.mail.clone()).collect()
    }

    /// Calls `visit` with each session and how many batches of events wait for it.
    pub(crate) fn each_waiting(&self, mut visit: impl FnMut(&SessionName, usize)) {
        for entry in &self.sessions {
            let mail = &entry.value().mail;
            visit(entry.key(), mail.max_capacity() - mail.capacity());
        }
    }

    /// Closes every letterbox: each session ends when it has read what is in its own.
    pub(crate) fn close(&self) {
        self.sessions.clear();
    }
}
