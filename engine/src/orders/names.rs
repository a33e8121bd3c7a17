//! The client order ids of a trading day that name no resting order: those of orders that are done, the earlier ones
//! of orders that were replaced, and those of requests and refused orders. A firm may use none of them again that day.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use super::per_firm::PerFirm;
use super::{id_hash, name_hash};
use crate::event::{KnownOrder, OrderStatus};
use crate::finder::Finder;
use crate::ids::OrderId;
use crate::money::{Notional, Quantity};
use crate::order::{Delivery, Order};
use crate::slab::{Place, Slab};
use crate::text::ClientOrderId;

/// A client order id that is used and names no resting order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UsedId {
    pub(crate) firm: u32,
    pub(crate) client_order_id: ClientOrderId,
    pub(crate) naming: Naming,
}

/// What a used client order id names.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Naming {
    /// A refused order, or a request.
    Nothing,
    /// An order that is done.
    Done(Place),
    /// An order that was replaced and has had another name since; it may be done.
    Replaced(OrderId),
}

/// An order that is done, without what it was to deliver.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) order: Order,
    pub(crate) status: OrderStatus,
}

impl Done {
    pub(crate) fn known(&self) -> KnownOrder {
        KnownOrder {
            order_id: self.order.id,
            status: self.status,
        }
    }

    /// Takes a fill back. An order that was filled is so no more, and nothing of it is open again: as one of which the
    /// rest was cancelled.
    pub(crate) fn unfill(&mut self, quantity: Quantity, cost: Notional) {
        self.order.unfill(quantity, cost);
        if self.status == OrderStatus::Filled {
            self.status = OrderStatus::Cancelled;
        }
    }
}

/// What a client order id names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    /// An order that rests.
    Resting(Place),
    /// An order that is done.
    Done(Place),
    /// An order that was replaced: this is not its name any more.
    Replaced(OrderId),
    /// A refused order or a request.
    Used,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    used: Slab<UsedId>,
    used_of: PerFirm,
    by_client_order_id: Finder,
    done: Slab<Done>,
    /// Of those that are done, those that were replaced: their earlier names know no more than the id.
    done_by_id: Finder,
}

impl Names {
    pub(crate) fn find(
        &self,
        hash: u32,
        firm: u32,
        client_order_id: &ClientOrderId,
    ) -> Option<Known> {
        let is_it = |place| {
            let used: &UsedId = &self.used[place];
            used.firm == firm && used.client_order_id == *client_order_id
        };
        let place = self.by_client_order_id.find(hash, is_it)?;
        Some(match self.used[place].naming {
            Naming::Nothing => Known::Used,
            Naming::Done(place) => Known::Done(place),
            Naming::Replaced(id) => Known::Replaced(id),
        })
    }

    /// How many of them a firm has used.
    pub(super) fn count(&self, firm: u32) -> u64 {
        self.used_of.of(firm)
    }

    #[cfg(test)]
    pub(super) fn set_count(&mut self, firm: u32, count: u64) {
        self.used_of.set(firm, count);
    }

    pub(crate) fn done(&self, place: Place) -> &Done {
        &self.done[place]
    }

    pub(crate) fn done_mut(&mut self, place: Place) -> &mut Done {
        &mut self.done[place]
    }

    /// An order that was replaced and rests no more.
    pub(crate) fn renamed(&self, id: OrderId) -> Known {
        let place = self.find_done(id);
        place.map_or(Known::Used, Known::Done)
    }

    fn find_done(&self, id: OrderId) -> Option<Place> {
        let is_it = |place| self.done[place].order.id == id;
        self.done_by_id.find(id_hash(id), is_it)
    }

    pub(crate) fn add(&mut self, used: UsedId) {
        self.used_of.add(used.firm);
        let hash = name_hash(used.firm, &used.client_order_id);
        let place = self.used.insert_with(|| used);
        self.by_client_order_id.insert(hash, place);
    }

    #[inline]
    pub(crate) fn finish(&mut self, order: &mut Order, status: OrderStatus) {
        let (id, firm, client_order_id) = (order.id, order.firm, order.client_order_id);
        let replaced = order.replaced;
        if let Delivery::Slots(slots) = &mut order.delivery {
            // What was delivered, its fills have said.
            *slots = Vec::new();
        }
        let place = self.done.insert_with(|| Done {
            order: order.take(),
            status,
        });
        if replaced {
            self.done_by_id.insert(id_hash(id), place);
        }
        self.add(UsedId {
            firm,
            client_order_id,
            naming: Naming::Done(place),
        });
    }

    /// Asserts that each name and each order that was replaced is found.
    pub(crate) fn check(&self) {
        assert!(
            self.by_client_order_id.len() == self.used.len(),
            "each used id is found"
        );
        assert!(
            usize::try_from(self.used_of.total()) == Ok(self.used.len()),
            "each used id is counted for its firm"
        );
        let mut replaced = 0_usize;
        for done in self.done.iter_full().filter(|done| done.order.replaced) {
            let found = self.find_done(done.order.id);
            assert!(found.is_some(), "what was replaced is found by its id");
            replaced = replaced.checked_add(1).expect("fewer orders than memory");
        }
        assert!(
            self.done_by_id.len() == replaced,
            "nothing else is found by its id"
        );
    }
}

#[derive(Serialize, Deserialize)]
struct Image<'a> {
    /// In the order in which they ended.
    done: Vec<Cow<'a, Done>>,
    /// In the order of use.
    used: Vec<Cow<'a, UsedId>>,
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let image = Image {
            done: self.done.iter_full().map(Cow::Borrowed).collect(),
            used: self.used.iter_full().map(Cow::Borrowed).collect(),
        };
        image.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Names {
    /// Refuses a name of an order that is not there.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let image = Image::deserialize(deserializer)?;
        let mut names = Self::default();
        for done in image.done {
            let (id, replaced) = (done.order.id, done.order.replaced);
            let place = names.done.insert_with(|| done.into_owned());
            if replaced {
                names.done_by_id.insert(id_hash(id), place);
            }
        }
        for used in image.used {
            if let Naming::Done(place) = used.naming
                && usize::try_from(place).map_or(true, |place| place >= names.done.len())
            {
                return Err(D::Error::custom("a name of an order that is not there"));
            }
            names.add(used.into_owned());
        }
        Ok(names)
    }
}
