//! Orders come to rest, rest no more, and change while they rest: what holds of all that rests is kept up here, so that
//! neither what finds orders nor what limits count can miss one.

use crate::event::OrderStatus;
use crate::machine::Engine;
use crate::order::Order;
use crate::slab::Place;

impl Engine {
    /// Keeps an order that rests from now on: it is taken out of `order`.
    #[inline]
    pub(crate) fn keep(&mut self, order: &mut Order) -> Place {
        self.risk.opened(&self.registry, order);
        self.orders.keep(order)
    }

    /// Takes an order out that rests no more; it may come back, or be done.
    #[inline]
    pub(crate) fn take(&mut self, place: Place) -> Order {
        let order = &self.orders.resting[place];
        self.risk.closed(&self.registry, order);
        self.orders.take(place)
    }

    /// Lets go of an order that rests no more and is done.
    #[inline]
    pub(crate) fn forget(&mut self, place: Place, status: OrderStatus) {
        let order = &self.orders.resting[place];
        self.risk.closed(&self.registry, order);
        self.orders.forget(place, status);
    }

    /// Puts what an order has become in its place, under its new client order id.
    pub(crate) fn amend(&mut self, place: Place, changed: Order) {
        self.risk
            .closed(&self.registry, &self.orders.resting[place]);
        self.risk.opened(&self.registry, &changed);
        self.orders.amend(place, changed);
    }
}
