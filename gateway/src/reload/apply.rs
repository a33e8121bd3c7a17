//! Bringing a changed configuration about: everything that can fail first, then everything at once. What it leaves
//! undone it says.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use config::{Config, TradingCalendar};
use engine::{EventBody, IgnoreReason, Input, Origin, SessionName};
use sequencer::{CommandSender, EventLog, EventReader};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::change::Change;
use super::changes::{Changes, changes, nothing_of};
use crate::audit::{Entry, Outcome, What};
use crate::identity::{Doorkeeper, Opening};
use crate::layout::Layout;
use crate::net::Encryption;
use crate::routing::Routes;
use crate::sessions::{Control, Desk, Observers, Registry, Seats, SessionEvent};
use crate::trading_status::Board;

/// How long the market may take to answer what it is told.
const MARKET_PATIENCE: Duration = Duration::from_secs(30);

/// What a client is told whose session is removed.
const REMOVED: &str = "this session was removed from the venue";

/// Changes a running venue. It holds what a start would have used.
pub(crate) struct Reloader {
    /// The configuration in force.
    config: Config,
    /// What was in one in force since the start, and is not any more.
    past: Config,
    parts: Parts,
}

/// What a start has made, and a change of it needs.
pub(crate) struct Parts {
    /// Sessions that the market knows and the configuration at the start did not have.
    pub(crate) dormant: BTreeSet<SessionName>,
    pub(crate) layout: Layout,
    pub(crate) registry: Arc<Registry>,
    pub(crate) doorkeeper: Arc<Doorkeeper>,
    pub(crate) routes: watch::Sender<Arc<Routes>>,
    pub(crate) encrypting: watch::Sender<Option<Arc<Encryption>>>,
    /// By what instruments go from phase to phase.
    pub(crate) calendars: watch::Sender<Arc<[TradingCalendar]>>,
    /// Where the hours of the trading day are shown.
    pub(crate) board: Arc<Board>,
    pub(crate) commands: CommandSender,
    pub(crate) events: EventLog,
    /// For the sessions that are added.
    pub(crate) desk: Desk,
    pub(crate) observers: Observers,
    pub(crate) draining: watch::Receiver<bool>,
}

/// What was taken of a changed configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// Each thing that is different now.
    pub taken: Vec<String>,
    /// Each thing that needs a restart, and is as it was.
    pub waiting: Vec<String>,
}

impl fmt::Display for Reloaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (taken, waiting) = (self.taken.len(), self.waiting.len());
        write!(f, "{taken} changes taken, {waiting} wait for a restart")
    }
}

/// All that can fail and changes nothing.
struct Prepared {
    encryption: Option<Encryption>,
    opening: Opening,
    seats: Seats,
}

impl Reloader {
    /// For a venue that has started with `config`.
    pub(crate) fn new(config: Config, parts: Parts) -> Self {
        Self {
            past: nothing_of(&config),
            config,
            parts,
        }
    }

    /// Takes what can be taken of `new`. `by` is who asked, for the record.
    ///
    /// # Errors
    /// When it contradicts what is there, or something that it names cannot be read: nothing is changed then.
    pub(crate) async fn reload(
        &mut self,
        new: &Config,
        by: &str,
        tasks: &mut JoinSet<anyhow::Result<()>>,
    ) -> anyhow::Result<Reloaded> {
        let reloaded = self.take(new, by, tasks).await;
        if let Err(error) = &reloaded {
            let error = &format!("{error:#}");
            self.parts
                .observers
                .tell(SessionEvent::ReloadRefused { error });
        }
        reloaded
    }

