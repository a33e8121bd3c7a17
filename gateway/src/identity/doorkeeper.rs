//! The doorkeeper: who may come as far as its session, and who may log on to it. It reads the clock, remembers
//! failures, has passwords checked, and records what it decided.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use config::Config;
use engine::SessionName;
use tokio::sync::{Semaphore, oneshot};

use super::lockout::{Failure, Locked, Lockout};
use super::opening::Opening;
use super::password_store::{PasswordStore, PasswordStoreError};
use super::passwords::{self, Claim};
use super::rules::NotAdmitted;
use super::{Peer, check_new_password};
use crate::audit::{Audit, Entry, Outcome, What};
use crate::clock;
use crate::layout::Layout;
use crate::metrics::Metrics;
use crate::sessions::{About, SessionEvent};

/// What a client is told when it is not who it says: not which of the two was wrong.
const WRONG: &str = "Username(553) or Password(554) is not right";

/// What a client is told whose session was removed while it logged on.
const REMOVED: &str = "the session was removed";

/// What a client is told that would not be let in any more as it came.
const REVOKED: &str = "your address or certificate is not this session's any more";

/// What it is told when the venue itself is at fault.
const FAULT: &str = "the password cannot be checked now";

/// Why a connection is closed before its session hears of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Closed {
    /// It failed too often.
    #[error(transparent)]
    Locked(#[from] Locked),
    /// It is not the session's client.
    #[error(transparent)]
    NotAdmitted(#[from] NotAdmitted),
}

/// What was decided on a Logon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is granted; the answer says this, where there is something to say.
    Accepted(Option<String>),
    /// It is refused, and the client is told why.
    Refused(String),
}

/// Decides who may log on as whom.
#[derive(Debug)]
pub(crate) struct Doorkeeper {
    current: RwLock<Arc<Opening>>,
    lockout: Mutex<Lockout>,
    passwords: PasswordStore,
    /// Passwords being checked at one time: each takes a core for a while.
    checks: Arc<Semaphore>,
    audit: Audit,
    metrics: Metrics,
}

impl Doorkeeper {
    /// A doorkeeper for what `config` asks, with the passwords changed under `layout`.
    pub(crate) fn open(
        config: &Config,
        layout: &Layout,
        audit: &Audit,
        metrics: &Metrics,
    ) -> anyhow::Result<Arc<Self>> {
        let passwords = PasswordStore::open(layout.passwords())?;
        let opening = Opening::read(config, &passwords)?;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
        Ok(Arc::new(Self {
            lockout: Mutex::new(Lockout::new(opening.lockout)),
            current: RwLock::new(Arc::new(opening)),
            passwords,
            checks: Arc::new(Semaphore::new(cores.div_ceil(2))),
            audit: audit.clone(),
            metrics: metrics.clone(),
        }))
    }

    /// Reads what another configuration asks; nothing is changed by it.
    pub(crate) fn prepare(&self, config: &Config) -> anyhow::Result<Opening> {
        Opening::read(config, &self.passwords)
    }

    /// The sessions that have another password in `opening` than they have now, as the configuration says it.
    pub(crate) fn other_passwords(&self, opening: &Opening) -> impl Iterator<Item = SessionName> {
        let other = opening.other_passwords(&self.current());
        other.into_iter()
    }

    /// Asks for this from now on. Who is logged on stays so.
    pub(crate) fn replace(&self, opening: Opening) {
        self.lockout().change(opening.lockout);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(opening);
    }

    /// Where decisions are recorded.
    pub(crate) fn audit(&self) -> &Audit {
        &self.audit
    }

    /// Whether a connection from here is worth a handshake.
    pub(crate) fn greet(&self, peer: &Peer) -> Result<(), Closed> {
        let locked = self.lockout().address(clock::now(), peer.address.ip());
        locked.map_or(Ok(()), |locked| Err(locked.into()))
    }

