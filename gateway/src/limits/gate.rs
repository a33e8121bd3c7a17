//! Which connections may stay: so many in all, so many from one address, so many that have not logged on yet, and so
//! many new ones in a second. Knows addresses and times, no sockets; its memory is bounded by its limits.
//!
//! A new connection is never refused because others take their time over a Logon: of those, the one that has had
//! the most time makes room. A client that logs on at once gets in, however many strangers hold on.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chrono::TimeDelta;

use super::Time;
use super::window::Window;

/// One address may have this part of the places for strangers.
const STRANGERS_PART: usize = 4;

/// Addresses without a connection that are remembered for what they did in the last second.
const REMEMBERED_MAX: usize = 4 * 1024;

/// New connections are counted over this time.
const RATE_WINDOW: Duration = Duration::from_secs(1);

/// How many connections there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GateLimits {
    /// Connections at one time.
    pub(crate) connections: usize,
    /// Of these, from one address.
    pub(crate) per_address: usize,
    /// Of these, before their Logon.
    pub(crate) strangers: usize,
    /// New connections from one address in a second.
    pub(crate) rate: u32,
}

/// One connection, by the order in which they came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// What becomes of a new connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It may stay, and log on.
    Stay(Ticket),
    /// It may stay, and this older one, which has not logged on, must go.
    InPlaceOf(Ticket, Ticket),
    /// All places are taken by clients that have logged on.
    Full,
    /// All places of its address are.
    AddressFull,
    /// Too many have come from its address in this second.
    TooFast,
}

/// The connections that there are.
#[derive(Debug)]
pub(crate) struct Gate {
    limits: GateLimits,
    next: u64,
    /// Where every connection comes from.
    connections: BTreeMap<Ticket, IpAddr>,
    /// Of these, the strangers': those that have not logged on yet. The oldest first.
    strangers: BTreeMap<Ticket, IpAddr>,
    addresses: BTreeMap<IpAddr, Address>,
    /// When addresses without a connection are next looked through.
    next_sweep: Option<Time>,
}

/// What one address has.
#[derive(Debug)]
struct Address {
    connections: usize,
    strangers: usize,
    arrivals: Window,
}

impl Gate {
    /// Nobody is there yet.
    pub(crate) fn new(limits: GateLimits) -> Self {
        Self {
            limits,
            next: 0,
            connections: BTreeMap::new(),
            strangers: BTreeMap::new(),
            addresses: BTreeMap::new(),
            next_sweep: None,
        }
    }

    /// A connection has come from `address`.
    pub(crate) fn arrive(&mut self, now: Time, address: IpAddr) -> Arrival {
        self.sweep(now);
        let address = network(address);
        let mut evicted = None;
        if let Some(known) = self.addresses.get_mut(&address) {
            if known.arrivals.count(now) >= self.limits.rate {
                return Arrival::TooFast;
            }
            known.arrivals.add(now, 1);
            let strangers_max = self.limits.strangers.div_ceil(STRANGERS_PART);
            let full = known.connections >= self.limits.per_address;
            if full || known.strangers >= strangers_max {
                match self.oldest_stranger_of(address) {
                    Some(oldest) => evicted = Some(oldest),
                    None => return Arrival::AddressFull,
                }
            }
        }
        let full = self.connections.len() >= self.limits.connections;
        if evicted.is_none() && (full || self.strangers.len() >= self.limits.strangers) {
            match self.oldest_stranger() {
                Some(oldest) => evicted = Some(oldest),
                None => return Arrival::Full,
            }
        }
        if let Some(evicted) = evicted {
            self.leave(evicted);
        }
        let ticket = self.enter(now, address);
        match evicted {
            Some(evicted) => Arrival::InPlaceOf(ticket, evicted),
            None => Arrival::Stay(ticket),
        }
    }

    /// The connection has logged on: it is no stranger any more.
    pub(crate) fn known(&mut self, ticket: Ticket) {
        if let Some(address) = self.strangers.remove(&ticket)
            && let Some(address) = self.addresses.get_mut(&address)
        {
            address.strangers -= 1;
        }
    }

    /// The connection has ended. One that has left already is passed over.
    pub(crate) fn leave(&mut self, ticket: Ticket) {
        self.known(ticket);
        let Some(address) = self.connections.remove(&ticket) else {
            return;
        };
        let remembered_max = self.limits.connections.saturating_add(REMEMBERED_MAX);
        let forget = self.addresses.len() > remembered_max;
        if let Some(known) = self.addresses.get_mut(&address) {
            known.connections -= 1;
            if known.connections == 0 && forget {
                self.addresses.remove(&address);
            }
        }
    }

    /// The stranger that has had the most time for its Logon, if there is one: it leaves.
    pub(crate) fn evict_oldest(&mut self) -> Option<Ticket> {
        let oldest = self.oldest_stranger()?;
        self.leave(oldest);
        Some(oldest)
    }

    fn enter(&mut self, now: Time, address: IpAddr) -> Ticket {
        let ticket = Ticket(self.next);
        self.next += 1;
        self.connections.insert(ticket, address);
        self.strangers.insert(ticket, address);
        let known = self.addresses.entry(address).or_insert_with(|| {
            let mut arrivals = Window::new(RATE_WINDOW);
            arrivals.add(now, 1);
            Address {
                connections: 0,
                strangers: 0,
                arrivals,
            }
        });
        known.connections += 1;
        known.strangers += 1;
        ticket
    }

    fn oldest_stranger(&self) -> Option<Ticket> {
        self.strangers.first_key_value().map(|(ticket, _)| *ticket)
    }

    fn oldest_stranger_of(&self, address: IpAddr) -> Option<Ticket> {
        let mut strangers = self.strangers.iter();
        strangers.find_map(|(ticket, of)| (*of == address).then_some(*ticket))
    }

    /// Once a second, forgets addresses that have no connection and opened none of late.
    fn sweep(&mut self, now: Time) {
        let early = self
            .next_sweep
            .is_some_and(|next| now < next && next - now <= TimeDelta::seconds(1));
        if early {
            return;
        }
        self.next_sweep = Some(now + TimeDelta::seconds(1));
        self.addresses
            .retain(|_, address| address.connections > 0 || address.arrivals.count(now) > 0);
    }
}

/// What counts as one address: of IPv6, where everybody has many, the first 64 bits.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests;
