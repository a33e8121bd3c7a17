//! How often who has failed to log on, and who may not try for a while. Time is an argument, memory is bounded.
//!
//! Three counts, so that guessing is slow and a member is not locked out by somebody else's guesses:
//! - by CompID and address: `failures` within the window lock that address for that CompID;
//! - by address: [`ADDRESS_FACTOR`] times as many, for any CompIDs, lock the address as a whole; addresses of this
//!   machine are excepted, for others may stand behind them;
//! - by CompID: [`SESSION_FACTOR`] times as many wrong passwords, from any addresses, leave it to the addresses that
//!   have logged on as it before; so a flood of guesses from everywhere never shuts out the member itself.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};

use chrono::{DateTime, TimeDelta, Utc};
use engine::SessionName;

/// How many times the failures of one CompID an address may have, over all CompIDs.
const ADDRESS_FACTOR: u32 = 4;

/// How many times the failures of one address a CompID may have, over all addresses.
const SESSION_FACTOR: u32 = 10;

/// What is counted at one time, of each kind. Beyond it, what is forgotten first is what would be first anyway.
const COUNTED_MAX: usize = 4_096;

/// How many are forgotten together when there is no room for another.
const FORGOTTEN_TOGETHER: usize = COUNTED_MAX / 8;

/// Addresses remembered of one CompID that have logged on as it.
const KNOWN_MAX: usize = 8;

/// Where somebody is: an IPv4 address, or the network of 64 bits that an IPv6 address is in, which one host may have
/// all of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place(IpAddr);

impl Place {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) if !address.is_loopback() => {
                let network = u128::from(address) & !u128::from(u64::MAX);
                Self(IpAddr::V6(Ipv6Addr::from(network)))
            }
            address @ (IpAddr::V4(_) | IpAddr::V6(_)) => Self(address),
        }
    }
}

/// What is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Locked {
    /// This address, for this CompID.
    #[error("locked: too many failures as this CompID from this address")]
    Pair,
    /// This address.
    #[error("locked: too many failures from this address")]
    Address,
    /// This CompID, for addresses that have not logged on as it before.
    #[error(
        "locked: too many failures as this CompID, and this address has not logged on as it before"
    )]
    Session,
}

/// How a client failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// It tried a CompID that there is not, or could not even encrypt.
    Nobody,
    /// Its address or its certificate is not this session's.
    Stranger(SessionName),
    /// It had the wrong password for this session.
    Password(SessionName),
}

/// The counts.
#[derive(Debug)]
pub(super) struct Lockout {
    rule: config::Lockout,
    pairs: Counts<(SessionName, Place)>,
    places: Counts<Place>,
    sessions: Counts<SessionName>,
    known: BTreeMap<SessionName, VecDeque<Place>>,
}

impl Lockout {
    pub(super) fn new(rule: config::Lockout) -> Self {
        Self {
            rule,
            pairs: Counts::default(),
            places: Counts::default(),
            sessions: Counts::default(),
            known: BTreeMap::new(),
        }
    }

    /// Another rule from now on. What is counted stays counted.
    pub(super) fn change(&mut self, rule: config::Lockout) {
        self.rule = rule;
    }

    /// Whether this address may not try anything now.
    pub(super) fn address(&self, now: DateTime<Utc>, address: IpAddr) -> Option<Locked> {
        let locked = self.places.is_locked(now, &Place::of(address));
        locked.then_some(Locked::Address)
    }

    /// Whether this address may not try this CompID now.
    pub(super) fn check(
        &self,
        now: DateTime<Utc>,
        session: SessionName,
        address: IpAddr,
    ) -> Option<Locked> {
        let place = Place::of(address);
        if self.pairs.is_locked(now, &(session, place)) {
            return Some(Locked::Pair);
        }
        let known = self.known.get(&session);
        let known = known.is_some_and(|places| places.contains(&place));
        if !known && self.sessions.is_locked(now, &session) {
            return Some(Locked::Session);
        }
        self.address(now, address)
    }

    /// Counts a failure; what is locked by it that was not before.
    pub(super) fn failed(
        &mut self,
        now: DateTime<Utc>,
        address: IpAddr,
        failure: Failure,
    ) -> Vec<Locked> {
        let (rule, place) = (self.rule, Place::of(address));
        let mut locked = Vec::new();
        let mut note = |newly: bool, what| {
            if newly {
                locked.push(what);
            }
        };
        if let Failure::Stranger(session) | Failure::Password(session) = failure {
            let newly = self
                .pairs
                .count(now, (session, place), &rule, rule.failures);
            note(newly, Locked::Pair);
        }
        if !address.to_canonical().is_loopback() {
            let limit = rule.failures.saturating_mul(ADDRESS_FACTOR);
            note(self.places.count(now, place, &rule, limit), Locked::Address);
        }
        if let Failure::Password(session) = failure {
            let limit = rule.failures.saturating_mul(SESSION_FACTOR);
            let newly = self.sessions.count(now, session, &rule, limit);
            note(newly, Locked::Session);
        }
        locked
    }

    /// A client has shown who it is. `session` is one of the configuration, so that what is known is bounded.
    pub(super) fn succeeded(&mut self, session: SessionName, address: IpAddr) {
        let place = Place::of(address);
        self.pairs.forget(&(session, place));
        let known = self.known.entry(session).or_default();
        known.retain(|other| *other != place);
        known.push_front(place);
        known.truncate(KNOWN_MAX);
    }
}

/// Failures by key.
#[derive(Debug)]
struct Counts<K> {
    counts: BTreeMap<K, Count>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    failures: u32,
    /// When it is forgotten: the end of its window, or of its lock.
    until: DateTime<Utc>,
    locked: bool,
}

impl<K> Default for Counts<K> {
    fn default() -> Self {
        Self {
            counts: BTreeMap::new(),
        }
    }
}

impl<K: Ord + Copy> Counts<K> {
    fn is_locked(&self, now: DateTime<Utc>, key: &K) -> bool {
        let count = self.counts.get(key);
        count.is_some_and(|count| count.locked && now < count.until)
    }

    /// Counts one failure more; whether that locks.
    fn count(&mut self, now: DateTime<Utc>, key: K, rule: &config::Lockout, limit: u32) -> bool {
        if !self.counts.contains_key(&key) {
            self.make_room(now);
        }
        let fresh = Count {
            failures: 0,
            until: after(now, rule.window),
            locked: false,
        };
        let count = self.counts.entry(key).or_insert(fresh);
        if now >= count.until {
            *count = fresh;
        }
        count.failures = count.failures.saturating_add(1);
        if count.locked || count.failures < limit {
            return false;
        }
        count.locked = true;
        count.until = after(now, rule.duration);
        true
    }

    fn forget(&mut self, key: &K) {
        self.counts.remove(key);
    }

    fn make_room(&mut self, now: DateTime<Utc>) {
        if self.counts.len() < COUNTED_MAX {
            return;
        }
        self.counts.retain(|_, count| now < count.until);
        if self.counts.len() < COUNTED_MAX {
            return;
        }
        // Some at once, so that not every newcomer costs a look at all of them.
        let mut ends: Vec<_> = self
            .counts
            .iter()
            .map(|(key, count)| (count.until, *key))
            .collect();
        ends.sort_unstable();
        for (_, key) in ends.iter().take(FORGOTTEN_TOGETHER) {
            self.counts.remove(key);
        }
    }
}

fn after(now: DateTime<Utc>, time: std::time::Duration) -> DateTime<Utc> {
    let time = TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(time)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
#[path = "lockout_tests.rs"]
mod tests;
