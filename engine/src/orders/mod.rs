//! All resting orders, and how they are found: by id, by their firm's name for them, by when they expire, and by
//! session. What else client order ids name is in [`names`].

mod names;
mod per_firm;
#[cfg(test)]
mod tests;

pub(crate) use names::{Done, Known, Names};

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::event::OrderStatus;
use crate::finder::Finder;
use crate::ids::{CommandNumber, OrderId};
use crate::order::Order;
use crate::refusal::OrderRefusal;
use crate::slab::{Place, Slab};
use crate::text::ClientOrderId;
use crate::time::Timestamp;

use names::{Naming, UsedId};
use per_firm::PerFirm;

#[derive(Debug, Clone, Default)]
pub(crate) struct Orders {
    pub(crate) resting: Slab<Order>,
    by_id: Finder,
    by_client_order_id: Finder,
    names: Names,
    /// The orders that rest.
    resting_of: PerFirm,
    /// Resting orders that expire by themselves, the next one first.
    expiries: BTreeSet<(Timestamp, OrderId)>,
    /// The resting orders of firms of which a session was watched at some time, by session.
    by_session: BTreeMap<u32, BTreeSet<(u32, OrderId, Place)>>,
}

impl Orders {
    /// What a firm's client order id names today.
    pub(crate) fn find(&self, firm: u32, client_order_id: &ClientOrderId) -> Option<Known> {
        let hash = name_hash(firm, client_order_id);
        let is_resting = |place| {
            let order: &Order = &self.resting[place];
            order.firm == firm && order.client_order_id == *client_order_id
        };
        if let Some(place) = self.by_client_order_id.find(hash, is_resting) {
            return Some(Known::Resting(place));
        }
        self.names.find(hash, firm, client_order_id)
    }

    /// An order that is done, at the place that [`Known::Done`] gives.
    pub(crate) fn done(&self, place: Place) -> &Done {
        self.names.done(place)
    }

    /// The same, to be restated.
    pub(crate) fn done_mut(&mut self, place: Place) -> &mut Done {
        self.names.done_mut(place)
    }

    /// An order that was replaced, as what its earlier names name: resting, or done.
    pub(crate) fn renamed(&self, id: OrderId) -> Known {
        self.find_id(id)
            .map_or_else(|| self.names.renamed(id), Known::Resting)
    }

    /// The place of a resting order.
    pub(crate) fn find_id(&self, id: OrderId) -> Option<Place> {
        self.by_id
            .find(id_hash(id), |place| self.resting[place].id == id)
    }

    /// Keeps an order that rests from now on: it is taken out of `order`.
    #[inline]
    pub(crate) fn keep(&mut self, order: &mut Order) -> Place {
        let id = id_hash(order.id);
        let client_order_id = name_hash(order.firm, &order.client_order_id);
        let (firm, session, order_id, expiry) =
            (order.firm, order.session, order.id, order.expiry());
        self.resting_of.add(firm);
        let place = self.resting.insert_with(|| order.take());
        if let Some(expiry) = expiry {
            self.expiries.insert((expiry, order_id));
        }
        if let Some(orders) = self.by_session.get_mut(&firm) {
            orders.insert((session, order_id, place));
        }
        self.by_id.insert(id, place);
        self.by_client_order_id.insert(client_order_id, place);
        place
    }

    /// Lets go of an order that rests no more and is done.
    pub(crate) fn forget(&mut self, place: Place, status: OrderStatus) {
        self.unlink(place);
        self.names.finish(&mut self.resting[place], status);
    }

    /// Puts what an order has become in its place: it has another client order id from now on, and its earlier one
    /// stays used.
    pub(crate) fn amend(&mut self, place: Place, new: Order) {
        let order = &mut self.resting[place];
        let (firm, id, earlier) = (order.firm, order.id, order.client_order_id);
        let expiry_before = order.expiry();
        *order = Order {
            links: order.links,
            replaced: true,
            ..new
        };
        let (client_order_id, expiry) = (order.client_order_id, order.expiry());
        self.by_client_order_id
            .remove(name_hash(firm, &earlier), place);
        self.by_client_order_id
            .insert(name_hash(firm, &client_order_id), place);
        if expiry_before != expiry {
            expiry_before.map(|time| self.expiries.remove(&(time, id)));
            expiry.map(|time| self.expiries.insert((time, id)));
        }
        self.names.add(UsedId {
            firm,
            client_order_id: earlier,
            naming: Naming::Replaced(id),
        });
    }

    /// Takes an order out that rests no more; it may come back, or be done.
    #[inline]
    pub(crate) fn take(&mut self, place: Place) -> Order {
        self.unlink(place);
        self.resting[place].take()
    }

    /// Lets nothing find an order any more, and its place be used again.
    fn unlink(&mut self, place: Place) {
        let order = &self.resting[place];
        self.resting_of.take(order.firm);
        if let Some(expiry) = order.expiry() {
            self.expiries.remove(&(expiry, order.id));
        }
        if let Some(orders) = self.by_session.get_mut(&order.firm) {
            orders.remove(&(order.session, order.id, place));
        }
        self.by_id.remove(id_hash(order.id), place);
        let hash = name_hash(order.firm, &order.client_order_id);
        self.by_client_order_id.remove(hash, place);
        self.resting.release(place);
    }

    /// Takes note of how an order ended that never rested or was taken out: it is taken out of `order`. Its client order
    /// id stays used for the day.
    #[inline]
    pub(crate) fn finish(&mut self, order: &mut Order, status: OrderStatus) {
        self.names.finish(order, status);
    }

