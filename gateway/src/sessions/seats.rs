//! Opening every configured session at the venue's start: its store, its sequence numbers, its task.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use config::Config;
use engine::{Connection, SessionName, SessionPosition};
use fix_session::{Resume, Session, Settings};
use sequencer::{EventLog, EventPosition, Opened};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::actor::{Actor, Past};
use super::answers::Answers;
use super::desk::Desk;
use super::event::SessionEvent;
use super::hours::Hours;
use super::made_again::MadeAgain;
use super::profile::{Profile, settings};
use super::receipts::Receipts;
use super::renewal::{Renewal, after_dropped};
use super::watching::Watching;
use super::{Observers, Registry};
use crate::clock;
use crate::identity::Doorkeeper;
use crate::layout::Layout;
use crate::limits::OpenFiles;
use crate::schedule::Calendar;
use crate::store::{Cut, Opening, Recovered, Stop, Store};

/// The configured sessions, opened and not yet running.
pub(crate) struct Seats {
    seats: Vec<Seat>,
}

struct Seat {
    profile: Profile,
    session: Session,
    past: Past,
    hours: Option<Hours>,
    /// What was cut from its message store.
    cut: Option<Cut>,
}

impl Seats {
    /// Opens the store of every session in `config` and brings it in step with the journal.
    pub(crate) fn open(config: &Config, layout: &Layout, opened: &Opened) -> anyhow::Result<Self> {
        found(config, layout, opened)?;
        let seats = Self::profiles(config).map(|(name, profile, settings)| {
            let before = Before {
                position: opened.engine_view.session(&name),
                next_event: opened.recovery.next_event,
                events: opened.events.clone(),
            };
            open(profile, settings, layout, before)
                .with_context(|| format!("session {name} cannot be opened"))
        });
        let seats = seats.collect::<anyhow::Result<_>>()?;
        Ok(Self { seats })
    }

    /// Opens the store of every session in `config` that is `fresh`: the market does not know it, and no event
    /// so far concerns it.
    pub(crate) fn open_new(
        config: &Config,
        fresh: impl Fn(&SessionName) -> bool,
        layout: &Layout,
        events: &EventLog,
    ) -> anyhow::Result<Self> {
        let fresh = Self::profiles(config).filter(|(name, ..)| fresh(name));
        let seats = fresh.map(|(name, profile, settings)| {
            let before = Before {
                position: None,
                next_event: events.end(),
                events: events.clone(),
            };
            open(profile, settings, layout, before)
                .with_context(|| format!("session {name} cannot be opened"))
        });
        let seats = seats.collect::<anyhow::Result<_>>()?;
        Ok(Self { seats })
    }

    /// How every session of `config` is set up.
    pub(crate) fn profiles(
        config: &Config,
    ) -> impl Iterator<Item = (SessionName, Profile, Settings)> + '_ {
        let currencies = config
            .instruments
            .iter()
            .map(|instrument| (instrument.symbol, instrument.currency));
        let currencies = Arc::new(currencies.collect());
        let calendars = config.schedules.iter().cloned().map(|schedule| {
            let name = schedule.name.clone();
            (name, Arc::new(Calendar::new(schedule)))
        });
        let calendars: BTreeMap<String, Arc<Calendar>> = calendars.collect();
        let kept_open = OpenFiles::raise().stores();
        config
            .sessions
            .iter()
            .enumerate()
            .map(move |(place, session)| {
                let mut profile = Profile::new(config, session, &currencies);
                profile.store_rests = place >= kept_open;
                let schedule = session.schedule.as_deref();
                profile.calendar = schedule.and_then(|name| calendars.get(name)).cloned();
                (session.comp_id, profile, settings(config, session))
            })
    }

    /// The first event that some session has not handled.
    pub(crate) fn first_unhandled(&self) -> Option<EventPosition> {
        let handled = self
            .seats
            .iter()
            .map(|seat| seat.past.store.handled())
            .min()?;
        Some(EventPosition::new(handled))
    }

    /// Says which sessions have not handled events that retention has dropped. It drops none that a configured
    /// session needs: this one was not configured for long, or its store is an old copy.
    pub(crate) fn tell_dropped(&self, kept_from: EventPosition) {
        for seat in &self.seats {
            let handled = seat.past.store.handled();
            if handled < kept_from.get() {
                tracing::error!(
                    session = %seat.profile.name,
                    handled,
                    %kept_from,
                    "reports of events that retention has dropped cannot be made: the client must be told by hand"
                );
            }
        }
    }

    /// Starts the task of every session.
    pub(crate) fn take_up(
        self,
        desk: &Desk,
        doorkeeper: &Arc<Doorkeeper>,
        registry: &Arc<Registry>,
        draining: &watch::Receiver<bool>,
        observers: &Observers,
        tasks: &mut JoinSet<anyhow::Result<()>>,
    ) {
        for seat in self.seats {
            let letterbox = registry.add(seat.profile.name);
            let Profile {
                name,
                firm,
                fix_log,
                ..
            } = seat.profile;
            let mut observer = observers.of(name, firm, fix_log);
            if let Some(cut) = seat.cut {
                observer.event(SessionEvent::StoreCut {
                    file: &cut.path.display(),
                    offset: cut.offset,
                    bytes: cut.bytes,
                });
            }
            let actor = Actor::new(
                seat.profile,
                seat.session,
                seat.past,
                observer,
                Arc::clone(doorkeeper),
                desk.clone(),
            )
            .at_hours(seat.hours);
            let draining = draining.clone();
            tasks.spawn(async move { Ok(actor.run(letterbox, draining).await?) });
        }
    }
}