    /// A connection that could not even encrypt.
    pub(crate) fn no_handshake(&self, peer: Peer, why: &str) {
        let entry = Entry::new(What::Connection, Outcome::Refused, why).from(peer);
        self.audit.record(&entry);
        self.count(peer, Failure::Nobody);
    }

    /// Whether this client may send a Logon in the name of `session`. Closed without a word if not.
    pub(crate) fn admit(&self, session: SessionName, peer: Peer) -> Result<(), Closed> {
        // What is locked is recorded when it is locked, not at every try.
        let address = peer.address.ip();
        if let Some(locked) = self.lockout().check(clock::now(), session, address) {
            return Err(locked.into());
        }
        self.current()
            .rules
            .admit(&session, &peer)
            .map_err(|refused| {
                let entry = Entry::new(What::Logon, Outcome::Refused, refused.to_string());
                self.audit.record(&entry.of(session).from(peer));
                self.count(
                    peer,
                    match refused {
                        NotAdmitted::Unknown => Failure::Nobody,
                        NotAdmitted::Address | NotAdmitted::Certificate => {
                            Failure::Stranger(session)
                        }
                    },
                );
                refused.into()
            })
    }

    /// A client had its Logon answered and refused before it showed who it is: that uses up a number of the session,
    /// and nobody may do so for ever. Where a session has no password there is nothing to show.
    pub(crate) fn refused_unknown(&self, session: SessionName, peer: Peer) {
        if self.current().hashes.contains_key(&session) {
            self.count(peer, Failure::Stranger(session));
        }
    }

