//! The phase of every instrument, as far as its events were brought to sessions: written where published events pass, read
//! by the sessions. What a session reads here is never older than what it was brought.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use config::TradingCalendar;
use engine::{
    Engine, Event, EventBody, InstrumentKind, Phase, Remark, SessionName, Symbol, Timestamp,
};
use sequencer::{EventBatch, EventLog, EventPosition};
use tokio::sync::watch;

use super::census::{Census, Standing};
use super::hours::CommonHours;
use crate::schedule::{DayHours, Timetable};

/// Where all instruments are, and who follows them.
pub(crate) struct Board {
    state: Mutex<State>,
    /// Everything before this is on the board.
    noted: watch::Sender<EventPosition>,
    events: EventLog,
}

struct State {
    instruments: BTreeMap<Symbol, Known>,
    /// Of those that stand for instances.
    real: Census,
    /// Of test instruments.
    test: Census,
    calendars: Vec<Timetable>,
    /// What they said last; not there after a listing, nor when they are others.
    hours: Option<CommonHours>,
    followers: BTreeSet<SessionName>,
    noted: EventPosition,
}

/// An instrument.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known {
    /// Where it is.
    pub(crate) phase: Phase,
    /// Since when, where that was in this run of the venue.
    pub(crate) since: Option<Timestamp>,
    /// Why, where it was said in this run.
    pub(crate) reason: Option<Remark>,
    test: bool,
}

/// Where the market as a whole is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MarketStatus {
    /// In few words.
    pub(crate) standing: Standing,
    /// When the trading day of all its instruments begins and ends, where they have one in common.
    pub(crate) hours: Option<DayHours>,
    /// How many instruments are in which phase, where that is not the same for all.
    pub(crate) text: Option<String>,
}

/// What a batch of events says of phases, and to whom.
pub(crate) struct News {
    /// Those of its events that say something, by their place, in order.
    places: Vec<usize>,
    /// The sessions that follow.
    pub(crate) followers: Vec<SessionName>,
}

impl News {
    /// Whether the event at this place says something of phases.
    pub(crate) fn is_at(&self, place: usize) -> bool {
        self.places.binary_search(&place).is_ok()
    }
}

impl Board {
    /// The market as it is before the event at `from`.
    pub(crate) fn new(
        market: &Engine,
        from: EventPosition,
        events: EventLog,
        calendars: &[TradingCalendar],
    ) -> Self {
        let mut state = State::empty(from);
        for one in market.phases() {
            state.list(one.symbol, one.phase, one.test);
        }
        let board = Self {
            state: Mutex::new(state),
            noted: watch::channel(from).0,
            events,
        };
        board.go_by(calendars);
        board
    }

    /// The calendars are these from now on.
    pub(crate) fn go_by(&self, calendars: &[TradingCalendar]) {
        let calendars = calendars.iter().cloned().map(Timetable::new).collect();
        self.state().go_by(calendars);
    }

    /// Takes note of what a batch says, before any of it is brought to a session.
    pub(crate) fn note(&self, batch: &EventBatch) -> News {
        let mut state = self.state();
        let news = state.note_all(batch.iter());
        state.noted = state.noted.max(batch.end());
        self.noted.send_replace(state.noted);
        news
    }

    /// What must be on the board for an answer to be as new as anything that was published by now.
    pub(crate) fn published(&self) -> EventPosition {
        self.events.end()
    }

    /// Whether everything before `position` is on the board.
    pub(crate) fn has(&self, position: EventPosition) -> bool {
        *self.noted.borrow() >= position
    }

    /// Waits until everything before `position` is on the board.
    pub(crate) async fn reached(&self, position: EventPosition) {
        let mut noted = self.noted.subscribe();
        // Its sender is the board's own: it does not close.
        drop(noted.wait_for(|noted| *noted >= position).await);
    }

    /// An instrument, if it is known, and the first event that this does not tell of. With `follower`, that session is brought
    /// what comes then.
    pub(crate) fn instrument(
        &self,
        symbol: &Symbol,
        follower: Option<SessionName>,
    ) -> Option<(Known, EventPosition)> {
        let mut state = self.state();
        let known = *state.instruments.get(symbol)?;
        state.followers.extend(follower);
        Some((known, state.noted))
    }