    async fn take(
        &mut self,
        new: &Config,
        by: &str,
        tasks: &mut JoinSet<anyhow::Result<()>>,
    ) -> anyhow::Result<Reloaded> {
        let changes = changes(&self.config, &self.past, new, &self.parts.dormant);
        let prepared = match self.prepare(&changes).await {
            Ok(prepared) => prepared,
            Err(error) => {
                self.record(Outcome::Refused, format!("by {by}: {error:#}"));
                return Err(error);
            }
        };
        let mut reloaded = Reloaded {
            taken: changes.taken.iter().map(Change::to_string).collect(),
            waiting: changes.waiting.clone(),
        };
        reloaded.taken.extend(self.in_files(&prepared));
        self.apply(changes, prepared, tasks).await?;
        for change in &reloaded.taken {
            self.parts
                .observers
                .tell(SessionEvent::ChangeTaken { change });
            self.record(Outcome::Done, change.clone());
        }
        for change in &reloaded.waiting {
            self.parts
                .observers
                .tell(SessionEvent::ChangeWaits { change });
            self.record(Outcome::Refused, format!("needs a restart: {change}"));
        }
        self.record(Outcome::Done, format!("by {by}: {reloaded}"));
        Ok(reloaded)
    }

    /// Puts on record that a configuration could not even be read.
    pub(crate) fn unreadable(&self, by: &str, why: &str) {
        self.parts
            .observers
            .tell(SessionEvent::ReloadRefused { error: &why });
        self.record(Outcome::Refused, format!("by {by}: {why}"));
    }

    /// What is different in the files that the configuration names, whether their names are or not.
    fn in_files(&self, prepared: &Prepared) -> Vec<String> {
        let passwords = self.parts.doorkeeper.other_passwords(&prepared.opening);
        let passwords = passwords.map(|name| format!("session {name} has another password"));
        let encryption = prepared.encryption.as_ref();
        let before = self.parts.encrypting.borrow();
        let encryption = encryption.filter(|now| before.as_deref() != Some(now));
        let encryption = encryption.map(|now| format!("[tls] is read again: {now}"));
        passwords.chain(encryption).collect()
    }

    async fn prepare(&self, changes: &Changes) -> anyhow::Result<Prepared> {
        anyhow::ensure!(
            changes.contradictions.is_empty(),
            "it contradicts what is declared already: {}",
            changes.contradictions.join("; ")
        );
        let effective = &changes.effective;
        let encryption = effective.tls.as_ref().map(Encryption::read).transpose()?;
        let opening = self.parts.doorkeeper.prepare(effective)?;
        let added: BTreeSet<_> = added(changes).collect();
        // Those that were removed since the start are still there, and only let in again.
        let fresh = |name: &SessionName| added.contains(name) && !self.parts.registry.knows(name);
        let events = &self.parts.events;
        let seats = Seats::open_new(effective, fresh, &self.parts.layout, events)?;
        Ok(Prepared {
            encryption,
            opening,
            seats,
        })
    }

    async fn apply(
        &mut self,
        changes: Changes,
        prepared: Prepared,
        tasks: &mut JoinSet<anyhow::Result<()>>,
    ) -> anyhow::Result<()> {
        self.declare(&changes.declared).await?;
        // Behind the declaration of the instruments that they name.
        let calendars = &changes.effective.trading_calendars;
        if *calendars != self.config.trading_calendars {
            self.parts.board.go_by(calendars);
            self.parts
                .calendars
                .send_replace(Arc::from(calendars.as_slice()));
        }
        self.config = changes.effective;
        self.past = changes.past;
        self.parts
            .encrypting
            .send_replace(prepared.encryption.map(Arc::new));
        self.parts.routes.send_replace(Arc::new(self.routes()));
        let seats = prepared.seats;
        seats.take_up(
            &self.parts.desk,
            &self.parts.doorkeeper,
            &self.parts.registry,
            &self.parts.draining,
            &self.parts.observers,
            tasks,
        );
        // From here on those who are added may come, and those who are removed may not.
        self.parts.doorkeeper.replace(prepared.opening);
        for (name, profile, settings) in Seats::profiles(&self.config) {
            let change = Control::Change(Box::new((profile, settings)));
            self.parts.registry.control(&name, change).await;
        }
        let removed = changes.taken.iter().filter_map(|change| match change {
            Change::SessionRemoved(name) => Some(*name),
            Change::SessionAdded(_)
            | Change::SessionChanged(..)
            | Change::Declared(..)
            | Change::InstrumentChanged(_)
            | Change::FirmChanged(_)
            | Change::LimitsSet(_)
            | Change::LimitsLifted(_)
            | Change::CalendarSet(_)
            | Change::CalendarLifted(_)
            | Change::HaltPolicySet(_)
            | Change::Kept(..)
            | Change::Fix(_) => None,
        });
        for name in removed {
            self.parts
                .registry
                .control(&name, Control::Remove(REMOVED))
                .await;
        }
        Ok(())
    }