    /// The resting order that expires next, and when.
    pub(crate) fn next_expiry(&self) -> Option<(Timestamp, OrderId)> {
        self.expiries.first().copied()
    }

    /// Whether the orders of a firm are found by their session.
    pub(crate) fn is_followed(&self, firm: u32) -> bool {
        self.by_session.contains_key(&firm)
    }

    /// The firms whose orders are found by their session.
    pub(crate) fn followed(&self) -> impl Iterator<Item = u32> + '_ {
        self.by_session.keys().copied()
    }

    /// From now on the orders of a firm are found by their session; `places` has those that rest already.
    pub(crate) fn follow(&mut self, firm: u32, places: impl Iterator<Item = Place>) {
        let entry = |place| {
            let order: &Order = &self.resting[place];
            (order.session, order.id, place)
        };
        let orders = places.map(entry).collect();
        self.by_session.insert(firm, orders);
    }

    /// The resting orders of a followed firm, session by session, each in the order of acceptance; with
    /// `session`, those of that session.
    pub(crate) fn of_firm(&self, firm: u32, session: Option<u32>) -> Vec<Place> {
        const FIRST: OrderId = OrderId::new(CommandNumber::new(0));
        const LAST: OrderId = OrderId::new(CommandNumber::new(u64::MAX));
        let (from, to) = session.map_or((0, u32::MAX), |session| (session, session));
        let orders = self.by_session.get(&firm);
        let orders = orders.expect("a firm is followed from its first watched session on");
        let range = (from, FIRST, 0)..=(to, LAST, Place::MAX);
        orders.range(range).map(|&(_, _, place)| place).collect()
    }

    /// How many client order ids a firm has: those that it has used today, and those of its resting orders.
    #[inline]
    pub(crate) fn client_order_ids(&self, firm: u32) -> u64 {
        let used = self.names.count(firm);
        used.saturating_add(self.resting_of.of(firm))
    }

    /// As if a firm had used so many.
    #[cfg(test)]
    fn set_used(&mut self, firm: u32, count: u64) {
        self.names.set_count(firm, count);
    }

    /// Whether a firm may have another order, or another name for one.
    #[inline]
    pub(crate) fn check_room(&self, firm: u32) -> Result<(), OrderRefusal> {
        let (used, limit) = (
            self.client_order_ids(firm),
            OrderRefusal::CLIENT_ORDER_IDS_MAX,
        );
        if used < limit {
            return Ok(());
        }
        Err(OrderRefusal::TooManyClientOrderIds { used, limit })
    }

    /// Takes note that a firm may not use a client order id again today, which names no order; not of a firm that has as
    /// many as it may: whatever it sends takes no more room then.
    pub(crate) fn mark_used(&mut self, firm: u32, client_order_id: ClientOrderId) {
        if self.check_room(firm).is_ok() {
            self.names.add(UsedId {
                firm,
                client_order_id,
                naming: Naming::Nothing,
            });
        }
    }

    /// Forgets the client order ids of the day, but for those of resting orders.
    pub(crate) fn end_day(&mut self) {
        self.names = Names::default();
    }

    /// What client order ids name that name no resting order.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// The same, read back.
    pub(crate) fn set_names(&mut self, names: Names) {
        self.names = names;
    }

    /// Asserts that each resting order is found by both its names.
    pub(crate) fn check(&self, place: Place) {
        let order = &self.resting[place];
        assert!(
            self.find_id(order.id) == Some(place),
            "an order is found by its id"
        );
        let known = self.find(order.firm, &order.client_order_id);
        assert!(
            matches!(known, Some(Known::Resting(found)) if found == place),
            "an order is found by its client order id"
        );
        let expiry = order.expiry();
        assert!(
            expiry.is_none_or(|expiry| self.expiries.contains(&(expiry, order.id))),
            "an order that expires has its timer"
        );
        let followed = self.by_session.get(&order.firm);
        let entry = (order.session, order.id, place);
        assert!(
            followed.is_none_or(|orders| orders.contains(&entry)),
            "an order of a followed firm is found by its session"
        );
    }

    /// Asserts that nothing else is found: `resting` orders rest, so many of them expire by themselves, and
    /// so many are of followed firms.
    pub(crate) fn check_counts(&self, resting: usize, expiring: usize, followed: usize) {
        assert!(
            self.expiries.len() == expiring,
            "no timer is without its order"
        );
        assert!(
            self.by_session.values().map(BTreeSet::len).sum::<usize>() == followed,
            "nothing else is found by a session"
        );
        assert!(
            self.resting.len() == resting,
            "every order kept rests in a book"
        );
        assert!(
            usize::try_from(self.resting_of.total()) == Ok(resting),
            "each resting order is counted for its firm"
        );
        assert!(
            self.by_id.len() == resting,
            "nothing else is found by an id"
        );
        assert!(
            self.by_client_order_id.len() == resting,
            "nothing else is found by a client id"
        );
        self.names.check();
    }
}

fn id_hash(id: OrderId) -> u32 {
    let [last, head @ ..] = id.number().get().to_le_bytes();
    Finder::hash((head, last >> 4), last)
}

fn name_hash(firm: u32, client_order_id: &ClientOrderId) -> u32 {
    let (last, head) = client_order_id
        .as_bytes()
        .split_last()
        .expect("a name is never empty");
    Finder::hash((firm, head, last >> 4), *last)
}