    /// Whether a client that was let in as far as its session would still be; if not, what it is told.
    pub(crate) fn still_admits(
        &self,
        session: &SessionName,
        peer: &Peer,
    ) -> Result<(), &'static str> {
        let admitted = self.current().rules.admit(session, peer);
        admitted.map_err(|refused| match refused {
            NotAdmitted::Unknown => REMOVED,
            NotAdmitted::Address | NotAdmitted::Certificate => REVOKED,
        })
    }

    /// Decides on a Logon, by what is asked for now: it may be more than when the client was let in. The answer comes when the password was checked, which takes a while and never holds up
    /// the caller; drop the receiver to have it forgotten.
    pub(crate) fn authenticate(
        self: &Arc<Self>,
        session: SessionName,
        peer: Peer,
        claim: Claim,
    ) -> oneshot::Receiver<Verdict> {
        let (mut answer, verdict) = oneshot::channel();
        let keeper = Arc::clone(self);
        if let Err(why) = self.still_admits(&session, &peer) {
            drop(answer.send(self.refuse(What::Logon, session, peer, why)));
            return verdict;
        }
        if !self.current().hashes.contains_key(&session) {
            // Nobody waits for it but the caller: a lost answer is one that is not wanted.
            drop(answer.send(self.without_password(session, peer, &claim)));
            return verdict;
        }
        tokio::spawn(async move {
            let checks = Arc::clone(&keeper.checks);
            let teller = Arc::clone(&keeper);
            let permit = tokio::select! {
                permit = checks.acquire_owned() => permit,
                () = answer.closed() => return,
            };
            let checked = tokio::task::spawn_blocking(move || {
                let verdict = keeper.check(session, peer, &claim);
                drop(permit);
                verdict
            });
            let verdict = checked.await.unwrap_or_else(|error| {
                let error = &error;
                teller.tell(Some(session), peer, SessionEvent::PasswordFault { error });
                Verdict::Refused(FAULT.to_owned())
            });
            drop(answer.send(verdict));
        });
        verdict
    }

    /// A session that has no password: known by its address and certificate, or by its CompID alone.
    fn without_password(&self, session: SessionName, peer: Peer, claim: &Claim) -> Verdict {
        if claim.new_password.is_some() {
            let text = "NewPassword(925) is not taken: this session has no password";
            return self.refuse(What::Password, session, peer, text);
        }
        self.lockout().succeeded(session, peer.address.ip());
        Verdict::Accepted(None)
    }

    /// Checks a password, and changes it where that is asked for. Takes long.
    fn check(&self, session: SessionName, peer: Peer, claim: &Claim) -> Verdict {
        if let Err(why) = self.still_admits(&session, &peer) {
            return self.refuse(What::Logon, session, peer, why);
        }
        let current = self.current();
        let configured = current.hashes.get(&session);
        let identity = current.rules.of(&session);
        let (Some(configured), Some(identity)) = (configured, identity) else {
            return self.refuse(What::Logon, session, peer, REMOVED);
        };
        let hash = match self.passwords.current(&session, configured) {
            Ok(hash) => hash,
            Err(error) => return self.fault(session, peer, &error),
        };
        // Always worked out, so that how long an answer takes says nothing about the name.
        let password = claim.password.as_deref().unwrap_or_default();
        let right = passwords::is_right(password, &hash);
        let named = identity.username.is_none() || identity.username == claim.username;
        if !right || !named {
            let verdict = self.refuse(What::Logon, session, peer, WRONG);
            self.count(peer, Failure::Password(session));
            return verdict;
        }
        self.lockout().succeeded(session, peer.address.ip());
        let Some(new) = &claim.new_password else {
            return Verdict::Accepted(None);
        };
        let known = [
            session.as_str(),
            identity.username.as_deref().unwrap_or_default(),
        ];
        if let Err(weak) = check_new_password(new, Some(password), &known) {
            let text = format!("NewPassword(925) {weak}");
            return self.refuse(What::Password, session, peer, &text);
        }
        let new = passwords::hash(new);
        match self.passwords.change(&session, configured, &new) {
            Ok(()) => {
                let text = "the password was changed";
                self.tell(Some(session), peer, SessionEvent::PasswordChanged);
                let entry = Entry::new(What::Password, Outcome::Done, text);
                // On record before the member hears of it.
                self.audit.record_and_wait(&entry.of(session).from(peer));
                Verdict::Accepted(Some(text.to_owned()))
            }
            Err(error) => self.fault(session, peer, &error),
        }
    }

    fn refuse(&self, what: What, session: SessionName, peer: Peer, text: &str) -> Verdict {
        // The session tells it to the log, when it ends the connection.
        let entry = Entry::new(what, Outcome::Refused, text);
        self.audit.record(&entry.of(session).from(peer));
        Verdict::Refused(text.to_owned())
    }

    fn fault(&self, session: SessionName, peer: Peer, error: &PasswordStoreError) -> Verdict {
        let error = with_cause(error);
        self.tell(
            Some(session),
            peer,
            SessionEvent::PasswordFault { error: &error },
        );
        self.refuse(What::Logon, session, peer, FAULT)
    }

    /// Counts a failure, and records what is locked by it.
    fn count(&self, peer: Peer, failure: Failure) {
        let address = peer.address.ip();
        let locked = self.lockout().failed(clock::now(), address, failure);
        for locked in locked {
            let session = match failure {
                Failure::Nobody => None,
                Failure::Stranger(session) | Failure::Password(session) => Some(session),
            };
            self.tell(session, peer, SessionEvent::LockedOut { what: &locked });
            let entry = Entry::new(What::LockOut, Outcome::Done, locked.to_string()).from(peer);
            let entry = match session {
                None => entry,
                Some(session) => entry.of(session),
            };
            self.audit.record(&entry);
        }
    }

    fn tell(&self, session: Option<SessionName>, peer: Peer, event: SessionEvent<'_>) {
        let about = About {
            session,
            firm: None,
            peer: Some(peer.address),
        };
        event.tell(&about, &self.metrics);
    }

    fn current(&self) -> Arc<Opening> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&current)
    }

    fn lockout(&self) -> MutexGuard<'_, Lockout> {
        self.lockout.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error, and what it came from.
fn with_cause(error: &PasswordStoreError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
