//! Carries out what the gate decides about connections: gives each its place, takes the place back when it ends, and
//! closes a stranger that must make room. Reads no byte of any.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::clock;
use crate::limits::{Arrival, Gate, GateLimits, Sparse, Ticket};
use crate::sessions::Refusal;

/// Lets connections in, one by one.
#[derive(Debug)]
pub(super) struct Turnstile {
    inside: Mutex<Inside>,
}

#[derive(Debug)]
struct Inside {
    gate: Gate,
    /// How each stranger is told that it must go.
    strangers: BTreeMap<Ticket, oneshot::Sender<()>>,
    refusals: Sparse,
}

/// A connection's place among those that the venue holds; given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    turnstile: Arc<Turnstile>,
    ticket: Ticket,
}

/// A connection that has not logged on yet. Dropping it says that it has, or has ended.
#[derive(Debug)]
pub(super) struct Stranger {
    turnstile: Arc<Turnstile>,
    ticket: Ticket,
    must_go: oneshot::Receiver<()>,
}

impl Turnstile {
    /// Nobody is in yet.
    pub(super) fn new(limits: GateLimits) -> Arc<Self> {
        Arc::new(Self {
            inside: Mutex::new(Inside {
                gate: Gate::new(limits),
                strangers: BTreeMap::new(),
                refusals: Sparse::default(),
            }),
        })
    }

    /// Lets a connection in, if it may.
    ///
    /// # Errors
    /// Why not, and whether to say so: then with how many it was not said of.
    pub(super) fn enter(
        self: &Arc<Self>,
        peer: SocketAddr,
    ) -> Result<(Place, Stranger), (Refusal, Option<u64>)> {
        let now = clock::now();
        let mut inside = self.inside();
        let refusal = match inside.gate.arrive(now, peer.ip()) {
            Arrival::Stay(ticket) => Ok(ticket),
            Arrival::InPlaceOf(ticket, evicted) => {
                inside.strangers.remove(&evicted);
                Ok(ticket)
            }
            Arrival::Full => Err(Refusal::TooManyConnections),
            Arrival::AddressFull => Err(Refusal::TooManyFromAddress),
            Arrival::TooFast => Err(Refusal::TooFast),
        };
        let ticket = refusal.map_err(|why| (why, inside.refusals.happened(now)))?;
        let (tell, must_go) = oneshot::channel();
        inside.strangers.insert(ticket, tell);
        drop(inside);
        let place = Place {
            turnstile: Arc::clone(self),
            ticket,
        };
        let stranger = Stranger {
            turnstile: Arc::clone(self),
            ticket,
            must_go,
        };
        Ok((place, stranger))
    }

    /// The system is short of what a connection needs: the stranger that takes longest makes room.
    pub(super) fn make_room(&self) {
        let mut inside = self.inside();
        if let Some(evicted) = inside.gate.evict_oldest() {
            inside.strangers.remove(&evicted);
        }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // What it guards is whole between any two calls.
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.turnstile.inside().gate.leave(self.ticket);
    }
}

impl Stranger {
    /// Does what the stranger came for, unless it must make room before that is done.
    ///
    /// # Errors
    /// It had to make room; whether to say so, as in [`Turnstile::enter`].
    pub(super) async fn stay<T>(mut self, come: impl Future<Output = T>) -> Result<T, Option<u64>> {
        tokio::select! {
            // Asked first: whoever has its Logon there already gets in, however long it had to wait for its turn. It is not
            // counted then; of those there is one for each session at most.
            biased;
            done = come => Ok(done),
            _ = &mut self.must_go => Err(self.turnstile.inside().refusals.happened(clock::now())),
        }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let mut inside = self.turnstile.inside();
        inside.gate.known(self.ticket);
        inside.strangers.remove(&self.ticket);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::net::SocketAddr;

    use super::{GateLimits, Refusal, Turnstile};

    const LIMITS: GateLimits = GateLimits {
        connections: 2,
        per_address: 2,
        strangers: 4,
        rate: 100,
    };

    fn peer(last: u8) -> SocketAddr {
        SocketAddr::from(([10, 0, 0, last], 1))
    }

    #[tokio::test]
    async fn a_stranger_makes_room_and_a_member_does_not() {
        let turnstile = Turnstile::new(LIMITS);
        let (member, stranger) = turnstile.enter(peer(1)).expect("there is room");
        assert_eq!(stranger.stay(async {}).await, Ok(()));
        let (place, waits) = turnstile.enter(peer(2)).expect("there is room");
        let waits = tokio::spawn(waits.stay(async move {
            let _place = place;
            pending::<()>().await
        }));
        let (last, stranger) = turnstile.enter(peer(3)).expect("the stranger makes room");
        assert_eq!(waits.await.expect("it ends"), Err(Some(0)));
        assert_eq!(stranger.stay(async {}).await, Ok(()));
        let refused = turnstile.enter(peer(4)).expect_err("there is no room");
        assert_eq!(refused, (Refusal::TooManyConnections, None));
        drop(member);
        assert!(turnstile.enter(peer(4)).is_ok());
        drop(last);
    }
}
