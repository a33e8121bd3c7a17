//! The limits that orders are held against before they rest or trade: for each firm, account, session and instrument
//! that has any, what is laid down, and what its orders come to. A scope without limits has no entry, and costs nothing.
//!
//! What is open is counted as it rests; between two commands all that is open rests. The counters are made again from
//! the orders and trades, for all scopes at once, after scopes have got their first limits, and when an engine is read back.

mod band;
mod check;
mod exposure;
mod pace;
mod recent;
mod setting;
mod view;

pub use view::{ExposureView, RiskLimitsView};

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::command::{RiskLimits, RiskScope};
use crate::order::Order;
use crate::registry::Registry;
use crate::time::Timestamp;

pub(crate) use band::Band;
use exposure::Exposure;
use pace::Pace;
use recent::Recent;

/// All limits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Risk {
    firms: Guards,
    accounts: Guards,
    sessions: Guards,
    instruments: Guards,
    /// How many scopes have limits: with none, nothing is looked at.
    count: u32,
    /// Whether scopes have got limits since the counters were made: they are made again before anything is counted.
    #[serde(skip)]
    is_stale: bool,
    /// How often all orders were walked through for them.
    #[cfg(test)]
    #[serde(skip)]
    measured: core::cell::Cell<u32>,
}

/// Limits by the place of whom they are for; none at the end.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
struct Guards(Vec<Option<Box<Guard>>>);

/// The limits of one scope, and what is known of its orders.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Guard {
    /// What the configuration says.
    configured: RiskLimits,
    /// What an operator says instead, until it is released.
    operator: Option<RiskLimits>,
    pace: Pace,
    recent: Recent,
    #[serde(skip)]
    exposure: Exposure,
}

/// The place in the registry of whom limits are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Firm(u32),
    Account(u32),
    Session(u32),
    Instrument(u32),
}

impl Guard {
    /// The limits in force.
    fn limits(&self) -> &RiskLimits {
        self.operator.as_ref().unwrap_or(&self.configured)
    }
}

impl Guards {
    fn get(&self, place: u32) -> Option<&Guard> {
        self.0.get(usize::try_from(place).ok()?)?.as_deref()
    }

    fn get_mut(&mut self, place: u32) -> Option<&mut Guard> {
        self.0.get_mut(usize::try_from(place).ok()?)?.as_deref_mut()
    }

    fn set(&mut self, place: u32, guard: Option<Box<Guard>>) {
        let at = usize::try_from(place).expect("a place fits a pointer");
        if self.0.len() <= at {
            self.0.resize_with(at.saturating_add(1), || None);
        }
        self.0[at] = guard;
        // The same limits are the same bytes, whatever others there were.
        while self.0.last().is_some_and(Option::is_none) {
            self.0.pop();
        }
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Guard> {
        self.0.iter_mut().flatten().map(|guard| &mut **guard)
    }

    fn iter(&self) -> impl Iterator<Item = (u32, &Guard)> {
        let guards = (0..).zip(&self.0);
        guards.filter_map(|(place, guard)| Some((place, guard.as_deref()?)))
    }
}

impl Risk {
    /// Whether anybody has limits.
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.count > 0
    }

    fn guard(&self, place: Place) -> Option<&Guard> {
        match place {
            Place::Firm(place) => self.firms.get(place),
            Place::Account(place) => self.accounts.get(place),
            Place::Session(place) => self.sessions.get(place),
            Place::Instrument(place) => self.instruments.get(place),
        }
    }

    fn guard_mut(&mut self, place: Place) -> Option<&mut Guard> {
        match place {
            Place::Firm(place) => self.firms.get_mut(place),
            Place::Account(place) => self.accounts.get_mut(place),
            Place::Session(place) => self.sessions.get_mut(place),
            Place::Instrument(place) => self.instruments.get_mut(place),
        }
    }

    /// Puts limits in place of those that a scope has, or takes them away.
    fn put(&mut self, place: Place, guard: Option<Box<Guard>>) {
        let (had, has) = (self.guard(place).is_some(), guard.is_some());
        match place {
            Place::Firm(place) => self.firms.set(place, guard),
            Place::Account(place) => self.accounts.set(place, guard),
            Place::Session(place) => self.sessions.set(place, guard),
            Place::Instrument(place) => self.instruments.set(place, guard),
        }
        let rest = self.count.checked_sub(u32::from(had));
        let count = rest.and_then(|rest| rest.checked_add(u32::from(has)));
        self.count = count.expect("fewer scopes than places, and each counted once");
    }

    /// The limits that an order meets, in the order in which they are looked at.
    fn met_by(&self, order: &Order) -> impl Iterator<Item = (Place, &Guard)> {
        let places = places_of(order).into_iter();
        places.filter_map(|place| Some((place, self.guard(place)?)))
    }

    /// Everybody who has limits.
    fn all(&self) -> impl Iterator<Item = (Place, &Guard)> {
        let firms = self.firms.iter().map(|(at, one)| (Place::Firm(at), one));
        let accounts = self.accounts.iter();
        let accounts = accounts.map(|(at, one)| (Place::Account(at), one));
        let sessions = self.sessions.iter();
        let sessions = sessions.map(|(at, one)| (Place::Session(at), one));
        let instruments = self.instruments.iter();
        let instruments = instruments.map(|(at, one)| (Place::Instrument(at), one));
        firms.chain(accounts).chain(sessions).chain(instruments)
    }

    /// Takes note of an order, or a change of one, that was taken.
    #[inline]
    pub(crate) fn note_taken(&mut self, order: &Order, is_new: bool, now: Timestamp) {
        if self.is_on() {
            self.count_taken(order, is_new, now);
        }
    }

    #[cold]
    fn count_taken(&mut self, order: &Order, is_new: bool, now: Timestamp) {
        for place in places_of(order) {
            let Some(guard) = self.guard_mut(place) else {
                continue;
            };
            let limits = guard.operator.as_ref().unwrap_or(&guard.configured);
            if let Some(rate) = limits.order_rate {
                guard.pace.add(now, rate.window);
            }
            if let Some(window) = limits.duplicate_window.filter(|_| is_new) {
                guard.recent.add(recent::Likeness::of(order), now, window);
            }
        }
    }
}

fn places_of(order: &Order) -> [Place; 4] {
    [
        Place::Firm(order.firm),
        Place::Account(order.account),
        Place::Session(order.session),
        Place::Instrument(order.instrument),
    ]
}

impl Registry {
    fn risk_scope(&self, place: Place) -> RiskScope {
        match place {
            Place::Firm(place) => RiskScope::Firm(self.firms[place].name),
            Place::Account(place) => RiskScope::Account(self.accounts[place].name),
            Place::Session(place) => RiskScope::Session(self.sessions[place].name),
            Place::Instrument(place) => RiskScope::Instrument(self.instruments[place].terms.symbol),
        }
    }

    fn risk_place(&self, scope: RiskScope) -> Option<Place> {
        match scope {
            RiskScope::Firm(name) => self.firms.find(&name).map(Place::Firm),
            RiskScope::Account(name) => self.accounts.find(&name).map(Place::Account),
            RiskScope::Session(name) => self.sessions.find(&name).map(Place::Session),
            RiskScope::Instrument(name) => self.instruments.find(&name).map(Place::Instrument),
        }
    }
}