    /// Who gets which copies. Those who are removed go on gathering theirs.
    fn routes(&self) -> Routes {
        let mut config = self.config.clone();
        config.sessions.extend(self.past.sessions.iter().cloned());
        Routes::new(&config)
    }

    /// Tells the market what is declared now and was not before, and waits until it knows.
    async fn declare(&self, declared: &Config) -> anyhow::Result<()> {
        let inputs: Vec<Input> = declared
            .commands()
            .into_iter()
            .map(|command| Input {
                origin: Origin::Venue,
                command,
            })
            .collect();
        let count = inputs.len();
        if count == 0 {
            return Ok(());
        }
        let reader = self.parts.events.reader(self.parts.events.end());
        self.parts.commands.submit(inputs).await?;
        let answered = tokio::time::timeout(MARKET_PATIENCE, answers(reader, count));
        answered
            .await
            .context("the market did not answer in time")?
    }

    fn record(&self, outcome: Outcome, detail: String) {
        let entry = Entry::new(What::Reload, outcome, detail);
        self.parts.doorkeeper.audit().record(&entry);
    }
}

fn added(changes: &Changes) -> impl Iterator<Item = SessionName> + '_ {
    changes.taken.iter().filter_map(|change| match change {
        Change::SessionAdded(name) => Some(*name),
        Change::SessionRemoved(_)
        | Change::SessionChanged(..)
        | Change::Declared(..)
        | Change::InstrumentChanged(_)
        | Change::FirmChanged(_)
        | Change::LimitsSet(_)
        | Change::LimitsLifted(_)
        | Change::CalendarSet(_)
        | Change::CalendarLifted(_)
        | Change::HaltPolicySet(_)
        | Change::Kept(..)
        | Change::Fix(_) => None,
    })
}

/// Reads the market's answers to so many declarations. What it does not take was declared otherwise before the
/// configuration in force: that is told, and stays as it was.
async fn answers(mut reader: EventReader, count: usize) -> anyhow::Result<()> {
    let mut seen = 0;
    while seen < count {
        for event in reader.next().await?.events() {
            let ignored = ignored(&event.body);
            if ignored.is_some_and(|reason| reason != IgnoreReason::AlreadySo) {
                tracing::error!(?ignored, cause = %event.cause, "the market did not take a declaration");
            }
            seen += usize::from(ignored.is_some() || declares(&event.body));
        }
    }
    Ok(())
}

/// Why a command of the venue's own changed nothing, if that is what an event says.
fn ignored(body: &EventBody) -> Option<IgnoreReason> {
    if let EventBody::Ignored {
        origin: Origin::Venue,
        reason,
    } = body
    {
        Some(*reason)
    } else {
        None
    }
}

/// Whether an event answers a declaration that is taken.
fn declares(body: &EventBody) -> bool {
    // An operator may change the like at the same time.
    if let EventBody::RiskLimitsChanged(change) = body {
        return change.origin == Origin::Venue;
    }
    if let EventBody::HaltPolicySet(change) = body {
        return change.origin == Origin::Venue;
    }
    matches!(
        body,
        EventBody::InstrumentListed(_)
            | EventBody::FirmAdmitted { .. }
            | EventBody::AccountOpened { .. }
            | EventBody::SessionAdmitted { .. }
            | EventBody::SelfMatchPreventionSet { .. }
    )
}