/// Makes the stores of sessions that are new. One that the journal knows has had a store: it is not made anew.
fn found(config: &Config, layout: &Layout, opened: &Opened) -> anyhow::Result<()> {
    let new = config.sessions.iter().filter_map(|session| {
        let position = opened.engine_view.session(&session.comp_id);
        let known =
            position.is_some_and(|position| position.epoch > 0 || position.last_msg_seq_num > 0);
        (!known).then(|| layout.session(&session.comp_id))
    });
    let new: Vec<_> = new.collect();
    let opening = Opening {
        first_event: opened.recovery.next_event.get(),
        ..Opening::at(clock::now())
    };
    Store::found(&layout.sessions(), &new, &opening).context("the message stores of new sessions")
}

/// What was before a session is opened.
struct Before {
    /// How far the market has taken its commands; `None` when it does not know it.
    position: Option<SessionPosition>,
    /// The first event that is not yet.
    next_event: EventPosition,
    /// Where it reads again what is carried over.
    events: EventLog,
}

fn open(
    profile: Profile,
    settings: Settings,
    layout: &Layout,
    before: Before,
) -> anyhow::Result<Seat> {
    let folder = layout.session(&profile.name);
    let opening = Opening {
        limits: profile.store_limits,
        now: clock::now(),
        first_event: before.next_event.get(),
    };
    let (mut store, recovered) = Store::open(&folder, &opening)?;
    let position = before.position;
    let known =
        position.is_some_and(|position| position.epoch > 0 || position.last_msg_seq_num > 0);
    anyhow::ensure!(
        recovered.stop != Stop::New || !known,
        "its message store is gone, though the journal knows the session: numbers would be used twice. \
         Restore its folder, or the whole data folder, from a backup"
    );
    let calendar = profile.calendar.clone();
    let receipts = receipts(calendar.as_deref(), &folder, &store, &recovered, &before)?;
    let mut next_incoming = store.next_incoming();
    if let Some(position) = position {
        // The journal is ahead when the venue ended between journaling a reset and following it.
        if position.epoch > store.epoch() {
            if let Some(receipts) = &receipts {
                store.rewind(after_dropped(&before.events, receipts.received));
            }
            store.reset(position.epoch, clock::now())?;
            next_incoming = store.next_incoming();
        }
        if position.epoch == store.epoch() {
            next_incoming = next_incoming.max(position.last_msg_seq_num.saturating_add(1));
        }
    }
    let resume = Resume {
        next_outgoing: store.next_outgoing(),
        next_incoming,
    };
    let made_again = match recovered.stop {
        Stop::Unclean => MadeAgain::until(before.next_event),
        Stop::New | Stop::Clean => MadeAgain::none(),
    };
    let watching = Watching::new(
        profile.on_disconnect,
        position.map_or_else(Connection::default, |position| position.connection),
    );
    if profile.store_rests {
        store.rest();
    }
    let session = session(settings, resume, receipts.as_ref());
    let answers = Answers::new(before.events.clone());
    let sent = receipts.as_ref().map_or(0, |receipts| receipts.sent);
    let made_again = made_again.or_until(EventPosition::new(sent));
    let reset_time = position.map(|position| position.reset_time);
    let renewal = receipts.map(|receipts| {
        let reset_time = reset_time.unwrap_or_default();
        Renewal::new(before.events, receipts, reset_time, store.handled())
    });
    let hours = calendar.map(|calendar| Hours::new(calendar, renewal));
    tracing::debug!(session = %profile.name, ?resume, stop = ?recovered.stop, "opened");
    Ok(Seat {
        profile,
        session,
        past: Past {
            store,
            made_again,
            watching,
            answers,
        },
        hours,
        cut: recovered.cut,
    })
}

/// The session at these numbers, and what its client still owes under them.
fn session(settings: Settings, resume: Resume, receipts: Option<&Receipts>) -> Session {
    let mut session = Session::new(settings, resume);
    let demanded = receipts.is_some_and(|receipts| receipts.demanded);
    if demanded && resume.next_incoming == 1 {
        session.demand_reset();
    }
    session
}

/// What the client of a session whose numbers start again by its schedule has received.
fn receipts(
    calendar: Option<&Calendar>,
    folder: &Path,
    store: &Store,
    recovered: &Recovered,
    before: &Before,
) -> anyhow::Result<Option<Receipts>> {
    if !calendar.is_some_and(|calendar| calendar.schedule().reset_at_start) {
        return Ok(None);
    }
    let mut receipts = Receipts::open(folder, store.handled())?;
    if recovered.stop == Stop::Unclean {
        // What was sent last is not written down.
        receipts.sent = receipts.sent.max(before.next_event.get());
    }
    Ok(Some(receipts))
}