    /// The market as a whole. With `follower`, that session is brought what comes then.
    pub(crate) fn market(&self, now: DateTime<Utc>, follower: Option<SessionName>) -> MarketStatus {
        let mut state = self.state();
        state.followers.extend(follower);
        state.market(now)
    }

    /// The market as a whole, where it does not stand as it was told to.
    pub(crate) fn market_unlike(&self, told: Standing, now: DateTime<Utc>) -> Option<MarketStatus> {
        let mut state = self.state();
        let standing = state.counted().standing();
        (standing != told).then(|| state.market(now))
    }

    /// This session follows no more.
    pub(crate) fn forget(&self, follower: &SessionName) {
        self.state().followers.remove(follower);
    }

    /// Whether this session follows.
    #[cfg(test)]
    pub(crate) fn is_followed_by(&self, follower: &SessionName) -> bool {
        self.state().followers.contains(follower)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// No instrument yet, before the event at `from`.
    fn empty(from: EventPosition) -> Self {
        Self {
            instruments: BTreeMap::new(),
            real: Census::default(),
            test: Census::default(),
            calendars: Vec::new(),
            hours: None,
            followers: BTreeSet::new(),
            noted: from,
        }
    }

    /// Takes note of those of these events that are not noted yet.
    fn note_all<'e>(&mut self, events: impl Iterator<Item = (EventPosition, &'e Event)>) -> News {
        let mut places = Vec::new();
        for (place, (position, event)) in events.enumerate() {
            if position >= self.noted && self.note(event) {
                places.push(place);
            }
        }
        let followers = match places.is_empty() {
            true => Vec::new(),
            false => self.followers.iter().copied().collect(),
        };
        News { places, followers }
    }

    fn list(&mut self, symbol: Symbol, phase: Phase, test: bool) {
        let known = Known {
            phase,
            since: None,
            reason: None,
            test,
        };
        self.instruments.insert(symbol, known);
        self.hours = None;
        self.census(test).enter(phase);
    }

    /// Takes note of what an event says of phases; false when it says nothing of them.
    fn note(&mut self, event: &Event) -> bool {
        if let EventBody::PhaseChanged(change) = &event.body {
            let Some(known) = self.instruments.get_mut(&change.symbol) else {
                return false;
            };
            let before = std::mem::replace(&mut known.phase, change.to);
            known.since = Some(event.time);
            known.reason = change.reason;
            let census = self.census(change.test);
            census.leave(before);
            census.enter(change.to);
            true
        } else if let EventBody::InstrumentListed(terms) = &event.body
            && !self.instruments.contains_key(&terms.symbol)
        {
            let test = terms.kind == InstrumentKind::Test;
            self.list(terms.symbol, Phase::default(), test);
            true
        } else {
            false
        }
    }

    fn census(&mut self, test: bool) -> &mut Census {
        if test { &mut self.test } else { &mut self.real }
    }

    /// Whose phases are those of the market: test instruments, where there are no others.
    fn counted(&self) -> &Census {
        if self.real.is_empty() {
            &self.test
        } else {
            &self.real
        }
    }

    fn market(&mut self, now: DateTime<Utc>) -> MarketStatus {
        let hours = self.hours(now);
        let census = self.counted();
        let standing = census.standing();
        MarketStatus {
            standing,
            hours,
            text: standing.phase.is_none().then(|| census.to_string()),
        }
    }

    /// The calendars are these from now on.
    fn go_by(&mut self, calendars: Vec<Timetable>) {
        self.calendars = calendars;
        self.hours = None;
    }

    /// The hours that all counted instruments have in common. Calendars are asked once a trading day, however often members
    /// ask: events wait for this.
    fn hours(&mut self, now: DateTime<Utc>) -> Option<DayHours> {
        if let Some(known) = self.hours.filter(|known| known.hold_at(now)) {
            return known.hours;
        }
        let only_test = self.real.is_empty();
        let is_counted = |symbol: &Symbol| {
            let known = self.instruments.get(symbol);
            known.is_some_and(|known| known.test == only_test)
        };
        let all = self.counted().total();
        let common = CommonHours::of(&self.calendars, is_counted, all, now);
        self.hours = Some(common);
        common.hours
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
